/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Reports what entries that are quiet have counted, and deletes those that have been idle. Never attached: user space runs it with a packet
 * that holds a `struct sweep_request`.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "table.h"

#define SWEEP_DONE 0
#define SWEEP_RING_FULL 1

struct sweep {
	struct sweep_request request;
	u64 boot;
	u64 coarse;
	u32 result;
};

/* A record of an entry, with what `side` has to tell. */
static inline_always void sweep_report(struct flow_event *r, const struct flow_key *key,
				       struct flow_state *e, const struct sweep *sweep, u32 side,
				       u64 forward, u64 reverse, u32 trigger)
{
	u64 first = e->first_ns;
	u64 last = e->last_ns;
	struct report report = {
		.side = side,
		.trigger = trigger,
	};

	fill_flow(r, key, e, &report);
	fill_taken(r, side, forward, reverse, e->since);
	r->time_ns = sweep->boot - (sweep->coarse > last ? sweep->coarse - last : 0);
	r->first_ns = sweep->boot - (sweep->coarse > first ? sweep->coarse - first : 0);
	record_submit(r);
	count_atomic(COUNT_REPORTED_PACKETS, (forward >> COUNT_SHIFT) + (reverse >> COUNT_SHIFT));
	count_atomic(COUNT_REPORTED_BYTES, (forward & COUNT_BYTES) + (reverse & COUNT_BYTES));
}

static long sweep_entry(void *map, struct flow_key *key, struct flow_state *e, struct sweep *sweep)
{
	u64 quiet = sweep->coarse > e->last_ns ? sweep->coarse - e->last_ns : 0;
	u64 limit = e->status & STATUS_ENDED	  ? sweep->request.closed_ns :
		    key_proto(key) == PROTO_TCP ? sweep->request.tcp_idle_ns :
						  sweep->request.idle_ns;
	int gone = (sweep->request.flags & SWEEP_ALL) || quiet >= limit;
	struct flow_event *r = NULL;

	/* A connection that is quiet stays; what it counted is not held back. */
	if (!gone && (quiet < sweep->request.quiet_ns || !(e->count[0] | e->count[1])))
		return 0;
	/*
	 * Room first: a count is taken only if it can be reported. Reserved right here: up to Linux 6.12 the verifier
	 * refuses a record that a function called by a callback has reserved.
	 */
	r = record_reserve();
	if (!r) {
		sweep->result = SWEEP_RING_FULL;
		return 1;
	}
	u32 side = (e->initiator ? e->initiator - 1 : e->first_side) & 1;
	/* A copy: what the table calls its key by may not be handed on. */
	struct flow_key copy = *key;
	if (!gone) {
		u32 trigger = TRIGGER_INTERVAL;
		u64 ahead = __sync_fetch_and_and(&e->count[side], COUNT_DEAD) & ~COUNT_DEAD;
		u64 back = __sync_fetch_and_and(&e->count[side ^ 1], COUNT_DEAD) & ~COUNT_DEAD;

		if (!(__sync_fetch_and_or(&e->status, STATUS_TOLD_NEW) & STATUS_TOLD_NEW))
			trigger = TRIGGER_NEW;
		sweep_report(r, &copy, e, sweep, side, ahead, back, trigger);
		__sync_fetch_and_or(&e->told, e->since & THIS_SIDE(side));
		__sync_fetch_and_and(&e->since, OTHER_SIDE(side));
		e->report_ns = sweep->coarse;
		return 0;
	}
	u64 forward = __sync_lock_test_and_set(&e->count[side], COUNT_DEAD) & ~COUNT_DEAD;
	u64 reverse = __sync_lock_test_and_set(&e->count[side ^ 1], COUNT_DEAD) & ~COUNT_DEAD;
	u32 news = e->since & ~e->told;
	if (forward | reverse | (news & THIS_SIDE(side)))
		sweep_report(r, &copy, e, sweep, side, forward, reverse, TRIGGER_IDLE);
	else
		bpf_ringbuf_discard(r, RING_NO_WAKEUP);
	/* Flags that the other side showed and no record has told need one of its own. */
	if (news & OTHER_SIDE(side)) {
		r = record_reserve();
		if (r)
			sweep_report(r, &copy, e, sweep, side ^ 1, 0, 0, TRIGGER_IDLE);
		else
			count_atomic(COUNT_LOST_RECORDS, 1);
	}
	if (!bpf_map_delete_elem(flow_table(), key))
		count_atomic(COUNT_FLOWS_DELETED, 1);
	return 0;
}

SEC("classifier")
int sweep(struct __sk_buff *ctx)
{
	struct sweep sweep = {};

	if (bpf_skb_load_bytes(ctx, SWEEP_OFFSET, &sweep.request, sizeof(sweep.request)))
		return SWEEP_DONE;
	sweep.boot = bpf_ktime_get_boot_ns();
	sweep.coarse = now_coarse(0);
	bpf_for_each_map_elem(flow_table(), sweep_entry, &sweep, 0);
	return sweep.result;
}

#endif
