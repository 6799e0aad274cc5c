//! Lists of filters as text.

use std::fmt::Write;

use flow_hubble::flow::FlowFilter;
use flow_hubble::to_json;

/// Gives the JSON of each field of a filter that is set, in Hubble's order.
macro_rules! fields {
    ($filter:expr, $($field:ident)*) => {{
        let mut all = Vec::new();
        $(
            let mut alone = FlowFilter::default();
            alone.$field.clone_from(&$filter.$field);
            if alone != FlowFilter::default() {
                all.push(alone);
            }
        )*
        all
    }};
}

/// The JSON of a filter, with its fields in the order of Hubble's own definition.
fn json(filter: &FlowFilter) -> String {
    let parts = fields!(
        filter,
        uuid source_ip source_ip_xlated source_pod source_fqdn source_label source_service source_workload
        source_cluster_name destination_ip destination_pod destination_fqdn destination_label destination_service
        destination_workload destination_cluster_name traffic_direction verdict drop_reason_desc interface event_type
        http_status_code protocol source_port destination_port reply dns_query source_identity destination_identity
        http_method http_path http_url http_header tcp_flags node_name node_labels ip_version trace_id ip_trace_id
        encrypted experimental
    );
    let parts = parts.iter().filter_map(|part| {
        let text = to_json(part).ok()?;
        let inner = text.strip_prefix('{')?.strip_suffix('}')?;
        Some(inner.to_owned())
    });
    let text = format!("{{{}}}", parts.collect::<Vec<String>>().join(","));
    // They stand in texts only, where Go escapes them.
    ['<', '>', '&', '\u{2028}', '\u{2029}']
        .into_iter()
        .fold(text, |text, letter| {
            text.replace(letter, &format!("\\u{:04x}", u32::from(letter)))
        })
}

/// Writes two lists of filters as `hubble observe --print-raw-filters` does: YAML with the JSON of each filter.
///
/// ```
/// use flow_filter::hubble::raw_filters;
/// use flow_hubble::flow::FlowFilter;
///
/// let dropped = FlowFilter { verdict: vec![2], ..FlowFilter::default() };
/// assert_eq!(raw_filters(&[dropped], &[]), "allowlist:\n    - '{\"verdict\":[\"DROPPED\"]}'\n");
/// ```
#[must_use]
pub fn raw_filters(allow: &[FlowFilter], deny: &[FlowFilter]) -> String {
    let mut text = String::new();
    for (name, filters) in [("allowlist", allow), ("denylist", deny)] {
        if !filters.is_empty() {
            let _ = writeln!(text, "{name}:");
        }
        for filter in filters {
            let _ = writeln!(text, "    - '{}'", json(filter).replace('\'', "''"));
        }
    }
    if text.is_empty() {
        text.push_str("{}\n");
    }
    text
}
