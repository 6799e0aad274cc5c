/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Packets as programs on interfaces and control groups meet them. */
#ifndef SKB_H
#define SKB_H

#include "kernel.h"
#include "observe.h"

static inline_always u32 tag_of(struct __sk_buff *ctx)
{
	return ctx->vlan_present ? TAG_PRESENT | ctx->vlan_tci : 0;
}

/* The fast way, for common headers in the linear part of the packet. */
static inline_always int parse_direct(struct __sk_buff *ctx, struct packet *p, u32 link)
{
	struct view view = {
		.kind = VIEW_DIRECT,
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};

	return parse_headers(&view, p, link, tag_of(ctx), be16(ctx->protocol));
}

/* The slow way, for all. */
noinline int parse_loaded(struct __sk_buff *ctx, struct packet *p, u32 link)
{
	struct view view = { .kind = VIEW_SKB, .ctx = ctx };

	if (!p)
		return 0;
	__builtin_memset(p, 0, sizeof(*p));
	if (parse_headers(&view, p, link, tag_of(ctx), be16(ctx->protocol))) {
		p->family = 0;
		p->bad_ip = 1;
	}
	return 0;
}

/* Parses into `p`; gives whether the slow way had to be taken. */
static inline_always int parse_skb(struct __sk_buff *ctx, struct packet *p, u32 link)
{
	__builtin_memset(p, 0, sizeof(*p));
	if (likely(parse_direct(ctx, p, link) == PARSE_OK))
		return 0;
	parse_loaded(ctx, p, link);
	return 1;
}

static inline_always void observe_skb(struct __sk_buff *ctx, struct flow_counters *counters,
				      u32 hook, u32 link, u32 netns)
{
	if (flow_sample > 1 && !sampled(counters)) {
		sampled_out(counters, ctx->gso_segs, hook);
		return;
	}

	struct packet p;
	if (unlikely(parse_skb(ctx, &p, link)))
		add_to(counters, COUNT_SLOW_PARSE, 1, hook);
	/* Bytes on the wire that `len` leaves out: a tag taken off, loopback's empty link header. */
	u32 extra = 0;
	if (link == LINK_ETHERNET)
		extra = ctx->vlan_present ? VLAN_LEN : 0;
	else if (hook == HOOK_CGROUP_EGRESS)
		extra = ETH_LEN;
	u32 inner = 0;
	if (unlikely(ctx->gso_size) && p.proto != PROTO_TCP)
		inner = tunnel_headers((void *)ctx, p.payload);
	measure(&p, ctx->len, extra, ctx->gso_segs, ctx->gso_size, inner);

	struct origin o = {
		.at = { .ifindex = ctx->ifindex, .netns = netns, .hook = hook },
		.ctx = ctx,
	};
	account(&o, &p, counters, hook);
}

#endif
