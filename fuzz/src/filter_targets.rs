//! The language of filters.

use flow_core::flow::{Flow, L7Type};
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::EndpointNames;
use flow_core::view::FlowView;
use flow_filter::{Filter, FlowExpr, Limits};

use crate::seed::Seed;

/// The text of a filter: a filter or an error; what is displayed is the same filter, and the compiled form says
/// what the written one does.
pub fn filter_text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut limits = Limits::DEFAULT;
    // A target is to be quick; the limits themselves are tested elsewhere.
    (limits.length, limits.patterns, limits.pattern_size) = (4_096, 4, 1 << 16);
    let expr = match FlowExpr::builder().limits(limits).parse(&text) {
        Ok(expr) => expr,
        Err(error) => {
            let span = error.span();
            assert!(span.start <= span.end, "{error}");
            return assert!(error.to_string().len() < 4_096, "{error}");
        }
    };
    let shown = expr.to_string();
    // Blanks that are added may make it longer.
    limits.length *= 4;
    let again = FlowExpr::builder().limits(limits).parse(&shown);
    let again = again.unwrap_or_else(|error| panic!("{shown}\n{error}"));
    assert!(again == expr && again.to_string() == shown, "{shown}");
    let filter = expr.compile();
    let mut flow = Flow::default();
    let names = EndpointNames {
        namespace: "shop".into(),
        pod_name: "web-0".into(),
        labels: vec!["k8s:app=web".into()],
        ..EndpointNames::default()
    };
    let record = L7Record::http(L7Kind::RESPONSE, |http| {
        http.method("GET")
            .url("http://host/path")
            .code(200)
            .header("Accept", "*/*");
    });
    for port in [0, 443] {
        flow.destination.port = port;
        flow.l7_type = L7Type(port as u8 & 2);
        let view = FlowView::from(&flow).with_source(&names).with_l7(&record);
        assert_eq!(
            filter.matches(&view),
            expr.matches_naively(&view),
            "{shown}\n{filter:?}"
        );
    }
}

const FILTERS: [(&str, &str); 10] = [
    (
        "pod",
        "pod == \"shop/web-*\" && dropped && port in {80, 443, 8000..8099}",
    ),
    (
        "label",
        "label select \"app in (web, db), !canary\" || src.label[\"app\"] == web",
    ),
    (
        "quantifier",
        "all(ip in {10.0.0.0/8, fc00::/7}) xor any(dns.ip != 10.0.0.1)",
    ),
    (
        "primitive",
        "tcp dst port 443 and not (src host 10.0.0.1 or net 192.0.2.0/24)",
    ),
    (
        "regex",
        "http.path matches r\"^/v[12]/users/\\d+$\" && http.header[\"Accept\"] contains \"*/\\*\"",
    ),
    (
        "units",
        "latency > 1.5ms && bytes >= 4KiB && time in 2026-03-01T00:00:00Z..2026-03-02T00:00:00Z",
    ),
    (
        "flags",
        "tcp.flags has any {syn, fin} && tcp.flags != {syn, ack} && !encrypted",
    ),
    (
        "comment",
        "# first\n dropped # second\n || !(reply and true)",
    ),
    ("list", "port in $ports"),
    ("error", "prot == \"\\q\" &"),
];

/// Seeds of filters.
pub(crate) fn seeds() -> Vec<Seed> {
    let seed = |(name, text): (&str, &str)| ("filter_text", name.to_owned(), text.into());
    FILTERS.into_iter().map(seed).collect()
}
