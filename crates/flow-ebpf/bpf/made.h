/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The program at the root control group that notes who makes a socket. */
#ifndef MADE_H
#define MADE_H

#include "owner.h"

/* Runs in the process that makes the socket. */
SEC("cgroup/sock_create")
int sock_create(struct bpf_sock *ctx)
{
	struct flow_owner_info *owner;

	owner = bpf_sk_storage_get(&sock_owner, ctx, NULL, STORAGE_GET_CREATE);
	if (!owner)
		return CGROUP_PASS;
	owner_is_current(owner);
	owner->cookie = bpf_get_socket_cookie(ctx);
	return CGROUP_PASS;
}

#endif
