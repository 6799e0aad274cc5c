/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Packets as programs on interfaces and control groups meet them. */
#ifndef SKB_H
#define SKB_H

#include "kernel.h"
#include "observe.h"

#define LINK_ETHERNET 0 /* the view begins with an Ethernet header */
#define LINK_NONE 1 /* the view begins with the IP header */

static inline_always int parse_view(struct __sk_buff *ctx, const struct view *view,
				    struct packet *p, int link)
{
	if (link == LINK_ETHERNET) {
		if (parse_ethernet(view, p))
			return -1;
		/* A tag that the card has taken off is the outermost. */
		if (unlikely(ctx->vlan_present))
			p->vlan = ctx->vlan_tci & 0xfff;
		if (parse_vlan_tags(view, p))
			return -1;
	} else {
		p->ethertype = be16(ctx->protocol);
	}
	return parse_network(view, p);
}

/* The headers are not all in the linear part of the packet: parses a copy. */
static inline_always int parse_copy(struct __sk_buff *ctx, struct packet *p, int link)
{
	u32 zero = 0;
	struct scratch *here = bpf_map_lookup_elem(&scratch, &zero);
	u32 length = ctx->len;
	int result = -1;

	if (!here || __sync_lock_test_and_set(&here->busy, 1))
		return -1;
	if (length > VIEW_COPY)
		length = VIEW_COPY;
	opaque(length);
	if (length > 0 && length <= VIEW_COPY &&
	    !bpf_skb_load_bytes(ctx, 0, here->record.payload, length)) {
		struct view view = { .data = here->record.payload, .length = length };
		__builtin_memset(p, 0, sizeof(*p));
		result = parse_view(ctx, &view, p, link);
	}
	__sync_lock_test_and_set(&here->busy, 0);
	return result;
}

static inline_always void observe_skb(struct __sk_buff *ctx, struct flow_counters *counters,
				      u8 hook, int link, u32 netns)
{
	if (flow_sample > 1 && !sampled(counters)) {
		u32 segments = ctx->gso_segs ? ctx->gso_segs : 1;
		add_to(counters, COUNT_SAMPLED_OUT, segments, hook);
		if (flow_count_seen)
			add_to(counters, COUNT_SEEN_PACKETS, segments, hook);
		return;
	}

	struct packet p;
	struct view view = {
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};

	__builtin_memset(&p, 0, sizeof(p));
	int failed = parse_view(ctx, &view, &p, link);
	if (unlikely(failed || (p.flags & FLOW_TRUNCATED)) &&
	    view.data + ctx->len > view.end) {
		add_to(counters, COUNT_SLOW_PARSE, 1, hook);
		failed = parse_copy(ctx, &p, link);
	}
	if (unlikely(failed)) {
		p.family = 0;
		p.bad_ip = 1;
	}
	/* Bytes on the wire that `len` leaves out: a tag taken off, loopback's empty link header. */
	u32 extra = 0;
	if (link == LINK_ETHERNET)
		extra = ctx->vlan_present ? VLAN_LEN : 0;
	else if (hook == HOOK_CGROUP_EGRESS)
		extra = ETH_LEN;
	measure(&p, ctx->len, extra, ctx->gso_segs, ctx->gso_size);
	forget(&p, ctx->len);

	struct origin o = {
		.ctx = ctx,
		.ifindex = ctx->ifindex,
		.netns = netns,
		.hook = hook,
	};
	account(&o, &p, counters);
}

/* A program on an interface. Loopback shows each packet twice, here: going out is the one counted. */
static inline_always int on_interface(struct __sk_buff *ctx, u8 hook, int link)
{
	struct flow_counters *counters;

	if (unlikely(ctx->ifindex == LOOPBACK_IFINDEX) &&
	    (flow_loopback != LOOPBACK_INTERFACE || hook == HOOK_TC_INGRESS))
		return TCX_NEXT;
	counters = counters_here();
	if (counters)
		observe_skb(ctx, counters, hook, link, flow_netns ? flow_netns : device_netns(ctx));
	return TCX_NEXT;
}

SEC("classifier")
int tc_ingress(struct __sk_buff *ctx)
{
	return on_interface(ctx, HOOK_TC_INGRESS, LINK_ETHERNET);
}

SEC("classifier")
int tc_egress(struct __sk_buff *ctx)
{
	return on_interface(ctx, HOOK_TC_EGRESS, LINK_ETHERNET);
}

SEC("classifier")
int tc_ingress_l3(struct __sk_buff *ctx)
{
	return on_interface(ctx, HOOK_TC_INGRESS, LINK_NONE);
}

SEC("classifier")
int tc_egress_l3(struct __sk_buff *ctx)
{
	return on_interface(ctx, HOOK_TC_EGRESS, LINK_NONE);
}

#endif
