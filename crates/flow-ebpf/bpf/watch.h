/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is asked for, where a program sees the traffic and events of the whole host. */
#ifndef WATCH_H
#define WATCH_H

#include "maps.h"

static inline_always int is_watched(u32 netns, u32 ifindex)
{
	struct watched_key key = { .netns = netns, .ifindex = ifindex };

	return bpf_map_lookup_elem(&watched, &key) != NULL;
}

/* Whether a namespace is asked for, or some of its interfaces. */
static inline_always int netns_watched(u32 netns)
{
	if (flow_watch == WATCH_ALL)
		return 1;
	if (flow_netns)
		return netns == flow_netns;
	return is_watched(netns, 0);
}

/* Whether a drop at this place is asked for. One whose namespace is not known is only counted. */
static inline_always int drop_watched(u32 netns, u32 ifindex)
{
	if (flow_watch == WATCH_ALL)
		return 1;
	if (!netns) {
		count_atomic(COUNT_DROPS_UNPLACED, 1);
		return 0;
	}
	if (flow_watch == WATCH_INTERFACES)
		return ifindex && is_watched(netns, ifindex);
	return netns_watched(netns);
}

/* Whether events of a socket are asked for: by the interface of its route, where it has one. */
static inline_always int socket_watched(u32 netns, u32 ifindex)
{
	if (flow_watch == WATCH_INTERFACES && ifindex)
		return is_watched(netns, ifindex);
	return netns_watched(netns);
}

#endif
