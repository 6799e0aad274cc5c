/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Room in a ring buffer, and the parts that every record has. */
#ifndef RECORD_H
#define RECORD_H

#include "maps.h"
#include "packet.h"

#define ON_RING(number, call, ...) \
	switch ((number) & flow_ring_mask) { \
	case 0: \
		return call(&events_0, __VA_ARGS__); \
	case 1: \
		return call(&events_1, __VA_ARGS__); \
	case 2: \
		return call(&events_2, __VA_ARGS__); \
	case 3: \
		return call(&events_3, __VA_ARGS__); \
	case 4: \
		return call(&events_4, __VA_ARGS__); \
	case 5: \
		return call(&events_5, __VA_ARGS__); \
	case 6: \
		return call(&events_6, __VA_ARGS__); \
	default: \
		return call(&events_7, __VA_ARGS__); \
	}

static inline_always struct flow_event *record_reserve_on(u32 ring)
{
	ON_RING(ring, bpf_ringbuf_reserve, sizeof(struct flow_event), 0)
}

static inline_always struct flow_event *record_reserve(void)
{
	return record_reserve_on(bpf_get_smp_processor_id());
}

/* The same, where speed matters less than size. */
static noinline struct flow_event *record_reserve_slow(void)
{
	return record_reserve();
}

/* One end of a packet as a number whose high bits are well mixed. */
static inline_always u64 mixed(const u64 *address, u16 port)
{
	u64 x = (address[0] ^ port) * 0x9e3779b97f4a7c15ULL;

	x = ((x ^ x >> 32) + address[1]) * 0xbf58476d1ce4e5b9ULL;
	return (x ^ x >> 29) * 0x94d049bb133111ebULL;
}

/*
 * The ring buffer of a connection's captured payload: the same for both directions, on every processor and
 * at every interface. So a request is in it before its response, and one thread can pair them.
 */
static inline_always u32 ring_of(const struct packet *p)
{
	return (mixed(p->src, p->sport) + mixed(p->dst, p->dport) + p->proto) >> 60;
}

static inline_always long record_output(void *record, u32 size, u32 ring)
{
	ON_RING(ring, bpf_ringbuf_output, record, size, 0)
}

static inline_always void record_submit(struct flow_event *r)
{
	bpf_ringbuf_submit(r, 0);
}

/* Where a packet was met. */
struct place {
	u32 ifindex;
	u32 netns;
	u32 hook; /* enum flow_hook */
};

/* What is found about the local end of a packet. */
struct owner {
	struct flow_owner_info info;
	u32 rtt_us;
	u32 retransmits;
	u32 found; /* a local socket was found */
	u32 known; /* and its process */
	u32 is_source;
	u32 padding;
};

static inline_always void record_begin(struct flow_event *r, u8 kind, u8 hook)
{
	r->kind = kind;
	r->version = FLOW_EVENT_VERSION;
	r->header_len = sizeof(*r);
	r->payload_len = 0;
	r->hook = hook;
	r->cpu = bpf_get_smp_processor_id();
	r->sample_rate = flow_sample;
	r->capture_kind = CAPTURE_NONE;
	r->tcp_state = 0;
	r->tcp_state_old = 0;
	r->drop_reason = 0;
}

static inline_always void record_owner(struct flow_event *r, const struct flow_owner_info *owner)
{
	r->cgroup_id = owner->cgroup_id;
	r->socket_cookie = owner->cookie;
	r->pid = owner->pid;
	r->uid = owner->uid;
	__builtin_memcpy(r->comm, owner->comm, sizeof(r->comm));
}

/* The fields that one packet's headers give. */
static inline_always void record_packet(struct flow_event *r, const struct packet *p)
{
	__builtin_memcpy(r->saddr, p->src, 16);
	__builtin_memcpy(r->daddr, p->dst, 16);
	r->sport = p->sport;
	r->dport = p->dport;
	r->proto = p->proto;
	r->ip_version = p->family;
	r->tcp_flags = p->tcp_flags;
	r->icmp_type = p->icmp_type;
	r->icmp_code = p->icmp_code;
	r->forward_bytes = p->bytes;
	r->forward_packets = p->packets;
	r->reverse_bytes = 0;
	r->reverse_packets = 0;
	__builtin_memcpy(r->smac, p->smac, 6);
	__builtin_memcpy(r->dmac, p->dmac, 6);
	r->ethertype = p->ethertype;
	r->vlan = p->vlan;
	r->packet_len = p->length;
	r->flags = p->flags;
}

static inline_always u8 direction_of(u8 hook)
{
	switch (hook) {
	case HOOK_TC_INGRESS:
	case HOOK_CGROUP_INGRESS:
	case HOOK_NETIF_RECEIVE:
		return DIRECTION_INGRESS;
	case HOOK_TC_EGRESS:
	case HOOK_CGROUP_EGRESS:
	case HOOK_NET_DEV_QUEUE:
		return DIRECTION_EGRESS;
	default:
		return DIRECTION_UNKNOWN;
	}
}

/*
 * Functions that are not static are checked by the verifier once each, with arguments that may be anything, and
 * what they return and write may be anything to their callers. So the many ways through one do not multiply
 * with those through the next. Pointers have to be tested: the verifier takes them for NULL, too.
 */

/* Which end began, as far as one packet tells: 1 its sender, 2 its receiver, 0 unknown. */
static inline_always u32 beginner(const struct packet *p)
{
	if (p->flags & (FLOW_FRAGMENT | FLOW_TRUNCATED))
		return 0;
	if (p->proto == PROTO_TCP) {
		if (!(p->tcp_flags & TCP_SYN))
			return 0;
		return p->tcp_flags & TCP_ACK ? 2 : 1;
	}
	if ((p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6) &&
	    icmp_has_id(p->proto, p->icmp_type))
		return icmp_query_of(p->proto, p->icmp_type) == p->icmp_type ? 1 : 2;
	return 0;
}

/* Kind and trigger of a record, and whether it is of a reply, as one number. */
#define RECORD_OF(kind, trigger, reply) ((kind) | (trigger) << 8 | (reply) << 16)

/* A record of one packet. */
static inline_always void fill_packet(struct flow_event *r, const struct place *at,
				      const struct packet *p, const struct owner *owner, u32 what)
{
	u64 now = bpf_ktime_get_boot_ns();

	record_begin(r, what, at->hook);
	record_packet(r, p);
	record_owner(r, &owner->info);
	if (owner->is_source)
		r->flags |= FLOW_OWNER_IS_SOURCE;
	r->time_ns = now;
	r->first_ns = now;
	r->direction = direction_of(at->hook);
	r->verdict = VERDICT_FORWARDED;
	r->ifindex = at->ifindex;
	r->netns = at->netns;
	r->rtt_us = owner->rtt_us;
	r->retransmits = owner->retransmits;
	r->is_reply = what >> 16;
	r->trigger = what >> 8;
}

/* The same, where speed matters less than size. */
noinline int fill_single(struct flow_event *r, const struct place *at, const struct packet *p,
			 const struct owner *owner, u32 what)
{
	if (r && at && p && owner)
		fill_packet(r, at, p, owner, what);
	return 0;
}

#endif
