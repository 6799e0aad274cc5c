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

static inline_always void fill_single(struct flow_event *r, const struct origin *o,
				      const struct packet *p, const struct owner *owner, u8 kind,
				      u8 trigger, u8 is_reply, u32 hook)
{
	u64 now = bpf_ktime_get_boot_ns();

	record_begin(r, kind, hook);
	record_packet(r, p);
	record_owner(r, &owner->info);
	if (owner->is_source)
		r->flags |= FLOW_OWNER_IS_SOURCE;
	r->time_ns = now;
	r->first_ns = now;
	r->direction = direction_of(hook);
	r->verdict = VERDICT_FORWARDED;
	r->ifindex = o->ifindex;
	r->netns = o->netns;
	r->rtt_us = owner->rtt_us;
	r->retransmits = owner->retransmits;
	r->is_reply = is_reply;
	r->trigger = trigger;
}

/* One packet that no entry of the table holds. */
static inline_always void report_single(const struct origin *o, const struct packet *p,
					struct flow_counters *counters, const struct owner *owner,
					u8 kind, u8 trigger, u32 hook)
{
	struct flow_event *r = record_reserve();
	if (unlikely(!r)) {
		add_to(counters, COUNT_LOST_RECORDS, 1, hook);
		add_to(counters, COUNT_LOST_PACKETS, p->packets, hook);
		add_to(counters, COUNT_LOST_BYTES, p->bytes, hook);
		return;
	}
	/* REPLY_NO and REPLY_YES in the order of `beginner`. */
	fill_single(r, o, p, owner, kind, trigger, beginner(p), hook);
	record_submit(r);
	add_to(counters, COUNT_REPORTED_PACKETS, p->packets, hook);
	add_to(counters, COUNT_REPORTED_BYTES, p->bytes, hook);
}

/* Number of payload bytes to capture of this packet. */
static inline_always u32 capture_length(const struct packet *p)
{
	u32 port = p->sport;
	u32 wanted = 0;
	u32 there;
	u16 *length;

	if (!flow_capture || p->end <= p->payload || (p->flags & (FLOW_FRAGMENT | FLOW_TRUNCATED)))
		return 0;
	if (p->proto != PROTO_TCP && p->proto != PROTO_UDP)
		return 0;
	length = bpf_map_lookup_elem(&capture_ports, &port);
	if (length)
		wanted = *length;
	port = p->dport;
	length = bpf_map_lookup_elem(&capture_ports, &port);
	if (length && *length > wanted)
		wanted = *length;
	there = p->end - p->payload;
	if (wanted > there)
		wanted = there;
	return wanted > CAPTURE_MAX ? CAPTURE_MAX : wanted;
}

/* A function has five arguments at most: three in one. */
#define CAPTURE_CALL(hook, is_reply, length) ((hook) << 24 | (is_reply) << 16 | (length))

/*
 * One packet with the first bytes of its payload, counted by this record. 0 where that could not be
 * done: the packet is then counted like any other.
 */
static noinline int report_capture(const struct origin *o, const struct packet *p,
				   struct flow_counters *counters, const struct owner *owner,
				   u32 call)
{
	u32 hook = call >> 24;
	u8 is_reply = call >> 16;
	u32 length = call & 0xffff;
	u32 zero = 0;
	int done = 0;
	struct scratch *scratch_here = bpf_map_lookup_elem(&scratch, &zero);

	if (!scratch_here || __sync_lock_test_and_set(&scratch_here->busy, 1)) {
		add_to(counters, COUNT_CAPTURE_LOST, 1, hook);
		return 0;
	}
	struct capture_record *record = &scratch_here->record;
	long failed;

	/* Said again for the verifier, which forgets it between here and `capture_length`. */
	opaque(length);
	if (length == 0 || length > CAPTURE_MAX)
		goto out;
	if (o->ctx)
		failed = bpf_skb_load_bytes(o->ctx, p->payload, record->payload, length);
	else
		failed = bpf_probe_read_kernel(record->payload, length, o->head + p->payload);
	if (failed) {
		add_to(counters, COUNT_CAPTURE_LOST, 1, hook);
		goto out;
	}
	fill_single(&record->event, o, p, owner, KIND_PACKET, 0, is_reply, hook);
	record->event.payload_len = length;
	record->event.capture_kind = CAPTURE_PAYLOAD;
	if (record_output(record, sizeof(record->event) + length)) {
		add_to(counters, COUNT_CAPTURE_LOST, 1, hook);
		goto out;
	}
	add_to(counters, COUNT_REPORTED_PACKETS, p->packets, hook);
	add_to(counters, COUNT_REPORTED_BYTES, p->bytes, hook);
	done = 1;
out:
	__sync_lock_test_and_set(&scratch_here->busy, 0);
	return done;
}

#endif
