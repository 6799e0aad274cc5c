/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the programs hand to user space: records, counters, and the sweep's request. */
#ifndef FLOW_EVENT_H
#define FLOW_EVENT_H

#include "bpf_defs.h"

/* Twin of `RawEvent` in crates/flow-core/src/event/raw.rs, which says what each field means. */
struct flow_event {
	u8 kind; /* enum flow_kind */
	u8 version;
	u16 flags; /* FLOW_* bits */
	u16 header_len;
	u16 payload_len;
	u64 time_ns;
	u64 first_ns;
	u8 saddr[16];
	u8 daddr[16];
	u16 sport;
	u16 dport;
	u8 proto;
	u8 ip_version;
	u8 direction;
	u8 verdict;
	u16 tcp_flags;
	u8 icmp_type;
	u8 icmp_code;
	u32 drop_reason;
	u32 ifindex;
	u32 netns;
	u64 cgroup_id;
	u64 socket_cookie;
	u32 pid;
	u32 uid;
	u8 comm[16];
	u64 forward_bytes;
	u64 reverse_bytes;
	u32 forward_packets;
	u32 reverse_packets;
	u32 rtt_us;
	u32 retransmits;
	u8 smac[6];
	u8 dmac[6];
	u16 ethertype;
	u16 vlan;
	u8 is_reply;
	u8 tcp_state;
	u8 hook; /* enum flow_hook */
	u8 trigger; /* enum flow_trigger */
	u32 packet_len;
	u16 sample_rate;
	u8 capture_kind;
	u8 tcp_state_old;
	u32 cpu;
};

#define FLOW_EVENT_SIZE 184
#define FLOW_EVENT_VERSION 1
_Static_assert(sizeof(struct flow_event) == FLOW_EVENT_SIZE, "layout of a record");

enum flow_kind {
	KIND_FLOW = 1,
	KIND_PACKET = 2,
	KIND_DROP = 3,
	KIND_TCP_STATE = 4,
	KIND_TCP_RETRANSMIT = 5,
};

enum flow_hook {
	HOOK_TC_INGRESS = 1,
	HOOK_TC_EGRESS = 2,
	HOOK_CGROUP_INGRESS = 3,
	HOOK_CGROUP_EGRESS = 4,
	HOOK_KFREE_SKB = 5,
	HOOK_SOCK_STATE = 6,
	HOOK_TCP_RETRANSMIT = 7,
	HOOK_NETIF_RECEIVE = 8,
	HOOK_NET_DEV_QUEUE = 9,
};

enum flow_trigger {
	TRIGGER_NEW = 1,
	TRIGGER_TCP_FLAG = 2,
	TRIGGER_INTERVAL = 3,
	TRIGGER_END = 4,
	TRIGGER_IDLE = 5,
	TRIGGER_TABLE_FULL = 6,
};

enum flow_capture_kind {
	CAPTURE_NONE = 0,
	CAPTURE_NETWORK = 2,
};

enum flow_flag {
	FLOW_FRAGMENT = 0x0001,
	FLOW_TRUNCATED = 0x0002,
	FLOW_MALFORMED = 0x0004,
	FLOW_OWNER_IS_SOURCE = 0x0008,
};

enum flow_direction { DIRECTION_UNKNOWN = 0, DIRECTION_INGRESS = 1, DIRECTION_EGRESS = 2 };
/* Hubble's numbers. */
enum flow_verdict { VERDICT_FORWARDED = 1, VERDICT_DROPPED = 2, VERDICT_TRACED = 6 };
enum flow_reply { REPLY_UNKNOWN = 0, REPLY_NO = 1, REPLY_YES = 2 };

/*
 * Indexes of the one value of the map `counters`, each for one processor. Packets are packets on the
 * wire: a segment that the card or the stack splits or joins counts as its parts.
 *
 * Once the table is flushed:
 * SEEN_PACKETS == REPORTED_PACKETS + SAMPLED_OUT + FILTERED + NON_IP + MALFORMED + LOST_PACKETS
 *                 + what the LRU table gave up unreported (0 with the exact table).
 */
enum flow_counter {
	/* Packets and bytes at the hooks, before sampling and filter, after the loopback rule. */
	COUNT_SEEN_PACKETS = 0,
	COUNT_SEEN_BYTES = 1,
	/* Packets and bytes in FLOW and PACKET records that reached a ring buffer. */
	COUNT_REPORTED_PACKETS = 2,
	COUNT_REPORTED_BYTES = 3,
	/* Packets left out by sampling. They are in SEEN_PACKETS, not in SEEN_BYTES. */
	COUNT_SAMPLED_OUT = 4,
	/* Packets and bytes left out by the filter. */
	COUNT_FILTERED = 5,
	COUNT_FILTERED_BYTES = 6,
	/* Packets without an IP header: only counted. */
	COUNT_NON_IP = 7,
	COUNT_NON_IP_BYTES = 8,
	/* Packets whose IP header contradicts itself or is cut off: only counted. */
	COUNT_MALFORMED = 9,
	COUNT_MALFORMED_BYTES = 10,
	/* Packets and bytes that no record tells, because a ring buffer was full. */
	COUNT_LOST_PACKETS = 11,
	COUNT_LOST_BYTES = 12,
	/* Records of any kind that found their ring buffer full and were given up. */
	COUNT_LOST_RECORDS = 13,
	/* Records of aggregates put off for the same reason: their counts stay in the table. */
	COUNT_DEFERRED = 14,
	/* Packets reported on their own, because the table had no room. */
	COUNT_TABLE_FULL = 15,
	/* Packets whose transport header was not all readable: reported without ports. */
	COUNT_TRUNCATED = 16,
	/* Captures given up because a ring buffer was full; the packet is still counted. */
	COUNT_CAPTURE_LOST = 17,
	/* Entries of the table made and deleted. */
	COUNT_FLOWS_MADE = 18,
	COUNT_FLOWS_DELETED = 19,
	/* Packets that met an entry while it was being deleted: reported on their own. */
	COUNT_STALE = 20,
	/* New flows of a local socket whose owner is not known. */
	COUNT_OWNER_UNKNOWN = 21,
	/* Drop reports left out: a reason that is no loss, or no IP header found. */
	COUNT_DROPS_NO_LOSS = 22,
	COUNT_DROPS_UNREADABLE = 23,
	/*
	 * Packets that programs on interfaces and control groups read the slow way: their headers are not in
	 * the linear part of the buffer, or are VLAN tags or IPv6 extension headers.
	 */
	COUNT_SLOW_PARSE = 24,
	/* Drop reports left out because it is not known of which namespace they are; only where some are chosen. */
	COUNT_DROPS_UNPLACED = 25,
	/* Packets until the next sample: for the programs alone. */
	COUNT_SAMPLE_GAP = 31,
	COUNT_SIZE = 32,
};

/*
 * Puts the enumerations into the objects' type information, for the test that compares them with their Rust
 * twins.
 */
const volatile struct {
	enum flow_kind kind;
	enum flow_hook hook;
	enum flow_trigger trigger;
	enum flow_capture_kind capture_kind;
	enum flow_flag flag;
	enum flow_direction direction;
	enum flow_verdict verdict;
	enum flow_reply reply;
	enum flow_counter counter;
} flow_enums = {};

/* Input of the program `sweep`, at SWEEP_OFFSET of the packet it is run with. */
struct sweep_request {
	u64 idle_ns;
	u64 tcp_idle_ns;
	u64 closed_ns;
	u64 quiet_ns;
	u64 flags; /* SWEEP_* */
};
#define SWEEP_OFFSET 16
#define SWEEP_ALL 1

#endif
