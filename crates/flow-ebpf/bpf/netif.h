/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Packets of every interface of every namespace, by two tracepoints. */
#ifndef NETIF_H
#define NETIF_H

#include "trace.h"

static inline_always int observe_buffer(struct sk_buff *skb, u32 hook)
{
	struct net_device *dev = skb->dev;
	struct flow_counters *counters;
	struct origin o;
	struct buffer b;
	struct packet p;

	if (!dev)
		return 0;
	u32 ifindex = dev->ifindex;
	/* Loopback shows each packet twice: going out is the one counted. */
	if (unlikely(ifindex == LOOPBACK_IFINDEX) &&
	    (flow_loopback != LOOPBACK_INTERFACE || hook == HOOK_NETIF_RECEIVE))
		return 0;
	u32 netns = dev->nd_net.net->ns.inum;
	if (flow_netns && netns != flow_netns)
		return 0;
	counters = counters_here();
	if (!counters)
		return 0;
	/* Here, where it is done once: to follow typed pointers is slow work for the verifier. */
	o.socket = NULL;
	o.bare = NULL;
	if (hook == HOOK_NET_DEV_QUEUE && (flow_owner & OWNER_SENDER)) {
		struct sock *sk = skb->sk;
		if (sk && is_whole_socket(sk, 1)) {
			o.bare = sk;
			o.socket = socket_with_storage(sk);
		}
	}
	int taken = flow_sample <= 1 || sampled(counters);
	read_buffer(skb, &b, 1);
	if (!taken) {
		sampled_out(counters, b.gso_segs, hook);
		return 0;
	}

	u16 type = dev->type;
	u32 link = type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK ? LINK_ETHERNET : LINK_NONE;
	/* Coming in, the stack is past the link header and has not noted the network header yet. */
	u32 begin = b.data;
	if (hook == HOOK_NETIF_RECEIVE) {
		if (link == LINK_ETHERNET)
			begin = b.mac;
	} else if (link == LINK_NONE) {
		begin = b.network;
	}
	o.at.ifindex = ifindex;
	o.at.netns = netns;
	o.at.hook = hook;
	o.ctx = NULL;
	o.address = b.head + begin;
	o.linear = linear_from(&b, begin);
	if (parse_at(o.address, o.linear, &p, PARSE_HINTS(link, b.tag, b.protocol))) {
		p.family = 0;
		p.bad_ip = 1;
	}
	u32 extra = link == LINK_ETHERNET && b.tag ? VLAN_LEN : 0;
	u32 inner = 0;
	if (unlikely(b.gso_size) && p.proto != PROTO_TCP)
		inner = tunnel_headers(skb, p.payload);
	measure(&p, b.len + b.data - begin, extra, b.gso_segs, b.gso_size, inner);
	account(&o, &p, counters, hook);
	return 0;
}

SEC("tp_btf/netif_receive_skb")
int netif_receive_skb(u64 *ctx)
{
	return observe_buffer((void *)ctx[0], HOOK_NETIF_RECEIVE);
}

SEC("tp_btf/net_dev_queue")
int net_dev_queue(u64 *ctx)
{
	return observe_buffer((void *)ctx[0], HOOK_NET_DEV_QUEUE);
}

#endif
