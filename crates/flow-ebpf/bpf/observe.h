/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The way of every packet: sample, filter, then count or report. */
#ifndef OBSERVE_H
#define OBSERVE_H

#include "filter.h"
#include "table.h"

/*
 * One packet in `flow_sample` on average. The gaps are random, so that a regular pattern of packets is
 * sampled fairly, and drawn only when one ends.
 */
static inline_always int sampled(struct flow_counters *counters)
{
	u64 *gap = &counters->value[COUNT_SAMPLE_GAP];

	if (*gap > 1) {
		*gap -= 1;
		return 0;
	}
	/* 1 to 2 N - 1, each as likely: N on average. */
	*gap = bpf_get_prandom_u32() % (2 * flow_sample - 1) + 1;
	return 1;
}

static inline_always void sampled_out(struct flow_counters *counters, u32 segments, u32 hook)
{
	if (!segments)
		segments = 1;
	add_to(counters, COUNT_SAMPLED_OUT, segments, hook);
	add_to(counters, COUNT_SEEN_PACKETS, segments, hook);
}

/* Counts a packet that is left out, and its bytes, in the counter behind. */
static inline_always void left_out(struct flow_counters *counters, u32 index,
				   const struct packet *p, u32 hook)
{
	add_to(counters, index, p->packets, hook);
	add_to(counters, index + 1, p->bytes, hook);
}

/* One record for each packet. */
static inline_always void report_packet(const struct origin *o, const struct packet *p,
					struct flow_counters *counters, u32 hook)
{
	struct owner owner;
	/* REPLY_NO and REPLY_YES are in the order of `beginner`. */
	u32 reply = beginner(p);

	__builtin_memset(&owner, 0, sizeof(owner));
	if (flow_owner && owner_can_find(hook) && owner_may_be_found(o, hook))
		owner_find(o, p, &owner, hook);
	if (flow_capture) {
		u32 length = capture_length(p);
		opaque(length);
		if (length && report_capture(o, p, counters, &owner,
					     CAPTURE_OF(length, 0, reply)))
			return;
	}
	struct flow_event *r = record_reserve();
	if (unlikely(!r)) {
		lose_packet(counters, p, hook);
		return;
	}
	fill_packet(r, &o->at, p, &owner, RECORD_OF(KIND_PACKET, 0, reply));
	record_submit(r);
	add_to(counters, COUNT_REPORTED_PACKETS, p->packets, hook);
	add_to(counters, COUNT_REPORTED_BYTES, p->bytes, hook);
}

/* A parsed packet goes to the table or the ring buffer. */
static inline_always void account(const struct origin *o, const struct packet *p,
				  struct flow_counters *counters, u32 hook)
{
	add_to(counters, COUNT_SEEN_PACKETS, p->packets, hook);
	add_to(counters, COUNT_SEEN_BYTES, p->bytes, hook);
	if (unlikely(!p->family)) {
		left_out(counters, p->bad_ip ? COUNT_MALFORMED : COUNT_NON_IP, p, hook);
		return;
	}
	if (unlikely(p->flags & FLOW_TRUNCATED))
		add_to(counters, COUNT_TRUNCATED, p->packets, hook);
	if (flow_filter && !filter_passes(p)) {
		left_out(counters, COUNT_FILTERED, p, hook);
		return;
	}
	if (flow_mode == MODE_AGGREGATED)
		aggregate(o, p, counters, hook);
	else
		report_packet(o, p, counters, hook);
}

#endif
