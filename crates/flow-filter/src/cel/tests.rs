//! Expressions, their errors, and what hostile ones cost.

use flow_core::flow::arbitrary::flows;
use flow_core::flow::{Flow, Verdict};
use flow_core::resolve::{EndpointNames, Store};
use flow_core::store::FlowStore;
use flow_core::view::FlowView;
use flow_hubble::Export;
use proptest::prelude::*;

use super::Program;

fn program(text: &str) -> Program {
    Program::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> String {
    Program::compile(text).expect_err(text).to_string()
}

/// Expressions that are lowered as a whole.
const LOWERED: [&str; 16] = [
    "_flow.verdict == Verdict.DROPPED",
    "_flow.l4.TCP.destination_port == 443u && _flow.verdict != 1",
    "443u < _flow.l4.TCP.destination_port || _flow.l4.UDP.source_port >= uint(53)",
    "_flow.verdict in [Verdict.DROPPED, 3]",
    "!(_flow.IP.ipVersion == IPVersion.IPv6) && _flow.IP.encrypted",
    "_flow.l4.TCP.flags.SYN && !_flow.l4.TCP.flags.ACK",
    "_flow.is_reply == true || _flow.is_reply == null",
    "has(_flow.is_reply) && has(_flow.l4.TCP)",
    "has(_flow.l4.ICMPv6) || has(_flow.IP)",
    "_flow.source.pod_name.startsWith(\"web-\") && _flow.source.namespace == \"shop\"",
    "_flow.source.namespace in [\"shop\", \"x\"] && \"a\" < _flow.destination.namespace",
    "_flow.source.labels.exists(l, l == \"k8s:app=web\")",
    "\"k8s:app=web\" in _flow.destination.labels",
    "_flow.IP.source.startsWith(\"10.\") || _flow.IP.destination.contains(\":\")",
    "_flow.source.pod_name.matches(\"^web-[0-9]$\")",
    "_flow.event_type.type == 4 && _flow.drop_reason_desc == DropReason.POLICY_DENIED",
];

/// Names that the expressions above ask for.
fn names() -> EndpointNames {
    EndpointNames {
        namespace: "shop".into(),
        pod_name: "web-0".into(),
        labels: vec!["k8s:app=web".into()],
        ..EndpointNames::default()
    }
}

proptest! {
    /// What is read straight from a flow is what its message says.
    #[test]
    fn lowered_expressions_say_what_messages_say(flow in flows(), of_source: bool, of_destination: bool) {
        let store = FlowStore::with_capacity(1);
        let handle = store.store_endpoint(names());
        let mut flow = Flow { l7: 0, ext: 0, ..flow };
        flow.source.meta = if of_source { handle } else { 0 };
        flow.destination.meta = if of_destination { handle } else { 0 };
        let view = FlowView::new(&flow, &store);
        let message = Export::of(&view).message();
        for text in LOWERED {
            let program = program(text);
            prop_assert!(program.is_lowered(), "{}", text);
            prop_assert_eq!(program.evaluate_view(&view), program.evaluate(&message), "{}", text);
        }
    }

    #[test]
    fn no_text_is_a_panic(text in "[a-z_.(){}\\[\\],:?!&|=<>+*/%0-9u\"' -]{0,40}") {
        if let Ok(program) = Program::compile(&text) {
            let _ = program.evaluate_nothing();
        }
    }
}

#[test]
fn values_are_those_of_the_language() {
    for (text, expected) in [
        ("1 + 2 * 3 == 7 && -7 / 2 == -3 && -5 % 3 == -2", Some(true)),
        (
            "\"\\u00e9\" == 'é' && r\"\\d\" == \"\\\\d\" && b\"\\xff\".size() == 1",
            Some(true),
        ),
        (
            "dyn(1) == 1u && dyn(1.0) in [1, 2] && !(dyn(\"a\") == 1)",
            Some(true),
        ),
        (
            "[1, 2, 3].map(i, i > 1, i * 2) == [4, 6] && [1].exists_one(i, i == 1)",
            Some(true),
        ),
        (
            "{\"a\": 1}.a == 1 && has({\"a\": 1}.a) && !has({\"a\": 1}.b)",
            Some(true),
        ),
        (
            "type(1) == int && type(_flow) == Flow && type([]) == list",
            Some(true),
        ),
        ("1 / 0 == 1 || true", Some(true)),
        ("1 / 0 == 1 && true", None),
        ("[1, 2][2] == 1", None),
        ("9223372036854775807 + 1 > 0", None),
        ("duration(\"1d\") == duration(\"24h\")", None),
        (
            "string(1e300) == \"1e+300\" && string(1.5) == \"1.5\" && string(duration(\"90s\")) == \"90s\"",
            Some(true),
        ),
        (
            "Endpoint{identity: 1u}.identity == 1u && _flow.source == Endpoint{}",
            Some(true),
        ),
        (
            "_flow.tunnel.protocol == Tunnel.Protocol.VXLAN",
            Some(false),
        ),
        ("_flow == Flow{}", Some(false)),
    ] {
        assert_eq!(program(text).evaluate_nothing(), expected, "{text}");
    }
}

#[test]
fn errors_have_a_caret_under_their_place() {
    assert_eq!(
        error("true &&\n_flow.nosuch"),
        "2:6: undefined field 'nosuch'\n | _flow.nosuch\n | .....^"
    );
    assert!(error("_flow.ip.source == \"\"").contains("did you mean 'IP'?"));
    assert!(error("_flow.verdict == DROPPED").contains("undeclared reference to 'DROPPED'"));
    assert!(
        error("_flow.l4.TCP.destination_port == 443").contains("'_==_' applied to '(uint, int)'")
    );
    assert!(error("_flow.is_reply").contains("got \"wrapper(bool)\", wanted \"bool\""));
    assert!(error("true and true").starts_with("1:6: syntax error: expected the end"));
    assert!(error("\"abc").contains("without closing quote"));
    assert!(error("_flow.time.seconds > 0").contains("does not support field selection"));
    for text in [
        "",
        "1",
        "dyn(true)",
        "has(_flow)",
        "_flow.x.y",
        "a.b.c == 1",
        "true ? 1 : true",
        "[1].all(1, true)",
    ] {
        assert!(Program::compile(text).is_err(), "{text}");
    }
}

#[test]
fn hostile_expressions_end_soon() {
    assert!(
        error(&format!("{}true{}", "(".repeat(300), ")".repeat(300))).contains("recursion limit")
    );
    assert!(error(&format!("1{} == 1", "+1".repeat(1_000))).contains("within one another"));
    assert!(error(&format!("\"{}\" == \"\"", "x".repeat(4_096))).contains("4096 characters"));
    assert!(Program::compile(&format!("true{}", " && true".repeat(500))).is_ok());
    let list = format!("[{}]", vec!["1"; 100].join(","));
    let nested = format!("{list}.all(a, {list}.all(b, {list}.all(c, a == b || c == 1)))");
    assert_eq!(
        program(&nested).evaluate_nothing(),
        None,
        "it costs too much"
    );
}

#[test]
fn a_part_that_decides_spares_the_message() {
    let slow = "size(_flow.node_labels) > 100";
    let both = program(&format!("_flow.verdict == 2 && {slow}"));
    let mut flow = Flow::default();
    assert!(!both.is_lowered());
    assert_eq!(both.evaluate_view(&FlowView::from(&flow)), Some(false));
    flow.verdict = Verdict::DROPPED;
    assert_eq!(both.evaluate_view(&FlowView::from(&flow)), Some(false));
    let either = program(&format!("_flow.verdict == 2 || {slow}"));
    assert_eq!(either.evaluate_view(&FlowView::from(&flow)), Some(true));
}
