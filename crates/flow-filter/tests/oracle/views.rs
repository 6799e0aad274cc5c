//! Filters on flows, through their views.
//!
//! A [`Flow`] cannot hold all that a message can, and does not need to: what Hubble's agent never sends (a port of
//! more than 16 bits, an address that is none, a transport header without one of IP). An event that comes back
//! as it was is asked about; one that does not is counted, by the first field in which it differs.

use std::collections::BTreeMap;
use std::net::IpAddr;

use flow_core::flow::Flow;
use flow_core::resolve::{Emitter, NodeNames};
use flow_core::store::FlowStore;
use flow_core::view::FlowView;
use flow_filter::Filter;
use flow_filter::hubble::FlowFilters;
use flow_hubble::flow::FlowFilter;
use flow_hubble::observer::export_event::ResponseTypes;
use flow_hubble::{Export, flow as pb, to_json};
use serde_json::Value;

use crate::data::{self, Answer, Case};

/// A flow and what its handles stand for.
struct Held {
    event: usize,
    flow: Flow,
    store: FlowStore,
    /// Whether nothing differs, so that an expression sees the same.
    is_whole: bool,
    /// Whether the message has both ends: a flow always has.
    has_ends: bool,
}

fn held(event: usize, message: &pb::Flow, shared: &FlowStore) -> Result<Held, String> {
    let emitter = message.emitter.as_ref().map(|emitter| Emitter {
        name: emitter.name.as_str().into(),
        version: emitter.version.as_str().into(),
    });
    let labels = message.node_labels.iter();
    let store = shared.clone().with_node(NodeNames {
        name: message.node_name.clone(),
        labels: labels.map(|label| label.as_str().into()).collect(),
        emitter,
    });
    let flow = message.to_flow(&store).map_err(|error| error.to_string())?;
    let again = Export::of(&FlowView::new(&flow, &store)).message();
    let differences = differences(message, &again);
    // What no field of a filter looks at.
    let unseen = [
        "aggregate",
        "debug_capture_point",
        "emitter",
        "ethernet",
        "sock_xlate_point",
        "tunnel",
    ];
    let seen = |field: &&String| !unseen.contains(&field.as_str());
    match differences.iter().find(seen) {
        Some(field) => Err(format!("{field} differs")),
        None => Ok(Held {
            event,
            flow,
            store,
            is_whole: differences.is_empty(),
            has_ends: message.source.is_some() && message.destination.is_some(),
        }),
    }
}

/// The fields that differ, but for those that are derived from others. An end or a service that is there and
/// empty is as good as none.
fn differences(message: &pb::Flow, again: &pb::Flow) -> Vec<String> {
    let json = |message: &pb::Flow| -> Value {
        let text = to_json(message).expect("JSON");
        serde_json::from_str(&text).expect("JSON")
    };
    let (one, two) = (json(message), json(again));
    let objects = one.as_object().into_iter().chain(two.as_object());
    let derived = ["Summary", "reply", "drop_reason", "extensions"];
    let may_be_empty = [
        "source",
        "destination",
        "source_service",
        "destination_service",
        "ip_trace_id",
        "trace_context",
    ];
    let empty = Value::Object(serde_json::Map::new());
    let is_none = |value: &Value| {
        value.is_null() || *value == empty || *value == serde_json::json!({"parent": {}})
    };
    let is_different = |key: &&String| {
        let (one, two) = (&one[key.as_str()], &two[key.as_str()]);
        let are_none = may_be_empty.contains(&key.as_str()) && is_none(one) && is_none(two);
        one != two && !are_none
    };
    let keys = objects.flat_map(|object| object.keys());
    let keys = keys.filter(|key| !derived.contains(&key.as_str()));
    keys.filter(is_different).map(ToString::to_string).collect()
}

/// Why an answer may differ: what the filter asks for is what a flow does not keep.
fn is_beyond_flows(case: &Case, held: &Held) -> bool {
    let filters = || case.allow.iter().chain(&case.deny);
    let expressions = || filters().filter_map(|filter| filter.experimental.as_ref());
    let mut texts = expressions().flat_map(|experimental| &experimental.cel_expression);
    let asks_for = |parts: &[&str], text: &String| parts.iter().any(|part| text.contains(part));
    let (derived, presence) = (
        [
            "Summary",
            ".reply",
            "drop_reason ",
            "has(_flow.ip_trace_id",
            "has(_flow.trace_context",
        ],
        ["has(", "=="],
    );
    let is_derived =
        texts.any(|text| asks_for(&derived, text) || (!held.has_ends && asks_for(&presence, text)));
    // An identity of 0 needs an end, and a flow always has both.
    let asks_for_no_identity = filters().any(|filter| {
        let identities = filter
            .source_identity
            .iter()
            .chain(&filter.destination_identity);
        identities.copied().any(|identity| identity == 0)
    });
    let has_expression = expressions().next().is_some();
    (asks_for_no_identity && !held.has_ends)
        || (has_expression && !held.is_whole)
        || is_derived
        || filters().any(asks_for_text)
}

/// Whether an address is written in another form than its own: it is compared as text in messages, by value in
/// flows.
fn asks_for_text(filter: &FlowFilter) -> bool {
    let ips = [
        &filter.source_ip,
        &filter.destination_ip,
        &filter.source_ip_xlated,
    ];
    let is_odd = |text: &String| {
        let address: Option<IpAddr> = text.parse().ok();
        address.is_some_and(|address| address.to_canonical().to_string() != *text)
    };
    ips.into_iter().flatten().any(is_odd)
}

#[test]
fn every_filter_answers_the_same_of_flows() {
    let (Some(events), Some(cases)) = (data::events(), data::cases()) else {
        return;
    };
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut flows = Vec::new();
    let shared = FlowStore::with_capacity(events.len());
    for (at, event) in events.iter().enumerate() {
        let Some(ResponseTypes::Flow(message)) = &event.response_types else {
            continue;
        };
        match held(at, message, &shared) {
            Ok(held) => flows.push(held),
            Err(reason) => *reasons.entry(reason).or_default() += 1,
        }
    }
    println!(
        "{} events are flows as they are; left out: {reasons:#?}",
        flows.len()
    );
    let (mut asked, mut beyond) = (0, 0);
    let mut different = Vec::new();
    for case in &cases {
        let filters = FlowFilters::new(&case.allow, &case.deny);
        let (Ok(filters), Answer::Matches(_)) = (filters, &case.answer) else {
            continue;
        };
        let bound = filters.clone().with_names(shared.names());
        for held in &flows {
            let view = FlowView::new(&held.flow, &held.store);
            // The first answer is decided, the second one remembered.
            let answers = [&filters, &bound, &bound].map(|filter| filter.matches(&view));
            assert!(
                answers[0] == answers[1] && answers[1] == answers[2],
                "{}",
                case.id
            );
            if answers[0] == case.answer.matches(held.event) {
                asked += 1;
            } else if is_beyond_flows(case, held) {
                beyond += 1;
            } else {
                asked += 1;
                different.push(format!("{} {} event {}", case.id, case.kind, held.event));
            }
        }
    }
    let equal = asked - different.len();
    println!("{equal} of {asked} answers are equal; {beyond} differ in what a flow does not keep");
    println!("{:#?}", &different[..different.len().min(40)]);
    assert!(different.is_empty());
}
