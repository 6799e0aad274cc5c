//! Flows of a pipeline against messages: both are counted alike.

use flow_core::names::NameTable;
use flow_core::store::FlowStore;
use flow_core::view::FlowView;
use flow_hubble::flow::Flow as Message;
use flow_hubble::flow::layer4::Protocol;
use flow_hubble::flow::layer7::Record;
use flow_metrics::{Format, MetricConfig, Metrics, Observer};

use crate::data;

/// Configurations that read everything.
const CONFIGS: &[&str] = &[
    "flow drop tcp icmp dns:query http kafka policy port-distribution sctp flows-to-world:any-drop;port",
    "flow:sourceContext=pod;destinationContext=pod drop:sourceContext=pod;destinationContext=pod tcp:sourceContext=pod;destinationContext=pod",
    "flow:sourceContext=ip|pod;destinationContext=identity|dns;sourceEgressContext=workload|ip",
    "httpV2:sourceContext=app;destinationContext=reserved-identity;labelsContext=source_ip,destination_workload_kind",
    "drop:labelsContext=source_ip,source_pod,source_namespace,source_workload,source_workload_kind,source_app,destination_ip,destination_pod,destination_namespace,destination_workload,destination_workload_kind,destination_app,traffic_direction",
];

/// Leaves out of a message what a flow has no place for, so that both can be compared.
fn as_flow(mut message: Message) -> Option<Message> {
    let event = message.event_type.unwrap_or_default();
    if message.event_type.is_some() && (event.r#type, event.sub_type) == (0, 0) {
        message.event_type = None;
    }
    if message.l7.as_ref().is_some_and(|l7| l7.record.is_none()) {
        message.l7 = None;
    }
    if let Some(ip) = &message.ip
        && [&ip.source, &ip.destination]
            .iter()
            .any(|text| text.contains("::ffff:") || text.is_empty())
    {
        return None;
    }
    if message.ip.as_ref().is_some_and(|ip| ip.ip_version == 0) {
        return None;
    }
    if let Some(Protocol::Tcp(tcp)) = message.l4.as_mut().and_then(|l4| l4.protocol.as_mut()) {
        // No flags are as good as flags of which none is set.
        tcp.flags.get_or_insert_default();
    }
    if let Some(Record::Dns(dns)) = message.l7.as_mut().and_then(|l7| l7.record.as_mut()) {
        // A type that the makers of these flows knew no name of.
        for kind in dns.qtypes.iter_mut().chain(&mut dns.rrtypes) {
            if kind == "TYPE65" {
                *kind = "HTTPS".to_owned();
            }
        }
    }
    // Older versions of Hubble have the reason in this field only, and Hubble's metrics do not read it.
    #[allow(deprecated, reason = "a flow has the reason of either field")]
    {
        message.drop_reason = 0;
        message.reply = false;
    }
    Some(message)
}

fn text(config: &str, names: Option<&NameTable>, count: impl Fn(&Metrics)) -> String {
    let mut builder = Metrics::builder().metrics(MetricConfig::parse_list(config));
    if let Some(names) = names {
        builder = builder.names(names);
    }
    let (metrics, _) = builder.build().expect("a configuration");
    count(&metrics);
    metrics.encode(Format::OpenMetrics)
}

#[test]
fn views_are_counted_as_messages_are() {
    let Some(messages) = data::flows() else {
        return;
    };
    let store = FlowStore::with_capacity(1 << 12);
    let pairs: Vec<(Message, flow_core::flow::Flow)> = messages
        .into_iter()
        .filter_map(|message| {
            let message = as_flow(message)?;
            let flow = message.to_flow(&store).ok()?;
            Some((message, flow))
        })
        .collect();
    println!("{} flows", pairs.len());
    assert!(pairs.len() > 200, "{}", pairs.len());
    for config in CONFIGS {
        let expected = text(config, None, |metrics| {
            for (message, _) in &pairs {
                metrics.observe_message(message);
            }
        });
        for names in [None, Some(store.names())] {
            let found = text(config, names, |metrics| {
                for (_, flow) in &pairs {
                    metrics.observe(&FlowView::new(flow, &store));
                }
            });
            for (found, expected) in found.lines().zip(expected.lines()) {
                assert_eq!(found, expected, "{config}");
            }
            assert_eq!(found, expected, "{config}");
        }
    }
}
