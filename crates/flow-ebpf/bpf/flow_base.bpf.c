// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The programs that need no type information of the kernel. */
#include "interface.h"
#include "made.h"
#include "sweep.h"

const char flow_license[] SEC("license") = "Dual MIT/GPL";
