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

/* Fills the key; gives the sender's side. */
static inline_always u32 make_key(struct flow_key *key, const struct origin *o,
				  const struct packet *p)
{
	u32 swap = p->src[0] > p->dst[0];

	if (p->src[0] == p->dst[0]) {
		swap = p->src[1] > p->dst[1];
		if (unlikely(p->src[1] == p->dst[1]))
			swap = p->sport > p->dport;
	}
	key->ifindex = o->ifindex;
	key->netns = o->netns;
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

static inline_always u8 reply_of(const struct flow_state *e, u32 side)
{
	if (!e->initiator)
		return REPLY_UNKNOWN;
	return e->initiator == side + 1 ? REPLY_NO : REPLY_YES;
}

/* Puts what an entry knows into a record, as seen from `side`. */
static inline_always void fill_flow(struct flow_event *r, const struct flow_key *key,
				    const struct flow_state *e, u32 side, u8 trigger, u64 forward,
				    u64 reverse, u32 since)
{
	int icmp = key->proto == PROTO_ICMP || key->proto == PROTO_ICMPV6;
	int no_ports = icmp || !key->family;

	side &= 1;
	record_begin(r, KIND_FLOW, e->hook[side]);
	__builtin_memcpy(r->saddr, side ? key->b : key->a, 16);
	__builtin_memcpy(r->daddr, side ? key->a : key->b, 16);
	r->sport = no_ports ? 0 : side ? key->b_port : key->a_port;
	r->dport = no_ports ? 0 : side ? key->a_port : key->b_port;
	r->proto = key->proto;
	r->ip_version = key->family;
	r->tcp_flags = since >> (16 * side);
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
	r->trigger = trigger;
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

/* Reports what entry `e` has counted. Called for a packet of `side` that gave a reason to. */
static inline_always void report_entry(const struct packet *p, struct flow_counters *counters,
				       const struct flow_key *key, struct flow_state *e, u32 side,
				       u8 trigger, u64 coarse, int even_empty, u32 hook)
{
	u64 before = e->report_ns;

	side &= 1;
	/* Of several processors that find the interval over, one reports. */
	if (trigger == TRIGGER_INTERVAL &&
	    __sync_val_compare_and_swap(&e->report_ns, before, coarse) != before)
		return;
	struct flow_event *r = record_reserve();
	if (unlikely(!r)) {
		add_to(counters, COUNT_DEFERRED, 1, hook);
		if (trigger == TRIGGER_INTERVAL)
			e->report_ns = before;
		/* The ring buffer has been full for so long that the count would overflow. */
		if (e->count[side] > 4 * COUNT_REPORT_AT) {
			u64 lost = __sync_fetch_and_and(&e->count[side], COUNT_DEAD);
			add_to(counters, COUNT_LOST_RECORDS, 1, hook);
			add_to(counters, COUNT_LOST_PACKETS, lost >> COUNT_SHIFT & COUNT_PACKETS_MASK,
			       hook);
			add_to(counters, COUNT_LOST_BYTES, lost & COUNT_BYTES, hook);
		}
		return;
	}
	u64 first = e->first_ns;
	u64 forward = __sync_fetch_and_and(&e->count[side], COUNT_DEAD) & ~COUNT_DEAD;
	u64 reverse = __sync_fetch_and_and(&e->count[side ^ 1], COUNT_DEAD) & ~COUNT_DEAD;
	/* Another processor has reported in between, this packet with it. */
	if (!even_empty && !(forward | reverse)) {
		bpf_ringbuf_discard(r, RING_NO_WAKEUP);
		return;
	}
	/* Whoever sets a bit first makes the record that it stands for. */
	if (trigger == TRIGGER_NEW &&
	    __sync_fetch_and_or(&e->status, STATUS_TOLD_NEW) & STATUS_TOLD_NEW)
		trigger = TRIGGER_TCP_FLAG;
	u32 since = __sync_lock_test_and_set(&e->since, 0);
	u32 told = __sync_fetch_and_or(&e->told, since) | since;
	u32 fins = told & (TCP_FIN | TCP_FIN << 16);
	if (p->proto == PROTO_TCP &&
	    (fins == (TCP_FIN | TCP_FIN << 16) || (told & (TCP_RST | TCP_RST << 16))) &&
	    !(__sync_fetch_and_or(&e->status, STATUS_ENDED) & STATUS_ENDED))
		trigger = TRIGGER_END;
	u64 now = bpf_ktime_get_boot_ns();
	e->report_ns = coarse;
	fill_flow(r, key, e, side, trigger, forward, reverse, since);
	r->packet_len = p->length;
	r->time_ns = now;
	r->first_ns = first < coarse ? now - (coarse - first) : now;
	record_submit(r);
	add_to(counters, COUNT_REPORTED_PACKETS, (forward >> COUNT_SHIFT) + (reverse >> COUNT_SHIFT),
	       hook);
	add_to(counters, COUNT_REPORTED_BYTES, (forward & COUNT_BYTES) + (reverse & COUNT_BYTES),
	       hook);
}

/* The value of an entry before its first packet. */
static const struct flow_state no_packets;

/* The first packet of a connection: fills in what stays the same. */
static inline_always void begin_entry(const struct packet *p, struct flow_state *e, u32 side,
				      u64 coarse)
{
	u8 begun = beginner(p);
	u32 status = 0;

	side &= 1;
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

/*
 * Counts one packet. `owner` is empty, and room to find one. Gives 0, or why the packet has to be reported on
 * its own.
 */
static inline_always u8 aggregate(const struct origin *o, const struct packet *p,
				  struct flow_counters *counters, struct owner *owner, u32 hook)
{
	struct flow_key key;
	u32 side = make_key(&key, o, p) & 1;
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
	u8 trigger = 0;
	if (unlikely((shown | e->since) & watched & ~e->told))
		trigger = TRIGGER_TCP_FLAG;
	/* A coarse clock read on another processor may be behind. */
	if (unlikely(coarse > e->report_ns && coarse - e->report_ns >= flow_interval_ns))
		trigger = trigger ? trigger : TRIGGER_INTERVAL;
	/* With each report come new figures of the connection's socket. */
	if (flow_owner && owner_can_find(hook) &&
	    unlikely(e->owner_tries < OWNER_TRIES || (trigger && tcp))) {
		owner_find(o, p, owner, hook);
		entry_owner(e, owner, side);
	}
	if (unlikely(!(e->status & STATUS_TOLD_NEW)))
		trigger = TRIGGER_NEW;

	u32 capture = capture_length(p);
	if (flow_capture && capture) {
		owner->info = e->owner;
		owner->is_source = e->owner_side == side + 1;
		owner->rtt_us = e->rtt_us;
		owner->retransmits = e->retransmits;
		if (report_capture(o, p, counters, owner,
				   CAPTURE_CALL(hook, reply_of(e, side), capture))) {
			e->last_ns = coarse;
			e->hook[side] = hook;
			/* The flags have been shown; those that are watched also make the entry's record. */
			if (!(shown & watched & ~e->told))
				return 0;
			__sync_fetch_and_or(&e->since, shown);
			report_entry(p, counters, &key, e, side, TRIGGER_TCP_FLAG, coarse, 1,
				     hook);
			return 0;
		}
	}

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
	e->last_ns = coarse;
	if (unlikely(shown & ~e->since))
		__sync_fetch_and_or(&e->since, shown);
	if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6)
		e->icmp[side] = p->icmp_type << 8 | p->icmp_code;
	if (unlikely(old >= COUNT_REPORT_AT))
		trigger = trigger ? trigger : TRIGGER_INTERVAL;
	if (unlikely(trigger))
		report_entry(p, counters, &key, e, side, trigger, coarse, 0, hook);
	return 0;
}

#endif
