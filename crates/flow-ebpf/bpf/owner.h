/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Finds who owns the local end of a flow. */
#ifndef OWNER_H
#define OWNER_H

#include "maps.h"
#include "packet.h"
#include "record.h"

/* Where a packet was met, and what is needed to ask the kernel more about it. */
struct origin {
	struct place at;
	struct __sk_buff *ctx; /* NULL at a tracepoint */
	void *socket; /* at a tracepoint: the sender's `struct sock`, or NULL */
	u64 address; /* at a tracepoint: of the byte that offsets of a packet count from */
	u32 linear; /* at a tracepoint: bytes there */
};

static inline_always int owner_from_storage(struct owner *owner, struct flow_owner_info *stored)
{
	owner->found = 1;
	if (!stored)
		return 0;
	owner->info.cgroup_id = stored->cgroup_id;
	owner->info.pid = stored->pid;
	owner->info.uid = stored->uid;
	__builtin_memcpy(owner->info.comm, stored->comm, sizeof(stored->comm));
	owner->known = 1;
	return 1;
}

static inline_always void owner_tcp(struct owner *owner, struct bpf_sock *sk)
{
	struct bpf_tcp_sock *tcp = bpf_tcp_sock(sk);
	if (!tcp)
		return;
	owner->rtt_us = tcp->srtt_us >> 3;
	owner->retransmits = tcp->total_retrans;
}

/* The socket that the packet hangs on: the sender's, or the receiver's for an incoming one. */
static inline_always void owner_of_packet(const struct origin *o, const struct packet *p,
					  struct owner *owner, u32 hook)
{
	struct bpf_sock *sk = o->ctx->sk;
	if (!sk)
		return;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return;
	owner->is_source = hook != HOOK_CGROUP_INGRESS;
	if (!owner_from_storage(owner, bpf_sk_storage_get(&sock_owner, sk, NULL, 0))) {
		if (hook == HOOK_TC_EGRESS)
			owner->info.cgroup_id = bpf_skb_cgroup_id(o->ctx);
		else
			owner->info.cgroup_id = bpf_sk_cgroup_id(sk);
	}
	owner->info.cookie = bpf_get_socket_cookie(o->ctx);
	if (p->proto == PROTO_TCP)
		owner_tcp(owner, sk);
}

/*
 * The socket that will get an incoming packet, by the kernel's own lookup: at this point the packet
 * has none, or still the sender's where it came through a virtual link.
 */
static inline_always void owner_by_lookup(const struct origin *o, const struct packet *p,
					  struct owner *owner)
{
	struct bpf_sock_tuple tuple;
	struct bpf_sock *sk;
	u32 size;

	if (p->flags & (FLOW_FRAGMENT | FLOW_TRUNCATED))
		return;
	if (p->proto != PROTO_TCP && p->proto != PROTO_UDP)
		return;
	if (p->family == 4) {
		tuple.ipv4.saddr = p->src[1] >> 32;
		tuple.ipv4.daddr = p->dst[1] >> 32;
		tuple.ipv4.sport = be16(p->sport);
		tuple.ipv4.dport = be16(p->dport);
		size = sizeof(tuple.ipv4);
	} else {
		__builtin_memcpy(tuple.ipv6.saddr, p->src, 16);
		__builtin_memcpy(tuple.ipv6.daddr, p->dst, 16);
		tuple.ipv6.sport = be16(p->sport);
		tuple.ipv6.dport = be16(p->dport);
		size = sizeof(tuple.ipv6);
	}
	/* -1: the namespace of the packet's device. */
	if (p->proto == PROTO_TCP)
		sk = bpf_sk_lookup_tcp(o->ctx, &tuple, size, -1, 0);
	else
		sk = bpf_sk_lookup_udp(o->ctx, &tuple, size, -1, 0);
	if (!sk)
		return;
	owner->is_source = 0;
	owner_from_storage(owner, bpf_sk_storage_get(&sock_owner, sk, NULL, 0));
	if (p->proto == PROTO_TCP)
		owner_tcp(owner, sk);
	bpf_sk_release(sk);
}

/* Whether a program at this place can find an owner at all. */
static inline_always int owner_can_find(u32 hook)
{
	return hook == HOOK_TC_INGRESS ? flow_owner & OWNER_LOOKUP :
	       hook == HOOK_NETIF_RECEIVE ? 0 : flow_owner & OWNER_SENDER;
}

static noinline int owner_find(const struct origin *o, const struct packet *p, struct owner *owner,
			       u32 hook)
{
	if (!owner_can_find(hook))
		return 0;
	if (hook == HOOK_TC_INGRESS)
		owner_by_lookup(o, p, owner);
	else if (hook != HOOK_NET_DEV_QUEUE)
		owner_of_packet(o, p, owner, hook);
#ifdef FLOW_FULL
	else
		owner_of_socket(o, owner);
#endif
	return 0;
}

#endif
