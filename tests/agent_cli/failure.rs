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
