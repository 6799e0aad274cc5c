//! What the examples that need no kernel print.

use std::path::Path;
use std::process::Command;

use flow_lab::example::example;

fn run(name: &str, arguments: &[&Path]) -> String {
    let output = Command::new(example(name))
        .args(arguments)
        .output()
        .expect("the example runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn a_third_partys_agent_counts_bytes_by_names() {
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo.pcap");
    let printed = run("embed", &[&capture]);
    let first = printed.lines().next().expect("a line");
    assert!(first.contains("(0 lost)"), "{first}");
    for pair in ["client -> server: ", "server -> client: "] {
        assert!(printed.contains(pair), "{printed}");
    }
}

#[test]
fn a_protocol_of_ones_own_is_paired_and_shown() {
    let printed = run("protocol", &[]);
    let messages: Vec<_> = printed
        .lines()
        .map(|line| line.split_once("FORWARDED (").map_or(line, |(_, end)| end))
        .collect();
    let expected = [
        "memcached set)",
        "memcached STORED 250µs (set))",
        "memcached get)",
        "memcached get)",
        "memcached HIT 250µs (get))",
        "memcached MISS 500µs (get))",
    ];
    assert_eq!(messages, expected, "{printed}");
}
