/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The key of a packet's connection. */
#ifndef KEY_H
#define KEY_H

#include "maps.h"
#include "packet.h"

/* 1 where x < y, without a branch: see `make_key`. */
static inline_always u64 less(u64 x, u64 y)
{
	return ((~x & y) | ((~x | y) & (x - y))) >> 63;
}

_Static_assert(offset_of(struct flow_key, b_port) == offset_of(struct flow_key, a_port) + 2,
	       "both ports are written as one word");

/*
 * Fills the key; gives the sender's side, 0 or 1. Without branches, for the verifier would follow all that
 * comes after once for each way through.
 */
static inline_always u32 make_key(struct flow_key *key, const struct packet *p, u32 ifindex,
				  u32 netns)
{
	u64 high = p->src[0] ^ p->dst[0];
	u64 low = p->src[1] ^ p->dst[1];
	u32 port = p->sport ^ p->dport;
	u64 side = less(p->dst[1], p->src[1]);
	if (unlikely(!low))
		side = high ? less(p->dst[0], p->src[0]) : less(p->dport, p->sport);
	opaque(side);
	side &= 1;
	/* Takes one for the other where the sides are to be swapped. */
	u64 swap = -side;
	opaque(swap);
	high &= swap;
	low &= swap;
	port &= swap;
	key->a[0] = p->src[0] ^ high;
	key->a[1] = p->src[1] ^ low;
	key->b[0] = p->dst[0] ^ high;
	key->b[1] = p->dst[1] ^ low;
	u32 ports = (p->sport ^ port) | (p->dport ^ port) << 16;
	if (unlikely(p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6) &&
	    !(p->flags & FLOW_FRAGMENT)) {
		u32 query = icmp_query_of(p->proto, p->icmp_type);
		ports = p->icmp_id | query << 24 | p->icmp_code << 16;
	}
	/* Words, as the table's hash reads them: it would have to wait for parts of one to come together. */
	__builtin_memcpy(&key->a_port, &ports, sizeof(ports));
	/* 4 or 6. */
	key->place = ifindex | (u32)(p->family & 2) << 30;
	key->netns = netns;
	key->link = KEY_LINK(p->vlan, p->proto, p->inner_vlan);
	return side;
}

#endif
