/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Constants that the loader sets before load. The verifier sees their values and removes what they
 * switch off. Their meaning is in README.md.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "bpf_defs.h"

#define MODE_AGGREGATED 0
#define MODE_PACKETS 1

#define LOOPBACK_NOBODY 0
#define LOOPBACK_CGROUP 1
#define LOOPBACK_INTERFACE 2

#define WATCH_ALL 0
#define WATCH_NETNS 1
#define WATCH_INTERFACES 2

#define OWNER_SENDER 1
#define OWNER_LOOKUP 2

#define FILTER_NETWORKS 1
#define FILTER_NETWORKS_ALLOW 2
#define FILTER_PORTS 4
#define FILTER_PORTS_ALLOW 8
#define FILTER_PROTOCOLS 16
#define FILTER_PROTOCOLS_ALLOW 32

const volatile u32 flow_mode = MODE_AGGREGATED;
const volatile u32 flow_sample = 1;
const volatile u32 flow_table_lru = 0;
const volatile u64 flow_interval_ns = 5000000000ULL;
const volatile u64 flow_tick_ns = 0;
const volatile u32 flow_netns = 0;
const volatile u32 flow_watch = WATCH_ALL;
const volatile u32 flow_loopback = LOOPBACK_CGROUP;
const volatile u32 flow_tcp_state = 1;
const volatile u32 flow_owner = OWNER_SENDER | OWNER_LOOKUP;
const volatile u32 flow_filter = 0;
const volatile u32 flow_capture = 0;
const volatile u32 flow_ring_mask = 0;
const volatile u32 flow_reason_taken_in = ~0U;
const volatile u32 flow_no_loss_reasons[4] = { ~0U, ~0U, ~0U, ~0U };

/* A module's own constant in every namespace: include/net/net_namespace.h, LOOPBACK_IFINDEX. */
#define LOOPBACK_IFINDEX 1

#endif
