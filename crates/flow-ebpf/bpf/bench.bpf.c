// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* What the benchmark measures the others against: nothing, and the parser alone. */
#include "skb.h"

SEC("classifier")
int empty(struct __sk_buff *ctx)
{
	return TCX_NEXT;
}

SEC("classifier")
int parse_only(struct __sk_buff *ctx)
{
	struct packet p;

	parse_skb(ctx, &p, LINK_ETHERNET);
	measure(&p, ctx->len, 0, ctx->gso_segs, ctx->gso_size, 0);
	return p.src[1] + p.dst[1] + p.sport + p.dport + p.tcp_flags + p.bytes;
}

const char flow_license[] SEC("license") = "Dual MIT/GPL";
