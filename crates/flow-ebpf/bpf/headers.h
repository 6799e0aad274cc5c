/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Protocol headers as they are on the wire, and their numbers. */
#ifndef HEADERS_H
#define HEADERS_H

#include "bpf_defs.h"

#define ETH_LEN 14
#define VLAN_LEN 4
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8

#define PROTO_ICMP 1
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_ICMPV6 58
#define PROTO_SCTP 132
#define PROTO_UDPLITE 136

/* States of a TCP socket. */
#define TCP_STATE_SYN_SENT 2
#define TCP_STATE_SYN_RECV 3
#define TCP_STATE_TIME_WAIT 6
#define TCP_STATE_CLOSE 7
#define TCP_STATE_LISTEN 10
#define TCP_STATE_NEW_SYN_RECV 12

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* IPv4-mapped prefix as the second word of an address, its lower half. */
#define MAPPED 0xffff0000ULL

/*
 * None is packed: the fields lie where they would be anyway, and the compiler would else read them byte by byte.
 */

struct ethernet_header {
	u8 dmac[6];
	u8 smac[6];
	u16 type;
};

struct vlan_tag {
	u16 control;
	u16 type;
};

struct ipv4_header {
	u8 version_ihl;
	u8 tos;
	u16 total_length;
	u16 id;
	u16 fragment;
	u8 ttl;
	u8 proto;
	u16 checksum;
	u32 saddr;
	u32 daddr;
};

struct ipv6_header {
	u32 version_flow;
	u16 payload_length;
	u8 next;
	u8 hop_limit;
	u32 saddr[4];
	u32 daddr[4];
};

struct tcp_header {
	u16 sport;
	u16 dport;
	u32 seq;
	u32 ack;
	u8 offset_ns;
	u8 flags;
	u16 window;
};

struct port_header {
	u16 sport;
	u16 dport;
	u16 length;
	u16 checksum;
};

struct icmp_header {
	u8 type;
	u8 code;
	u16 checksum;
	u16 id;
	u16 sequence;
};

/* Room for any header that is read. */
union header {
	struct ethernet_header ethernet;
	struct vlan_tag vlan;
	struct ipv4_header ipv4;
	struct ipv6_header ipv6;
	struct tcp_header tcp;
	struct port_header ports;
	struct icmp_header icmp;
	u8 bytes[40];
};

_Static_assert(sizeof(struct ethernet_header) == 14 && sizeof(struct ipv4_header) == 20 &&
		       sizeof(struct ipv6_header) == 40 && sizeof(struct tcp_header) == 16,
	       "headers as on the wire");

/*
 * The type of the query that an ICMP message is or answers, else its own type. Query and answer are one connection. The
 * same pairs as in crates/flow-core/src/flow/icmp.rs.
 */
static inline_always u8 icmp_query_of(u8 proto, u8 type)
{
	if (proto == PROTO_ICMP) {
		if (type == 0)
			return 8;
		return type == 14 || type == 16 || type == 18 || type == 43 ? type - 1 : type;
	}
	return type == 129 || type == 140 || type == 161 ? type - 1 : type;
}

/* Whether a message carries an identifier, by which queries are told apart. */
static inline_always int icmp_has_id(u8 proto, u8 type)
{
	u8 query = icmp_query_of(proto, type);

	if (proto == PROTO_ICMP)
		return query == 8 || query == 13 || query == 15 || query == 17 || query == 42;
	return query == 128 || query == 160;
}

#endif
