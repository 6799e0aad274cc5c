//! Files of recorded answers.

use std::fs;
use std::path::{Path, PathBuf};

use flow_hubble::flow::Flow;
use flow_hubble::from_json;
use flow_hubble::observer::GetFlowsResponse;
use flow_hubble::observer::get_flows_response::ResponseTypes;
use serde_json::Value;

/// The lines of a file; `None`, with a report, where it is not there.
pub(crate) fn lines(name: &str) -> Option<Vec<Value>> {
    let folder = std::env::var_os("FLOW_ORACLE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/oracle"),
        PathBuf::from,
    );
    let text = match fs::read_to_string(folder.join(name)) {
        Ok(text) => text,
        Err(error) => {
            println!("left out: {name}: {error}");
            return None;
        }
    };
    let lines = text.split('\n').filter(|line| !line.is_empty());
    let read =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}"));
    Some(lines.map(read).collect())
}

/// The flows that were counted.
pub(crate) fn flows() -> Option<Vec<Flow>> {
    let lines = lines("metrics_flows.jsonl")?;
    let flow = |line: &Value| {
        let response: GetFlowsResponse =
            from_json(&line.to_string()).unwrap_or_else(|error| panic!("{line}: {error}"));
        match response.response_types {
            Some(ResponseTypes::Flow(flow)) => *flow,
            other => panic!("expected a flow, found {other:?}"),
        }
    };
    Some(lines.iter().map(flow).collect())
}
