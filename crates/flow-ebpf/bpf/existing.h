/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Fills in the owners of sockets that were made before anyone watched. */
#ifndef EXISTING_H
#define EXISTING_H

#include "kernel.h"

struct file;

/* One open file of one process: the kernel calls the program for each. */
struct bpf_iter__task_file {
	u64 meta;
	union {
		struct task_struct *task;
		u64 task_word;
	};
	u32 fd;
	union {
		struct file *file;
		u64 file_word;
	};
};

SEC("iter/task_file")
int existing_sockets(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;

	if (!task || !file)
		return 0;
	struct socket *socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	struct sock *sk = socket->sk;
	if (!sk)
		return 0;
	struct flow_owner_info *owner =
		bpf_sk_storage_get(&sock_owner, sk, NULL, STORAGE_GET_CREATE);
	/* What is known from when the socket was made is better. */
	if (!owner || owner->cgroup_id)
		return 0;
	owner->pid = task->tgid;
	owner->uid = task->cred->uid.val;
	bpf_probe_read_kernel(owner->comm, sizeof(owner->comm), task->comm);
	owner->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
	owner->cookie = bpf_get_socket_cookie(sk);
	return 0;
}

#endif
