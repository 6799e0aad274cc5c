/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Packets as tracepoints meet them: the kernel's own buffer. */
#ifndef TRACE_H
#define TRACE_H

#include "kernel.h"
#include "observe.h"
#include "watch.h"

#define ARPHRD_ETHER 1
#define ARPHRD_LOOPBACK 772
/* No link header has been noted. */
#define NO_HEADER 0xffff

/* What is needed of a buffer. Offsets are from `head`. */
struct buffer {
	u64 head;
	u32 data; /* where the stack reads now */
	u32 tail; /* end of the linear part */
	u32 mac; /* link header, or NO_HEADER */
	u32 network; /* network header */
	u32 len; /* bytes from `data` on, in all */
	u32 tag; /* as for `parse_headers` */
	u32 gso_segs;
	u32 gso_size;
	u16 protocol;
};

/* The VLAN tag beside the packet. */
static inline_always u32 buffer_tag(struct sk_buff *skb, const int typed)
{
	struct sk_buff___vlan_all *now = (void *)skb;
	struct sk_buff___vlan_present *old = (void *)skb;

	if (field_exists(now->vlan_all)) {
		if (!FIELD(typed, now, vlan_all))
			return 0;
	} else if (field_exists(old->vlan_present)) {
		u64 bits = 0;
		u32 offset = __builtin_preserve_field_info(old->vlan_present, FIELD_BYTE_OFFSET);
		bpf_probe_read_kernel(&bits, 1, (void *)skb + offset);
		/* The shifts are those of a value of eight bytes. */
		bits <<= __builtin_preserve_field_info(old->vlan_present, FIELD_LSHIFT);
		bits >>= __builtin_preserve_field_info(old->vlan_present, FIELD_RSHIFT);
		if (!bits)
			return 0;
	}
	return TAG_PRESENT | FIELD(typed, skb, vlan_tci);
}

static inline_always void read_buffer(struct sk_buff *skb, struct buffer *b, const int typed)
{
	/* By the helper: followed directly, it would be a pointer to the verifier, and no number. */
	b->head = (u64)READ(skb, head);
	b->data = typed ? (u64)skb->data - (u64)skb->head : (u64)READ(skb, data) - b->head;
	b->tail = FIELD(typed, skb, tail);
	b->mac = FIELD(typed, skb, mac_header);
	b->network = FIELD(typed, skb, network_header);
	b->len = FIELD(typed, skb, len);
	b->protocol = be16(FIELD(typed, skb, protocol));
	b->tag = buffer_tag(skb, typed);
	struct skb_shared_info *shared = (void *)(b->head + FIELD(typed, skb, end));
	b->gso_size = READ(shared, gso_size);
	b->gso_segs = b->gso_size ? READ(shared, gso_segs) : 0;
}

/* Bytes of the linear part from `offset` on. */
static inline_always u32 linear_from(const struct buffer *b, u32 offset)
{
	return b->tail > offset ? b->tail - offset : 0;
}

/* Link, tag and EtherType as one number: a function has five arguments at most. */
#define PARSE_HINTS(link, tag, protocol) ((u64)(link) << 48 | (u64)(tag) << 16 | (protocol))

/* The fast way, in a copy of which `length` bytes are filled. */
noinline int parse_copied(struct header_copy *copy, u32 length, struct packet *p, u64 hints)
{
	struct view view = { .kind = VIEW_COPY, .data = copy, .length = length };

	if (!copy || !p)
		return PARSE_BAD;
	return parse_headers(&view, p, hints >> 48, hints >> 16 & 0x1ffff, hints);
}

/* The slow way, at an address of which `length` bytes are there. */
noinline int parse_memory(u64 address, u32 length, struct packet *p, u64 hints)
{
	struct view view = { .kind = VIEW_KERNEL, .address = address, .length = length };

	if (!p)
		return PARSE_BAD;
	__builtin_memset(p, 0, sizeof(*p));
	return parse_headers(&view, p, hints >> 48, hints >> 16 & 0x1ffff, hints);
}

/*
 * Parses what is at an address, of which `length` bytes are there. PARSE_OK, or what is wrong.
 */
static noinline int parse_at(u64 address, u32 length, struct packet *p, u64 hints)
{
	struct header_copy copy;
	u32 size = length < COPY_SIZE ? length : COPY_SIZE;

	__builtin_memset(p, 0, sizeof(*p));
	__builtin_memset(&copy, 0, sizeof(copy));
	opaque(size);
	if (size > COPY_SIZE || bpf_probe_read_kernel(&copy, size, (void *)address))
		return PARSE_BAD;
	int result = parse_copied(&copy, size, p, hints);
	if (unlikely(result != PARSE_OK))
		result = parse_memory(address, length, p, hints);
	return result;
}

/*
 * Network namespace of a device whose address may be something else, for the field is used in other ways, too,
 * while a buffer waits in a queue. A namespace is known by its loopback device, which points back at it.
 */
static inline_always u32 checked_netns(struct net_device *dev, const int typed)
{
	struct net *net = dev ? FIELD(typed, dev, nd_net.net) : NULL;
	struct net_device *loopback = net ? FIELD(typed, net, loopback_dev) : NULL;

	if (!loopback || FIELD(typed, loopback, nd_net.net) != net)
		return 0;
	return FIELD(typed, net, ns.inum);
}

static inline_always u32 socket_netns(struct sock *sk)
{
	return netns_inode(READ(sk, __sk_common.skc_net.net));
}

/* A record that counts nothing of a flow: a drop, or what a socket does. */
static inline_always struct flow_event *reserve_event(u32 ring)
{
	struct flow_event *r = record_reserve_on(ring);

	if (!r)
		count_atomic(COUNT_LOST_RECORDS, 1);
	return r;
}

#endif
