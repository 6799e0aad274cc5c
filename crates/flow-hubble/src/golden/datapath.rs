use super::*;

#[test]
fn a_packet_in_a_tunnel() {
    let shelves = shelves().with_node(NodeNames {
        name: "n1".into(),
        labels: std::vec!["zone=a".into()],
        emitter: Some(Emitter {
            name: "flow".into(),
            version: "0.1.0".into(),
        }),
    });
    let ext = shelves.store_extra(Extra {
        source_xlated: Ip::v4([192, 0, 2, 9]),
        proxy_port: 10_000,
        auth_type: 1,
        ip_trace_id: 300,
        ip_option_type: 136,
        ..Extra::default()
    });
    let mut flow = Flow {
        direction: Direction::INGRESS,
        trace_point: TracePoint::TO_ENDPOINT,
        trace_reason: TraceReason::ENCRYPT_OVERLAY,
        flags: FlowFlags::ENCRYPTED,
        ext,
        ..tcp()
    };
    flow.tunnel.protocol = TunnelProtocol::GENEVE;
    flow.tunnel.source_ip = Ip::v4([192, 0, 2, 1]);
    flow.tunnel.destination_ip = Ip::v4([192, 0, 2, 2]);
    (flow.tunnel.source_port, flow.tunnel.destination_port) = (50_000, 6081);
    flow.tunnel.set_vni(0xff_ffff);
    check(
        &flow,
        &shelves,
        r#"{"flow":{"time":"2026-11-24T14:35:06.123456789Z","verdict":"FORWARDED",
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4","encrypted":true,
"source_xlated":"192.0.2.9"},"l4":{"TCP":{"source_port":4242,"destination_port":80,"flags":{}}},
"source":{},"destination":{},"Type":"L3_L4","node_name":"n1","event_type":{"type":4},
"traffic_direction":"INGRESS","trace_observation_point":"TO_ENDPOINT","is_reply":false,
"proxy_port":10000,"auth_type":"SPIRE","trace_reason":"ENCRYPT_OVERLAY",
"node_labels":["zone=a"],"tunnel":{"protocol":"GENEVE",
"IP":{"source":"192.0.2.1","destination":"192.0.2.2","ipVersion":"IPv4"},
"l4":{"UDP":{"source_port":50000,"destination_port":6081}},"vni":16777215},
"ip_trace_id":{"trace_id":"300","ip_option_type":136},
"emitter":{"name":"flow","version":"0.1.0"},"Summary":"TCP",
"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct",
"value":{"flags":["ENCRYPTED"]}}},
"node_name":"n1","time":"2026-11-24T14:35:06.123456789Z"}"#,
        &[
            "0aef01",                            // flow
            "0a0b 089ac196d80610959aef3a",       //   time
            "1001",                              //   verdict
            "2a23",                              //   IP
            "0a08 31302e302e302e31",             //     source
            "1208 31302e302e302e32",             //     destination
            "1801",                              //     ipVersion
            "2001",                              //     encrypted
            "2a09 3139322e302e322e39",           //     source_xlated
            "3209 0a0708922110501a00",           //   l4
            "4200 ",                             //   source
            "4a00 ",                             //   destination
            "5001",                              //   Type
            "5a02 6e31",                         //   node_name
            "9a0102 0804",                       //   event_type
            "b00101",                            //   traffic_direction
            "c00165",                            //   trace_observation_point
            "d20100 ",                           //   is_reply
            "e801904e",                          //   proxy_port
            "980201",                            //   auth_type
            "a00208",                            //   trace_reason
            "aa0206 7a6f6e653d61",               //   node_labels
            "ba022c",                            //   tunnel
            "0802",                              //     protocol
            "1218",                              //     IP
            "0a09 3139322e302e322e31",           //       source
            "1209 3139322e302e322e32",           //       destination
            "1801",                              //       ipVersion
            "1a09 120708d0860310c12f",           //     l4
            "20ffffff07",                        //     vni
            "c20206 08ac02108801",               //   ip_trace_id
            "ca020d 0a04666c6f771205302e312e30", //   emitter
            "82ea3003 544350",                   //   Summary
            "829f4932",                          //   extensions
            //     type_url
            "0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e",
            "1203",                          //     value
            "5201 07",                       //       flags
            "c23e02 6e31",                   // node_name
            "ca3e0b 089ac196d80610959aef3a", // time
        ],
    );
}

#[test]
fn a_packet_in_a_tunnel_without_a_number() {
    let mut flow = Flow {
        time: 1_000_000_000,
        ..tcp()
    };
    flow.tunnel.protocol = TunnelProtocol::GRE;
    flow.tunnel.source_ip = Ip::v6([0x20; 16]);
    flow.tunnel.destination_ip = Ip::v6([0; 16]);
    check(
        &flow,
        &shelves(),
        r#"{"flow":{"time":"1970-01-01T00:00:01Z","verdict":"FORWARDED",
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"TCP":{"source_port":4242,"destination_port":80,"flags":{}}},"source":{},"destination":{},
"Type":"L3_L4","node_name":"lab/n1","event_type":{"type":4},"is_reply":false,
"tunnel":{"IP":{"source":"2020:2020:2020:2020:2020:2020:2020:2020","destination":"::",
"ipVersion":"IPv6"}},"Summary":"TCP",
"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct",
"value":{"tunnel_protocol":"GRE"}}},
"node_name":"lab/n1","time":"1970-01-01T00:00:01Z"}"#,
        &[
            "0aaf01",                  // flow
            "0a02 0801",               //   time
            "1001",                    //   verdict
            "2a16",                    //   IP
            "0a08 31302e302e302e31",   //     source
            "1208 31302e302e302e32",   //     destination
            "1801",                    //     ipVersion
            "3209 0a0708922110501a00", //   l4
            "4200 ",                   //   source
            "4a00 ",                   //   destination
            "5001",                    //   Type
            "5a06 6c61622f6e31",       //   node_name
            "9a0102 0804",             //   event_type
            "d20100 ",                 //   is_reply
            "ba0231",                  //   tunnel
            "122f",                    //     IP
            //       source
            "0a27 323032303a323032303a323032303a323032303a323032303a323032303a323032303a32303230",
            "1202 3a3a",       //       destination
            "1802",            //       ipVersion
            "82ea3003 544350", //   Summary
            "829f4931",        //   extensions
            //     type_url
            "0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e",
            "1202",                //     value
            "7803",                //       tunnel_protocol
            "c23e06 6c61622f6e31", // node_name
            "ca3e02 0801",         // time
        ],
    );
}

#[test]
fn a_translation_in_the_socket_layer() {
    let flow = Flow {
        time: 1_000_000_000,
        verdict: Verdict::TRANSLATED,
        flow_type: FlowType::SOCK,
        event_type: EventType::TRACE_SOCK,
        event_sub_type: 2,
        is_reply: Reply::UNKNOWN,
        ..tcp()
    };
    check(
        &flow,
        &shelves(),
        r#"{"flow":{"time":"1970-01-01T00:00:01Z","verdict":"TRANSLATED",
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"TCP":{"source_port":4242,"destination_port":80}},"source":{},"destination":{},
"Type":"SOCK","node_name":"lab/n1","event_type":{"type":7,"sub_type":2},
"sock_xlate_point":"SOCK_XLATE_POINT_POST_DIRECTION_FWD","Summary":"TCP"},
"node_name":"lab/n1","time":"1970-01-01T00:00:01Z"}"#,
        &[
            "0a46",                  // flow
            "0a02 0801",             //   time
            "1007",                  //   verdict
            "2a16",                  //   IP
            "0a08 31302e302e302e31", //     source
            "1208 31302e302e302e32", //     destination
            "1801",                  //     ipVersion
            "3207 0a050892211050",   //   l4
            "4200 ",                 //   source
            "4a00 ",                 //   destination
            "5003",                  //   Type
            "5a06 6c61622f6e31",     //   node_name
            "9a0104 08071002",       //   event_type
            "f80102",                //   sock_xlate_point
            "82ea3003 544350",       //   Summary
            "c23e06 6c61622f6e31",   // node_name
            "ca3e02 0801",           // time
        ],
    );
}

#[test]
fn a_captured_packet() {
    let flow = Flow {
        time: 1_000_000_000,
        verdict: Verdict::UNKNOWN,
        event_type: EventType::CAPTURE,
        event_sub_type: 4,
        is_reply: Reply::UNKNOWN,
        ..tcp()
    };
    check(
        &flow,
        &shelves(),
        r#"{"flow":{"time":"1970-01-01T00:00:01Z",
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"TCP":{"source_port":4242,"destination_port":80,"flags":{}}},"source":{},"destination":{},
"Type":"L3_L4","node_name":"lab/n1","event_type":{"type":3,"sub_type":4},
"debug_capture_point":"DBG_CAPTURE_DELIVERY","Summary":"TCP"},
"node_name":"lab/n1","time":"1970-01-01T00:00:01Z"}"#,
        &[
            "0a46",                    // flow
            "0a02 0801",               //   time
            "2a16",                    //   IP
            "0a08 31302e302e302e31",   //     source
            "1208 31302e302e302e32",   //     destination
            "1801",                    //     ipVersion
            "3209 0a0708922110501a00", //   l4
            "4200 ",                   //   source
            "4a00 ",                   //   destination
            "5001",                    //   Type
            "5a06 6c61622f6e31",       //   node_name
            "9a0104 08031004",         //   event_type
            "d80104",                  //   debug_capture_point
            "82ea3003 544350",         //   Summary
            "c23e06 6c61622f6e31",     // node_name
            "ca3e02 0801",             // time
        ],
    );
}

#[test]
fn a_change_of_a_sockets_state() {
    let flow = Flow {
        time: 1_000_000_000,
        verdict: Verdict(77),
        flow_type: FlowType::SOCK,
        event_type: EventType::TCP_STATE,
        tcp_state: TcpState::CLOSE,
        trace_point: TracePoint(200),
        ..tcp()
    };
    check(
        &flow,
        &shelves(),
        r#"{"flow":{"time":"1970-01-01T00:00:01Z","verdict":77,
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"TCP":{"source_port":4242,"destination_port":80}},"source":{},"destination":{},
"Type":"SOCK","node_name":"lab/n1","event_type":{"type":200},
"trace_observation_point":200,"is_reply":false,"Summary":"TCP CLOSE",
"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct",
"value":{"tcp":{"state":"CLOSE"}}}},
"node_name":"lab/n1","time":"1970-01-01T00:00:01Z"}"#,
        &[
            "0a8601",                      // flow
            "0a02 0801",                   //   time
            "104d",                        //   verdict
            "2a16",                        //   IP
            "0a08 31302e302e302e31",       //     source
            "1208 31302e302e302e32",       //     destination
            "1801",                        //     ipVersion
            "3207 0a050892211050",         //   l4
            "4200 ",                       //   source
            "4a00 ",                       //   destination
            "5003",                        //   Type
            "5a06 6c61622f6e31",           //   node_name
            "9a0103 08c801",               //   event_type
            "c001c801",                    //   trace_observation_point
            "d20100 ",                     //   is_reply
            "82ea3009 54435020434c4f5345", //   Summary
            "829f4933",                    //   extensions
            //     type_url
            "0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e",
            "1204",                //     value
            "2a02 0807",           //       tcp
            "c23e06 6c61622f6e31", // node_name
            "ca3e02 0801",         // time
        ],
    );
}
