/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reads the headers of one packet: what names its flow, and its length on the wire. */
#ifndef PACKET_H
#define PACKET_H

#include "flow_event.h"
#include "headers.h"

/* Extension headers followed before a packet is called truncated. */
#define MAX_EXTENSIONS 8

/* What the headers tell. Offsets are from the first byte of the packet. */
struct packet {
	u64 src[2];
	u64 dst[2];
	u8 smac[6];
	u8 dmac[6];
	u32 seq; /* of TCP, as on the wire */
	u16 sport;
	u16 dport;
	u16 ethertype;
	u16 vlan;
	u16 tcp_flags;
	u16 flags; /* FLOW_FRAGMENT, FLOW_TRUNCATED, FLOW_MALFORMED */
	u16 icmp_id; /* of a query or its answer */
	u16 inner_vlan; /* the tag behind the outermost, 0 where there is none */
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
 * Where the bytes of a packet are. Two ways to read them: direct, in the packet or in a copy of its first bytes,
 * where the verifier has to be shown that the bytes are there, fast, and for the common headers alone; or one
 * header after the other by a helper, for all.
 */
enum view_kind { VIEW_DIRECT, VIEW_COPY, VIEW_SKB, VIEW_KERNEL };

struct view {
	enum view_kind kind;
	void *data; /* VIEW_DIRECT: the packet; VIEW_COPY: a `struct header_copy` */
	void *end; /* VIEW_DIRECT: behind its linear part */
	struct __sk_buff *ctx; /* VIEW_SKB */
	u64 address; /* VIEW_KERNEL: of the first byte, in the kernel's memory */
	u32 length; /* VIEW_COPY, VIEW_KERNEL: bytes there */
};

/* Enough for Ethernet, IPv6 and TCP, and a multiple of a word. */
#define COPY_SIZE 80

struct header_copy {
	u8 bytes[COPY_SIZE];
} __attribute__((aligned(8)));

static inline_always int is_direct(const struct view *view)
{
	return view->kind == VIEW_DIRECT || view->kind == VIEW_COPY;
}

/* `size` bytes at `offset`, in the packet or copied to `room`; NULL where they are not there. */
static inline_always void *view_at(const struct view *view, u32 offset, union header *room,
				   const u32 size)
{
	if (view->kind == VIEW_DIRECT) {
		void *p = view->data + offset;
		return p + size <= view->end ? p : NULL;
	}
	if (view->kind == VIEW_COPY) {
		if (offset > COPY_SIZE - size || offset + size > view->length)
			return NULL;
		return view->data + offset;
	}
	if (view->kind == VIEW_SKB)
		return bpf_skb_load_bytes(view->ctx, offset, room, size) ? NULL : room;
	if (offset + size > view->length)
		return NULL;
	return bpf_probe_read_kernel(room, size, (void *)(view->address + offset)) ? NULL : room;
}

/*
 * What a parser found. PARSE_SLOW: the direct view does not show enough of the packet, or holds what only the
 * other views follow. PARSE_BAD: no link or IP header that can be read.
 */
#define PARSE_OK 0
#define PARSE_SLOW 1
#define PARSE_BAD 2

#define LINK_ETHERNET 0 /* the packet begins with an Ethernet header */
#define LINK_NONE 1 /* the packet begins with the IP header */

/* A tag that the card has taken off, as `view_tag` gives it; 0 where there is none. */
#define TAG_PRESENT 0x10000

/* The link header. */
static inline_always int parse_ethernet(const struct view *view, union header *room,
					struct packet *p, u16 *ethertype)
{
	struct ethernet_header *eth = view_at(view, 0, room, ETH_LEN);
	if (unlikely(!eth))
		return PARSE_BAD;
	__builtin_memcpy(p->dmac, eth->dmac, 6);
	__builtin_memcpy(p->smac, eth->smac, 6);
	*ethertype = be16(eth->type);
	return PARSE_OK;
}

static inline_always int is_vlan(u16 ethertype)
{
	return ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_QINQ;
}

/*
 * Up to two VLAN tags that are still in the packet. A tag with id 0 has a priority only and is no VLAN. Of three, the two
 * outermost count.
 */
static inline_always int parse_vlan_tags(const struct view *view, union header *room,
					 struct packet *p, u16 *ethertype, u32 *network)
{
	for (int i = 0; i < 2; i++) {
		if (!is_vlan(*ethertype))
			return PARSE_OK;
		struct vlan_tag *tag = view_at(view, *network, room, VLAN_LEN);
		if (!tag)
			return PARSE_BAD;
		u16 id = be16(tag->control) & 0xfff;
		if (!p->vlan)
			p->vlan = id;
		else if (!p->inner_vlan)
			p->inner_vlan = id;
		*ethertype = be16(tag->type);
		*network += VLAN_LEN;
	}
	return PARSE_OK;
}

/* The transport header at `offset` is cut off: type and code of ICMP may still be there. */
static inline_always int cut_off(const struct view *view, union header *room, struct packet *p,
				 u32 offset)
{
	if (is_direct(view))
		return PARSE_SLOW;
	p->flags |= FLOW_TRUNCATED;
	if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6) {
		u8 *type = view_at(view, offset, room, 2);
		if (type) {
			p->icmp_type = type[0];
			p->icmp_code = type[1];
		}
	}
	return PARSE_OK;
}

/* Ports, flags and the end of the transport header at `offset`. */
static inline_always int parse_transport(const struct view *view, union header *room,
					 struct packet *p, u32 offset)
{
	p->payload = offset;
	if (unlikely(p->flags & FLOW_FRAGMENT))
		return PARSE_OK;
	if (p->proto == PROTO_TCP) {
		struct tcp_header *tcp = view_at(view, offset, room, sizeof(*tcp));
		if (unlikely(!tcp))
			return cut_off(view, room, p, offset);
		p->sport = be16(tcp->sport);
		p->dport = be16(tcp->dport);
		p->seq = tcp->seq;
		p->tcp_flags = tcp->flags | (tcp->offset_ns & 1) << 8;
		u32 header = (tcp->offset_ns >> 4) * 4;
		if (unlikely(header < 20)) {
			p->flags |= FLOW_MALFORMED;
			header = 20;
		}
		p->payload += header;
	} else if (p->proto == PROTO_UDP || p->proto == PROTO_UDPLITE ||
		   p->proto == PROTO_SCTP) {
		struct port_header *ports = view_at(view, offset, room, sizeof(*ports));
		if (unlikely(!ports))
			return cut_off(view, room, p, offset);
		p->sport = be16(ports->sport);
		p->dport = be16(ports->dport);
		if (unlikely(p->proto == PROTO_UDP && ports->length && be16(ports->length) < 8))
			p->flags |= FLOW_MALFORMED;
		p->payload += p->proto == PROTO_SCTP ? 12 : 8;
	} else if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6) {
		struct icmp_header *icmp = view_at(view, offset, room, sizeof(*icmp));
		if (unlikely(!icmp))
			return cut_off(view, room, p, offset);
		p->icmp_type = icmp->type;
		p->icmp_code = icmp->code;
		if (icmp_has_id(p->proto, icmp->type))
			p->icmp_id = be16(icmp->id);
		p->payload += 8;
	}
	return PARSE_OK;
}

static inline_always int parse_ipv4(const struct view *view, union header *room, struct packet *p,
				   u32 network)
{
	struct ipv4_header *ip = view_at(view, network, room, sizeof(*ip));
	if (unlikely(!ip))
		return PARSE_BAD;
	u32 header = (ip->version_ihl & 0xf) * 4;
	u32 total = be16(ip->total_length);
	/* A total length of 0 is that of a joined segment larger than the field can tell. */
	if (unlikely(ip->version_ihl >> 4 != 4 || header < 20 || (total && total < header)))
		return PARSE_BAD;
	p->src[1] = (u64)ip->saddr << 32 | MAPPED;
	p->dst[1] = (u64)ip->daddr << 32 | MAPPED;
	p->family = 4;
	p->proto = ip->proto;
	if (total)
		p->end = network + total;
	if (unlikely(ip->fragment & be16(0x1fff)))
		p->flags |= FLOW_FRAGMENT;
	return parse_transport(view, room, p, network + header);
}

/* The protocol after the extension headers, whose offset is left in `offset`; negative if cut off. */
static inline_always int skip_extensions(const struct view *view, union header *room,
					 struct packet *p, u32 *offset, u8 next)
{
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		u8 *header;
		u32 length;

		/*
		 * Hop-by-hop options, routing, fragment, authentication, destination options,
		 * mobility, host identity, shim6.
		 */
		if (next != 0 && next != 43 && next != 44 && next != 51 && next != 60 &&
		    next != 135 && next != 139 && next != 140)
			return next;
		header = view_at(view, *offset, room, 8);
		if (!header)
			return -1;
		if (next == 44) {
			length = 8;
			if ((header[2] << 8 | header[3]) & 0xfff8)
				p->flags |= FLOW_FRAGMENT;
		} else if (next == 51) {
			length = (header[1] + 2) * 4;
		} else {
			length = (header[1] + 1) * 8;
		}
		next = header[0];
		*offset += length;
		if (p->flags & FLOW_FRAGMENT)
			return next;
	}
	return -1;
}

static inline_always int parse_ipv6(const struct view *view, union header *room, struct packet *p,
				   u32 network)
{
	struct ipv6_header *ip = view_at(view, network, room, sizeof(*ip));
	if (unlikely(!ip || (*(u8 *)ip >> 4) != 6))
		return PARSE_BAD;
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
		if (is_direct(view))
			return PARSE_SLOW;
		int last = skip_extensions(view, room, p, &offset, next);
		if (last < 0) {
			p->payload = offset;
			p->flags |= FLOW_TRUNCATED;
			return PARSE_OK;
		}
		p->proto = last;
	}
	return parse_transport(view, room, p, offset);
}

/*
 * All headers, into an empty `p`. `tag` is one that the card has taken off, `protocol` the EtherType of
 * a packet without link header.
 */
static inline_always int parse_headers(const struct view *view, struct packet *p, u32 link, u32 tag,
				       u16 protocol)
{
	union header room;
	u32 network = 0;
	u16 ethertype = protocol;

	if (link == LINK_ETHERNET) {
		if (unlikely(parse_ethernet(view, &room, p, &ethertype)))
			return PARSE_BAD;
		network = ETH_LEN;
		/* It was the outermost. */
		if (unlikely(tag))
			p->vlan = tag & 0xfff;
		if (unlikely(is_vlan(ethertype))) {
			if (is_direct(view))
				return PARSE_SLOW;
			if (parse_vlan_tags(view, &room, p, &ethertype, &network))
				return PARSE_BAD;
		}
	}
	p->ethertype = ethertype;
	p->network = network;
	if (likely(ethertype == ETHERTYPE_IPV4))
		return parse_ipv4(view, &room, p, network);
	if (ethertype == ETHERTYPE_IPV6)
		return parse_ipv6(view, &room, p, network);
	return PARSE_OK;
}

/*
 * Packets and bytes on the wire. A segment that the card or the stack will split, or has joined, is
 * `gso_segs` packets, each of which has all the headers: its length and one header length for each
 * packet but the first. `inner` is the length of all headers where a tunnel carries the segment, else 0.
 */
static inline_always void measure(struct packet *p, u32 length, u32 link, u32 gso_segs, u32 gso_size, u32 inner)
{
	p->length = length + link;
	p->packets = 1;
	p->bytes = p->length;
	if (unlikely(gso_size)) {
		u32 headers = inner ? inner : p->payload;
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
