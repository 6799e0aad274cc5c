/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Programs at the root control group: loopback traffic, and who receives packets. */
#ifndef CGROUP_H
#define CGROUP_H

#include "skb.h"
#include "watch.h"

SEC("cgroup_skb/egress")
int cgroup_egress(struct __sk_buff *ctx)
{
	struct flow_counters *counters;

	if (likely(ctx->ifindex != LOOPBACK_IFINDEX) || flow_loopback != LOOPBACK_CGROUP)
		return CGROUP_PASS;
	u32 netns = device_netns(ctx);
	if (!netns_watched(netns))
		return CGROUP_PASS;
	counters = counters_here();
	if (counters)
		observe_skb(ctx, counters, HOOK_CGROUP_EGRESS, LINK_NONE, netns);
	return CGROUP_PASS;
}

/*
 * Counts nothing: a flow of the table whose owner the other programs could not find (they look up TCP
 * and UDP sockets, where that is asked for) learns it from the packet's receiver.
 */
SEC("cgroup_skb/ingress")
int cgroup_ingress(struct __sk_buff *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct packet p;

	if (!sk || flow_mode != MODE_AGGREGATED || !flow_owner)
		return CGROUP_PASS;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return CGROUP_PASS;
	if ((flow_owner & OWNER_LOOKUP) && (sk->protocol == PROTO_TCP || sk->protocol == PROTO_UDP))
		return CGROUP_PASS;
	parse_skb(ctx, &p, LINK_NONE);
	if (!p.family)
		return CGROUP_PASS;
	struct origin o = {
		.at = {
			.ifindex = ctx->ifindex,
			.netns = device_netns(ctx),
			.hook = HOOK_CGROUP_INGRESS,
		},
		.ctx = ctx,
	};
	struct flow_key key;
	u32 side = make_key(&key, &p, o.at.ifindex, o.at.netns);
	struct flow_state *e = bpf_map_lookup_elem(flow_table(), &key);
	if (e && !e->owner_side) {
		struct owner owner;
		__builtin_memset(&owner, 0, sizeof(owner));
		owner_find(&o, &p, &owner, HOOK_CGROUP_INGRESS);
		entry_owner(e, &owner, side);
	}
	return CGROUP_PASS;
}

#endif
