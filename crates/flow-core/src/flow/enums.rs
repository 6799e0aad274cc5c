//! Open enumerations: numbers with names.

use crate::open_enum::open_enum;

open_enum! {
    /// The verdict on a packet. Numbers are those of Hubble's `flow.Verdict`.
    Verdict(u8) {
        /// Unknown.
        UNKNOWN = 0 => "VERDICT_UNKNOWN",
        /// Passed on.
        FORWARDED = 1 => "FORWARDED",
        /// Dropped; [`Flow::drop_reason`](super::Flow::drop_reason) is why.
        DROPPED = 2 => "DROPPED",
        /// An error was met while it was handled.
        ERROR = 3 => "ERROR",
        /// Would have been dropped, had the policy been enforced.
        AUDIT = 4 => "AUDIT",
        /// Sent to a proxy.
        REDIRECTED = 5 => "REDIRECTED",
        /// Seen at a point that decides nothing.
        TRACED = 6 => "TRACED",
        /// Its address was translated.
        TRANSLATED = 7 => "TRANSLATED",
    }
}

open_enum! {
    /// Direction as seen from the observed endpoint or interface. Numbers are Hubble's.
    Direction(u8) {
        /// Unknown.
        UNKNOWN = 0 => "TRAFFIC_DIRECTION_UNKNOWN",
        /// Towards the observed endpoint.
        INGRESS = 1 => "INGRESS",
        /// From the observed endpoint.
        EGRESS = 2 => "EGRESS",
    }
}

open_enum! {
    /// Whether the packet answers an earlier one: three states, as Hubble's `is_reply`.
    Reply(u8) {
        /// Not known, e.g. for a drop or when the start of the connection was missed.
        UNKNOWN = 0 => "unknown",
        /// Sent by the side that began the connection.
        NO = 1 => "false",
        /// Sent by the side that answers.
        YES = 2 => "true",
    }
}

open_enum! {
    /// Layer of an observation. Numbers are Hubble's `flow.FlowType`.
    FlowType(u8) {
        /// Unknown.
        UNKNOWN = 0 => "UNKNOWN_TYPE",
        /// Seen at the packet level.
        L3_L4 = 1 => "L3_L4",
        /// Decoded from the payload.
        L7 = 2 => "L7",
        /// Seen at the socket level.
        SOCK = 3 => "SOCK",
    }
}

open_enum! {
    /// IP version. Numbers are Hubble's `flow.IPVersion`.
    IpVersion(u8) {
        /// No IP header.
        NONE = 0 => "IP_NOT_USED",
        /// Version 4.
        V4 = 1 => "IPv4",
        /// Version 6.
        V6 = 2 => "IPv6",
    }
}

open_enum! {
    /// The protocol above IP: the IANA "Assigned Internet Protocol Numbers" registry.
    Protocol(u8) {
        /// IPv6 hop-by-hop options, or unknown.
        HOPOPT = 0 => "HOPOPT",
        /// RFC 792.
        ICMP = 1 => "ICMPv4",
        /// RFC 3376.
        IGMP = 2 => "IGMP",
        /// IPv4 in IP, RFC 2003.
        IPIP = 4 => "IPIP",
        /// RFC 9293.
        TCP = 6 => "TCP",
        /// RFC 768.
        UDP = 17 => "UDP",
        /// IPv6 in IP, RFC 4213.
        IPV6 = 41 => "IPv6-in-IP",
        /// RFC 2784.
        GRE = 47 => "GRE",
        /// RFC 4303.
        ESP = 50 => "ESP",
        /// RFC 4302.
        AH = 51 => "AH",
        /// RFC 4443.
        ICMPV6 = 58 => "ICMPv6",
        /// IPv6 without a payload, RFC 8200.
        IPV6_NO_NEXT = 59 => "IPv6-NoNxt",
        /// RFC 2328.
        OSPF = 89 => "OSPF",
        /// RFC 7761.
        PIM = 103 => "PIM",
        /// RFC 9568.
        VRRP = 112 => "VRRP",
        /// RFC 9260.
        SCTP = 132 => "SCTP",
        /// RFC 3828.
        UDPLITE = 136 => "UDPLite",
    }
}

open_enum! {
    /// The class of a datapath event, the first half of Hubble's `event_type`.
    ///
    /// Numbers up to 130 are Cilium's monitor message types; those from 200 are our own.
    EventType(u8) {
        /// Unknown.
        UNKNOWN = 0 => "unknown",
        /// A dropped packet.
        DROP = 1 => "drop",
        /// A debug message.
        DEBUG = 2 => "debug",
        /// A captured packet.
        CAPTURE = 3 => "capture",
        /// A packet or connection seen on its way.
        TRACE = 4 => "trace",
        /// A policy verdict.
        POLICY_VERDICT = 5 => "policy-verdict",
        /// A socket-level translation.
        TRACE_SOCK = 7 => "trace-sock",
        /// A record of a layer 7 protocol.
        L7 = 129 => "l7",
        /// A message of the agent.
        AGENT = 130 => "agent",
        /// A change of a TCP socket's state.
        TCP_STATE = 200 => "tcp-state",
        /// A TCP segment sent again.
        TCP_RETRANSMIT = 201 => "tcp-retransmit",
    }
}

open_enum! {
    /// Where on its way a packet was seen. Numbers are Hubble's `TraceObservationPoint`.
    TracePoint(u8) {
        /// Unknown.
        UNKNOWN = 0 => "unknown",
        /// To a proxy.
        TO_PROXY = 1 => "to-proxy",
        /// To the host's own stack.
        TO_HOST = 2 => "to-host",
        /// To the stack.
        TO_STACK = 3 => "to-stack",
        /// To a tunnel.
        TO_OVERLAY = 4 => "to-overlay",
        /// From a workload.
        FROM_ENDPOINT = 5 => "from-endpoint",
        /// From a proxy.
        FROM_PROXY = 6 => "from-proxy",
        /// From the host's own stack.
        FROM_HOST = 7 => "from-host",
        /// From the stack.
        FROM_STACK = 8 => "from-stack",
        /// From a tunnel.
        FROM_OVERLAY = 9 => "from-overlay",
        /// From a network interface.
        FROM_NETWORK = 10 => "from-network",
        /// To a network interface.
        TO_NETWORK = 11 => "to-network",
        /// From the encryption layer.
        FROM_CRYPTO = 12 => "from-crypto",
        /// To the encryption layer.
        TO_CRYPTO = 13 => "to-crypto",
        /// To a workload.
        TO_ENDPOINT = 101 => "to-endpoint",
    }
}

open_enum! {
    /// State of the connection to which a packet belongs, by connection tracking. Numbers are Hubble's `TraceReason`.
    TraceReason(u8) {
        /// Unknown.
        UNKNOWN = 0 => "unknown",
        /// First packet of a connection.
        NEW = 1 => "new",
        /// Belongs to a known connection.
        ESTABLISHED = 2 => "established",
        /// Answers a known connection.
        REPLY = 3 => "reply",
        /// Related to a known connection, e.g. an ICMP error.
        RELATED = 4 => "related",
        /// A connection begun again on the same tuple.
        REOPENED = 5 => "reopened",
        /// SRv6 encapsulation.
        SRV6_ENCAP = 6 => "srv6-encap",
        /// SRv6 decapsulation.
        SRV6_DECAP = 7 => "srv6-decap",
        /// Encrypted overlay.
        ENCRYPT_OVERLAY = 8 => "encrypt-overlay",
    }
}

open_enum! {
    /// State of a TCP socket; numbers of `enum` `TCP_*` in the kernel's `net/tcp_states.h`.
    TcpState(u8) {
        /// Unknown.
        UNKNOWN = 0 => "UNKNOWN",
        /// Open both ways.
        ESTABLISHED = 1 => "ESTABLISHED",
        /// SYN sent.
        SYN_SENT = 2 => "SYN_SENT",
        /// SYN received.
        SYN_RECV = 3 => "SYN_RECV",
        /// FIN sent.
        FIN_WAIT1 = 4 => "FIN_WAIT1",
        /// FIN sent and acknowledged.
        FIN_WAIT2 = 5 => "FIN_WAIT2",
        /// Waiting for stray segments.
        TIME_WAIT = 6 => "TIME_WAIT",
        /// Closed.
        CLOSE = 7 => "CLOSE",
        /// FIN received.
        CLOSE_WAIT = 8 => "CLOSE_WAIT",
        /// FIN sent after one was received.
        LAST_ACK = 9 => "LAST_ACK",
        /// Listening.
        LISTEN = 10 => "LISTEN",
        /// FIN sent and received, not acknowledged.
        CLOSING = 11 => "CLOSING",
        /// A request socket.
        NEW_SYN_RECV = 12 => "NEW_SYN_RECV",
    }
}

open_enum! {
    /// Encapsulation of the observed packet.
    ///
    /// 1 and 2 are Hubble's `Tunnel.Protocol`; Hubble has no number for the others.
    TunnelProtocol(u8) {
        /// None.
        NONE = 0 => "none",
        /// RFC 7348.
        VXLAN = 1 => "VXLAN",
        /// RFC 8926.
        GENEVE = 2 => "Geneve",
        /// RFC 2784, RFC 2890.
        GRE = 3 => "GRE",
        /// IP in IP, RFC 2003 and RFC 2473.
        IPIP = 4 => "IPIP",
    }
}

open_enum! {
    /// Layer 7 protocol of a flow.
    L7Type(u8) {
        /// None.
        NONE = 0 => "none",
        /// RFC 1035.
        DNS = 1 => "dns",
        /// RFC 9112, RFC 9113.
        HTTP = 2 => "http",
        /// Apache Kafka.
        KAFKA = 3 => "kafka",
        /// RFC 8446.
        TLS = 4 => "tls",
        /// A protocol that an embedder adds.
        OTHER = 255 => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    /// Numbers as others send and store them: Hubble's, Cilium's, IANA's, the kernel's.
    #[test]
    fn numbers_are_those_of_their_source() {
        assert_eq!((Verdict::FORWARDED.0, Verdict::DROPPED.0), (1, 2));
        assert_eq!((Verdict::ERROR.0, Verdict::AUDIT.0), (3, 4));
        assert_eq!((Verdict::REDIRECTED.0, Verdict::TRACED.0), (5, 6));
        assert_eq!(Verdict::TRANSLATED.0, 7);
        assert_eq!((Direction::INGRESS.0, Direction::EGRESS.0), (1, 2));
        assert_eq!((FlowType::L3_L4.0, FlowType::SOCK.0), (1, 3));
        assert_eq!((IpVersion::V4.0, IpVersion::V6.0), (1, 2));
        assert_eq!((EventType::DROP.0, EventType::TRACE.0), (1, 4));
        assert_eq!((EventType::L7.0, EventType::AGENT.0), (129, 130));
        assert_eq!(
            (TracePoint::TO_STACK.0, TracePoint::TO_ENDPOINT.0),
            (3, 101)
        );
        assert_eq!((TraceReason::NEW.0, TraceReason::REPLY.0), (1, 3));
        assert_eq!((TunnelProtocol::VXLAN.0, TunnelProtocol::GENEVE.0), (1, 2));
        assert_eq!((Protocol::TCP.0, Protocol::UDP.0), (6, 17));
        assert_eq!((Protocol::ICMPV6.0, Protocol::SCTP.0), (58, 132));
        assert_eq!((TcpState::ESTABLISHED.0, TcpState::LISTEN.0), (1, 10));
    }

    macro_rules! assert_open {
        ($($name:ident),+) => { $(
            let mut names = std::vec::Vec::new();
            for value in $name::KNOWN {
                let name = value.name().expect("known values have names");
                assert_eq!($name::from_name(name), Some(*value));
                assert_eq!($name::from_name(&name.to_lowercase()), Some(*value));
                assert_eq!(value.to_string(), name);
                assert_eq!(std::format!("{value:?}"), name);
                assert!(!names.contains(&name), "{name} stands twice");
                names.push(name);
            }
            assert!($name::KNOWN.is_sorted(), "in order of number");
            assert_eq!($name::from_name("no such name"), None);
            for number in 0..=u8::MAX {
                if !$name::KNOWN.contains(&$name(number)) {
                    assert_eq!($name(number).name(), None);
                    assert_eq!($name(number).to_string(), number.to_string());
                    let debug = std::format!("{}({number})", stringify!($name));
                    assert_eq!(std::format!("{:?}", $name(number)), debug);
                }
            }
        )+ };
    }

    #[test]
    fn names_go_both_ways_and_other_numbers_survive() {
        assert_open!(
            Verdict,
            Direction,
            Reply,
            FlowType,
            IpVersion,
            Protocol,
            EventType,
            TracePoint,
            TraceReason,
            TcpState,
            TunnelProtocol,
            L7Type
        );
    }

    #[test]
    fn the_name_is_padded_as_asked_for() {
        assert_eq!(std::format!("{:<12}|", Verdict::DROPPED), "DROPPED     |");
    }
}
