/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What TCP sockets do: states, and segments sent again. */
#ifndef TCP_H
#define TCP_H

#include "trace.h"

/* The ends of a socket, the local one as the sender; 0 where it has no IP addresses. */
static inline_always int socket_ends(const struct sock *sk, struct packet *p)
{
	const struct sock_common *common = &sk->__sk_common;

	if (common->skc_family == AF_INET) {
		p->src[1] = (u64)common->skc_rcv_saddr << 32 | MAPPED;
		p->dst[1] = (u64)common->skc_daddr << 32 | MAPPED;
		p->family = 4;
	} else if (common->skc_family == AF_INET6) {
		const u32 *local = common->skc_v6_rcv_saddr.in6_u.u6_addr32;
		const u32 *remote = common->skc_v6_daddr.in6_u.u6_addr32;
		p->src[0] = (u64)local[1] << 32 | local[0];
		p->src[1] = (u64)local[3] << 32 | local[2];
		p->dst[0] = (u64)remote[1] << 32 | remote[0];
		p->dst[1] = (u64)remote[3] << 32 | remote[2];
		p->family = 6;
		/* IPv4 by way of an IPv6 socket; its own address may not be chosen yet. */
		if (!p->dst[0] && (u32)p->dst[1] == MAPPED) {
			p->src[1] |= MAPPED;
			p->family = 4;
		}
	} else {
		return 0;
	}
	/* Stays when the port is given back, as `skc_num` does not. */
	p->sport = be16(READ((struct inet_sock *)sk, inet_sport));
	p->dport = be16(common->skc_dport);
	p->proto = PROTO_TCP;
	p->ethertype = p->family == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
	return 1;
}

/* The interface that a socket is bound to, else that of its route; 0 where it has neither yet. */
static inline_always u32 socket_interface(struct sock *sk)
{
	u32 bound = sk->__sk_common.skc_bound_dev_if;
	struct dst_entry *route = READ(sk, sk_dst_cache);

	if (bound || !route)
		return bound;
	struct net_device *dev = READ(route, dev);
	return dev ? READ(dev, ifindex) : 0;
}

/* The parts that both records have; NULL where there is nothing to report or no room. */
static inline_always struct flow_event *socket_event(struct sock *sk, const struct packet *p,
						     u32 kind, u32 hook, struct owner *owner,
						     u32 state)
{
	struct place at = { .hook = hook };

	if (flow_filter && !filter_passes(p))
		return NULL;
	at.netns = socket_netns(sk);
	at.ifindex = socket_interface(sk);
	if (!socket_watched(at.netns, at.ifindex))
		return NULL;
	/* All events of a socket by one ring buffer, so that they keep their order. */
	struct flow_event *r = reserve_event(bpf_get_socket_cookie(sk));
	if (!r)
		return NULL;
	owner->is_source = 1;
	fill_single(r, &at, p, owner, RECORD_OF(kind, 0, REPLY_UNKNOWN));
	/* Who calls is known by these states alone. */
	if (state == TCP_STATE_SYN_SENT)
		r->is_reply = REPLY_NO;
	else if (state == TCP_STATE_SYN_RECV)
		r->is_reply = REPLY_YES;
	r->sample_rate = 1;
	r->verdict = VERDICT_TRACED;
	r->tcp_state = state;
	return r;
}

SEC("tp_btf/inet_sock_set_state")
int inet_sock_set_state(u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	u32 old = ctx[1];
	u32 new = ctx[2];
	struct owner owner;
	struct packet p;

	if (sk->sk_protocol != PROTO_TCP)
		return 0;
	/*
	 * To connect and to listen is done by a process: whoever made the socket may not be known, as where the kernel
	 * made it on the behalf of another one (MPTCP).
	 */
	if (flow_owner && old == TCP_STATE_CLOSE &&
	    (new == TCP_STATE_SYN_SENT || new == TCP_STATE_LISTEN)) {
		struct flow_owner_info *stored =
			bpf_sk_storage_get(&sock_owner, sk, NULL, STORAGE_GET_CREATE);
		if (stored && !stored->cgroup_id)
			owner_is_current(stored);
	}
	if (!flow_tcp_state)
		return 0;
	__builtin_memset(&p, 0, sizeof(p));
	if (!socket_ends(sk, &p))
		return 0;
	__builtin_memset(&owner, 0, sizeof(owner));
	if (flow_owner)
		owner_of_socket(sk, &owner);
	struct flow_event *r =
		socket_event(sk, &p, KIND_TCP_STATE, HOOK_SOCK_STATE, &owner, new);
	if (!r)
		return 0;
	r->tcp_state_old = old;
	record_submit(r);
	return 0;
}

SEC("tp_btf/tcp_retransmit_skb")
int tcp_retransmit_skb(u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct sk_buff *skb = (void *)ctx[1];
	struct tcp_skb_cb *control = (void *)&skb->cb;
	struct owner owner;
	struct packet p;

	__builtin_memset(&p, 0, sizeof(p));
	if (!socket_ends(sk, &p))
		return 0;
	p.tcp_flags = READ(control, tcp_flags);
	p.bytes = READ(skb, len);
	p.length = p.bytes;
	p.packets = READ(control, tcp_gso_segs);
	if (!p.packets)
		p.packets = 1;
	__builtin_memset(&owner, 0, sizeof(owner));
	if (flow_owner)
		owner_of_socket(sk, &owner);
	else
		owner_by_reading(sk, &owner);
	struct flow_event *r = socket_event(sk, &p, KIND_TCP_RETRANSMIT, HOOK_TCP_RETRANSMIT,
					    &owner, sk->__sk_common.skc_state);
	if (r)
		record_submit(r);
	return 0;
}

#endif
