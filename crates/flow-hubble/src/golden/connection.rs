use super::*;

#[test]
fn a_connection() {
    let shelves = shelves();
    let source = EndpointNames {
        id: 423,
        cluster_name: "lab".into(),
        namespace: "shop".into(),
        pod_name: "cart-0".into(),
        labels: ["k8s:app=cart", "k8s:tier=web"].map(Into::into).into(),
        workloads: std::vec![Workload {
            name: "cart".into(),
            kind: "StatefulSet".into(),
        }],
        ..EndpointNames::default()
    };
    let destination = EndpointNames {
        service: Some(Service {
            name: "db".into(),
            namespace: "shop".into(),
        }),
        dns_names: std::vec!["db.example.org".into()],
        ..EndpointNames::default()
    };
    let mut flow = Flow {
        first_seen: TIME - 1_123_456_789,
        traffic: Traffic {
            forward_packets: 3,
            forward_bytes: 180,
            reverse_packets: 2,
            reverse_bytes: 1 << 40,
            rtt_us: 90,
            forward_retransmits: 1,
            reverse_retransmits: 0,
        },
        process: Process {
            pid: 7,
            uid: 1000,
            comm: Name16::new(b"curl"),
        },
        interface: Interface {
            index: 3,
            netns: 4_026_531_840,
            name: Name16::new(b"eth0"),
        },
        direction: Direction::EGRESS,
        trace_point: TracePoint::TO_STACK,
        trace_reason: TraceReason::NEW,
        event_sub_type: 3,
        tcp_flags: TcpFlags::SYN | TcpFlags::ACK,
        flags: FlowFlags::NEW | FlowFlags::AGGREGATED,
        tcp_state: TcpState::ESTABLISHED,
        vlan: 42,
        sample_rate: 10,
        socket_cookie: u64::MAX,
        cgroup_id: 1,
        ..tcp()
    };
    flow.source.mac = Mac([2, 0, 0, 0, 0, 1]);
    flow.destination.mac = Mac([2, 0, 0, 0, 0, 2]);
    (flow.source.identity, flow.destination.identity) = (1234, 2);
    flow.source.meta = shelves.store_endpoint(source);
    flow.destination.meta = shelves.store_endpoint(destination);
    check(
        &flow,
        &shelves,
        r#"{"flow":{"time":"2026-11-24T14:35:06.123456789Z","verdict":"FORWARDED",
"ethernet":{"source":"02:00:00:00:00:01","destination":"02:00:00:00:00:02"},
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"TCP":{"source_port":4242,"destination_port":80,"flags":{"SYN":true,"ACK":true}}},
"source":{"ID":423,"identity":1234,"namespace":"shop","labels":["k8s:app=cart","k8s:tier=web"],
"pod_name":"cart-0","workloads":[{"name":"cart","kind":"StatefulSet"}],"cluster_name":"lab"},
"destination":{"identity":2},"Type":"L3_L4","node_name":"lab/n1",
"destination_names":["db.example.org"],"event_type":{"type":4,"sub_type":3},
"destination_service":{"name":"db","namespace":"shop"},"traffic_direction":"EGRESS",
"trace_observation_point":"TO_STACK","is_reply":false,"interface":{"index":3,"name":"eth0"},
"socket_cookie":"18446744073709551615","cgroup_id":"1","trace_reason":"NEW",
"Summary":"TCP Flags: SYN, ACK",
"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{
"first_seen":"2026-11-24T14:35:05Z","last_seen":"2026-11-24T14:35:06.123456789Z",
"forward":{"packets":"3","bytes":"180"},"reverse":{"packets":"2","bytes":"1099511627776"},
"tcp":{"state":"ESTABLISHED","rtt":"0.000090s","forward_retransmits":1},
"process":{"pid":7,"uid":1000,"comm":"curl"},"netns":4026531840,"vlan":42,"sample_rate":10,
"flags":["NEW","AGGREGATED"]}}},
"node_name":"lab/n1","time":"2026-11-24T14:35:06.123456789Z"}"#,
        &[
            "0a9a03",                                          // flow
            "0a0b 089ac196d80610959aef3a",                     //   time
            "1001",                                            //   verdict
            "2226",                                            //   ethernet
            "0a11 30323a30303a30303a30303a30303a3031",         //     source
            "1211 30323a30303a30303a30303a30303a3032",         //     destination
            "2a16",                                            //   IP
            "0a08 31302e302e302e31",                           //     source
            "1208 31302e302e302e32",                           //     destination
            "1801",                                            //     ipVersion
            "320d 0a0b08922110501a0410012801",                 //   l4
            "424a",                                            //   source
            "08a703",                                          //     ID
            "10d209",                                          //     identity
            "1a04 73686f70",                                   //     namespace
            "220c 6b38733a6170703d63617274",                   //     labels
            "220c 6b38733a746965723d776562",                   //     labels
            "2a06 636172742d30",                               //     pod_name
            "3213",                                            //     workloads
            "0a04 63617274",                                   //       name
            "120b 537461746566756c536574",                     //       kind
            "3a03 6c6162",                                     //     cluster_name
            "4a02 1002",                                       //   destination
            "5001",                                            //   Type
            "5a06 6c61622f6e31",                               //   node_name
            "720e 64622e6578616d706c652e6f7267",               //   destination_names
            "9a0104 08041003",                                 //   event_type
            "aa010a 0a026462120473686f70",                     //   destination_service
            "b00102",                                          //   traffic_direction
            "c00103",                                          //   trace_observation_point
            "d20100 ",                                         //   is_reply
            "e20108 0803120465746830",                         //   interface
            "8002ffffffffffffffffff01",                        //   socket_cookie
            "880201",                                          //   cgroup_id
            "a00201",                                          //   trace_reason
            "82ea3013 54435020466c6167733a2053594e2c2041434b", //   Summary
            "829f497d",                                        //   extensions
            //     type_url
            "0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e",
            "124e",                          //     value
            "0a06 0899c196d806",             //       first_seen
            "120b 089ac196d80610959aef3a",   //       last_seen
            "1a05 080310b401",               //       forward
            "2209 080210808080808020",       //       reverse
            "2a0a 080112041090bf051801",     //       tcp
            "320b 080710e8071a046375726c",   //       process
            "38808080800f",                  //       netns
            "402a",                          //       vlan
            "480a",                          //       sample_rate
            "5202 040b",                     //       flags
            "c23e06 6c61622f6e31",           // node_name
            "ca3e0b 089ac196d80610959aef3a", // time
        ],
    );
}
