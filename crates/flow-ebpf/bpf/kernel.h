/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Kernel structures, only the fields that are read. The loader moves each access to where the running
 * kernel has the field.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "maps.h"

#ifdef FLOW_FULL

#define RELOCATED __attribute__((preserve_access_index))

#define AF_INET 2
#define AF_INET6 10

struct ns_common {
	u32 inum;
} RELOCATED;

struct net {
	struct ns_common ns;
	struct net_device *loopback_dev;
} RELOCATED;

typedef struct {
	struct net *net;
} RELOCATED possible_net_t;

struct net_device {
	possible_net_t nd_net;
	int ifindex;
	u16 type;
} RELOCATED;

struct dst_entry {
	struct net_device *dev;
} RELOCATED;

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	char cb[48];
	unsigned long _skb_refdst;
	u32 len;
	u32 data_len;
	int skb_iif;
	u16 vlan_tci;
	u16 protocol;
	u16 network_header;
	u16 mac_header;
	u16 inner_transport_header;
	u32 tail;
	u32 end;
	unsigned char *head;
	unsigned char *data;
} RELOCATED;

/* Linux 6.2 and later. */
struct sk_buff___vlan_all {
	u32 vlan_all;
} RELOCATED;

/* Before that. */
struct sk_buff___vlan_present {
	u8 vlan_present : 1;
} RELOCATED;

struct skb_shared_info {
	u16 gso_size;
	u16 gso_segs;
	u32 gso_type;
} RELOCATED;

struct in6_addr {
	union {
		u32 u6_addr32[4];
	} in6_u;
} RELOCATED;

struct sock_common {
	u32 skc_daddr;
	u32 skc_rcv_saddr;
	u16 skc_dport;
	u16 skc_num;
	u16 skc_family;
	unsigned char skc_state;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
} RELOCATED;

struct kernfs_node {
	u64 id;
} RELOCATED;

struct cgroup {
	struct kernfs_node *kn;
} RELOCATED;

struct sock_cgroup_data {
	struct cgroup *cgroup;
} RELOCATED;

struct socket {
	struct sock *sk;
} RELOCATED;

struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket;
	u16 sk_protocol;
	struct dst_entry *sk_dst_cache;
	struct sock_cgroup_data sk_cgrp_data;
} RELOCATED;

struct inet_sock {
	u16 inet_sport;
} RELOCATED;

struct tcp_sock {
	u32 srtt_us;
	u32 total_retrans;
} RELOCATED;

/* Of `tcp_flags` only the lower byte: it has become wider. */
struct tcp_skb_cb {
	u16 tcp_gso_segs;
	u8 tcp_flags;
} RELOCATED;

struct css_set {
	struct cgroup *dfl_cgrp;
} RELOCATED;

typedef struct {
	u32 val;
} RELOCATED kuid_t;

struct cred {
	kuid_t uid;
} RELOCATED;

struct task_struct {
	int tgid;
	struct css_set *cgroups;
	const struct cred *cred;
	struct task_struct *group_leader;
	char comm[16];
} RELOCATED;

/* What the tracepoint hands over since Linux 6.11 tells whether it has the receiving socket. */
struct trace_event_raw_kfree_skb {
	void *rx_sk;
} RELOCATED;

/* Values of the second argument of __builtin_preserve_field_info. */
#define FIELD_BYTE_OFFSET 0
#define FIELD_EXISTS 2
#define FIELD_LSHIFT 4
#define FIELD_RSHIFT 5

#define field_exists(field) __builtin_preserve_field_info(field, FIELD_EXISTS)

/* Reads a field of a structure whose address is not typed; 0 where that fails. */
#define READ(pointer, field) \
	({ \
		typeof((pointer)->field) value_ = 0; \
		bpf_probe_read_kernel(&value_, sizeof(value_), \
				      __builtin_preserve_access_index(&(pointer)->field)); \
		value_; \
	})

static inline_always u32 netns_inode(struct net *net)
{
	return net ? READ(net, ns.inum) : 0;
}

/* A typed pointer is followed directly, any other address by a helper. `typed` is known to the compiler. */
#define FIELD(typed, pointer, field) ((typed) ? (pointer)->field : READ(pointer, field))

/* The context of a packet program is the kernel's own buffer. */
static inline_always u32 device_netns(struct __sk_buff *ctx)
{
	struct net_device *dev = READ((struct sk_buff *)ctx, dev);
	return dev ? netns_inode(READ(dev, nd_net.net)) : 0;
}

/* Bits of `gso_type`: include/linux/skbuff.h, SKB_GSO_TCPV4 and SKB_GSO_TCPV6. */
#define GSO_TCP (1 << 0 | 1 << 4)

/*
 * Bytes of all headers of a segment that a tunnel carries, from the first of the packet on; 0 where there is no tunnel.
 * `outer` is how many of them are known.
 */
static noinline u32 tunnel_headers(struct sk_buff *skb, u32 outer)
{
	u64 head = (u64)READ(skb, head);
	u64 data = (u64)READ(skb, data);
	u32 inner = READ(skb, inner_transport_header);
	u32 mac = READ(skb, mac_header);
	u32 begin = mac == 0xffff ? data - head : mac;
	struct skb_shared_info *shared = (void *)(head + READ(skb, end));
	u32 length = 8;

	if (inner < begin + outer)
		return 0;
	if (READ(shared, gso_type) & GSO_TCP) {
		u8 offset = 0;
		bpf_probe_read_kernel(&offset, 1, (void *)(head + inner + 12));
		length = (offset >> 4) * 4;
	}
	return inner - begin + length;
}

#else

struct sk_buff;

static inline_always u32 device_netns(struct __sk_buff *ctx)
{
	return 0;
}

static inline_always u32 tunnel_headers(struct sk_buff *skb, u32 outer)
{
	return 0;
}

#endif

#endif
