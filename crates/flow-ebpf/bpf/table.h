/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Aggregation: counts packets in the table, and reports the increments since the last record.
 *
 * Nothing is lost between reading and resetting a count: one atomic instruction adds to it, one takes
 * it. A packet that adds to an entry while the sweep deletes it sees COUNT_DEAD and is reported on its own. A
 * record that finds its ring buffer full leaves the counts where they are.
 */
#ifndef TABLE_H
#define TABLE_H

#include "single.h"

#define OWNER_TRIES 3
#define OWNER_SETTLED 255

static inline_always u64 packed(const struct packet *p)
{
	return (u64)p->packets << COUNT_SHIFT | p->bytes;
}

/* Fills the key; gives the sender's side, 0 or 1. */
noinline u32 make_key(struct flow_key *key, const struct packet *p, u32 ifindex, u32 netns)
{
	if (!key || !p)
		return 0;
	u32 swap = p->src[0] > p->dst[0];

	if (p->src[0] == p->dst[0]) {
		swap = p->src[1] > p->dst[1];
		if (unlikely(p->src[1] == p->dst[1]))
			swap = p->sport > p->dport;
	}
	key->ifindex = ifindex;
	key->netns = netns;
	key->vlan = p->vlan;
	key->proto = p->proto;
	key->family = p->family;
	if (swap) {
		key->a[0] = p->dst[0];
		key->a[1] = p->dst[1];
		key->b[0] = p->src[0];
		key->b[1] = p->src[1];
		key->a_port = p->dport;
		key->b_port = p->sport;
	} else {
		key->a[0] = p->src[0];
		key->a[1] = p->src[1];
		key->b[0] = p->dst[0];
		key->b[1] = p->dst[1];
		key->a_port = p->sport;
		key->b_port = p->dport;
	}
	if (unlikely(p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6)) {
		/* Echoes by identifier, other messages by type and code. */
		int echo = icmp_is_echo(p->proto, p->icmp_type);
		key->a_port = echo ? p->icmp_id : p->icmp_type << 8 | p->icmp_code;
		key->b_port = echo;
	} else if (unlikely(!p->family)) {
		key->a_port = p->ethertype;
	}
	return swap;
}

static inline_always u32 reply_of(const struct flow_state *e, u32 side)
{
	if (!e->initiator)
		return REPLY_UNKNOWN;
	return e->initiator == side + 1 ? REPLY_NO : REPLY_YES;
}

/* What a record tells of an entry. */
struct report {
	u64 forward; /* counts as in `flow_state` */
	u64 reverse;
	u64 coarse; /* now */
	u32 since; /* TCP flags as in `flow_state` */
	u32 side; /* the sender's */
	u32 trigger;
	u32 even_empty;
	u32 packet_len;
	u32 hook;
};

/* Puts what an entry knows into a record. */
noinline int fill_flow(struct flow_event *r, const struct flow_key *key, const struct flow_state *e,
		       const struct report *report)
{
	if (!r || !key || !e || !report)
		return 0;
	u32 side = report->side & 1;
	u64 forward = report->forward;
	u64 reverse = report->reverse;
	int icmp = key->proto == PROTO_ICMP || key->proto == PROTO_ICMPV6;
	int no_ports = icmp || !key->family;

	record_begin(r, KIND_FLOW, e->hook[side] ? e->hook[side] : e->hook[side ^ 1]);
	__builtin_memcpy(r->saddr, side ? key->b : key->a, 16);
	__builtin_memcpy(r->daddr, side ? key->a : key->b, 16);
	r->sport = no_ports ? 0 : side ? key->b_port : key->a_port;
	r->dport = no_ports ? 0 : side ? key->a_port : key->b_port;
	r->proto = key->proto;
	r->ip_version = key->family;
	r->tcp_flags = report->since >> (16 * side);
	r->icmp_type = e->icmp[side] >> 8;
	r->icmp_code = e->icmp[side];
	r->forward_bytes = forward & COUNT_BYTES;
	r->forward_packets = forward >> COUNT_SHIFT & COUNT_PACKETS_MASK;
	r->reverse_bytes = reverse & COUNT_BYTES;
	r->reverse_packets = reverse >> COUNT_SHIFT & COUNT_PACKETS_MASK;
	__builtin_memcpy(r->smac, e->mac[side], 6);
	__builtin_memcpy(r->dmac, e->mac[side ^ 1], 6);
	r->ethertype = e->ethertype;
	r->vlan = key->vlan;
	r->ifindex = key->ifindex;
	r->netns = key->netns;
	r->direction = direction_of(r->hook);
	r->verdict = VERDICT_FORWARDED;
	record_owner(r, &e->owner);
	u16 flags = 0;
	if (e->owner_side == side + 1)
		flags |= FLOW_OWNER_IS_SOURCE;
	if (e->status & STATUS_FRAGMENT)
		flags |= FLOW_FRAGMENT;
	if (e->status & STATUS_TRUNCATED)
		flags |= FLOW_TRUNCATED;
	if (e->status & STATUS_MALFORMED)
		flags |= FLOW_MALFORMED;
	r->flags = flags;
	r->rtt_us = e->rtt_us;
	r->retransmits = e->retransmits;
	r->is_reply = reply_of(e, side);
	r->trigger = report->trigger;
	r->packet_len = report->packet_len;
	return 0;
}

/* Settles who owns the local end, if `owner` tells and it is not settled. */
static inline_always void entry_owner(struct flow_state *e, const struct owner *owner, u32 side)
{
	if (owner->rtt_us)
		e->rtt_us = owner->rtt_us;
	if (owner->retransmits)
		e->retransmits = owner->retransmits;
	if (e->owner_tries >= OWNER_TRIES)
		return;
	e->owner_tries++;
	if (!owner->found)
		return;
	e->owner = owner->info;
	e->owner_side = (owner->is_source ? side : side ^ 1) + 1;
	if (owner->known)
		e->owner_tries = OWNER_SETTLED;
}

/* Reports what entry `e` has counted. Called for a packet that gave a reason to. */
noinline int report_entry(struct report *report, const struct flow_key *key, struct flow_state *e,
			  struct flow_counters *counters)
{
	if (!report || !key || !e || !counters)
		return 0;
	u32 side = report->side & 1;
	u32 hook = report->hook;
	u64 coarse = report->coarse;
	u64 before = e->report_ns;

	/* Of several processors that find the interval over, one reports. */
	if (report->trigger == TRIGGER_INTERVAL &&
	    __sync_val_compare_and_swap(&e->report_ns, before, coarse) != before)
		return 0;
	struct flow_event *r = record_reserve();
	if (unlikely(!r)) {
		add_to(counters, COUNT_DEFERRED, 1, hook);
		if (report->trigger == TRIGGER_INTERVAL)
			e->report_ns = before;
		/* The ring buffer has been full for so long that the count would overflow. */
		if (e->count[side] > 4 * COUNT_REPORT_AT) {
			u64 lost = __sync_fetch_and_and(&e->count[side], COUNT_DEAD);
			add_to(counters, COUNT_LOST_RECORDS, 1, hook);
			add_to(counters, COUNT_LOST_PACKETS, lost >> COUNT_SHIFT & COUNT_PACKETS_MASK,
			       hook);
			add_to(counters, COUNT_LOST_BYTES, lost & COUNT_BYTES, hook);
		}
		return 0;
	}
	u64 first = e->first_ns;
	u64 forward = __sync_fetch_and_and(&e->count[side], COUNT_DEAD) & ~COUNT_DEAD;
	u64 reverse = __sync_fetch_and_and(&e->count[side ^ 1], COUNT_DEAD) & ~COUNT_DEAD;
	/* Another processor has reported in between, this packet with it. */
	if (!report->even_empty && !(forward | reverse)) {
		bpf_ringbuf_discard(r, RING_NO_WAKEUP);
		return 0;
	}
	/* Whoever sets a bit first makes the record that it stands for. */
	if (report->trigger == TRIGGER_NEW &&
	    __sync_fetch_and_or(&e->status, STATUS_TOLD_NEW) & STATUS_TOLD_NEW)
		report->trigger = TRIGGER_TCP_FLAG;
	u32 since = __sync_lock_test_and_set(&e->since, 0);
	u32 told = __sync_fetch_and_or(&e->told, since) | since;
	u32 fins = told & (TCP_FIN | TCP_FIN << 16);
	if (key->proto == PROTO_TCP &&
	    (fins == (TCP_FIN | TCP_FIN << 16) || (told & (TCP_RST | TCP_RST << 16))) &&
	    !(__sync_fetch_and_or(&e->status, STATUS_ENDED) & STATUS_ENDED))
		report->trigger = TRIGGER_END;
	u64 now = bpf_ktime_get_boot_ns();
	e->report_ns = coarse;
	report->forward = forward;
	report->reverse = reverse;
	report->since = since;
	fill_flow(r, key, e, report);
	r->time_ns = now;
	r->first_ns = first < coarse ? now - (coarse - first) : now;
	record_submit(r);
	add_to(counters, COUNT_REPORTED_PACKETS, (forward >> COUNT_SHIFT) + (reverse >> COUNT_SHIFT),
	       hook);
	add_to(counters, COUNT_REPORTED_BYTES, (forward & COUNT_BYTES) + (reverse & COUNT_BYTES),
	       hook);
	return 0;
}

/* The value of an entry before its first packet. */
static const struct flow_state no_packets;

/* The first packet of a connection: fills in what stays the same. */
static inline_always void begin_entry(const struct packet *p, struct flow_state *e, u32 side,
				      u64 coarse)
{
	u8 begun = beginner(p);
	u32 status = 0;

	if (p->proto != PROTO_TCP && !begun)
		begun = 1;
	/* From 1 the sender, 2 the receiver, to 1 side a, 2 side b. */
	if (begun)
		e->initiator = ((begun - 1) ^ side) + 1;
	e->first_side = side;
	e->report_ns = coarse;
	__builtin_memcpy(e->mac[side], p->smac, 6);
	__builtin_memcpy(e->mac[side ^ 1], p->dmac, 6);
	e->ethertype = p->ethertype;
	if (p->flags & FLOW_FRAGMENT)
		status |= STATUS_FRAGMENT;
	if (p->flags & FLOW_TRUNCATED)
		status |= STATUS_TRUNCATED;
	if (p->flags & FLOW_MALFORMED)
		status |= STATUS_MALFORMED;
	if (status)
		__sync_fetch_and_or(&e->status, status);
}

/* A SYN for a connection that has ended: the entry begins anew with what is left in it. */
static inline_always void restart_entry(struct flow_state *e, u32 side)
{
	e->since = 0;
	e->told = 0;
	e->initiator = (side & 1) + 1;
	e->first_side = side & 1;
	e->owner_side = 0;
	e->owner_tries = 0;
	__builtin_memset(&e->owner, 0, sizeof(e->owner));
	e->rtt_us = 0;
	e->retransmits = 0;
	e->status = 0;
}

/* The entry of a packet's connection, made where there is none yet; NULL where there is no room. */
static inline_always struct flow_state *find_entry(const struct packet *p,
						   const struct flow_key *key,
						   struct flow_counters *counters, u32 side,
						   u64 coarse, u32 hook)
{
	struct flow_state *e = bpf_map_lookup_elem(flow_table(), key);
	if (likely(e))
		return e;
	long failed = bpf_map_update_elem(flow_table(), key, &no_packets, UPDATE_NOEXIST);
	/* Another processor may have been first: its entry is as good. */
	if (!failed || failed == -EEXIST)
		e = bpf_map_lookup_elem(flow_table(), key);
	if (e && !failed) {
		begin_entry(p, e, side, coarse);
		add_to(counters, COUNT_FLOWS_MADE, 1, hook);
	}
	return e;
}

/* One after the other in the same room: the stack is small. */
union working {
	struct owner owner;
	struct report report;
};

/*
 * Counts one packet. The owner is empty, and room to find one. Gives 0, or why the packet has to be reported on
 * its own.
 */
static inline_always u32 aggregate(const struct origin *o, const struct packet *p,
				   struct flow_counters *counters, union working *working,
				   u32 hook)
{
	struct owner *owner = &working->owner;
	struct flow_key key;
	__builtin_memset(&key, 0, sizeof(key));
	u32 side = make_key(&key, p, o->at.ifindex, o->at.netns);
	opaque(side);
	side &= 1;
	u64 coarse = bpf_ktime_get_coarse_ns();
	struct flow_state *e = find_entry(p, &key, counters, side, coarse, hook);

	if (unlikely(!e)) {
		add_to(counters, COUNT_TABLE_FULL, p->packets, hook);
		if (flow_owner)
			owner_find(o, p, owner, hook);
		return TRIGGER_TABLE_FULL;
	}
	int tcp = p->proto == PROTO_TCP;
	if (tcp && unlikely(e->status & STATUS_ENDED) &&
	    (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		restart_entry(e, side);

	u32 shown = tcp ? (u32)p->tcp_flags << (16 * side) : 0;
	u32 watched = flow_flag_mask | flow_flag_mask << 16;
	u32 trigger = 0;
	u32 captured = 0;

	if (flow_capture) {
		u32 length = capture_length(p);
		if (unlikely(length)) {
			owner->info = e->owner;
			owner->is_source = e->owner_side == side + 1;
			owner->rtt_us = e->rtt_us;
			owner->retransmits = e->retransmits;
			captured = report_capture(o, p, counters, owner,
						  length | reply_of(e, side) << 16);
		}
	}
	if (unlikely(captured)) {
		/* The flags have been shown; those that are watched also make the entry's record. */
		e->hook[side] = hook;
		if (shown & watched & ~e->told)
			__sync_fetch_and_or(&e->since, shown);
	} else {
		u64 old = __sync_fetch_and_add(&e->count[side], packed(p));
		if (unlikely(old & COUNT_DEAD)) {
			add_to(counters, COUNT_STALE, p->packets, hook);
			return TRIGGER_IDLE;
		}
		if (!old) {
			if (!e->count[side ^ 1])
				e->first_ns = coarse;
			e->hook[side] = hook;
		}
		if (unlikely(shown & ~e->since))
			__sync_fetch_and_or(&e->since, shown);
		if (unlikely(old >= COUNT_REPORT_AT))
			trigger = TRIGGER_INTERVAL;
		/* A coarse clock read on another processor may be behind. */
		if (unlikely(coarse > e->report_ns && coarse - e->report_ns >= flow_interval_ns))
			trigger = TRIGGER_INTERVAL;
		if (unlikely(!(e->status & STATUS_TOLD_NEW)))
			trigger = TRIGGER_NEW;
	}
	e->last_ns = coarse;
	if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6)
		e->icmp[side] = p->icmp_type << 8 | p->icmp_code;
	if (unlikely(e->since & watched & ~e->told) && trigger != TRIGGER_NEW)
		trigger = TRIGGER_TCP_FLAG;
	/* With a report come new figures of the connection's socket. */
	if (flow_owner && owner_can_find(hook) &&
	    unlikely(e->owner_tries < OWNER_TRIES || (trigger && tcp))) {
		owner_find(o, p, owner, hook);
		entry_owner(e, owner, side);
	}
	if (likely(!trigger))
		return 0;

	working->report = (struct report){
		.coarse = coarse,
		.side = side,
		.trigger = trigger,
		.even_empty = captured,
		.packet_len = p->length,
		.hook = hook,
	};
	report_entry(&working->report, &key, e, counters);
	return 0;
}

#endif
