/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Finds who owns the local end of a flow. */
#ifndef OWNER_H
#define OWNER_H

#include "kernel.h"
#include "packet.h"
#include "record.h"

/* Where a packet was met, and what is needed to ask the kernel more about it. */
struct origin {
	struct place at;
	struct __sk_buff *ctx; /* NULL at a tracepoint */
	void *socket; /* at a tracepoint: the sender's `struct sock`, which may be asked for its storage */
	void *bare; /* the same socket, which may only be read */
	u64 address; /* at a tracepoint: of the byte that offsets of a packet count from */
	u32 linear; /* at a tracepoint: bytes there */
};

static inline_always int owner_from_storage(struct owner *owner, struct flow_owner_info *stored)
{
	owner->found = 1;
	if (!stored)
		return 0;
	owner->info.cgroup_id = stored->cgroup_id;
	owner->info.cookie = stored->cookie;
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
	if (p->proto == PROTO_TCP) {
		/* That of the listening socket, where it was accepted. */
		owner->info.cookie = 0;
		owner_tcp(owner, sk);
	}
	bpf_sk_release(sk);
}

/* Whether a program at this place can find an owner at all. */
static inline_always int owner_can_find(u32 hook)
{
	return hook == HOOK_TC_INGRESS ? flow_owner & OWNER_LOOKUP :
	       hook == HOOK_NETIF_RECEIVE ? 0 : flow_owner & OWNER_SENDER;
}

/*
 * The process that is running owns the socket. Its name is that of the thread that leads it; where the kernel's types are
 * not known, that of the thread at work.
 */
static inline_always void owner_is_current(struct flow_owner_info *info)
{
	info->cgroup_id = bpf_get_current_cgroup_id();
	info->pid = bpf_get_current_pid_tgid() >> 32;
	info->uid = bpf_get_current_uid_gid();
#ifdef FLOW_FULL
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct *leader = READ(task, group_leader);
	bpf_probe_read_kernel(info->comm, sizeof(info->comm),
			      __builtin_preserve_access_index(&leader->comm));
#else
	bpf_get_current_comm(info->comm, sizeof(info->comm));
#endif
}

#ifdef FLOW_FULL

/* The control group of a socket, as far as this kernel's layout is known. */
static inline_always u64 socket_cgroup(struct sock *sk)
{
	if (!field_exists(sk->sk_cgrp_data.cgroup))
		return 0;
	struct cgroup *cgroup = READ(sk, sk_cgrp_data.cgroup);
	if (!cgroup)
		return 0;
	struct kernfs_node *kn = READ(cgroup, kn);
	return kn ? READ(kn, id) : 0;
}

/*
 * Whether an address is that of a whole socket. Smaller structures stand for connections that begin or have
 * ended, and old kernels use the field of a buffer for other things as well.
 */
static inline_always int is_whole_socket(struct sock *sk, const int typed)
{
	u8 state = FIELD(typed, sk, __sk_common.skc_state);

	return state && state != TCP_STATE_TIME_WAIT && state != TCP_STATE_NEW_SYN_RECV;
}

/* What a whole socket tells of itself by reading alone. */
static inline_always void owner_by_reading(struct sock *sk, struct owner *owner)
{
	owner->found = 1;
	if (!owner->known)
		owner->info.cgroup_id = socket_cgroup(sk);
	if (READ(sk, sk_protocol) == PROTO_TCP) {
		owner->rtt_us = READ((struct tcp_sock *)sk, srtt_us) >> 3;
		owner->retransmits = READ((struct tcp_sock *)sk, total_retrans);
	}
}

/* The owner of a whole socket that a tracepoint hands over. */
static inline_always void owner_of_socket(struct sock *sk, struct owner *owner)
{
	owner_from_storage(owner, bpf_sk_storage_get(&sock_owner, sk, NULL, 0));
	owner->info.cookie = bpf_get_socket_cookie(sk);
	owner_by_reading(sk, owner);
}

/*
 * The socket that a buffer hangs on, fit to be asked for its storage. New kernels do not allow that by the
 * buffer's pointer, but by the way through the open file that stands for the socket, if that comes back to it.
 */
static inline_always struct sock *socket_with_storage(struct sock *sk)
{
	struct socket *socket = sk->sk_socket;

	if (!socket)
		return NULL;
	struct sock *again = socket->sk;
	/* Else the compiler joins this with the way above, and to Linux 6.1 a pointer that may be 0 is a number. */
	opaque(again);
	return again && again == sk ? again : NULL;
}

#endif

/* The cookie of the socket that sends a packet, 0 where there is none. */
static noinline u64 sender_cookie(const struct origin *o, u32 hook)
{
	if (hook == HOOK_TC_EGRESS || hook == HOOK_CGROUP_EGRESS)
		return o->ctx && o->ctx->sk ? bpf_get_socket_cookie(o->ctx) : 0;
#ifdef FLOW_FULL
	if (hook == HOOK_NET_DEV_QUEUE)
		return o->socket ? bpf_get_socket_cookie(o->socket) : 0;
#endif
	return 0;
}

/* Spares the search for a packet without a socket. */
static inline_always int owner_may_be_found(const struct origin *o, u32 hook)
{
	if (hook == HOOK_TC_EGRESS || hook == HOOK_CGROUP_EGRESS)
		return o->ctx->sk != NULL;
	if (hook == HOOK_NET_DEV_QUEUE)
		return o->bare != NULL;
	return 1;
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
	else {
		owner->is_source = 1;
		if (o->socket)
			owner_of_socket(o->socket, owner);
		else if (o->bare)
			owner_by_reading(o->bare, owner);
	}
#endif
	return 0;
}

#endif
