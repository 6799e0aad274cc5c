/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Types, helpers and context layouts that the programs use, as the kernel's stable interface numbers
 * them (include/uapi/linux/bpf.h). Own declarations keep the objects independent of the system's headers.
 */
#ifndef BPF_DEFS_H
#define BPF_DEFS_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed int s32;
typedef signed long long s64;

#define NULL ((void *)0)
#define SEC(name) __attribute__((section(name), used))
#define inline_always inline __attribute__((always_inline))
#define noinline __attribute__((noinline))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
/* Keeps the compiler from proving a value's range in a way that the verifier cannot follow. */
#define opaque(x) asm volatile("" : "+r"(x))
#define offset_of(type, field) __builtin_offsetof(type, field)

/* Map definitions in BTF form. */
#define map_uint(name, value) int(*name)[value]
#define map_type(name, value) typeof(value) *name

#define MAP_HASH 1
#define MAP_ARRAY 2
#define MAP_PERCPU_ARRAY 6
#define MAP_LRU_HASH 9
#define MAP_LPM_TRIE 11
#define MAP_SK_STORAGE 24
#define MAP_RINGBUF 27

#define F_NO_PREALLOC 1
#define F_CLONE (1U << 9)

#define UPDATE_ANY 0
#define UPDATE_NOEXIST 1
#define STORAGE_GET_CREATE 1

#define RING_NO_WAKEUP 1

#define EEXIST 17

#define TCX_NEXT (-1)
#define CGROUP_PASS 1

/* Network byte order; the objects are little-endian. */
#define be16(x) __builtin_bswap16(x)
#define be32(x) __builtin_bswap32(x)

struct bpf_sock {
	u32 bound_dev_if;
	u32 family;
	u32 type;
	u32 protocol;
	u32 mark;
	u32 priority;
	u32 src_ip4;
	u32 src_ip6[4];
	u32 src_port;
	u16 dst_port;
	u16 padding;
	u32 dst_ip4;
	u32 dst_ip6[4];
	u32 state;
	s32 rx_queue_mapping;
};

struct bpf_tcp_sock {
	u32 snd_cwnd;
	u32 srtt_us;
	u32 rtt_min;
	u32 snd_ssthresh;
	u32 rcv_nxt;
	u32 snd_nxt;
	u32 snd_una;
	u32 mss_cache;
	u32 ecn_flags;
	u32 rate_delivered;
	u32 rate_interval_us;
	u32 packets_out;
	u32 retrans_out;
	u32 total_retrans;
};

struct bpf_sock_tuple {
	union {
		struct {
			u32 saddr;
			u32 daddr;
			u16 sport;
			u16 dport;
		} ipv4;
		struct {
			u32 saddr[4];
			u32 daddr[4];
			u16 sport;
			u16 dport;
		} ipv6;
	};
};

struct __sk_buff {
	u32 len;
	u32 pkt_type;
	u32 mark;
	u32 queue_mapping;
	u32 protocol;
	u32 vlan_present;
	u32 vlan_tci;
	u32 vlan_proto;
	u32 priority;
	u32 ingress_ifindex;
	u32 ifindex;
	u32 tc_index;
	u32 cb[5];
	u32 hash;
	u32 tc_classid;
	u32 data;
	u32 data_end;
	u32 napi_id;
	u32 family;
	u32 remote_ip4;
	u32 local_ip4;
	u32 remote_ip6[4];
	u32 local_ip6[4];
	u32 remote_port;
	u32 local_port;
	u32 data_meta;
	union {
		void *flow_keys;
		u64 flow_keys_word;
	};
	u64 tstamp;
	u32 wire_len;
	u32 gso_segs;
	union {
		struct bpf_sock *sk;
		u64 sk_word;
	};
	u32 gso_size;
};

#define HELPER(ret, name, number, ...) static ret (*const name)(__VA_ARGS__) = (void *)(number)

HELPER(void *, bpf_map_lookup_elem, 1, void *map, const void *key);
HELPER(long, bpf_map_update_elem, 2, void *map, const void *key, const void *value, u64 flags);
HELPER(long, bpf_map_delete_elem, 3, void *map, const void *key);
HELPER(u64, bpf_ktime_get_ns, 5, void);
HELPER(u32, bpf_get_prandom_u32, 7, void);
HELPER(u32, bpf_get_smp_processor_id, 8, void);
HELPER(u64, bpf_get_current_pid_tgid, 14, void);
HELPER(u64, bpf_get_current_uid_gid, 15, void);
HELPER(long, bpf_get_current_comm, 16, void *buffer, u32 size);
HELPER(long, bpf_skb_load_bytes, 26, const void *skb, u32 offset, void *to, u32 len);
HELPER(u64, bpf_get_current_task, 35, void);
HELPER(u64, bpf_get_socket_cookie, 46, void *ctx);
HELPER(u64, bpf_skb_cgroup_id, 79, struct __sk_buff *skb);
HELPER(u64, bpf_get_current_cgroup_id, 80, void);
HELPER(struct bpf_sock *, bpf_sk_lookup_tcp, 84, void *ctx, struct bpf_sock_tuple *tuple, u32 size,
       u64 netns, u64 flags);
HELPER(struct bpf_sock *, bpf_sk_lookup_udp, 85, void *ctx, struct bpf_sock_tuple *tuple, u32 size,
       u64 netns, u64 flags);
HELPER(long, bpf_sk_release, 86, void *sk);
HELPER(struct bpf_sock *, bpf_sk_fullsock, 95, struct bpf_sock *sk);
HELPER(struct bpf_tcp_sock *, bpf_tcp_sock, 96, struct bpf_sock *sk);
HELPER(void *, bpf_sk_storage_get, 107, void *map, void *sk, void *value, u64 flags);
HELPER(long, bpf_probe_read_kernel, 113, void *to, u32 size, const void *from);
HELPER(u64, bpf_jiffies64, 118, void);
HELPER(u64, bpf_get_netns_cookie, 122, void *ctx);
HELPER(u64, bpf_ktime_get_boot_ns, 125, void);
HELPER(u64, bpf_sk_cgroup_id, 128, void *sk);
HELPER(long, bpf_ringbuf_output, 130, void *ring, void *data, u64 size, u64 flags);
HELPER(void *, bpf_ringbuf_reserve, 131, void *ring, u64 size, u64 flags);
HELPER(void, bpf_ringbuf_submit, 132, void *data, u64 flags);
HELPER(void, bpf_ringbuf_discard, 133, void *data, u64 flags);
HELPER(u64, bpf_ktime_get_coarse_ns, 160, void);
HELPER(void *, bpf_sock_from_file, 162, void *file);
HELPER(long, bpf_for_each_map_elem, 164, void *map, void *callback, void *data, u64 flags);

#endif
