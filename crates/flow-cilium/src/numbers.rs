//! Open enumerations of Cilium's messages that a [`Flow`](flow_core::flow::Flow) has no field for.

use flow_core::open_enum;

open_enum! {
    /// Where a packet was captured for debugging. Numbers and names are those of Hubble's
    /// `flow.DebugCapturePoint`.
    CapturePoint(u8) {
        /// Unknown.
        UNKNOWN = 0 => "DBG_CAPTURE_POINT_UNKNOWN",
        /// Before delivery.
        DELIVERY = 4 => "DBG_CAPTURE_DELIVERY",
        /// From the load balancer.
        FROM_LB = 5 => "DBG_CAPTURE_FROM_LB",
        /// After IPv4 became IPv6.
        AFTER_V46 = 6 => "DBG_CAPTURE_AFTER_V46",
        /// After IPv6 became IPv4.
        AFTER_V64 = 7 => "DBG_CAPTURE_AFTER_V64",
        /// Before redirection to a proxy.
        PROXY_PRE = 8 => "DBG_CAPTURE_PROXY_PRE",
        /// After redirection to a proxy.
        PROXY_POST = 9 => "DBG_CAPTURE_PROXY_POST",
        /// Before its source address was translated.
        SNAT_PRE = 10 => "DBG_CAPTURE_SNAT_PRE",
        /// After its source address was translated.
        SNAT_POST = 11 => "DBG_CAPTURE_SNAT_POST",
    }
}

impl CapturePoint {
    /// Whether the first argument of a capture at this point is the index of an interface.
    #[must_use]
    pub const fn has_interface(self) -> bool {
        matches!(
            self,
            Self::DELIVERY
                | Self::FROM_LB
                | Self::AFTER_V46
                | Self::AFTER_V64
                | Self::SNAT_PRE
                | Self::SNAT_POST
        )
    }

    /// Whether the first argument of a capture at this point is the port of a proxy.
    #[must_use]
    pub const fn has_proxy_port(self) -> bool {
        matches!(self, Self::PROXY_PRE | Self::PROXY_POST)
    }
}

open_enum! {
    /// Where a socket's address was translated. Numbers and names are those of Hubble's
    /// `flow.SocketTranslationPoint`.
    SocketPoint(u8) {
        /// Unknown.
        UNKNOWN = 0 => "SOCK_XLATE_POINT_UNKNOWN",
        /// Before translation, towards the service.
        PRE_FORWARD = 1 => "SOCK_XLATE_POINT_PRE_DIRECTION_FWD",
        /// After translation, towards the service.
        POST_FORWARD = 2 => "SOCK_XLATE_POINT_POST_DIRECTION_FWD",
        /// Before translation, from the service.
        PRE_REVERSE = 3 => "SOCK_XLATE_POINT_PRE_DIRECTION_REV",
        /// After translation, from the service.
        POST_REVERSE = 4 => "SOCK_XLATE_POINT_POST_DIRECTION_REV",
    }
}

impl SocketPoint {
    /// Returns whether the socket receives: the address is that of the sender.
    #[must_use]
    pub const fn is_reverse(self) -> bool {
        matches!(self, Self::PRE_REVERSE | Self::POST_REVERSE)
    }
}

open_enum! {
    /// Authentication that a policy asks for. Numbers and names are those of Hubble's
    /// `flow.AuthType`.
    AuthType(u8) {
        /// None.
        DISABLED = 0 => "DISABLED",
        /// Mutual authentication by SPIRE.
        SPIRE = 1 => "SPIRE",
        /// Fails always, for tests.
        TEST_ALWAYS_FAIL = 2 => "TEST_ALWAYS_FAIL",
    }
}

open_enum! {
    /// The part of a policy's rule that matched. Numbers are those of Hubble's `policy_match_type`.
    PolicyMatch(u8) {
        /// Nothing.
        NONE = 0 => "none",
        /// Identity.
        L3_ONLY = 1 => "L3-Only",
        /// Identity, protocol and port.
        L3_L4 = 2 => "L3-L4",
        /// Protocol and port.
        L4_ONLY = 3 => "L4-Only",
        /// A rule that allows everything.
        ALL = 4 => "all",
        /// Identity and protocol.
        L3_PROTO = 5 => "L3-Proto",
        /// Protocol.
        PROTO_ONLY = 6 => "Proto-Only",
    }
}
