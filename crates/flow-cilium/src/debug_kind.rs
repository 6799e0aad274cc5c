//! Kinds of debug messages.

use flow_core::open_enum;

open_enum! {
    /// What a [debug message](super::DebugMsg) is about. Numbers are those of Cilium's
    /// `pkg/monitor/datapath_debug.go`, names those of Hubble's `flow.DebugEventType`.
    DebugKind(u8) {
        /// Unknown.
        EVENT_UNKNOWN = 0 => "DBG_EVENT_UNKNOWN",
        /// Of no other kind.
        GENERIC = 1 => "DBG_GENERIC",
        /// Delivery to an endpoint of this node is tried.
        LOCAL_DELIVERY = 2 => "DBG_LOCAL_DELIVERY",
        /// The packet is put into a tunnel.
        ENCAP = 3 => "DBG_ENCAP",
        /// The endpoint was found on this node.
        LXC_FOUND = 4 => "DBG_LXC_FOUND",
        /// A policy would refuse the packet.
        POLICY_DENIED = 5 => "DBG_POLICY_DENIED",
        /// Connection tracking looks for a connection.
        CT_LOOKUP = 6 => "DBG_CT_LOOKUP",
        /// Connection tracking looks for a connection the other way round.
        CT_LOOKUP_REV = 7 => "DBG_CT_LOOKUP_REV",
        /// Connection tracking found one.
        CT_MATCH = 8 => "DBG_CT_MATCH",
        /// Connection tracking made one, first part.
        CT_CREATED = 9 => "DBG_CT_CREATED",
        /// Connection tracking made one, second part.
        CT_CREATED2 = 10 => "DBG_CT_CREATED2",
        /// An ICMPv6 message is handled.
        ICMP6_HANDLE = 11 => "DBG_ICMP6_HANDLE",
        /// An ICMPv6 echo request for the router.
        ICMP6_REQUEST = 12 => "DBG_ICMP6_REQUEST",
        /// An ICMPv6 neighbour solicitation.
        ICMP6_NS = 13 => "DBG_ICMP6_NS",
        /// An ICMPv6 time exceeded is sent.
        ICMP6_TIME_EXCEEDED = 14 => "DBG_ICMP6_TIME_EXCEEDED",
        /// State of the packet in connection tracking.
        CT_VERDICT = 15 => "DBG_CT_VERDICT",
        /// The packet is taken out of a tunnel.
        DECAP = 16 => "DBG_DECAP",
        /// A port is mapped.
        PORT_MAP = 17 => "DBG_PORT_MAP",
        /// A function returned an error.
        ERROR_RET = 18 => "DBG_ERROR_RET",
        /// The packet goes to the host.
        TO_HOST = 19 => "DBG_TO_HOST",
        /// The packet goes to the stack.
        TO_STACK = 20 => "DBG_TO_STACK",
        /// The hash by which a service was chosen.
        PKT_HASH = 21 => "DBG_PKT_HASH",
        /// Load balancing of IPv6: a service is looked for.
        LB6_LOOKUP_FRONTEND = 22 => "DBG_LB6_LOOKUP_FRONTEND",
        /// Load balancing of IPv6: no service was found.
        LB6_LOOKUP_FRONTEND_FAIL = 23 => "DBG_LB6_LOOKUP_FRONTEND_FAIL",
        /// Load balancing of IPv6: a slot of the service is looked for.
        LB6_LOOKUP_BACKEND_SLOT = 24 => "DBG_LB6_LOOKUP_BACKEND_SLOT",
        /// Load balancing of IPv6: a slot of the service was found.
        LB6_LOOKUP_BACKEND_SLOT_SUCCESS = 25 => "DBG_LB6_LOOKUP_BACKEND_SLOT_SUCCESS",
        /// Load balancing of IPv6: no slot of the service was found.
        LB6_LOOKUP_BACKEND_SLOT_V2_FAIL = 26 => "DBG_LB6_LOOKUP_BACKEND_SLOT_V2_FAIL",
        /// Load balancing of IPv6: no backend was found.
        LB6_LOOKUP_BACKEND_FAIL = 27 => "DBG_LB6_LOOKUP_BACKEND_FAIL",
        /// Load balancing of IPv6: the translation back is looked for.
        LB6_REVERSE_NAT_LOOKUP = 28 => "DBG_LB6_REVERSE_NAT_LOOKUP",
        /// Load balancing of IPv6: the packet is translated back.
        LB6_REVERSE_NAT = 29 => "DBG_LB6_REVERSE_NAT",
        /// Load balancing of IPv4: a service is looked for.
        LB4_LOOKUP_FRONTEND = 30 => "DBG_LB4_LOOKUP_FRONTEND",
        /// Load balancing of IPv4: no service was found.
        LB4_LOOKUP_FRONTEND_FAIL = 31 => "DBG_LB4_LOOKUP_FRONTEND_FAIL",
        /// Load balancing of IPv4: a slot of the service is looked for.
        LB4_LOOKUP_BACKEND_SLOT = 32 => "DBG_LB4_LOOKUP_BACKEND_SLOT",
        /// Load balancing of IPv4: a slot of the service was found.
        LB4_LOOKUP_BACKEND_SLOT_SUCCESS = 33 => "DBG_LB4_LOOKUP_BACKEND_SLOT_SUCCESS",
        /// Load balancing of IPv4: no slot of the service was found.
        LB4_LOOKUP_BACKEND_SLOT_V2_FAIL = 34 => "DBG_LB4_LOOKUP_BACKEND_SLOT_V2_FAIL",
        /// Load balancing of IPv4: no backend was found.
        LB4_LOOKUP_BACKEND_FAIL = 35 => "DBG_LB4_LOOKUP_BACKEND_FAIL",
        /// Load balancing of IPv4: the translation back is looked for.
        LB4_REVERSE_NAT_LOOKUP = 36 => "DBG_LB4_REVERSE_NAT_LOOKUP",
        /// Load balancing of IPv4: the packet is translated back.
        LB4_REVERSE_NAT = 37 => "DBG_LB4_REVERSE_NAT",
        /// Load balancing of IPv4: the sender is translated, for it is the backend too.
        LB4_LOOPBACK_SNAT = 38 => "DBG_LB4_LOOPBACK_SNAT",
        /// Load balancing of IPv4: that translation is undone.
        LB4_LOOPBACK_SNAT_REV = 39 => "DBG_LB4_LOOPBACK_SNAT_REV",
        /// The IPv4 address that connection tracking looks for.
        CT_LOOKUP4 = 40 => "DBG_CT_LOOKUP4",
        /// The slot that was chosen in turn.
        RR_BACKEND_SLOT_SEL = 41 => "DBG_RR_BACKEND_SLOT_SEL",
        /// The connection behind a proxy is looked for.
        REV_PROXY_LOOKUP = 42 => "DBG_REV_PROXY_LOOKUP",
        /// The connection behind a proxy was found.
        REV_PROXY_FOUND = 43 => "DBG_REV_PROXY_FOUND",
        /// The connection behind a proxy was changed.
        REV_PROXY_UPDATE = 44 => "DBG_REV_PROXY_UPDATE",
        /// The policy of a port was found.
        L4_POLICY = 45 => "DBG_L4_POLICY",
        /// The destination is inside of the cluster.
        NETDEV_IN_CLUSTER = 46 => "DBG_NETDEV_IN_CLUSTER",
        /// The tunnel of an IPv4 address is looked for.
        NETDEV_ENCAP4 = 47 => "DBG_NETDEV_ENCAP4",
        /// Connection tracking looks for a connection of IPv4, first part.
        CT_LOOKUP4_1 = 48 => "DBG_CT_LOOKUP4_1",
        /// Connection tracking looks for a connection of IPv4, second part.
        CT_LOOKUP4_2 = 49 => "DBG_CT_LOOKUP4_2",
        /// Connection tracking made one of IPv4.
        CT_CREATED4 = 50 => "DBG_CT_CREATED4",
        /// Connection tracking looks for a connection of IPv6, first part.
        CT_LOOKUP6_1 = 51 => "DBG_CT_LOOKUP6_1",
        /// Connection tracking looks for a connection of IPv6, second part.
        CT_LOOKUP6_2 = 52 => "DBG_CT_LOOKUP6_2",
        /// Connection tracking made one of IPv6.
        CT_CREATED6 = 53 => "DBG_CT_CREATED6",
        /// The proxy is left out.
        SKIP_PROXY = 54 => "DBG_SKIP_PROXY",
        /// The policy of a port matched: a connection is made.
        L4_CREATE = 55 => "DBG_L4_CREATE",
        /// The identity of an IPv4 address was not found.
        IP_ID_MAP_FAILED4 = 56 => "DBG_IP_ID_MAP_FAILED4",
        /// The identity of an IPv6 address was not found.
        IP_ID_MAP_FAILED6 = 57 => "DBG_IP_ID_MAP_FAILED6",
        /// The identity of an IPv4 address was found.
        IP_ID_MAP_SUCCEED4 = 58 => "DBG_IP_ID_MAP_SUCCEED4",
        /// The identity of an IPv6 address was found.
        IP_ID_MAP_SUCCEED6 = 59 => "DBG_IP_ID_MAP_SUCCEED6",
        /// A connection of a service that was changed.
        LB_STALE_CT = 60 => "DBG_LB_STALE_CT",
        /// The identity comes from the stack.
        INHERIT_IDENTITY = 61 => "DBG_INHERIT_IDENTITY",
        /// A socket of IPv4 is looked for.
        SK_LOOKUP4 = 62 => "DBG_SK_LOOKUP4",
        /// A socket of IPv6 is looked for.
        SK_LOOKUP6 = 63 => "DBG_SK_LOOKUP6",
        /// A socket is assigned.
        SK_ASSIGN = 64 => "DBG_SK_ASSIGN",
        /// The packet goes to a load balancer of layer 7.
        L7_LB = 65 => "DBG_L7_LB",
    }
}
