/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The way of every packet: sample, parse, filter, then count or report. */
#ifndef OBSERVE_H
#define OBSERVE_H

#include "filter.h"
#include "table.h"

/*
 * One packet in `flow_sample` on average. The gaps are random, so that a regular pattern of packets is
 * sampled fairly, and drawn only when one ends.
 */
static inline_always int sampled(struct flow_counters *counters)
{
	u64 *gap = &counters->value[COUNT_SAMPLE_GAP];

	if (*gap > 1) {
		*gap -= 1;
		return 0;
	}
	/* 1 to 2 N - 1, each as likely: N on average. */
	*gap = bpf_get_prandom_u32() % (2 * flow_sample - 1) + 1;
	return 1;
}

/* A parsed packet goes to the table or the ring buffer. */
static inline_always void account(const struct origin *o, const struct packet *p,
				  struct flow_counters *counters)
{
	if (flow_count_seen) {
		add_to(counters, COUNT_SEEN_PACKETS, p->packets, o->hook);
		add_to(counters, COUNT_SEEN_BYTES, p->bytes, o->hook);
	}
	if (unlikely(!p->family)) {
		if (p->bad_ip) {
			add_to(counters, COUNT_MALFORMED, p->packets, o->hook);
			add_to(counters, COUNT_MALFORMED_BYTES, p->bytes, o->hook);
			return;
		}
		if (!flow_non_ip) {
			add_to(counters, COUNT_NON_IP, p->packets, o->hook);
			add_to(counters, COUNT_NON_IP_BYTES, p->bytes, o->hook);
			return;
		}
	}
	if (unlikely(p->flags & FLOW_TRUNCATED))
		add_to(counters, COUNT_TRUNCATED, p->packets, o->hook);
	if (flow_filter && !filter_passes(p)) {
		add_to(counters, COUNT_FILTERED, p->packets, o->hook);
		add_to(counters, COUNT_FILTERED_BYTES, p->bytes, o->hook);
		return;
	}
	struct owner owner;
	__builtin_memset(&owner, 0, sizeof(owner));
	if (flow_mode == MODE_AGGREGATED) {
		aggregate(o, p, counters, &owner);
		return;
	}
	if (flow_owner)
		owner_find(o, p, &owner);
	u32 capture = capture_length(p);
	if (capture && report_capture(o, p, counters, &owner, beginner(p), capture))
		return;
	report_single(o, p, counters, &owner, KIND_PACKET, 0);
}

#endif
