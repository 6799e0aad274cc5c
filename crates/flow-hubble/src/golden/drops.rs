use super::*;

#[test]
fn a_drop_by_policy() {
    let shelves = shelves();
    let ext = shelves.store_extra(Extra {
        uuid: core::array::from_fn(|at| at as u8),
        policy_match_type: 1,
        egress_denied_by: std::vec![Policy {
            name: "deny".into(),
            namespace: "shop".into(),
            labels: std::vec!["k8s:io.cilium.k8s.policy.name=deny".into()],
            revision: 6,
            kind: "CiliumNetworkPolicy".into(),
        }],
        policy_log: std::vec!["".into()],
        file: Some(SourceFile {
            name: "bpf_lxc.c".into(),
            line: 100,
        }),
        aggregate: Some(Aggregate {
            egress: 5,
            ..Aggregate::default()
        }),
        ..Extra::default()
    });
    let flow = Flow {
        verdict: Verdict::DROPPED,
        drop_reason: DropReason::from_cilium(181),
        event_type: EventType::POLICY_VERDICT,
        is_reply: Reply::UNKNOWN,
        tcp_flags: TcpFlags::SYN,
        ext,
        ..tcp()
    };
    check(
        &flow,
        &shelves,
        r#"{"flow":{"time":"2026-11-24T14:35:06.123456789Z","verdict":"DROPPED","drop_reason":181,
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"TCP":{"source_port":4242,"destination_port":80,"flags":{"SYN":true}}},
"source":{},"destination":{},"Type":"L3_L4","node_name":"lab/n1","event_type":{"type":5},
"policy_match_type":1,"drop_reason_desc":"POLICY_DENY",
"uuid":"00010203-0405-0607-0809-0a0b0c0d0e0f","file":{"name":"bpf_lxc.c","line":100},
"egress_denied_by":[{"name":"deny","namespace":"shop",
"labels":["k8s:io.cilium.k8s.policy.name=deny"],"revision":"6","kind":"CiliumNetworkPolicy"}],
"policy_log":[""],"aggregate":{"egress_flow_count":5},"Summary":"TCP Flags: SYN"},
"node_name":"lab/n1","time":"2026-11-24T14:35:06.123456789Z"}"#,
        &[
            "0aef01",                      // flow
            "0a0b 089ac196d80610959aef3a", //   time
            "1002",                        //   verdict
            "18b501",                      //   drop_reason
            "2a16",                        //   IP
            "0a08 31302e302e302e31",       //     source
            "1208 31302e302e302e32",       //     destination
            "1801",                        //     ipVersion
            "320b 0a0908922110501a021001", //   l4
            "4200 ",                       //   source
            "4a00 ",                       //   destination
            "5001",                        //   Type
            "5a06 6c61622f6e31",           //   node_name
            "9a0102 0805",                 //   event_type
            "b80101",                      //   policy_match_type
            "c801b501",                    //   drop_reason_desc
            //   uuid
            "920224 30303031303230332d303430352d303630372d303830392d306130623063306430653066",
            "b2020d 0a096270665f6c78632e631064", //   file
            "e2a00a47",                          //   egress_denied_by
            "0a04 64656e79",                     //     name
            "1204 73686f70",                     //     namespace
            //     labels
            "1a22 6b38733a696f2e63696c69756d2e6b38732e706f6c6963792e6e616d653d64656e79",
            "2006",                                        //     revision
            "2a13 43696c69756d4e6574776f726b506f6c696379", //     kind
            "f2a00a00 ",                                   //   policy_log
            "faa00a02 1005",                               //   aggregate
            "82ea300e 54435020466c6167733a2053594e",       //   Summary
            "c23e06 6c61622f6e31",                         // node_name
            "ca3e0b 089ac196d80610959aef3a",               // time
        ],
    );
}

#[test]
fn a_drop_by_the_kernel() {
    let flow = Flow {
        time: 1_000_000_000,
        source: Endpoint::default(),
        destination: Endpoint {
            ip: Ip::v6(core::net::Ipv6Addr::LOCALHOST.octets()),
            port: 53,
            ..Endpoint::default()
        },
        ip_version: IpVersion::V6,
        protocol: Protocol::UDP,
        verdict: Verdict::DROPPED,
        drop_reason: DropReason::from_kernel_name("NO_SOCKET"),
        event_type: EventType::DROP,
        flow_type: FlowType::L3_L4,
        ..Flow::default()
    };
    check(
        &flow,
        &shelves(),
        r#"{"flow":{"time":"1970-01-01T00:00:01Z","verdict":"DROPPED",
"IP":{"source":"::","destination":"::1","ipVersion":"IPv6"},"l4":{"UDP":{"destination_port":53}},
"source":{},"destination":{},"Type":"L3_L4","node_name":"lab/n1","event_type":{"type":1},
"Summary":"UDP",
"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct",
"value":{"drop_reason":"NO_SOCKET"}}},
"node_name":"lab/n1","time":"1970-01-01T00:00:01Z"}"#,
        &[
            "0a71",                        // flow
            "0a02 0801",                   //   time
            "1002",                        //   verdict
            "2a0b 0a023a3a12033a3a311802", //   IP
            "3204 12021035",               //   l4
            "4200 ",                       //   source
            "4a00 ",                       //   destination
            "5001",                        //   Type
            "5a06 6c61622f6e31",           //   node_name
            "9a0102 0801",                 //   event_type
            "82ea3003 554450",             //   Summary
            "829f493a",                    //   extensions
            //     type_url
            "0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e",
            "120b",                    //     value
            "5a09 4e4f5f534f434b4554", //       drop_reason
            "c23e06 6c61622f6e31",     // node_name
            "ca3e02 0801",             // time
        ],
    );
}
