//! The compiled form and the written one agree, on random filters and random flows.

use std::net::IpAddr;

use flow_core::flow::{Flow, Ip};
use flow_core::names::NameHandle;
use flow_core::record::L7Record;
use flow_core::resolve::{EndpointNames, Extra, NodeNames, Store};
use flow_core::store::{FlowStore, HeldNames};
use flow_core::view::FlowView;
use flow_filter::{CompiledFilter, Filter, FlowExpr, KernelPart};

use crate::random::{self, Random};

/// Comparisons of both forms, unless `FLOW_FILTER_CASES` says another number.
const CASES: u64 = 10_000;
/// Flows for each filter.
const FLOWS: u64 = 20;

/// What a view is made of, and how it gets its names.
struct Case {
    flow: Flow,
    source: Option<EndpointNames>,
    extra: Option<Extra>,
    record: Option<L7Record>,
}

fn check(text: &str, expr: &FlowExpr, filters: &[&CompiledFilter], view: &FlowView<'_>) -> bool {
    let expected = expr.matches_naively(view);
    for filter in filters {
        assert_eq!(
            filter.matches(view),
            expected,
            "{text}\n{filter:?}\n{view:?}"
        );
        // What is remembered by now is the same.
        assert_eq!(
            filter.matches(view),
            expected,
            "again: {text}\n{filter:?}\n{view:?}"
        );
    }
    expected
}

#[test]
fn compiled_filters_say_what_is_written() {
    let cases = std::env::var("FLOW_FILTER_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    let cases: u64 = cases.unwrap_or(CASES);
    let mut random = Random::new(1);
    let store = FlowStore::with_capacity(64).with_node(NodeNames::named("prod/web"));
    let mut handles: Vec<u32> = Vec::new();
    let (mut compared, mut passed, mut refused) = (0_u64, 0_u64, 0_u64);
    // Flows that a part of a filter passed with the filter, and left out before it.
    let (mut kept, mut left_out) = (0_u64, 0_u64);
    while compared < cases {
        let depth = random.below(4);
        let text = random::filter(&mut random, depth);
        let expr = match FlowExpr::parse(&text) {
            Ok(expr) => expr,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
                continue;
            }
        };
        let shown = expr.to_string();
        let again = FlowExpr::parse(&shown).unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(again, expr, "{text}\n{shown}");
        assert_eq!(again.to_string(), shown);

        let (bound, unbound) = (expr.bind(store.names()), expr.compile());
        let part = unbound.kernel_part();
        for _ in 0..FLOWS {
            // Names come, and others take their handles' places.
            if handles.len() < 16 || random.one_in(10) {
                let added = store.names().add(random::names(&mut random));
                handles.push(added.expect("room").raw());
            }
            if handles.len() > 16 {
                let old = handles.swap_remove(random.below(16));
                store
                    .names()
                    .remove(NameHandle::from_raw(old).expect("a handle"));
                let flows: [flow_core::ring::Ring<Flow>; 0] = [];
                store.names().sweep(&flows[..]);
            }
            let case = case(&mut random, &handles, &store);
            let mut holder = store.names().holder();
            let hold = holder.hold();
            let held = HeldNames::new(&store, &hold);
            let mut view = FlowView::new(&case.flow, &held);
            if let Some(names) = &case.source {
                view = view.with_source(names);
            }
            if let Some(extra) = &case.extra {
                view = view.with_extra(extra);
            }
            if let Some(record) = &case.record {
                view = view.with_l7(record);
            }
            passed += u64::from(check(&text, &expr, &[&bound, &unbound], &view));
            if expr.matches_naively(&view) {
                assert!(part.matches(&case.flow), "{text}\n{part}\n{:?}", case.flow);
                assert!(passes_packets(&part, &case.flow), "{text}\n{part}");
                kept += u64::from(!part.is_everything());
            } else {
                left_out += u64::from(!part.matches(&case.flow));
            }
            compared += 1;
        }
    }
    println!("{compared} compared, {passed} passed, {refused} filters refused");
    assert!(
        passed > compared / 10 && passed < compared * 9 / 10,
        "{passed} of {compared}"
    );
    println!("the kernel's part kept {kept} that pass, and left out {left_out} that do not");
    assert!(kept > compared / 100 && left_out > compared / 100);
    assert!(refused * FLOWS < compared, "{refused} filters were refused");
}

/// Whether the packets of a flow pass the sets that one end of each has to be in.
fn passes_packets(part: &KernelPart, flow: &Flow) -> bool {
    let ends = [&flow.source, &flow.destination];
    let is_within = |(network, bits): &(IpAddr, u8)| {
        let (network, bits) = match network {
            IpAddr::V4(_) => (Ip::from(*network), u32::from(*bits) + 96),
            IpAddr::V6(v6) => (Ip::v6(v6.octets()), u32::from(*bits)),
        };
        let differing = |ip: Ip| u128::from_be_bytes(ip.0) ^ u128::from_be_bytes(network.0);
        ends.iter()
            .any(|end| differing(end.ip).checked_shr(128 - bits).unwrap_or(0) == 0)
    };
    let port = part
        .ports(4_096)
        .is_none_or(|ports| ends.iter().any(|end| ports.contains(&end.port)));
    let protocol = part
        .protocols()
        .is_none_or(|numbers| numbers.contains(&flow.protocol.0));
    port && protocol
        && part
            .networks(512)
            .is_none_or(|networks| networks.iter().any(is_within))
}

fn case(random: &mut Random, handles: &[u32], store: &FlowStore) -> Case {
    let mut flow = random::flow(random);
    for end in [&mut flow.source, &mut flow.destination] {
        end.meta = match random.one_in(4) {
            true => 0,
            false => *random.pick(handles),
        };
    }
    let mut record = None;
    if !random.one_in(3) {
        let mut made = random::record(random);
        if random.one_in(2) {
            flow.l7_type = made.protocol();
        }
        match random.one_in(2) {
            true => flow.l7 = store.store_l7(&mut made),
            false => record = Some(made),
        }
    }
    Case {
        flow,
        source: random.one_in(4).then(|| random::names(random)),
        extra: random.one_in(2).then(|| random::extra(random)),
        record,
    }
}
