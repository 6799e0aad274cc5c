/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Kernel structures, only the fields that are read. The loader moves each access to where the running
 * kernel has the field.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "maps.h"

#ifdef FLOW_FULL

#define RELOCATED __attribute__((preserve_access_index))

struct ns_common {
	u32 inum;
} RELOCATED;

struct net {
	struct ns_common ns;
} RELOCATED;

typedef struct {
	struct net *net;
} RELOCATED possible_net_t;

struct net_device {
	possible_net_t nd_net;
	int ifindex;
	u16 type;
} RELOCATED;

struct sk_buff {
	struct net_device *dev;
	u32 len;
	u32 data_len;
} RELOCATED;

/* Reads a field of a structure whose address is not typed; 0 where that fails. */
#define READ(pointer, field) \
	({ \
		typeof((pointer)->field) value_ = 0; \
		bpf_probe_read_kernel(&value_, sizeof(value_), \
				      __builtin_preserve_access_index(&(pointer)->field)); \
		value_; \
	})

static inline_always u32 netns_inode(struct net *net)
{
	return net ? READ(net, ns.inum) : 0;
}

/* The context of a packet program is the kernel's own buffer. */
static inline_always u32 device_netns(struct __sk_buff *ctx)
{
	struct net_device *dev = READ((struct sk_buff *)ctx, dev);
	return dev ? netns_inode(READ(dev, nd_net.net)) : 0;
}

#else

static inline_always u32 device_netns(struct __sk_buff *ctx)
{
	return 0;
}

#endif

#endif
