//! Pipes at each end, and signals.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use flow_lab::example::agent;
use flow_lab::process::{catches, signal, soon};
use nix::sys::signal::Signal;

use crate::accounting::ledger_of;
use crate::run::{demo_capture, observe, testdata, text};

#[test]
fn standard_input_is_as_good_as_a_file() {
    let file = fs::File::open(testdata("demo.pcap")).expect("open");
    let output = observe()
        .args(["--pcap", "-"])
        .stdin(file)
        .output()
        .expect("run");
    assert!(output.status.success());
    assert_eq!(output.stdout, demo_capture(&[]).stdout);
}

#[test]
fn a_live_pipe_is_followed_packet_by_packet() {
    let bytes = fs::read(testdata("demo.pcap")).expect("read");
    let mut agent = observe()
        .args(["--pcap", "-", "--mode", "packets", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("spawn");
    let mut input = agent.stdin.take().expect("stdin");
    let mut output = BufReader::new(agent.stdout.take().expect("stdout"));
    // The file header and the first record, of which the length is at byte 32.
    let length = u32::from_le_bytes(bytes[32..36].try_into().expect("4 bytes")) as usize;
    input.write_all(&bytes[..40 + length]).expect("write");
    input.flush().expect("flush");
    let mut line = String::new();
    output
        .read_line(&mut line)
        .expect("a line before the stream ends");
    assert!(line.contains("[2001:db8::2]:53"), "{line}");
    drop(input);
    assert!(agent.wait().expect("wait").success());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut agent = observe()
        .args(["--mode", "packets", "--quiet", "--pcap", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("spawn");
    let mut input = agent.stdin.take().expect("stdin");
    let mut output = BufReader::new(agent.stdout.take().expect("stdout"));
    let bytes = fs::read(testdata("demo.pcap")).expect("read");
    input.write_all(&bytes).expect("write");
    let mut line = String::new();
    output.read_line(&mut line).expect("read");
    drop(output);
    // It writes into the closed pipe as soon as more comes, and ends; so may our pipe break.
    while input
        .write_all(&bytes[24..])
        .and_then(|()| input.flush())
        .is_ok()
    {}
    drop(input);
    let output = agent.wait_with_output().expect("wait");
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn an_interrupt_ends_the_reading_of_a_quiet_pipe() {
    let bytes = fs::read(testdata("demo.pcap")).expect("read");
    // Before the file header, within it, within a record, after the last.
    for length in [0, 10, 50, bytes.len()] {
        let mut agent = observe()
            .args(["--pcap", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("spawn");
        let mut input = agent.stdin.take().expect("stdin");
        input.write_all(&bytes[..length]).expect("write");
        soon("it catches signals", || catches(agent.id(), Signal::SIGINT));
        signal(&agent, Signal::SIGINT);
        let output = agent.wait_with_output().expect("wait");
        assert!(output.status.success(), "{length}: {:?}", output.status);
        let stderr = text(&output.stderr);
        let (read, counts) = ledger_of(&stderr);
        assert_eq!(counts, [read], "{stderr}");
        drop(input);
    }
}

#[test]
fn a_closed_standard_error_is_no_failure() {
    let output = Command::new("sh")
        .arg("-c")
        .arg("exec \"$0\" observe --pcap \"$1\" 2>&-")
        .arg(agent())
        .arg(testdata("demo.pcap"))
        .output()
        .expect("sh");
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(output.stdout, demo_capture(&[]).stdout);
}
