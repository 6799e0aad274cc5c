/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Leaves packets out before they are counted. Costs nothing where the loader set no rules. */
#ifndef FILTER_H
#define FILTER_H

#include "maps.h"
#include "packet.h"

#define RULE_ALLOW 1
#define RULE_DENY 2

/* A kind of rule decides by the rules that match on either side; 0 where none does. */
static inline_always int kind_passes(u32 rules, int has_allow)
{
	if (rules & RULE_DENY)
		return 0;
	return !has_allow || (rules & RULE_ALLOW);
}

static inline_always u32 array_rule(void *map, u32 index)
{
	u8 *rule = bpf_map_lookup_elem(map, &index);
	return rule ? *rule : 0;
}

static inline_always u32 network_rule(const u64 address[2])
{
	struct network_key key = { .prefix = 128 };
	__builtin_memcpy(key.address, address, 16);
	u8 *rule = bpf_map_lookup_elem(&filter_networks, &key);
	return rule ? *rule : 0;
}

noinline int filter_passes(const struct packet *p)
{
	if (!p)
		return 0;
	if (flow_filter & FILTER_PROTOCOLS) {
		u32 rules = array_rule(&filter_protocols, p->proto);
		if (!kind_passes(rules, flow_filter & FILTER_PROTOCOLS_ALLOW))
			return 0;
	}
	/* Where ports are not known (ICMP, fragments) they are 0, which no rule names. */
	if (flow_filter & FILTER_PORTS) {
		u32 rules = array_rule(&filter_ports, p->sport) | array_rule(&filter_ports, p->dport);
		if (!kind_passes(rules, flow_filter & FILTER_PORTS_ALLOW))
			return 0;
	}
	if (flow_filter & FILTER_NETWORKS) {
		u32 rules = network_rule(p->src) | network_rule(p->dst);
		if (!kind_passes(rules, flow_filter & FILTER_NETWORKS_ALLOW))
			return 0;
	}
	return 1;
}

#endif
