//! Which flows are shown, and wrong usage.

use std::process::Command;

use flow_lab::example::agent;

use crate::run::{lines, text};

#[test]
fn first_last_and_times_choose_flows() {
    let all = lines(&["--mode", "packets"]);
    assert_eq!(
        lines(&["--mode", "packets", "--last", "3"]),
        all[all.len() - 3..]
    );
    assert_eq!(lines(&["--mode", "packets", "--count", "2"]), all[..2]);
    assert_eq!(lines(&["--mode", "packets", "--first", "2"]), all[..2]);
    assert_eq!(lines(&["--mode", "packets", "--last", "1000"]), all);
    // Two packets of the capture are newer than its second second, of which one is the last.
    let since = lines(&["--mode", "packets", "--since", "2026-01-01T12:00:02Z"]);
    assert_eq!(since, all[all.len() - 2..]);
    let until = lines(&["--mode", "packets", "--until", "2026-01-01T12:00:02Z"]);
    assert_eq!(until, all[..all.len() - 2]);
    assert!(lines(&["--since", "1h"]).is_empty(), "the capture is older");
}

#[test]
fn a_filter_chooses_flows() {
    let packets = |filter: &[&str]| {
        let args = [&["--mode", "packets", "--l7", "none"], filter].concat();
        lines(&args)
    };
    let all = packets(&[]);
    let is_dns = |line: &&String| line.contains(":53 ") && line.contains("(UDP)");
    let dns: Vec<String> = all.iter().filter(is_dns).cloned().collect();
    assert!(!dns.is_empty() && dns.len() < all.len());
    // As tcpdump has it, in words of the command line.
    assert_eq!(packets(&["udp", "port", "53"]), dns);
    assert_eq!(packets(&["protocol == udp && port in {53}"]), dns);
    let others = packets(&["not (udp port 53)"]);
    assert_eq!(others.len() + dns.len(), all.len());
    assert_eq!(
        packets(&["--last", "2", "udp port 53"]),
        dns[dns.len() - 2..]
    );

    let file = std::env::temp_dir().join(format!("flow-filter-{}", std::process::id()));
    std::fs::write(&file, "# answers and queries\nudp && port == 53\n").expect("a file");
    let path = file.to_str().expect("a name");
    assert_eq!(packets(&["--filter", path]), dns);
    let explained = lines(&["--filter", path, "--explain"]);
    assert_eq!(explained[0], "udp && port == 53");
    assert!(
        explained.iter().any(|line| line.contains("accept")),
        "{explained:?}"
    );
    assert_eq!(
        explained[explained.len() - 3..],
        [
            "kernel: protocol 17, src.port 53",
            "     or protocol 17, dst.port 53",
            "  live: only packets of protocol 17 and port 53",
        ]
    );
    std::fs::remove_file(&file).expect("the file");
}

/// Each flag beside the filter of the language that means the same.
#[test]
fn flags_of_hubble_choose_flows() {
    let packets = |args: &[&str]| lines(&[&["--mode", "packets", "--l7", "none"], args].concat());
    let all = packets(&[]);
    for (flags, filter) in [
        (&["--protocol", "udp"][..], "udp"),
        (&["--port", "53"], "port == 53"),
        (
            &["--to-port", "53", "--protocol", "udp"],
            "udp && dst.port == 53",
        ),
        (&["--from-port", "53"], "src.port == 53"),
        (&["--not", "--protocol", "udp"], "!udp"),
        (&["--verdict", "FORWARDED"], "forwarded"),
        (&["--verdict", "DROPPED"], "dropped"),
        (&["--ip-version", "v6"], "ipv6"),
        (&["-6"], "ipv6"),
        (&["-4"], "ipv4"),
        (&["--tcp-flags", "SYN"], "tcp && tcp.flags has syn"),
        (&["--allowlist", r#"{"protocol":["udp"]}"#], "udp"),
        (&["--denylist", r#"{"protocol":["udp"]}"#], "!udp"),
        (
            &["--cel-expression", "_flow.l4.UDP.destination_port == 53u"],
            "udp && dst.port == 53",
        ),
    ] {
        assert_eq!(packets(flags), packets(&[filter]), "{flags:?}");
    }
    let udp = packets(&["--protocol", "udp"]).len();
    assert!(udp > 0 && udp < all.len());
    // Flags and a filter have to hold both.
    assert_eq!(
        packets(&["--to-port", "53", "udp"]),
        packets(&["udp dst port 53"])
    );
}

#[test]
fn raw_filters_are_printed() {
    let raw = lines(&[
        "--to-pod",
        "shop/web",
        "--not",
        "--verdict",
        "FORWARDED",
        "--print-raw-filters",
    ]);
    assert_eq!(
        raw,
        [
            "allowlist:",
            "    - '{\"destination_pod\":[\"shop/web\"]}'",
            "denylist:",
            "    - '{\"verdict\":[\"FORWARDED\"]}'",
        ]
    );
}

#[test]
fn filters_choose_layer_7_messages() {
    let all = lines(&["l7.kind == request || response"]);
    let slow = lines(&["dns && latency >= 0"]);
    assert!(!slow.is_empty() && slow.iter().all(|line| line.contains(" dns-response ")));
    assert!(all.len() > slow.len());
}

#[test]
fn wrong_usage_is_status_2() {
    for args in [
        &["observe", "--no-such-flag"][..],
        &["observe", "--mode", "sampled:0"],
        &["observe", "--mode", "everything"],
        &["observe", "--ring-size", "1000"],
        &["observe", "--pcap", "x", "--demo"],
        &["observe", "--last", "1", "--follow"],
        &["observe", "--last", "2", "--ring-size", "1"],
        &["observe", "--pcap", "x", "--follow"],
        &["observe", "--count", "0"],
        &["observe", "--interval", "soon"],
        &["observe", "--since", "yesterday"],
        &["observe", "prot == 53"],
        &["observe", "--explain"],
        &["observe", "--port", "http"],
        &["observe", "--not"],
        &["observe", "--verdict", "LOST"],
        &["observe", "--cel-expression", "_flow.no_field"],
        &["observe", "--allowlist", "{"],
        &["observe", "--filter", "x", "tcp"],
        &["no-such-command"],
        &[],
    ] {
        let output = Command::new(agent()).args(args).output().expect("run");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{args:?}"
        );
    }
    let output = Command::new(agent())
        .args(["observe", "--ring-size", "1000"])
        .output();
    assert!(
        text(&output.expect("run").stderr).contains("1024"),
        "names the next power of two"
    );
    let output = Command::new(agent())
        .args(["observe", "prot == 53"])
        .output();
    let message = text(&output.expect("run").stderr);
    assert!(message.contains("did you mean `port`?"), "{message}");
}
