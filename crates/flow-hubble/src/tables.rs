//! The tables of Hubble v1.19 beside the descriptors: every number and name, and no others.

use std::format;
use std::string::String;
use std::vec::Vec;

use prost_reflect::DescriptorPool;

use super::FILE_DESCRIPTOR_SET;

fn pool() -> DescriptorPool {
    DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap()
}

/// Messages and their fields with numbers, in order of number.
const MESSAGES: &[(&str, &str)] = &[
    (
        "flow.Flow",
        "time 1, verdict 2, drop_reason 3, ethernet 4, IP 5, l4 6, source 8, destination 9, \
         Type 10, node_name 11, source_names 13, destination_names 14, l7 15, reply 16, \
         event_type 19, source_service 20, destination_service 21, traffic_direction 22, \
         policy_match_type 23, trace_observation_point 24, drop_reason_desc 25, is_reply 26, \
         debug_capture_point 27, interface 28, proxy_port 29, trace_context 30, \
         sock_xlate_point 31, socket_cookie 32, cgroup_id 33, uuid 34, auth_type 35, \
         trace_reason 36, node_labels 37, file 38, tunnel 39, ip_trace_id 40, emitter 41, \
         egress_allowed_by 21001, ingress_allowed_by 21002, egress_denied_by 21004, \
         ingress_denied_by 21005, policy_log 21006, aggregate 21007, Summary 100000, \
         extensions 150000",
    ),
    ("flow.Ethernet", "source 1, destination 2"),
    (
        "flow.IP",
        "source 1, destination 2, ipVersion 3, encrypted 4, source_xlated 5",
    ),
    (
        "flow.Layer4",
        "TCP 1, UDP 2, ICMPv4 3, ICMPv6 4, SCTP 5, VRRP 6, IGMP 7",
    ),
    ("flow.TCP", "source_port 1, destination_port 2, flags 3"),
    (
        "flow.TCPFlags",
        "FIN 1, SYN 2, RST 3, PSH 4, ACK 5, URG 6, ECE 7, CWR 8, NS 9",
    ),
    ("flow.UDP", "source_port 1, destination_port 2"),
    (
        "flow.SCTP",
        "source_port 1, destination_port 2, chunk_type 3",
    ),
    ("flow.ICMPv4", "type 1, code 2"),
    ("flow.ICMPv6", "type 1, code 2"),
    ("flow.VRRP", "type 1, vrid 2, priority 3"),
    ("flow.IGMP", "type 1, group_address 2"),
    ("flow.Tunnel", "protocol 1, IP 2, l4 3, vni 4"),
    ("flow.IPTraceID", "trace_id 1, ip_option_type 2"),
    ("flow.Emitter", "name 1, version 2"),
    ("flow.CiliumEventType", "type 1, sub_type 2"),
    ("flow.NetworkInterface", "index 1, name 2"),
    ("flow.FileInfo", "name 1, line 2"),
    (
        "flow.Endpoint",
        "ID 1, identity 2, namespace 3, labels 4, pod_name 5, workloads 6, cluster_name 7",
    ),
    ("flow.Workload", "name 1, kind 2"),
    ("flow.Service", "name 1, namespace 2"),
    (
        "flow.Layer7",
        "type 1, latency_ns 2, dns 100, http 101, kafka 102",
    ),
    ("flow.TraceContext", "parent 1"),
    ("flow.TraceParent", "trace_id 1"),
    (
        "flow.Policy",
        "name 1, namespace 2, labels 3, revision 4, kind 5",
    ),
    (
        "flow.Aggregate",
        "ingress_flow_count 1, egress_flow_count 2, unknown_direction_flow_count 3",
    ),
    (
        "flow.LostEvent",
        "source 1, num_events_lost 2, cpu 3, first 4, last 5",
    ),
    (
        "flow.DNS",
        "query 1, ips 2, ttl 3, cnames 4, observation_source 5, rcode 6, qtypes 7, rrtypes 8",
    ),
    (
        "flow.HTTP",
        "code 1, method 2, url 3, protocol 4, headers 5",
    ),
    ("flow.HTTPHeader", "key 1, value 2"),
    (
        "flow.Kafka",
        "error_code 1, api_version 2, api_key 3, correlation_id 4, topic 5",
    ),
    (
        "flow.FlowFilter",
        "source_ip 1, source_pod 2, destination_ip 3, destination_pod 4, verdict 5, \
         event_type 6, source_fqdn 7, destination_fqdn 8, http_status_code 9, source_label 10, \
         destination_label 11, protocol 12, source_port 13, destination_port 14, reply 15, \
         source_service 16, destination_service 17, dns_query 18, source_identity 19, \
         destination_identity 20, http_method 21, http_path 22, tcp_flags 23, node_name 24, \
         ip_version 25, source_workload 26, destination_workload 27, trace_id 28, uuid 29, \
         traffic_direction 30, http_url 31, http_header 32, drop_reason_desc 33, \
         source_ip_xlated 34, interface 35, node_labels 36, source_cluster_name 37, \
         destination_cluster_name 38, ip_trace_id 39, encrypted 40, experimental 999",
    ),
    ("flow.FlowFilter.Experimental", "cel_expression 1"),
    (
        "flow.EventTypeFilter",
        "type 1, match_sub_type 2, sub_type 3",
    ),
    (
        "observer.GetFlowsRequest",
        "number 1, follow 3, blacklist 5, whitelist 6, since 7, until 8, first 9, \
         field_mask 10, experimental 999, extensions 150000",
    ),
    ("observer.GetFlowsRequest.Experimental", "field_mask 1"),
    (
        "observer.GetFlowsResponse",
        "flow 1, node_status 2, lost_events 3, node_name 1000, time 1001",
    ),
    (
        "observer.ExportEvent",
        "flow 1, node_status 2, lost_events 3, agent_event 4, debug_event 5, node_name 1000, \
         time 1001",
    ),
    (
        "observer.ServerStatusResponse",
        "num_flows 1, max_flows 2, seen_flows 3, uptime_ns 4, num_connected_nodes 5, \
         num_unavailable_nodes 6, unavailable_nodes 7, version 8, flows_rate 9",
    ),
    (
        "relay.NodeStatusEvent",
        "state_change 1, node_names 2, message 3",
    ),
    (
        "peer.ChangeNotification",
        "name 1, address 2, type 3, tls 4",
    ),
    ("peer.TLS", "server_name 1"),
];

/// Enumerations and their values with numbers, in order of number.
const ENUMERATIONS: &[(&str, &str)] = &[
    ("flow.FlowType", "UNKNOWN_TYPE 0, L3_L4 1, L7 2, SOCK 3"),
    (
        "flow.Verdict",
        "VERDICT_UNKNOWN 0, FORWARDED 1, DROPPED 2, ERROR 3, AUDIT 4, REDIRECTED 5, TRACED 6, \
         TRANSLATED 7",
    ),
    ("flow.AuthType", "DISABLED 0, SPIRE 1, TEST_ALWAYS_FAIL 2"),
    (
        "flow.TraceObservationPoint",
        "UNKNOWN_POINT 0, TO_PROXY 1, TO_HOST 2, TO_STACK 3, TO_OVERLAY 4, FROM_ENDPOINT 5, \
         FROM_PROXY 6, FROM_HOST 7, FROM_STACK 8, FROM_OVERLAY 9, FROM_NETWORK 10, \
         TO_NETWORK 11, FROM_CRYPTO 12, TO_CRYPTO 13, TO_ENDPOINT 101",
    ),
    (
        "flow.TraceReason",
        "TRACE_REASON_UNKNOWN 0, NEW 1, ESTABLISHED 2, REPLY 3, RELATED 4, REOPENED 5, \
         SRV6_ENCAP 6, SRV6_DECAP 7, ENCRYPT_OVERLAY 8",
    ),
    (
        "flow.TrafficDirection",
        "TRAFFIC_DIRECTION_UNKNOWN 0, INGRESS 1, EGRESS 2",
    ),
    ("flow.IPVersion", "IP_NOT_USED 0, IPv4 1, IPv6 2"),
    ("flow.Tunnel.Protocol", "UNKNOWN 0, VXLAN 1, GENEVE 2"),
    (
        "flow.SCTPChunkType",
        "UNSUPPORTED 0, INIT 1, INIT_ACK 2, SHUTDOWN 3, SHUTDOWN_ACK 4, SHUTDOWN_COMPLETE 5, \
         ABORT 6",
    ),
    (
        "flow.L7FlowType",
        "UNKNOWN_L7_TYPE 0, REQUEST 1, RESPONSE 2, SAMPLE 3",
    ),
    (
        "flow.DebugCapturePoint",
        "DBG_CAPTURE_POINT_UNKNOWN 0, DBG_CAPTURE_DELIVERY 4, DBG_CAPTURE_FROM_LB 5, \
         DBG_CAPTURE_AFTER_V46 6, DBG_CAPTURE_AFTER_V64 7, DBG_CAPTURE_PROXY_PRE 8, \
         DBG_CAPTURE_PROXY_POST 9, DBG_CAPTURE_SNAT_PRE 10, DBG_CAPTURE_SNAT_POST 11",
    ),
    (
        "flow.SocketTranslationPoint",
        "SOCK_XLATE_POINT_UNKNOWN 0, SOCK_XLATE_POINT_PRE_DIRECTION_FWD 1, \
         SOCK_XLATE_POINT_POST_DIRECTION_FWD 2, SOCK_XLATE_POINT_PRE_DIRECTION_REV 3, \
         SOCK_XLATE_POINT_POST_DIRECTION_REV 4",
    ),
    (
        "flow.LostEventSource",
        "UNKNOWN_LOST_EVENT_SOURCE 0, PERF_EVENT_RING_BUFFER 1, OBSERVER_EVENTS_QUEUE 2, \
         HUBBLE_RING_BUFFER 3",
    ),
    ("flow.EventType", "UNKNOWN 0, RecordLost 2, EventSample 9"),
    (
        "flow.AgentEventType",
        "AGENT_EVENT_UNKNOWN 0, AGENT_STARTED 2, POLICY_UPDATED 3, POLICY_DELETED 4, \
         ENDPOINT_REGENERATE_SUCCESS 5, ENDPOINT_REGENERATE_FAILURE 6, ENDPOINT_CREATED 7, \
         ENDPOINT_DELETED 8, IPCACHE_UPSERTED 9, IPCACHE_DELETED 10, SERVICE_UPSERTED 11, \
         SERVICE_DELETED 12",
    ),
    (
        "relay.NodeState",
        "UNKNOWN_NODE_STATE 0, NODE_CONNECTED 1, NODE_UNAVAILABLE 2, NODE_GONE 3, NODE_ERROR 4",
    ),
    (
        "peer.ChangeNotificationType",
        "UNKNOWN 0, PEER_ADDED 1, PEER_DELETED 2, PEER_UPDATED 3",
    ),
];

#[test]
fn messages_have_hubbles_fields() {
    let pool = pool();
    for (name, expected) in MESSAGES {
        let message = pool
            .get_message_by_name(name)
            .expect("the message is there");
        let mut fields: Vec<_> = message.fields().collect();
        fields.sort_by_key(prost_reflect::FieldDescriptor::number);
        let found: Vec<_> = fields
            .iter()
            .map(|field| format!("{} {}", field.name(), field.number()))
            .collect();
        assert_eq!(found.join(", "), *expected, "{name}");
    }
}

#[test]
fn enumerations_have_hubbles_values() {
    let pool = pool();
    for (name, expected) in ENUMERATIONS {
        let enumeration = pool
            .get_enum_by_name(name)
            .expect("the enumeration is there");
        let mut values: Vec<_> = enumeration.values().collect();
        values.sort_by_key(prost_reflect::EnumValueDescriptor::number);
        let found: Vec<_> = values
            .iter()
            .map(|value| format!("{} {}", value.name(), value.number()))
            .collect();
        assert_eq!(found.join(", "), *expected, "{name}");
    }
}

#[test]
fn drop_reasons_are_those_of_the_flow_model() {
    let pool = pool();
    let reasons = pool.get_enum_by_name("flow.DropReason").unwrap();
    for number in 0..=u8::MAX {
        let value = reasons.get_value(i32::from(number));
        let found = value.as_ref().map(|value| value.name());
        let expected = match number {
            0 => Some("DROP_REASON_UNKNOWN"),
            _ => flow_core::flow::DropReason::from_cilium(number).name(),
        };
        assert_eq!(found, expected, "{number}");
    }
    assert_eq!(reasons.values().len(), 1 + 75, "130 to 205, without 159");
}

#[test]
fn what_is_reserved_or_deprecated_in_hubble_is_so_here() {
    let pool = pool();
    let reserved = |name: &str| -> Vec<u32> {
        let message = pool.get_message_by_name(name).unwrap();
        message.reserved_ranges().flatten().collect()
    };
    assert_eq!(reserved("flow.Flow"), [7, 12, 17, 18]);
    assert_eq!(reserved("observer.GetFlowsRequest"), [2]);
    let mut deprecated = Vec::new();
    for message in pool.all_messages() {
        for field in message.fields() {
            if field
                .field_descriptor_proto()
                .options
                .as_ref()
                .is_some_and(|o| o.deprecated())
            {
                deprecated.push(String::from(field.full_name()));
            }
        }
    }
    let expected = [
        "flow.Flow.Summary",
        "flow.Flow.drop_reason",
        "flow.Flow.reply",
        "flow.ServiceUpsertNotification.traffic_policy",
        "observer.GetFlowsRequest.Experimental.field_mask",
    ];
    deprecated.retain(|name| !name.starts_with("google."));
    deprecated.sort();
    assert_eq!(deprecated, expected);
}

#[test]
fn services_are_those_of_hubble() {
    let pool = pool();
    let found: Vec<_> = pool
        .services()
        .flat_map(|service| {
            let methods: Vec<_> = service.methods().collect();
            methods.into_iter().map(|method| {
                let stream = if method.is_server_streaming() {
                    "stream "
                } else {
                    ""
                };
                let (input, output) = (method.input(), method.output());
                let (name, input, output) = (method.full_name(), input.name(), output.name());
                assert!(!method.is_client_streaming());
                format!("{name}({input}) {stream}{output}")
            })
        })
        .collect();
    let expected = [
        "observer.Observer.GetFlows(GetFlowsRequest) stream GetFlowsResponse",
        "observer.Observer.GetAgentEvents(GetAgentEventsRequest) stream GetAgentEventsResponse",
        "observer.Observer.GetDebugEvents(GetDebugEventsRequest) stream GetDebugEventsResponse",
        "observer.Observer.GetNodes(GetNodesRequest) GetNodesResponse",
        "observer.Observer.GetNamespaces(GetNamespacesRequest) GetNamespacesResponse",
        "observer.Observer.ServerStatus(ServerStatusRequest) ServerStatusResponse",
        "peer.Peer.Notify(NotifyRequest) stream ChangeNotification",
    ];
    assert_eq!(found, expected);
}

/// The kinds of debug messages are those of `flow.DebugEventType`.
#[test]
fn kinds_of_debug_messages() {
    for kind in flow_cilium::DebugKind::KNOWN {
        let found = super::flow::DebugEventType::try_from(i32::from(kind.0));
        match found {
            Ok(event) => assert_eq!(kind.name(), Some(event.as_str_name())),
            Err(_) => assert_eq!(kind.name(), Some("DBG_L7_LB"), "newer than the message"),
        }
    }
}
