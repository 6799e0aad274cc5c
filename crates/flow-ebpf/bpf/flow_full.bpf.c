// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* All programs, for a kernel that has type information. */
#define FLOW_FULL

#include "cgroup.h"
#include "drop.h"
#include "existing.h"
#include "interface.h"
#include "made.h"
#include "netif.h"
#include "sweep.h"
#include "tcp.h"

const char flow_license[] SEC("license") = "Dual MIT/GPL";
