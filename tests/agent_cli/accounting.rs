//! Every packet of a capture is in a flow or counted by the reason why it is not.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::{DEMO_PACKETS, demo_capture, lines, observe, text};

/// Sum of the packets of all flows of a run with `-o json`.
fn packets(lines: &[String]) -> u64 {
    let count = |line: &String| -> u64 {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let counts = &event["flow"]["extensions"]["value"];
        let of = |name: &str| match &counts[name]["packets"] {
            Value::Null => 0,
            // A number of 64 bits.
            number => number.as_str().expect("text").parse().expect("a number"),
        };
        of("forward") + of("reverse")
    };
    lines.iter().map(count).sum()
}

#[test]
fn no_packet_is_lost_or_invented() {
    let json = |args: &[&str]| lines(&[&["-o", "json", "--l7", "none"], args].concat());
    let aggregated = json(&[]);
    assert_eq!(packets(&aggregated), DEMO_PACKETS);
    let in_parts = json(&["--interval", "100ms"]);
    assert_eq!(packets(&in_parts), DEMO_PACKETS);
    assert!(in_parts.len() > aggregated.len(), "reported in parts");
    let single = json(&["--mode", "packets"]);
    assert_eq!(packets(&single), DEMO_PACKETS);
    assert_eq!(single.len() as u64, DEMO_PACKETS);
    assert_eq!(
        json(&["--ring-size", "1"]),
        aggregated,
        "a capture waits for whoever reads it"
    );
    let sampled = json(&["--mode", "sampled:10"]);
    assert_eq!(sampled.len() as u64, DEMO_PACKETS / 10);
    assert!(
        sampled
            .iter()
            .all(|line| line.contains("\"sample_rate\":10"))
    );
}

/// The numbers of packets that a summary tells: read, in flows, and each reason for none.
pub(crate) fn ledger_of(summary: &str) -> (u64, Vec<u64>) {
    let begins_with_number = |text: &str| -> Option<u64> {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let line = summary.strip_prefix("agent: ").expect("a message");
    let (read, rest) = line.split_once(" read: ").expect("packets read");
    let (parts, _shown) = rest.rsplit_once("; ").expect("flows shown");
    // What stands in brackets says the same in more detail.
    let mut outer = String::new();
    let mut depth = 0;
    for letter in parts.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => outer.push(letter),
            _ => {}
        }
    }
    let counts = outer.split(", ").filter_map(begins_with_number).collect();
    (begins_with_number(read).expect("a number"), counts)
}

#[test]
fn the_summary_reports_what_became_of_every_packet() {
    let output = demo_capture(&["--mode", "sampled:10", "--l7", "none"]);
    let summary = text(&output.stderr);
    assert_eq!(
        summary,
        "agent: 51 packets read: 5 in 5 flows, 46 left out by sampling; 5 shown\n"
    );
    assert_eq!(ledger_of(&summary), (51, vec![5, 46]));
    // What was read together with the flow that is shown counts too.
    let output = demo_capture(&["--count", "1", "--mode", "packets", "--l7", "none"]);
    assert_eq!(
        text(&output.stderr),
        "agent: 51 packets read: 51 in 51 flows; 1 shown\n"
    );
}

/// Real captures, damaged ones among them: flows and summary together account for each packet.
#[test]
fn every_packet_of_the_corpus_is_accounted_for() {
    let corpus = std::env::var_os("FLOW_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    if !corpus.is_dir() {
        eprintln!("skipped: no corpus at {}", corpus.display());
        return;
    }
    let mut captures = 0;
    for folder in ["ndpi", "tcpdump"] {
        let mut paths: Vec<_> = fs::read_dir(corpus.join(folder))
            .expect("folder")
            .map(|entry| entry.expect("entry").path())
            .filter(|path| {
                let ending = path.extension().and_then(|ending| ending.to_str());
                matches!(ending, Some("pcap" | "pcapng" | "cap"))
            })
            .collect();
        paths.sort();
        // Each costs a start of the agent: one in seven is enough here.
        for path in paths.iter().step_by(7) {
            let output = observe()
                .args(["-o", "json", "--pcap"])
                .arg(path)
                .output()
                .expect("run");
            let stderr = text(&output.stderr);
            let summary = stderr.lines().next().expect("a summary");
            let name = path.display();
            if !output.status.success() && stderr.lines().count() == 1 {
                assert!(output.stdout.is_empty(), "{name}: {summary}");
                continue; // damaged before its first packet
            }
            let (read, counts) = ledger_of(summary);
            assert_eq!(counts.iter().sum::<u64>(), read, "{name}: {summary}");
            let lines: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
            assert_eq!(packets(&lines), counts[0], "{name}: {summary}");
            captures += 1;
        }
    }
    assert!(captures > 50, "{captures}");
}
