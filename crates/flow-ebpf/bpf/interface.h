/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Programs on interfaces. */
#ifndef INTERFACE_H
#define INTERFACE_H

#include "skb.h"

/* A program on an interface. Loopback shows each packet twice, here: going out is the one counted. */
static inline_always int on_interface(struct __sk_buff *ctx, u32 hook, u32 link)
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
