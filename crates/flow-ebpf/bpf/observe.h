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
	if (flow_count_seen)
		add_to(counters, COUNT_SEEN_PACKETS, segments, hook);
}

/* A parsed packet goes to the table or the ring buffer. */
static noinline int account(const struct origin *o, const struct packet *p,
			    struct flow_counters *counters, u32 hook)
{
	if (flow_count_seen) {
		add_to(counters, COUNT_SEEN_PACKETS, p->packets, hook);
		add_to(counters, COUNT_SEEN_BYTES, p->bytes, hook);
	}
	if (unlikely(!p->family)) {
		if (p->bad_ip) {
			add_to(counters, COUNT_MALFORMED, p->packets, hook);
			add_to(counters, COUNT_MALFORMED_BYTES, p->bytes, hook);
			return 0;
		}
		if (!flow_non_ip) {
			add_to(counters, COUNT_NON_IP, p->packets, hook);
			add_to(counters, COUNT_NON_IP_BYTES, p->bytes, hook);
			return 0;
		}
	}
	if (unlikely(p->flags & FLOW_TRUNCATED))
		add_to(counters, COUNT_TRUNCATED, p->packets, hook);
	if (flow_filter && !filter_passes(p)) {
		add_to(counters, COUNT_FILTERED, p->packets, hook);
		add_to(counters, COUNT_FILTERED_BYTES, p->bytes, hook);
		return 0;
	}
	union working working;
	__builtin_memset(&working, 0, sizeof(working));
	u32 kind = KIND_PACKET;
	u32 trigger = 0;
	if (flow_mode == MODE_AGGREGATED) {
		trigger = aggregate(o, p, counters, &working, hook);
		if (likely(!trigger))
			return 0;
		kind = KIND_FLOW;
	}
	u32 reply = beginner(p);
	if (flow_mode != MODE_AGGREGATED) {
		if (flow_owner)
			owner_find(o, p, &working.owner, hook);
		u32 capture = flow_capture ? capture_length(p) : 0;
		if (unlikely(capture) &&
		    report_capture(o, p, counters, &working.owner, capture | reply << 16))
			return 0;
	}
	/* REPLY_NO and REPLY_YES in the order of `beginner`. */
	report_single(&o->at, p, counters, &working.owner, RECORD_OF(kind, trigger, reply));
	return 0;
}

#endif
