use super::*;

#[test]
fn a_dns_answer() {
    let shelves = shelves();
    let mut record = L7Record::dns(L7Kind::RESPONSE, |dns| {
        dns.query("example.org.")
            .ip(core::net::Ipv4Addr::new(192, 0, 2, 1).into())
            .ip(core::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into())
            .ttl(300)
            .cname("alias.example.org.")
            .qtype(RecordType(1))
            .rrtype(RecordType(5))
            .rrtype(RecordType(1))
            .rrtype(RecordType(65_280))
            .id(4660);
    });
    record.latency_ns = 1_500_000;
    record.flags = RecordFlags::TRUNCATED;
    let flow = Flow {
        protocol: Protocol::UDP,
        is_reply: Reply::YES,
        ..l7_flow(&shelves, record)
    };
    check(
        &flow,
        &shelves,
        r#"{"flow":{"time":"2026-11-24T14:35:06.123456789Z","verdict":"FORWARDED",
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"UDP":{"source_port":4242,"destination_port":80}},"source":{},"destination":{},
"Type":"L7","node_name":"lab/n1","l7":{"type":"RESPONSE","latency_ns":"1500000",
"dns":{"query":"example.org.","ips":["192.0.2.1","2001:db8::1"],"ttl":300,
"cnames":["alias.example.org."],"qtypes":["A"],"rrtypes":["CNAME","A","TYPE65280"]}},
"reply":true,"event_type":{"type":129},"is_reply":true,
"Summary":"DNS Answer \"192.0.2.1,2001:db8::1\" TTL: 300 CNAMEs: \"alias.example.org.\" 1ms (example.org. A)",
"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{
"dns_latency":"0.001500s","l7":{"flags":["TRUNCATED"],"dns_id":4660}}}},
"node_name":"lab/n1","time":"2026-11-24T14:35:06.123456789Z"}"#,
        &[
            "0ad002",                                    // flow
            "0a0b 089ac196d80610959aef3a",               //   time
            "1001",                                      //   verdict
            "2a16",                                      //   IP
            "0a08 31302e302e302e31",                     //     source
            "1208 31302e302e302e32",                     //     destination
            "1801",                                      //     ipVersion
            "3207 12050892211050",                       //   l4
            "4200 ",                                     //   source
            "4a00 ",                                     //   destination
            "5002",                                      //   Type
            "5a06 6c61622f6e31",                         //   node_name
            "7a5e",                                      //   l7
            "0802",                                      //     type
            "10e0c65b",                                  //     latency_ns
            "a20655",                                    //     dns
            "0a0c 6578616d706c652e6f72672e",             //       query
            "1209 3139322e302e322e31",                   //       ips
            "120b 323030313a6462383a3a31",               //       ips
            "18ac02",                                    //       ttl
            "2212 616c6961732e6578616d706c652e6f72672e", //       cnames
            "3a01 41",                                   //       qtypes
            "4205 434e414d45",                           //       rrtypes
            "4201 41",                                   //       rrtypes
            "4209 545950453635323830",                   //       rrtypes
            "800101",                                    //   reply
            "9a0103 088101",                             //   event_type
            "d20102 0801",                               //   is_reply
            //   Summary
            "82ea305d 444e5320416e7377657220223139322e302e322e312c323030313a6462383a3a31222054544c3a2033303020434e414d45733a2022616c6961732e6578616d706c652e6f72672e2220316d7320286578616d706c652e6f72672e204129",
            "829f493f", //   extensions
            //     type_url
            "0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e",
            "1210",                          //     value
            "820104 10e0c65b",               //       dns_latency
            "920106 0a010110b424",           //       l7
            "c23e06 6c61622f6e31",           // node_name
            "ca3e0b 089ac196d80610959aef3a", // time
        ],
    );
}

#[test]
fn a_request_of_http() {
    let shelves = shelves();
    let mut record = L7Record::http(L7Kind::REQUEST, |http| {
        http.method("POST")
            .url("http://shop/cart?\u{e9}\u{202e}")
            .protocol("HTTP/2")
            .header("content-type", "application/grpc")
            .header("x", "\"\x1b\\")
            .stream(5)
            .grpc_status(Some(0));
    });
    record.trace = TraceId(core::array::from_fn(|at| at as u8 + 0xf0));
    let flow = l7_flow(&shelves, record);
    check(
        &flow,
        &shelves,
        r#"{"flow":{"time":"2026-11-24T14:35:06.123456789Z","verdict":"FORWARDED",
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"TCP":{"source_port":4242,"destination_port":80}},"source":{},"destination":{},
"Type":"L7","node_name":"lab/n1","l7":{"type":"REQUEST",
"http":{"method":"POST","url":"http://shop/cart?é\u202e","protocol":"HTTP/2",
"headers":[{"key":"content-type","value":"application/grpc"},{"key":"x","value":"\"\u001b\\"}]}},
"event_type":{"type":129},"is_reply":false,
"trace_context":{"parent":{"trace_id":"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"}},
"Summary":"HTTP/2 POST http://shop/cart?é\\u{202e}",
"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{
"l7":{"http2_stream":5,"grpc_status":0}}}},
"node_name":"lab/n1","time":"2026-11-24T14:35:06.123456789Z"}"#,
        &[
            "0aac02",                                            // flow
            "0a0b 089ac196d80610959aef3a",                       //   time
            "1001",                                              //   verdict
            "2a16",                                              //   IP
            "0a08 31302e302e302e31",                             //     source
            "1208 31302e302e302e32",                             //     destination
            "1801",                                              //     ipVersion
            "3207 0a050892211050",                               //   l4
            "4200 ",                                             //   source
            "4a00 ",                                             //   destination
            "5002",                                              //   Type
            "5a06 6c61622f6e31",                                 //   node_name
            "7a57",                                              //   l7
            "0801",                                              //     type
            "aa0652",                                            //     http
            "1204 504f5354",                                     //       method
            "1a16 687474703a2f2f73686f702f636172743fc3a9e280ae", //       url
            "2206 485454502f32",                                 //       protocol
            "2a20",                                              //       headers
            "0a0c 636f6e74656e742d74797065",                     //         key
            "1210 6170706c69636174696f6e2f67727063",             //         value
            "2a08 0a01781203221b5c",                             //       headers
            "9a0103 088101",                                     //   event_type
            "d20100 ",                                           //   is_reply
            "f20124",                                            //   trace_context
            "0a22",                                              //     parent
            //       trace_id
            "0a20 6630663166326633663466356636663766386639666166626663666466656666",
            //   Summary
            "82ea3027 485454502f3220504f535420687474703a2f2f73686f702f636172743fc3a95c757b323032657d",
            "829f4936", //   extensions
            //     type_url
            "0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e",
            "1207",                          //     value
            "920104 18052000",               //       l7
            "c23e06 6c61622f6e31",           // node_name
            "ca3e0b 089ac196d80610959aef3a", // time
        ],
    );
}

#[test]
fn a_response_of_kafka() {
    let shelves = shelves();
    let mut record = L7Record::kafka(L7Kind::RESPONSE, |kafka| {
        kafka
            .error_code(-1)
            .api_version(9)
            .api_key("produce")
            .correlation_id(77)
            .topic("orders")
            .client_id("app");
    });
    record.latency_ns = 1;
    let flow = l7_flow(&shelves, record);
    check(
        &flow,
        &shelves,
        r#"{"flow":{"time":"2026-11-24T14:35:06.123456789Z","verdict":"FORWARDED",
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"TCP":{"source_port":4242,"destination_port":80}},"source":{},"destination":{},
"Type":"L7","node_name":"lab/n1","l7":{"type":"RESPONSE","latency_ns":"1",
"kafka":{"error_code":-1,"api_version":9,"api_key":"produce","correlation_id":77,"topic":"orders"}},
"event_type":{"type":129},"is_reply":false,
"Summary":"Kafka response produce correlation id 77 topic 'orders' return code: -1 1ns",
"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{
"l7":{"kafka_client_id":"app"}}}},
"node_name":"lab/n1","time":"2026-11-24T14:35:06.123456789Z"}"#,
        &[
            "0afa01",                      // flow
            "0a0b 089ac196d80610959aef3a", //   time
            "1001",                        //   verdict
            "2a16",                        //   IP
            "0a08 31302e302e302e31",       //     source
            "1208 31302e302e302e32",       //     destination
            "1801",                        //     ipVersion
            "3207 0a050892211050",         //   l4
            "4200 ",                       //   source
            "4a00 ",                       //   destination
            "5002",                        //   Type
            "5a06 6c61622f6e31",           //   node_name
            "7a27",                        //   l7
            "0802",                        //     type
            "1001",                        //     latency_ns
            "b20620",                      //     kafka
            "08ffffffffffffffffff01",      //       error_code
            "1009",                        //       api_version
            "1a07 70726f64756365",         //       api_key
            "204d",                        //       correlation_id
            "2a06 6f7264657273",           //       topic
            "9a0103 088101",               //   event_type
            "d20100 ",                     //   is_reply
            //   Summary
            "82ea304b 4b61666b6120726573706f6e73652070726f6475636520636f7272656c6174696f6e20696420373720746f70696320276f7264657273272072657475726e20636f64653a202d3120316e73",
            "829f4937", //   extensions
            //     type_url
            "0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e",
            "1208",                          //     value
            "920105 2a03617070",             //       l7
            "c23e06 6c61622f6e31",           // node_name
            "ca3e0b 089ac196d80610959aef3a", // time
        ],
    );
}

#[test]
fn a_hello_of_tls() {
    let shelves = shelves();
    let record = L7Record::tls(L7Kind::REQUEST, |tls| {
        tls.version(0x0304)
            .server_name("example.org")
            .alpn("h2")
            .alpn("http/1.1")
            .ja4("t13d1516h2_8daaf6152771_02713d6af862")
            .quic(true);
    });
    let flow = l7_flow(&shelves, record);
    check(
        &flow,
        &shelves,
        r#"{"flow":{"time":"2026-11-24T14:35:06.123456789Z","verdict":"FORWARDED",
"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},
"l4":{"TCP":{"source_port":4242,"destination_port":80}},"source":{},"destination":{},
"Type":"L7","node_name":"lab/n1","l7":{"type":"REQUEST"},
"event_type":{"type":129},"is_reply":false,
"Summary":"QUIC TLS 1.3 ClientHello SNI example.org JA4 t13d1516h2_8daaf6152771_02713d6af862 ALPN h2,http/1.1",
"extensions":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{
"tls":{"server_name":"example.org","alpn":["h2","http/1.1"],"version":772,
"ja4":"t13d1516h2_8daaf6152771_02713d6af862","quic":true}}}},
"node_name":"lab/n1","time":"2026-11-24T14:35:06.123456789Z"}"#,
        &[
            "0aad02",                      // flow
            "0a0b 089ac196d80610959aef3a", //   time
            "1001",                        //   verdict
            "2a16",                        //   IP
            "0a08 31302e302e302e31",       //     source
            "1208 31302e302e302e32",       //     destination
            "1801",                        //     ipVersion
            "3207 0a050892211050",         //   l4
            "4200 ",                       //   source
            "4a00 ",                       //   destination
            "5002",                        //   Type
            "5a06 6c61622f6e31",           //   node_name
            "7a02 0801",                   //   l7
            "9a0103 088101",               //   event_type
            "d20100 ",                     //   is_reply
            //   Summary
            "82ea3062 5155494320544c5320312e3320436c69656e7448656c6c6f20534e49206578616d706c652e6f7267204a413420743133643135313668325f3864616166363135323737315f30323731336436616638363220414c504e2068322c687474702f312e31",
            "829f4978", //   extensions
            //     type_url
            "0a2b 747970652e676f6f676c65617069732e636f6d2f666c6f772e6578742e76312e4f62736572766174696f6e",
            "1249",                        //     value
            "8a0146",                      //       tls
            "0a0b 6578616d706c652e6f7267", //         server_name
            "1202 6832",                   //         alpn
            "1208 687474702f312e31",       //         alpn
            "188406",                      //         version
            //         ja4
            "2a24 743133643135313668325f3864616166363135323737315f303237313364366166383632",
            "3001",                          //         quic
            "c23e06 6c61622f6e31",           // node_name
            "ca3e0b 089ac196d80610959aef3a", // time
        ],
    );
}
