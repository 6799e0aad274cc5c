/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Every map, and the layout of what is in the tables. */
#ifndef MAPS_H
#define MAPS_H

#include "bpf_defs.h"
#include "config.h"
#include "flow_event.h"

/*
 * A connection at one interface: what crates/flow-core/src/flow/key.rs calls a `ConnectionKey`, with the same meaning. Both
 * VLAN tags are part of it, and the query and identifier of an ICMP message. The programs do not look into tunnels: what
 * one carries is a connection at the interface that stands for it. Type and identifier of ICMP stand in the place of ports.
 * The two ends are ordered, so that both directions have the same key: `a` is the one whose second address word is
 * smaller, else whose first one is, else whose port is.
 */
struct flow_key {
	u64 a[2]; /* IPv4 as mapped IPv6 */
	u64 b[2];
	u16 a_port; /* for ICMP: the identifier, or 0 */
	u16 b_port; /* for ICMP: type of the query, and code */
	u32 place; /* index of the interface, which is positive; KEY_IPV6 */
	u32 netns;
	u32 link; /* outermost VLAN, protocol, VLAN behind it: 12, 8 and 12 bits */
};

#define KEY_IPV6 0x80000000U
#define KEY_LINK(vlan, proto, inner) ((vlan) | (u32)(proto) << 12 | (u32)(inner) << 20)

static inline_always u32 key_ifindex(const struct flow_key *key)
{
	return key->place & ~KEY_IPV6;
}

static inline_always u8 key_family(const struct flow_key *key)
{
	return key->place & KEY_IPV6 ? 6 : 4;
}

static inline_always u8 key_proto(const struct flow_key *key)
{
	return key->link >> 12;
}

static inline_always u16 key_vlan(const struct flow_key *key)
{
	return key->link & 0xfff;
}

/* Who owns a socket, or the local end of a flow. */
struct flow_owner_info {
	u64 cgroup_id;
	u64 cookie;
	u32 pid;
	u32 uid;
	u8 comm[16];
};

/*
 * `count` packs what one side sent since the last record: packets in the high 24 bits, bytes in
 * the low 40, so that one atomic instruction adds to both, and one takes both. COUNT_DEAD is set when the
 * entry has been deleted.
 */
#define COUNT_SHIFT 40
#define COUNT_BYTES ((1ULL << COUNT_SHIFT) - 1)
#define COUNT_PACKETS_MASK 0x7fffffULL
#define COUNT_DEAD (1ULL << 63)
/* Packets after which a record is made at any rate, far below what the field holds. */
#define COUNT_REPORT_AT (1ULL << (COUNT_SHIFT + 20))

#define STATUS_TOLD_NEW 1 /* the first record has been made */
#define STATUS_ENDED 2 /* RST, or FIN from both sides */
#define STATUS_FRAGMENT 4
#define STATUS_TRUNCATED 8
#define STATUS_MALFORMED 16
#define STATUS_SYN 32 /* `syn_seq` is known */

struct flow_state {
	u64 count[2]; /* by side: 0 sent by a, 1 sent by b */
	u64 last_ns; /* coarse monotonic clock: newest packet */
	u64 report_ns; /* the same clock: last record */
	u64 first_ns; /* the same clock: oldest packet not reported */
	u32 since; /* TCP flags since the last record, side 0 in the low half, side 1 in the high */
	u32 told; /* TCP flags ever reported */
	u32 status; /* STATUS_* */
	u8 first_side;
	u8 initiator; /* 1 a, 2 b, 0 unknown */
	u8 owner_side; /* 1 a, 2 b, 0 unknown */
	u8 owner_tries;
	u8 hook[2]; /* by side: where its packets are seen */
	u8 captured; /* payload of one of its ports is captured */
	u8 padding;
	u16 icmp[2]; /* by side: type in the high byte, code in the low */
	u32 rtt_us;
	u32 retransmits;
	u8 mac[2][6]; /* by side */
	u16 ethertype;
	u8 restarts; /* how often another socket took the entry over, up to RESTARTS */
	u8 padding2;
	u32 syn_seq; /* of the SYN that began it */
	u32 padding3;
	struct flow_owner_info owner;
};

/* Of the payload, and with the headers before it from IP on. */
#define CAPTURE_PAYLOAD_MAX 2048
#define CAPTURE_MAX 2560

struct capture_record {
	struct flow_event event;
	u8 payload[CAPTURE_MAX];
};

/*
 * Room for one record at a time. A program may be interrupted by another one on the same processor, which then
 * finds `busy` set and takes the next of SCRATCH_DEPTH.
 */
#define SCRATCH_DEPTH 3

struct scratch {
	u64 busy;
	struct capture_record record;
};

struct flow_counters {
	u64 value[COUNT_SIZE];
};

struct network_key {
	u32 prefix;
	u32 address[4];
};

/* An interface of a namespace; 0 stands for the namespace as a whole. */
struct watched_key {
	u32 netns;
	u32 ifindex;
};

#define RING(name) \
	struct { \
		map_uint(type, MAP_RINGBUF); \
		map_uint(max_entries, 1 << 20); \
	} name SEC(".maps")

RING(events_0);
RING(events_1);
RING(events_2);
RING(events_3);
RING(events_4);
RING(events_5);
RING(events_6);
RING(events_7);

struct {
	map_uint(type, MAP_HASH);
	map_uint(max_entries, 65536);
	map_type(key, struct flow_key);
	map_type(value, struct flow_state);
} flows SEC(".maps");

struct {
	map_uint(type, MAP_LRU_HASH);
	map_uint(max_entries, 1);
	map_type(key, struct flow_key);
	map_type(value, struct flow_state);
} flows_lru SEC(".maps");

struct {
	map_uint(type, MAP_PERCPU_ARRAY);
	map_uint(max_entries, 1);
	map_type(key, u32);
	map_type(value, struct flow_counters);
} counters SEC(".maps");

struct {
	map_uint(type, MAP_PERCPU_ARRAY);
	map_uint(max_entries, SCRATCH_DEPTH);
	map_type(key, u32);
	map_type(value, struct scratch);
} scratch SEC(".maps");

struct {
	map_uint(type, MAP_SK_STORAGE);
	map_uint(map_flags, F_NO_PREALLOC | F_CLONE);
	map_type(key, int);
	map_type(value, struct flow_owner_info);
} sock_owner SEC(".maps");

struct {
	map_uint(type, MAP_LPM_TRIE);
	map_uint(max_entries, 1024);
	map_uint(map_flags, F_NO_PREALLOC);
	map_type(key, struct network_key);
	map_type(value, u8);
} filter_networks SEC(".maps");

struct {
	map_uint(type, MAP_ARRAY);
	map_uint(max_entries, 1);
	map_type(key, u32);
	map_type(value, u8);
} filter_ports SEC(".maps");

struct {
	map_uint(type, MAP_ARRAY);
	map_uint(max_entries, 256);
	map_type(key, u32);
	map_type(value, u8);
} filter_protocols SEC(".maps");

struct {
	map_uint(type, MAP_ARRAY);
	map_uint(max_entries, 1);
	map_type(key, u32);
	map_type(value, u16);
} capture_ports SEC(".maps");

struct {
	map_uint(type, MAP_HASH);
	map_uint(max_entries, 1);
	map_type(key, struct watched_key);
	map_type(value, u8);
} watched SEC(".maps");

/* The counters of this processor; never NULL but for the verifier. */
static inline_always struct flow_counters *counters_here(void)
{
	u32 zero = 0;
	return bpf_map_lookup_elem(&counters, &zero);
}

/*
 * Adds to a counter where another program may interrupt this one on the same processor. Programs on
 * interfaces run with bottom halves off and add plainly.
 */
static inline_always void count_atomic(u32 index, u64 n)
{
	struct flow_counters *counters = counters_here();
	if (counters)
		__sync_fetch_and_add(&counters->value[index], n);
}

static inline_always void *flow_table(void)
{
	return flow_table_lru ? (void *)&flows_lru : (void *)&flows;
}

#endif
