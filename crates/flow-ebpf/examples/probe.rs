//! Shows what this kernel's verifier says of each program of both objects, with the constants that
//! are really used.
//!
//! `cargo run -p flow-ebpf --example probe`, as root. One line for each program that is taken: `ok`, object, options,
//! program and the number of instructions that the verifier followed, separated by tabs; `no` and the reason in place of
//! the number where it is refused. Fails if any is.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use flow_core::flow::Protocol;
use flow_ebpf::{FlowSource, FlowSourceBuilder, Mode, PacketFilter, TableKind};

/// What the agent asks for by its options, by name.
fn sets() -> Result<Vec<(&'static str, FlowSourceBuilder)>, flow_ebpf::NetworkError> {
    let new = || FlowSource::builder().ring_shards(4);
    let captured = |builder: FlowSourceBuilder| {
        let ports = [53, 80, 443, 8080, 9092];
        ports
            .into_iter()
            .fold(builder, |builder, port| builder.capture(port, 2048))
    };
    let filter = PacketFilter::new()
        .allow_network("192.0.2.0/24".parse()?)
        .allow_network("2001:db8::/64".parse()?);
    let every_rule = filter
        .clone()
        .deny_port(22)
        .allow_port(443)
        .deny_protocol(Protocol::UDP);
    Ok(vec![
        ("usual", new()),
        ("sampled", captured(new()).mode(Mode::Sampled(100))),
        (
            "all namespaces, filter",
            captured(new()).all_namespaces(true).filter(every_rule),
        ),
        (
            "demo",
            captured(new())
                .namespace("/proc/self/ns/net")
                .filter(filter),
        ),
        (
            "LRU, no owner, no payload",
            new()
                .table_kind(TableKind::Lru)
                .owner(false)
                .cgroup(false)
                .loopback(true)
                .capture_default(false)
                .ring_shards(1),
        ),
    ])
}

fn probe() -> Result<bool, Box<dyn std::error::Error>> {
    let mut whole = true;
    for (options, builder) in sets()? {
        for (object, builder) in [("full", builder.clone()), ("base", builder.btf(false))] {
            for probed in builder.probe()? {
                match &probed.verified {
                    Ok(steps) => println!("ok\t{object}\t{options}\t{}\t{steps}", probed.program),
                    Err(reason) => {
                        whole = false;
                        println!("no\t{object}\t{options}\t{}\t{reason}", probed.program);
                    }
                }
            }
        }
    }
    Ok(whole)
}

fn main() -> ExitCode {
    match probe() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("probe: {error}");
            ExitCode::FAILURE
        }
    }
}
