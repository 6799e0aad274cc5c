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

#include "key.h"
#include "single.h"

#define OWNER_TRIES 3
/* The half of `since` and `told` that one side's flags are in. */
#define THIS_SIDE(side) (0xffffU << (16 * (side)))
#define OTHER_SIDE(side) (0xffffU << (16 * ((side) ^ 1)))
#define OWNER_SETTLED 255
/* TCP flags that make a record when a side first shows them. */
#define TCP_ONCE (TCP_FIN | TCP_SYN | TCP_RST)

static inline_always u64 packed(const struct packet *p)
{
	return (u64)p->packets << COUNT_SHIFT | p->bytes;
}

/*
 * The clock of the table. Only differences mean something; it moves with each tick of the kernel, which is exact
 * enough for intervals and costs next to nothing. Where the length of a tick is not known, it is the monotonic
 * clock, of which tracepoints are refused the coarse reading.
 */
static inline_always u64 now_coarse(u32 hook)
{
	if (flow_tick_ns)
		return bpf_jiffies64() * flow_tick_ns;
	if (hook == HOOK_NETIF_RECEIVE || hook == HOOK_NET_DEV_QUEUE)
		return bpf_ktime_get_ns();
	return bpf_ktime_get_coarse_ns();
}

static inline_always u32 reply_of(const struct flow_state *e, u32 side)
{
	if (!e->initiator)
		return REPLY_UNKNOWN;
	return e->initiator == side + 1 ? REPLY_NO : REPLY_YES;
}

/* Why and when an entry is reported. Small: it lies in the stack below the longest calls. */
struct report {
	u64 coarse; /* now */
	u32 packet_len;
	u8 side; /* the sender's */
	u8 trigger;
	u8 even_empty; /* make a record even if nothing is counted */
	u8 hook;
};

/* Puts what an entry knows into a record, but for what is taken out of it: see `fill_taken`. */
noinline int fill_flow(struct flow_event *r, const struct flow_key *key, const struct flow_state *e,
		       const struct report *report)
{
	if (!r || !key || !e || !report)
		return 0;
	u32 side = report->side & 1;
	u8 proto = key_proto(key);
	int icmp = proto == PROTO_ICMP || proto == PROTO_ICMPV6;

	record_begin(r, KIND_FLOW, e->hook[side] ? e->hook[side] : e->hook[side ^ 1]);
	__builtin_memcpy(r->saddr, side ? key->b : key->a, 16);
	__builtin_memcpy(r->daddr, side ? key->a : key->b, 16);
	r->sport = icmp ? 0 : side ? key->b_port : key->a_port;
	r->dport = icmp ? 0 : side ? key->a_port : key->b_port;
	r->proto = proto;
	r->ip_version = key_family(key);
	r->icmp_type = e->icmp[side] >> 8;
	r->icmp_code = e->icmp[side];
	__builtin_memcpy(r->smac, e->mac[side], 6);
	__builtin_memcpy(r->dmac, e->mac[side ^ 1], 6);
	r->ethertype = e->ethertype;
	r->vlan = key_vlan(key);
	r->ifindex = key_ifindex(key);
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

/* Puts into a record what has been taken out of an entry: counts of both sides, and TCP flags, as in `flow_state`. */
static inline_always void fill_taken(struct flow_event *r, u32 side, u64 forward, u64 reverse,
				     u32 since)
{
	r->tcp_flags = since >> (16 * side);
	r->forward_bytes = forward & COUNT_BYTES;
	r->forward_packets = forward >> COUNT_SHIFT & COUNT_PACKETS_MASK;
	r->reverse_bytes = reverse & COUNT_BYTES;
	r->reverse_packets = reverse >> COUNT_SHIFT & COUNT_PACKETS_MASK;
}

/* Settles who owns the local end, if `owner` tells and it is not settled. */
static inline_always void entry_owner(struct flow_state *e, const struct owner *owner, u32 side)
{
	if (owner->rtt_us)
		e->rtt_us = owner->rtt_us;
	if (owner->retransmits)
		e->retransmits = owner->retransmits;
	if (e->owner_tries == OWNER_SETTLED) {
		/* The socket, or what listens, has been given to another process. */
		if (owner->known && owner->info.pid != e->owner.pid &&
		    e->owner_side == (owner->is_source ? side : side ^ 1) + 1)
			e->owner = owner->info;
		return;
	}
	if (e->owner_tries < OWNER_TRIES)
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
	struct flow_event *r = record_reserve_slow();
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
	/* The sender's flags: those of the other side are told by a record of that side. */
	u32 since = __sync_fetch_and_and(&e->since, OTHER_SIDE(side)) & THIS_SIDE(side);
	u32 told = __sync_fetch_and_or(&e->told, since) | since;
	u32 fins = told & (TCP_FIN | TCP_FIN << 16);
	if (key_proto(key) == PROTO_TCP &&
	    (fins == (TCP_FIN | TCP_FIN << 16) || (told & (TCP_RST | TCP_RST << 16))) &&
	    !(__sync_fetch_and_or(&e->status, STATUS_ENDED) & STATUS_ENDED))
		report->trigger = TRIGGER_END;
	u64 now = bpf_ktime_get_boot_ns();
	e->report_ns = coarse;
	fill_flow(r, key, e, report);
	fill_taken(r, side, forward, reverse, since);
	r->time_ns = now;
	r->first_ns = first < coarse ? now - (coarse - first) : now;
	record_submit(r);
	add_to(counters, COUNT_REPORTED_PACKETS, (forward >> COUNT_SHIFT) + (reverse >> COUNT_SHIFT),
	       hook);
	add_to(counters, COUNT_REPORTED_BYTES, (forward & COUNT_BYTES) + (reverse & COUNT_BYTES),
	       hook);
	return 0;
}

/* The value of an entry before its first packet; the second where payload is captured. */
static const struct flow_state no_packets[2] = { [1] = { .captured = 1 } };

/* The first packet of a connection: makes its entry, and fills in what stays the same. */
noinline int make_entry(const struct packet *p, const struct flow_key *key,
			struct flow_counters *counters, const struct report *report)
{
	u32 status = 0;
	u32 captured = 0;

	if (!p || !key || !counters || !report)
		return 0;
	/* Linux 6.1 takes no argument of such a function for a key of a map. */
	struct flow_key copy = *key;
	if (flow_capture)
		captured = capture_of_ports(p) != 0;
	long failed = bpf_map_update_elem(flow_table(), &copy, &no_packets[captured & 1],
					  UPDATE_NOEXIST);
	/* Another processor may have been first: its entry is as good. */
	if (failed)
		return 0;
	struct flow_state *e = bpf_map_lookup_elem(flow_table(), &copy);
	if (!e)
		return 0;
	u32 side = report->side & 1;
	u32 begun = beginner(p);
	if (p->proto != PROTO_TCP && !begun)
		begun = 1;
	/* From 1 the sender, 2 the receiver, to 1 side a, 2 side b. */
	if (begun)
		e->initiator = ((begun - 1) ^ side) + 1;
	e->first_side = side;
	e->report_ns = report->coarse;
	e->syn_seq = p->seq;
	if (begun == 1 && p->proto == PROTO_TCP)
		status |= STATUS_SYN;
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
	add_to(counters, COUNT_FLOWS_MADE, 1, report->hook);
	return 0;
}

/* How often another socket takes an entry over, before only its owner changes. */
#define RESTARTS 16

/*
 * Whether a SYN, sent by `side`, begins another connection than the entry's: that has ended, or it began with another SYN.
 */
static inline_always int syn_begins(const struct flow_state *e, const struct packet *p, u32 side)
{
	if (!(e->status & STATUS_SYN) || (e->status & STATUS_ENDED))
		return 1;
	return e->initiator == side + 1 && e->syn_seq != p->seq;
}

/*
 * Whether the socket that sends by UDP is another one than that of the entry. Asked once a tick at most: nobody closes a
 * socket and binds another one in less.
 */
static inline_always int socket_begins(const struct origin *o, const struct packet *p,
				       const struct flow_state *e, u32 side, u64 coarse, u32 hook)
{
	if (!flow_owner || (hook != HOOK_TC_EGRESS && hook != HOOK_CGROUP_EGRESS &&
			    hook != HOOK_NET_DEV_QUEUE))
		return 0;
	if (likely(p->proto != PROTO_UDP || coarse == e->last_ns || !e->owner.cookie ||
		   e->owner_side != side + 1 || e->restarts >= RESTARTS))
		return 0;
	u64 cookie = sender_cookie(o, hook);
	return cookie && cookie != e->owner.cookie;
}

/* The entry begins anew, with what is left in it. */
static inline_always void restart_entry(struct flow_state *e, const struct packet *p, u32 side)
{
	if (e->restarts < RESTARTS)
		e->restarts++;
	e->since = 0;
	e->told = 0;
	e->initiator = (side & 1) + 1;
	e->first_side = side & 1;
	e->syn_seq = p->seq;
	e->owner_side = 0;
	e->owner_tries = 0;
	__builtin_memset(&e->owner, 0, sizeof(e->owner));
	e->rtt_us = 0;
	e->retransmits = 0;
	e->status = p->proto == PROTO_TCP ? STATUS_SYN : 0;
}

/* A packet, its entry, and what is to be told of it. */
struct touch {
	struct report report;
	struct flow_key key;
	struct flow_state *e;
};

/* With a report come new figures of the connection's socket. */
static noinline int owner_touch(const struct origin *o, const struct packet *p,
				struct flow_counters *counters, struct touch *touch, u32 hook)
{
	struct owner owner;

	__builtin_memset(&owner, 0, sizeof(owner));
	owner_find(o, p, &owner, hook);
	entry_owner(touch->e, &owner, touch->report.side & 1);
	if (touch->report.trigger == TRIGGER_NEW && owner.found && !owner.known)
		add_to(counters, COUNT_OWNER_UNKNOWN, 1, hook);
	return 0;
}

/* Reports one packet on its own, in place of the table. */
static noinline int report_alone(const struct origin *o, const struct packet *p,
				 struct flow_counters *counters, u32 trigger, u32 hook)
{
	struct owner owner;

	__builtin_memset(&owner, 0, sizeof(owner));
	if (flow_owner)
		owner_find(o, p, &owner, hook);
	if (flow_capture && trigger == TRIGGER_TABLE_FULL) {
		u32 length = capture_length(p);
		opaque(length);
		if (length && report_capture(o, p, counters, &owner,
					     CAPTURE_OF(length, trigger, beginner(p))))
			return 0;
	}
	/* REPLY_NO and REPLY_YES in the order of `beginner`. */
	report_single(&o->at, p, counters, &owner, RECORD_OF(KIND_FLOW, trigger, beginner(p)));
	return 0;
}

/* A packet whose payload may be captured: the record counts it. */
static noinline int capture_touch(const struct origin *o, const struct packet *p,
				  struct flow_counters *counters, const struct touch *touch,
				  u32 hook)
{
	struct flow_state *e = touch->e;
	u32 side = touch->report.side & 1;
	u32 length = capture_length(p);
	struct owner owner;

	opaque(length);
	if (!length)
		return 0;
	__builtin_memset(&owner, 0, sizeof(owner));
	if (flow_owner && owner_can_find(hook) && e->owner_tries < OWNER_TRIES) {
		owner_find(o, p, &owner, hook);
		entry_owner(e, &owner, side);
	}
	owner.info = e->owner;
	owner.is_source = e->owner_side == side + 1;
	owner.rtt_us = e->rtt_us;
	owner.retransmits = e->retransmits;
	u32 trigger = e->status & STATUS_TOLD_NEW ? 0 : TRIGGER_NEW;
	if (!report_capture(o, p, counters, &owner,
			    CAPTURE_OF(length, trigger, reply_of(e, side))))
		return 0;
	__sync_fetch_and_or(&e->status, STATUS_TOLD_NEW);
	return 1;
}

/* Counts one packet. */
static inline_always void aggregate(const struct origin *o, const struct packet *p,
				    struct flow_counters *counters, u32 hook)
{
	struct touch touch;
	u32 side = make_key(&touch.key, p, o->at.ifindex, o->at.netns);
	u64 coarse = now_coarse(hook);
	struct flow_state *e = bpf_map_lookup_elem(flow_table(), &touch.key);

	if (unlikely(!e)) {
		touch.report = (struct report){ .coarse = coarse, .side = side, .hook = hook };
		make_entry(p, &touch.key, counters, &touch.report);
		e = bpf_map_lookup_elem(flow_table(), &touch.key);
		if (!e) {
			add_to(counters, COUNT_TABLE_FULL, p->packets, hook);
			report_alone(o, p, counters, TRIGGER_TABLE_FULL, hook);
			return;
		}
	}
	int tcp = p->proto == PROTO_TCP;
	if (unlikely(tcp ? (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
				   syn_begins(e, p, side) :
			   socket_begins(o, p, e, side, coarse, hook))) {
		/* What is left of the connection before is told first. */
		touch.report = (struct report){
			.coarse = coarse,
			.side = (e->initiator ? e->initiator - 1 : e->first_side) & 1,
			.trigger = TRIGGER_END,
			.hook = hook,
		};
		report_entry(&touch.report, &touch.key, e, counters);
		restart_entry(e, p, side);
	}

	u32 shown = tcp ? (u32)p->tcp_flags << (16 * side) : 0;
	const u32 shown_once = TCP_ONCE | TCP_ONCE << 16;
	u32 trigger = 0;
	u32 captured = 0;

	touch.e = e;
	if (flow_capture && unlikely(e->captured)) {
		touch.report.side = side;
		captured = capture_touch(o, p, counters, &touch, hook);
	}
	if (unlikely(captured)) {
		e->hook[side] = hook;
		/* The flags have been shown; those that end a connection also make the entry's record. */
		__sync_fetch_and_or(&e->told, shown & (TCP_SYN | TCP_SYN << 16));
		if (shown & shown_once & ~e->told)
			__sync_fetch_and_or(&e->since, shown);
	} else {
		u64 old = __sync_fetch_and_add(&e->count[side], packed(p));
		if (unlikely(old & COUNT_DEAD)) {
			add_to(counters, COUNT_STALE, p->packets, hook);
			report_alone(o, p, counters, TRIGGER_IDLE, hook);
			return;
		}
		if (unlikely(!old)) {
			if (!e->count[side ^ 1])
				e->first_ns = coarse;
			e->hook[side] = hook;
		}
		if (unlikely(shown & ~e->since))
			__sync_fetch_and_or(&e->since, shown);
		u64 age = coarse - e->report_ns;
		/* A coarse clock read on another processor may be behind. */
		if (unlikely(old >= COUNT_REPORT_AT || ((s64)age > 0 && age >= flow_interval_ns)))
			trigger = TRIGGER_INTERVAL;
		if (unlikely(!(e->status & STATUS_TOLD_NEW)))
			trigger = TRIGGER_NEW;
	}
	e->last_ns = coarse;
	if (unlikely(p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6))
		e->icmp[side] = p->icmp_type << 8 | p->icmp_code;
	if (unlikely(e->since & shown_once & ~e->told & THIS_SIDE(side)) && trigger != TRIGGER_NEW)
		trigger = TRIGGER_TCP_FLAG;
	if (likely(!trigger &&
		   !(flow_owner && owner_can_find(hook) && e->owner_tries < OWNER_TRIES)))
		return;
	touch.report = (struct report){
		.coarse = coarse,
		.side = side,
		.trigger = trigger,
		.even_empty = captured,
		.packet_len = p->length,
		.hook = hook,
	};
	if (flow_owner && owner_can_find(hook))
		owner_touch(o, p, counters, &touch, hook);
	/* From here, not from a function between: up to Linux 6.12 the stack has no room for one more. */
	if (trigger)
		report_entry(&touch.report, &touch.key, touch.e, counters);
}

#endif
