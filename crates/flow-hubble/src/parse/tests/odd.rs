//! Messages with values that do not fit into a flow.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use flow_core::flow::{Ip, Protocol, Verdict};
use flow_core::record::{L7Body, RecordType};
use flow_core::view::FlowView;

use super::Kept;
use crate::flow as pb;
use crate::{Export, from_json};

fn message(json: &str) -> pb::Flow {
    from_json(json).expect("a message")
}

#[test]
fn a_value_that_does_not_fit_keeps_its_default_and_the_rest_is_read() {
    let message = message(
        r#"{"verdict":"DROPPED","IP":{"source":"nowhere","destination":"10.0.0.2","ipVersion":"IPv4"},
            "l4":{"TCP":{"source_port":65616,"destination_port":80}},"event_type":{"type":4,"sub_type":300}}"#,
    );
    let (flow, unfit) = message.to_flow_in_part(&Kept::default());
    assert_eq!(flow.verdict, Verdict::DROPPED);
    assert_eq!(
        (flow.source.ip, flow.destination.ip),
        (Ip::UNSPECIFIED, Ip::v4([10, 0, 0, 2]))
    );
    assert_eq!((flow.source.port, flow.destination.port), (0, 80));
    assert_eq!(
        (flow.protocol, flow.event_type.0, flow.event_sub_type),
        (Protocol::TCP, 4, 0)
    );
    let unfit = unfit.expect("the first one");
    assert_eq!(message.to_flow(&Kept::default()), Err(unfit));
}

#[test]
fn a_summary_is_kept_where_it_is_another_one() {
    let flow = |summary: &str| {
        let json = format!(
            r#"{{"IP":{{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"}},"Type":"L3_L4","Summary":"{summary}"}}"#
        );
        let kept = Kept::default();
        let flow = message(&json).to_flow(&kept).unwrap();
        let extras = kept.extras.into_inner();
        let mut view = FlowView::from(&flow);
        if let Some(extra) = extras.first() {
            view = view.with_extra(extra);
        }
        let mut out = Vec::new();
        Export::of(&view).json(&mut out);
        let line = view.line().to_string();
        let exported = String::from_utf8(out).unwrap();
        assert!(
            exported.contains(&format!(r#""Summary":"{summary}""#)),
            "{exported}"
        );
        (extras.len(), line.contains(&format!("({summary})")))
    };
    assert_eq!(flow("IPv4 ESP"), (1, true));
    // What is made of the flow anyway.
    assert_eq!(flow("IPv4"), (0, true));
}

#[test]
fn a_zone_is_no_part_of_an_address() {
    let message =
        message(r#"{"IP":{"source":"fe80::1%eth0","destination":"fe80::2","ipVersion":"IPv6"}}"#);
    let (flow, unfit) = message.to_flow_in_part(&Kept::default());
    assert_eq!(unfit, None);
    assert_eq!(flow.source.ip.to_string(), "fe80::1");
}

#[test]
fn items_of_lists_that_do_not_fit_are_left_out() {
    let message = message(
        r#"{"l7":{"type":"RESPONSE","dns":{"query":"a.","ips":["1.2.3.4","5.6","::1"],"qtypes":["A","Unknown"]}}}"#,
    );
    let kept = Kept::default();
    let (flow, unfit) = message.to_flow_in_part(&kept);
    assert_eq!(unfit.expect("the first one").field, "l7.dns.ips");
    let records = kept.records.borrow();
    let L7Body::Dns(dns) = records[flow.l7 as usize - 1].body() else {
        panic!("DNS");
    };
    assert_eq!(dns.ips().count(), 2);
    assert!(dns.qtypes().eq([RecordType(1)]));
}
