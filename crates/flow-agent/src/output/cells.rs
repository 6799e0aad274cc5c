//! A flow in pieces, for the forms that set them apart.

use flow_core::flow::{Direction, Flow, UtcTime};

use flow_core::view::FlowView;

/// Text of each piece, escaped; empty where there is none.
pub(super) struct Cells {
    pub(super) time: String,
    pub(super) source: String,
    pub(super) destination: String,
    pub(super) kind: String,
    pub(super) summary: String,
    pub(super) traffic: String,
    pub(super) interface: String,
    pub(super) process: String,
    /// Trace that a message belongs to.
    pub(super) trace: String,
}

impl Cells {
    /// Source and destination are those of the packet, whichever side began.
    pub(super) fn of(view: &FlowView<'_>) -> Self {
        let flow = view.flow();
        let trace = view.l7().map(|record| record.trace);
        Self {
            time: UtcTime(flow.time).to_string(),
            source: view.source_text().to_string(),
            destination: view.destination_text().to_string(),
            kind: view.kind_text().to_string(),
            summary: view.summary_text().to_string(),
            traffic: traffic(flow),
            interface: interface(flow),
            process: process(flow),
            trace: trace
                .filter(|trace| !trace.is_none())
                .map_or_else(String::new, |trace| trace.to_string()),
        }
    }
}

/// What was counted since the connection's previous flow: `3/2 packets, 1.2 kB/180 B`.
fn traffic(flow: &Flow) -> String {
    let (ahead, back) = (flow.traffic.forward(), flow.traffic.reverse());
    match (ahead.packets, back.packets) {
        (0, 0) => String::new(),
        (count, 0) => format!("{count} pkt, {}", bytes(ahead.bytes)),
        (count, other) => {
            format!(
                "{count}/{other} pkt, {}/{}",
                bytes(ahead.bytes),
                bytes(back.bytes)
            )
        }
    }
}

/// A number of bytes in at most four digits, with SI prefixes.
fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1_000 {
        return format!("{count} B");
    }
    let mut value = count as f64;
    let mut unit = "B";
    for next in UNITS {
        // What would be shown as 1000.0 belongs to the next unit.
        if value < 999.95 {
            break;
        }
        value /= 1_000.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

fn interface(flow: &Flow) -> String {
    let interface = &flow.interface;
    let mut text = match (interface.index, interface.name.is_empty()) {
        (0, true) => return String::new(),
        (index, true) => format!("#{index}"),
        _ => interface.name.to_string(),
    };
    match flow.direction {
        Direction::INGRESS => text += " ingress",
        Direction::EGRESS => text += " egress",
        _ => {}
    }
    if flow.vlan != 0 {
        text += &format!(", VLAN {}", flow.vlan);
    }
    text
}

fn process(flow: &Flow) -> String {
    match (flow.process.pid, flow.process.comm.is_empty()) {
        (0, true) => String::new(),
        (0, false) => flow.process.comm.to_string(),
        (pid, _) => format!("{}/{pid}", flow.process.comm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_take_at_most_seven_letters() {
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (12_345_678, "12.3 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }
}
