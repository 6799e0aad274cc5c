/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reads the headers of one packet: what names its flow, and its length on the wire. */
#ifndef PACKET_H
#define PACKET_H

#include "bpf_defs.h"
#include "flow_event.h"

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

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* Extension headers followed before a packet is called truncated. */
#define MAX_EXTENSIONS 8

/* IPv4-mapped prefix as the second word of an address, its lower half. */
#define MAPPED 0xffff0000ULL

/* What the headers tell. Offsets are from the first byte of the view. */
struct packet {
	u64 src[2];
	u64 dst[2];
	u8 smac[6];
	u8 dmac[6];
	u16 sport;
	u16 dport;
	u16 ethertype;
	u16 vlan;
	u16 tcp_flags;
	u16 flags; /* FLOW_FRAGMENT, FLOW_TRUNCATED, FLOW_MALFORMED */
	u16 icmp_id;
	u8 icmp_type;
	u8 icmp_code;
	u8 proto;
	u8 family; /* 4, 6; 0: no IP header that can be read */
	u8 bad_ip; /* an IP header was expected and could not be read */
	u32 network; /* offset of the IP header */
	u32 payload; /* offset of the first byte after the last header read */
	u32 end; /* offset of the first byte after the IP packet */
	u32 packets; /* on the wire */
	u32 bytes; /* on the wire, with the link header of each */
	u32 length; /* of the packet as the stack holds it, from the link header on */
} __attribute__((aligned(8)));

/*
 * Makes the verifier forget what it knows of `p` on each of the many ways through the parser, which
 * would multiply with those of what follows: after a write at an unknown place of the stack, all of it may hold
 * anything. The write changes nothing.
 */
#define FORGET_SPAN 64
_Static_assert(sizeof(struct packet) <= 2 * FORGET_SPAN && sizeof(struct packet) > FORGET_SPAN,
	       "forget reaches all of a packet");

static inline_always void forget(struct packet *p, u32 anything)
{
	u32 first = anything & (FORGET_SPAN - 1);
	volatile u8 *head = (u8 *)p + first;
	volatile u8 *tail = (u8 *)p + sizeof(*p) - FORGET_SPAN + first;

	*head = *head;
	*tail = *tail;
}

/* The bytes to parse: packet memory, or a copy of VIEW_COPY bytes of which `length` are filled. */
#define VIEW_COPY 256

struct view {
	void *data;
	void *end; /* NULL for a copy */
	u32 length;
};

/* `size` bytes at `offset`, or NULL where they are not there. */
static inline_always void *view_at(const struct view *view, u32 offset, const u32 size)
{
	if (view->end) {
		void *p = view->data + offset;
		return p + size <= view->end ? p : NULL;
	}
	opaque(offset);
	if (offset > VIEW_COPY - size || offset + size > view->length)
		return NULL;
	return view->data + offset;
}

struct ethernet_header {
	u8 dmac[6];
	u8 smac[6];
	u16 type;
} __attribute__((packed));

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
} __attribute__((packed));

struct ipv6_header {
	u32 version_flow;
	u16 payload_length;
	u8 next;
	u8 hop_limit;
	u32 saddr[4];
	u32 daddr[4];
} __attribute__((packed));

struct tcp_header {
	u16 sport;
	u16 dport;
	u32 seq;
	u32 ack;
	u8 offset_ns;
	u8 flags;
	u16 window;
} __attribute__((packed));

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

/* ICMP messages that carry an identifier, by which request and reply are one flow. */
static inline_always int icmp_is_echo(u8 proto, u8 type)
{
	return proto == PROTO_ICMP ? (type == 8 || type == 0) : (type == 128 || type == 129);
}

static inline_always int icmp_is_request(u8 proto, u8 type)
{
	return type == (proto == PROTO_ICMP ? 8 : 128);
}

/* The link header; leaves the offset of what follows in `network`. */
static inline_always int parse_ethernet(const struct view *view, struct packet *p)
{
	struct ethernet_header *eth = view_at(view, 0, ETH_LEN);
	if (unlikely(!eth))
		return -1;
	__builtin_memcpy(p->dmac, eth->dmac, 6);
	__builtin_memcpy(p->smac, eth->smac, 6);
	p->ethertype = be16(eth->type);
	p->network = ETH_LEN;
	return 0;
}

/* Up to two VLAN tags that are still in the packet. The outermost names the VLAN. */
static inline_always int parse_vlan_tags(const struct view *view, struct packet *p)
{
#pragma unroll
	for (int i = 0; i < 2; i++) {
		if (likely(p->ethertype != ETHERTYPE_VLAN && p->ethertype != ETHERTYPE_QINQ))
			return 0;
		struct vlan_tag *tag = view_at(view, p->network, VLAN_LEN);
		if (!tag)
			return -1;
		if (!p->vlan)
			p->vlan = be16(tag->control) & 0xfff;
		p->ethertype = be16(tag->type);
		p->network += VLAN_LEN;
	}
	return 0;
}

/* Ports, flags and the end of the transport header at `offset`. */
static inline_always void parse_transport(const struct view *view, struct packet *p, u32 offset)
{
	p->payload = offset;
	if (p->flags & FLOW_FRAGMENT)
		return;
	if (p->proto == PROTO_TCP) {
		struct tcp_header *tcp = view_at(view, offset, sizeof(*tcp));
		if (unlikely(!tcp))
			goto truncated;
		p->sport = be16(tcp->sport);
		p->dport = be16(tcp->dport);
		p->tcp_flags = tcp->flags | (tcp->offset_ns & 1) << 8;
		u32 header = (tcp->offset_ns >> 4) * 4;
		if (unlikely(header < 20)) {
			p->flags |= FLOW_MALFORMED;
			header = 20;
		}
		p->payload += header;
	} else if (p->proto == PROTO_UDP || p->proto == PROTO_UDPLITE) {
		struct port_header *udp = view_at(view, offset, sizeof(*udp));
		if (unlikely(!udp))
			goto truncated;
		p->sport = be16(udp->sport);
		p->dport = be16(udp->dport);
		if (unlikely(p->proto == PROTO_UDP && udp->length && be16(udp->length) < 8))
			p->flags |= FLOW_MALFORMED;
		p->payload += 8;
	} else if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6) {
		struct icmp_header *icmp = view_at(view, offset, sizeof(*icmp));
		if (unlikely(!icmp)) {
			/* Type and code alone are enough. */
			u8 *type = view_at(view, offset, 2);
			if (!type)
				goto truncated;
			p->icmp_type = type[0];
			p->icmp_code = type[1];
			goto truncated;
		}
		p->icmp_type = icmp->type;
		p->icmp_code = icmp->code;
		if (icmp_is_echo(p->proto, icmp->type))
			p->icmp_id = be16(icmp->id);
		p->payload += 8;
	} else if (p->proto == PROTO_SCTP) {
		struct port_header *sctp = view_at(view, offset, sizeof(*sctp));
		if (unlikely(!sctp))
			goto truncated;
		p->sport = be16(sctp->sport);
		p->dport = be16(sctp->dport);
		p->payload += 12;
	}
	return;
truncated:
	p->flags |= FLOW_TRUNCATED;
}

static inline_always int parse_ipv4(const struct view *view, struct packet *p)
{
	u32 network = p->network;
	struct ipv4_header *ip = view_at(view, network, sizeof(*ip));
	if (unlikely(!ip))
		return -1;
	u32 header = (ip->version_ihl & 0xf) * 4;
	u32 total = be16(ip->total_length);
	/* A total length of 0 is that of a joined segment larger than the field can tell. */
	if (unlikely(ip->version_ihl >> 4 != 4 || header < 20 || (total && total < header)))
		return -1;
	p->src[1] = (u64)ip->saddr << 32 | MAPPED;
	p->dst[1] = (u64)ip->daddr << 32 | MAPPED;
	p->family = 4;
	p->proto = ip->proto;
	if (total)
		p->end = network + total;
	if (unlikely(ip->fragment & be16(0x1fff)))
		p->flags |= FLOW_FRAGMENT;
	parse_transport(view, p, network + header);
	return 0;
}

/* The protocol after the extension headers, whose offset is left in `offset`. */
static inline_always int skip_extensions(const struct view *view, struct packet *p, u32 *offset,
					 u8 next)
{
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		u8 *header;
		u32 length;

		switch (next) {
		case 0: /* hop-by-hop options */
		case 43: /* routing */
		case 60: /* destination options */
		case 135: /* mobility */
		case 139: /* host identity */
		case 140: /* shim6 */
			header = view_at(view, *offset, 8);
			if (!header)
				return -1;
			length = (header[1] + 1) * 8;
			break;
		case 51: /* authentication */
			header = view_at(view, *offset, 8);
			if (!header)
				return -1;
			length = (header[1] + 2) * 4;
			break;
		case 44: /* fragment */
			header = view_at(view, *offset, 8);
			if (!header)
				return -1;
			length = 8;
			if ((header[2] << 8 | header[3]) & 0xfff8)
				p->flags |= FLOW_FRAGMENT;
			break;
		default:
			return next;
		}
		next = header[0];
		*offset += length;
		if (p->flags & FLOW_FRAGMENT)
			return next;
	}
	return -1;
}

static inline_always int parse_ipv6(const struct view *view, struct packet *p)
{
	u32 network = p->network;
	struct ipv6_header *ip = view_at(view, network, sizeof(*ip));
	if (unlikely(!ip || (*(u8 *)ip >> 4) != 6))
		return -1;
	p->src[0] = (u64)ip->saddr[1] << 32 | ip->saddr[0];
	p->src[1] = (u64)ip->saddr[3] << 32 | ip->saddr[2];
	p->dst[0] = (u64)ip->daddr[1] << 32 | ip->daddr[0];
	p->dst[1] = (u64)ip->daddr[3] << 32 | ip->daddr[2];
	p->family = 6;
	if (ip->payload_length)
		p->end = network + sizeof(*ip) + be16(ip->payload_length);
	u32 offset = network + sizeof(*ip);
	u8 next = ip->next;
	p->proto = next;
	/* The common protocols need no walk. */
	if (unlikely(next != PROTO_TCP && next != PROTO_UDP && next != PROTO_ICMPV6)) {
		int last = skip_extensions(view, p, &offset, next);
		if (last < 0) {
			p->payload = offset;
			p->flags |= FLOW_TRUNCATED;
			return 0;
		}
		p->proto = last;
	}
	parse_transport(view, p, offset);
	return 0;
}

/* The IP header at `network`, by EtherType. -1: not all headers up to IP's own could be read. */
static inline_always int parse_network(const struct view *view, struct packet *p)
{
	int result = 0;

	if (likely(p->ethertype == ETHERTYPE_IPV4))
		result = parse_ipv4(view, p);
	else if (p->ethertype == ETHERTYPE_IPV6)
		result = parse_ipv6(view, p);
	p->bad_ip = result < 0;
	return result;
}

/*
 * Packets and bytes on the wire. A segment that the card or the stack will split, or has joined, is
 * `gso_segs` packets, each of which has all the headers: its length and one header length for each
 * packet but the first. Of a tunnel's segments only the outer headers are known here.
 */
static inline_always void measure(struct packet *p, u32 length, u32 link, u32 gso_segs, u32 gso_size)
{
	p->length = length + link;
	p->packets = 1;
	p->bytes = p->length;
	if (unlikely(gso_size)) {
		u32 headers = p->payload;
		if (!gso_segs && length > headers)
			gso_segs = (length - headers + gso_size - 1) / gso_size;
		if (gso_segs > 1) {
			p->packets = gso_segs;
			p->bytes += (gso_segs - 1) * (headers + link);
		}
	}
	/* Padding behind the IP packet is no payload. */
	if (!p->end || p->end > length)
		p->end = length;
}

#endif
