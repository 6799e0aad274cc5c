/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Packets that the kernel drops, with its reason. */
#ifndef DROP_H
#define DROP_H

#include "trace.h"

static inline_always int is_loss(u32 reason)
{
	return reason != flow_no_loss_reasons[0] && reason != flow_no_loss_reasons[1] &&
	       reason != flow_no_loss_reasons[2] && reason != flow_no_loss_reasons[3];
}

/*
 * Whether the stack has taken an ICMPv6 message in: it is at its header or past it. Linux 6.1 then frees it with the reason
 * that stands for none, though it has been answered or learnt from.
 */
static inline_always int is_taken_in(u32 reason, const struct buffer *b, u32 begin,
				     const struct packet *p)
{
	return reason == flow_reason_taken_in && p->proto == PROTO_ICMPV6 &&
	       !(p->flags & (FLOW_FRAGMENT | FLOW_TRUNCATED)) &&
	       b->data + sizeof(struct icmp_header) >= begin + p->payload;
}

/* Parses a buffer wherever the stack is with it; gives the offset of the first byte, or NO_HEADER. */
static inline_always u32 parse_dropped(const struct buffer *b, struct packet *p)
{
	u32 link = b->network - b->mac;

	/* With its link header, if that lies right before the network header. */
	if (b->mac != NO_HEADER && b->mac < b->network && link >= ETH_LEN &&
	    link <= ETH_LEN + 2 * VLAN_LEN &&
	    !parse_at(b->head + b->mac, linear_from(b, b->mac), p,
			  PARSE_HINTS(LINK_ETHERNET, b->tag, 0)) &&
	    p->family && p->network >= link)
		return b->mac;
	if ((b->protocol == ETHERTYPE_IPV4 || b->protocol == ETHERTYPE_IPV6) &&
	    !parse_at(b->head + b->network, linear_from(b, b->network), p,
			  PARSE_HINTS(LINK_NONE, 0, b->protocol))) {
		if (b->tag)
			p->vlan = b->tag & 0xfff;
		return b->network;
	}
	return NO_HEADER;
}

/* Fills in the interface and the namespace; gives the direction. `sk`: the socket that gave it up, or the one on it. */
static inline_always u8 place_of_drop(struct sk_buff *skb, struct sock *sk, struct place *at,
				      const int typed)
{
	struct net_device *dev = FIELD(typed, skb, dev);
	u32 arrived = FIELD(typed, skb, skb_iif);

	at->netns = checked_netns(dev, typed);
	at->ifindex = arrived;
	if (at->netns) {
		at->ifindex = FIELD(typed, dev, ifindex);
	} else {
		/* On its way out it has a route before it has a device. The lowest bit tells of references. */
		struct dst_entry *dst = (void *)(FIELD(typed, skb, _skb_refdst) & ~1UL);
		dev = dst ? READ(dst, dev) : NULL;
		at->netns = checked_netns(dev, 0);
		if (at->netns && !arrived)
			at->ifindex = READ(dev, ifindex);
		if (!at->netns && sk)
			at->netns = socket_netns(sk);
	}
	return arrived && arrived == at->ifindex ? DIRECTION_INGRESS : DIRECTION_EGRESS;
}

/*
 * Whether the socket on a buffer sent the packet. On its way in, a packet may carry the socket that it is for, or
 * still the sender's, where it came through a virtual link.
 */
static inline_always int is_sender(struct sock *sk, const struct packet *p, u8 direction)
{
	u16 family = READ(sk, __sk_common.skc_family);

	if (direction == DIRECTION_EGRESS || (family != AF_INET && family != AF_INET6))
		return 1;
	return be16(READ((struct inet_sock *)sk, inet_sport)) != p->dport;
}

/* `receiver`: the socket that gave the packet up, where the kernel tells. */
static inline_always int on_drop(struct sk_buff *skb, u32 reason, struct sock *receiver,
				 const int typed)
{
	struct place at = { .hook = HOOK_KFREE_SKB };
	struct owner owner;
	struct buffer b;
	struct packet p;

	if (!is_loss(reason)) {
		count_atomic(COUNT_DROPS_NO_LOSS, 1);
		return 0;
	}
	/* Local sockets and others that know no network have none. */
	if (!FIELD(typed, skb, protocol)) {
		count_atomic(COUNT_DROPS_UNREADABLE, 1);
		return 0;
	}
	struct sock *sk = FIELD(typed, skb, sk);
	u8 direction = place_of_drop(skb, typed && receiver ? receiver : sk, &at, typed);
	if (!drop_watched(at.netns, at.ifindex))
		return 0;
	read_buffer(skb, &b, typed);
	u32 begin = parse_dropped(&b, &p);
	opaque(begin);
	if (begin == NO_HEADER) {
		count_atomic(COUNT_DROPS_UNREADABLE, 1);
		return 0;
	}
	if (is_taken_in(reason, &b, begin, &p)) {
		count_atomic(COUNT_DROPS_NO_LOSS, 1);
		return 0;
	}
	/* The stack may have taken headers off: the IP header knows better. */
	u32 length = p.end ? p.end : b.len + b.data - begin;
	measure(&p, length, b.tag && begin == b.mac ? VLAN_LEN : 0, b.gso_segs, b.gso_size, 0);
	if (flow_filter && !filter_passes(&p))
		return 0;
	__builtin_memset(&owner, 0, sizeof(owner));
	if (flow_owner && typed && receiver) {
		if (is_whole_socket(receiver, 0))
			owner_of_socket(receiver, &owner);
	} else if (flow_owner && sk) {
		owner.is_source = is_sender(sk, &p, direction);
		if (is_whole_socket(sk, 0)) {
			struct sock *asked = typed ? socket_with_storage(sk) : NULL;
			if (asked)
				owner_of_socket(asked, &owner);
			else
				owner_by_reading(sk, &owner);
		}
	}
	struct flow_event *r = reserve_event(bpf_get_smp_processor_id());
	if (!r)
		return 0;
	fill_single(r, &at, &p, &owner, RECORD_OF(KIND_DROP, 0, beginner(&p)));
	r->sample_rate = 1;
	r->direction = direction;
	r->verdict = VERDICT_DROPPED;
	r->drop_reason = reason;
	record_submit(r);
	return 0;
}

SEC("tp_btf/kfree_skb")
int kfree_skb(u64 *ctx)
{
	struct trace_event_raw_kfree_skb *raw = NULL;
	struct sock *receiver = NULL;

	if (field_exists(raw->rx_sk))
		receiver = (void *)ctx[3];
	return on_drop((void *)ctx[0], ctx[2], receiver, 1);
}

/* Where the tracepoint has no type information. */
SEC("raw_tp/kfree_skb")
int kfree_skb_raw(u64 *ctx)
{
	return on_drop((void *)ctx[0], ctx[2], NULL, 0);
}

#endif
