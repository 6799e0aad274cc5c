//! What cannot be read.

use std::fs;

use crate::run::{DEMO_PACKETS, observe, testdata, text};

#[test]
fn a_damaged_capture_gives_what_is_whole_and_says_where_it_breaks() {
    let bytes = fs::read(testdata("demo.pcap")).expect("read");
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("cut.pcap");
    fs::write(&path, &bytes[..bytes.len() - 10]).expect("write");
    let output = observe()
        .args(["--mode", "packets", "--l7", "none", "--pcap"])
        .arg(&path)
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stdout).lines().count() as u64,
        DEMO_PACKETS - 1
    );
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("cut.pcap") && stderr.contains("cut short at byte"),
        "{stderr}"
    );
    assert!(
        stderr.contains(&format!("after {} packets", DEMO_PACKETS - 1)),
        "{stderr}"
    );
}

#[test]
fn what_cannot_be_read_is_one_line_and_status_1() {
    let folder = tempfile::tempdir().expect("folder");
    let odd = folder.path().join("odd\x1b[31mname");
    fs::write(&odd, b"GET / HTTP/1.1\r\n").expect("write");
    for (path, reason) in [
        (odd, "neither pcap nor pcapng"),
        (folder.path().join("none"), "No such file"),
    ] {
        let output = observe().arg("--pcap").arg(&path).output().expect("run");
        assert_eq!(output.status.code(), Some(1));
        let stderr = text(&output.stderr);
        assert!(stderr.contains(reason), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(
            !stderr.contains('\x1b'),
            "a file's name must not reach the terminal raw"
        );
    }
}

fn replay(content: &[u8]) -> std::process::Output {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("flows.json");
    fs::write(&path, content).expect("write");
    observe()
        .arg("--input-file")
        .arg(&path)
        .output()
        .expect("run")
}

#[test]
fn an_export_without_an_event_is_one_line_and_status_1() {
    let output = replay(b"time,source,destination\n1,2,3\n4,5,6\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let stderr = text(&output.stderr);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(
        stderr.contains("line 1: ") && stderr.contains("in 3 lines"),
        "{stderr}"
    );

    // Whoever reads a long one hears of more than one line, and the status is the same.
    let output = replay(&b"nothing\n".repeat(100));
    assert_eq!(output.status.code(), Some(1));
    let empty = replay(b"\n");
    assert_eq!(
        empty.status.code(),
        Some(0),
        "nothing is wrong with no line"
    );
}

#[test]
fn a_packed_export_is_read_like_one_that_is_not() {
    let json = observe()
        .args(["-q", "-o", "json", "--pcap"])
        .arg(testdata("demo.pcap"))
        .output()
        .expect("run");
    let mut gzip = std::process::Command::new("gzip")
        .arg("-c")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("gzip runs");
    let mut input = gzip.stdin.take().expect("its input");
    let plain = json.stdout.clone();
    let writing = std::thread::spawn(move || std::io::Write::write_all(&mut input, &plain));
    let packed = gzip.wait_with_output().expect("it ends").stdout;
    writing.join().expect("no panic").expect("written");
    let (one, other) = (replay(&json.stdout), replay(&packed));
    assert!(other.status.success());
    assert!(!one.stdout.is_empty());
    assert_eq!(text(&one.stdout), text(&other.stdout));
}
