use super::*;

#[test]
fn control_messages_and_other_protocols() {
    let plain = Flow {
        time: 1_000_000_000,
        source: end([10, 0, 0, 1], 0),
        destination: end([224, 0, 0, 18], 0),
        ip_version: IpVersion::V4,
        ..Flow::default()
    };
    let shelves = shelves();
    let ext = shelves.store_extra(Extra {
        vrrp_vrid: 9,
        vrrp_priority: 100,
        ..Extra::default()
    });
    let vrrp = Flow {
        protocol: Protocol::VRRP,
        icmp_type: 1,
        ext,
        ..plain
    };
    let ext = shelves.store_extra(Extra {
        igmp_group: Ip::v4([224, 0, 0, 9]),
        ..Extra::default()
    });
    let igmp = Flow {
        protocol: Protocol::IGMP,
        icmp_type: 22,
        ext,
        ..plain
    };
    let ext = shelves.store_extra(Extra {
        sctp_chunk: 1,
        ..Extra::default()
    });
    let mut sctp = Flow {
        protocol: Protocol::SCTP,
        ext,
        ..plain
    };
    (sctp.source.port, sctp.destination.port) = (2905, 2906);
    let icmp = Flow {
        protocol: Protocol::ICMP,
        icmp_type: 3,
        icmp_code: 4,
        ..plain
    };
    let icmpv6 = Flow {
        protocol: Protocol::ICMPV6,
        icmp_type: 133,
        ..plain
    };
    let mut lite = Flow {
        protocol: Protocol::UDPLITE,
        ..plain
    };
    (lite.source.port, lite.destination.port) = (1, 2);
    let no_ip = Flow {
        time: 1_000_000_000,
        ..Flow::default()
    };
    let ip = r#""IP":{"source":"10.0.0.1","destination":"224.0.0.18","ipVersion":"IPv4"}"#;
    let ip_bytes = "2a18 0a08 31302e302e302e31 120a 3232342e302e302e3138 1801";
    for (flow, layers, summary, rest, bytes) in [
        (
            vrrp,
            r#","l4":{"VRRP":{"type":1,"vrid":9,"priority":100}}"#,
            "VRRP VRRPv2 Advertisement",
            "",
            "3208 3206 0801 1009 1864",
        ),
        (
            igmp,
            r#","l4":{"IGMP":{"type":22,"group_address":"224.0.0.9"}}"#,
            "IGMP IGMPv2 Membership Report",
            "",
            "320f 3a0d 0816 1209 3232342e302e302e39",
        ),
        (
            sctp,
            r#","l4":{"SCTP":{"source_port":2905,"destination_port":2906,"chunk_type":"INIT"}}"#,
            "SCTP",
            "",
            "320a 2a08 08d916 10da16 1801",
        ),
        (
            icmp,
            r#","l4":{"ICMPv4":{"type":3,"code":4}}"#,
            "ICMPv4 DestinationUnreachable(FragmentationNeeded)",
            "",
            "3206 1a04 0803 1004",
        ),
        (
            icmpv6,
            r#","l4":{"ICMPv6":{"type":133}}"#,
            "ICMPv6 RouterSolicitation",
            "",
            "3205 2203 088501",
        ),
        (
            lite,
            "",
            "UDPLite",
            r#","extensions":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"ip_protocol":136,"source_port":1,"destination_port":2}}"#,
            "",
        ),
        (no_ip, "", "no IP", "", ""),
    ] {
        let has_ip = flow.ip_version != IpVersion::NONE;
        let line = std::format!(
            r#"{{"flow":{{"time":"1970-01-01T00:00:01Z"{}{}{layers},"source":{{}},"destination":{{}},"node_name":"lab/n1","Summary":"{summary}"{rest}}},"node_name":"lab/n1","time":"1970-01-01T00:00:01Z"}}"#,
            if has_ip { "," } else { "" },
            if has_ip { ip } else { "" },
        );
        let text: String = summary
            .bytes()
            .map(|byte| std::format!("{byte:02x}"))
            .collect();
        let extension = if rest.is_empty() {
            String::new()
        } else {
            // ip_protocol 136, source_port 1, destination_port 2.
            "829f49 36 0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e 1207 608801 6801 7002".into()
        };
        let flow_bytes = std::format!(
            "0a020801 {} {bytes} 42004a00 5a066c61622f6e31 82ea30{:02x}{text} {extension}",
            if has_ip { ip_bytes } else { "" },
            summary.len()
        );
        let length = flow_bytes.replace(' ', "").len() / 2;
        assert!(length < 128, "one byte of length");
        let length = std::format!("0a{length:02x}");
        check(
            &flow,
            &shelves,
            &line,
            &[&length, &flow_bytes, "c23e066c61622f6e31 ca3e020801"],
        );
    }
}
