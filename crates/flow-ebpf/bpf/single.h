/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Records of one packet. */
#ifndef SINGLE_H
#define SINGLE_H

#include "owner.h"

/* Adds to a counter: plainly where bottom halves are off, else so that an interrupt loses nothing. */
static inline_always void add_to(struct flow_counters *counters, u32 index, u64 n, u32 hook)
{
	if (hook == HOOK_TC_INGRESS || hook == HOOK_TC_EGRESS || hook == HOOK_NETIF_RECEIVE ||
	    hook == HOOK_NET_DEV_QUEUE)
		counters->value[index] += n;
	else
		__sync_fetch_and_add(&counters->value[index], n);
}

/* No room for the record of a packet. */
static inline_always void lose_packet(struct flow_counters *counters, const struct packet *p,
				      u32 hook)
{
	add_to(counters, COUNT_LOST_RECORDS, 1, hook);
	add_to(counters, COUNT_LOST_PACKETS, p->packets, hook);
	add_to(counters, COUNT_LOST_BYTES, p->bytes, hook);
}

/* One packet that no entry of the table holds. */
noinline int report_single(const struct place *at, const struct packet *p,
			   struct flow_counters *counters, const struct owner *owner, u32 what)
{
	if (!at || !p || !counters || !owner)
		return 0;
	u32 hook = at->hook;
	struct flow_event *r = record_reserve_slow();
	if (unlikely(!r)) {
		lose_packet(counters, p, hook);
		return 0;
	}
	fill_single(r, at, p, owner, what);
	record_submit(r);
	add_to(counters, COUNT_REPORTED_PACKETS, p->packets, hook);
	add_to(counters, COUNT_REPORTED_BYTES, p->bytes, hook);
	return 0;
}

/* Number of bytes to capture of each payload between the ports of this packet. */
noinline u32 capture_of_ports(const struct packet *p)
{
	u32 wanted = 0;
	u32 port;
	u16 *length;

	if (!p || (p->flags & (FLOW_FRAGMENT | FLOW_TRUNCATED)))
		return 0;
	if (p->proto != PROTO_TCP && p->proto != PROTO_UDP)
		return 0;
	port = p->sport;
	length = bpf_map_lookup_elem(&capture_ports, &port);
	if (length)
		wanted = *length;
	port = p->dport;
	length = bpf_map_lookup_elem(&capture_ports, &port);
	if (length && *length > wanted)
		wanted = *length;
	return wanted > CAPTURE_PAYLOAD_MAX ? CAPTURE_PAYLOAD_MAX : wanted;
}

/*
 * Number of payload bytes to capture of this packet, plus CAPTURE_HEADERS; 0 where it is not captured. Packets without
 * payload are captured where they begin or end a connection.
 */
#define CAPTURE_HEADERS 0x8000

static inline_always u32 capture_length(const struct packet *p)
{
	u32 wanted;
	u32 there = p->end > p->payload ? p->end - p->payload : 0;

	if (!there && (p->proto != PROTO_TCP || !(p->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST))))
		return 0;
	wanted = capture_of_ports(p);
	if (!wanted)
		return 0;
	return CAPTURE_HEADERS | (wanted > there ? there : wanted);
}

/* Capture length, trigger, and whether it is a reply, as one number. */
#define CAPTURE_OF(length, trigger, reply) ((length) | (reply) << 16 | (trigger) << 24)

/* Room for a record that is larger than the stack; NULL where all of it is in use. */
static inline_always struct scratch *scratch_take(void)
{
	for (u32 i = 0; i < SCRATCH_DEPTH; i++) {
		u32 index = i;
		struct scratch *here = bpf_map_lookup_elem(&scratch, &index);
		if (here && !__sync_lock_test_and_set(&here->busy, 1))
			return here;
	}
	return NULL;
}

static inline_always void scratch_give(struct scratch *here)
{
	__sync_lock_test_and_set(&here->busy, 0);
}

/*
 * One packet with its bytes from the IP header on, counted by this record. `what` is a CAPTURE_OF. 0 where that could not be done: the packet is then counted
 * like any other.
 */
static noinline int report_capture(const struct origin *o, const struct packet *p,
				   struct flow_counters *counters, const struct owner *owner,
				   u32 what)
{
	u32 hook = o->at.hook;
	/* The headers tell sequence numbers and lengths. */
	u32 length = (what & (CAPTURE_HEADERS - 1)) + (p->payload - p->network);
	int done = 0;
	struct scratch *here = scratch_take();
	long failed;

	if (!here) {
		add_to(counters, COUNT_CAPTURE_LOST, 1, hook);
		return 0;
	}
	struct capture_record *record = &here->record;

	/* At a tracepoint, only what lies behind the headers without a gap can be read. */
	if (!o->ctx) {
		if (o->linear < p->payload)
			goto out;
		if (length > o->linear - p->network)
			length = o->linear - p->network;
	}
	/* One less, for Linux 6.1 takes a bound of this, but not that it is not 0. */
	u32 last = length - 1;
	opaque(last);
	/* So many extension headers that there is no room. */
	if (last >= CAPTURE_MAX) {
		add_to(counters, COUNT_CAPTURE_LOST, 1, hook);
		goto out;
	}
	length = last + 1;
	if (o->ctx)
		failed = bpf_skb_load_bytes(o->ctx, p->network, record->payload, length);
	else
		failed = bpf_probe_read_kernel(record->payload, length,
					       (void *)(o->address + p->network));
	if (failed) {
		add_to(counters, COUNT_CAPTURE_LOST, 1, hook);
		goto out;
	}
	fill_single(&record->event, &o->at, p, owner,
		    RECORD_OF(KIND_PACKET, what >> 24, what >> 16 & 0xff));
	record->event.payload_len = length;
	record->event.capture_kind = CAPTURE_NETWORK;
	if (record_output(record, sizeof(record->event) + length, ring_of(p))) {
		add_to(counters, COUNT_CAPTURE_LOST, 1, hook);
		goto out;
	}
	add_to(counters, COUNT_REPORTED_PACKETS, p->packets, hook);
	add_to(counters, COUNT_REPORTED_BYTES, p->bytes, hook);
	done = 1;
out:
	scratch_give(here);
	return done;
}

#endif
