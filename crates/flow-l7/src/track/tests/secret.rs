use super::*;
use flow_core::record::{L7Body, RecordFlags};

/// What secrets are called here.
const CANARY: &str = "c4n4ry";

#[test]
fn no_secret_is_reported() {
    let mut wire = Wire::on(80);
    let request = "GET http://u:c4n4ry@x@h/?u=http%3A%2F%2Fu%3Ac4n4ry%40h HTTP/1.1\r\n\
        Host: c4n4ry@h\r\nAUTHORIZATION: Basic c4n4ry\r\nauthorization: c4n4ry\r\n\
        Cookie: a=c4n4ry\r\n c4n4ry: folded\r\nProxy-Authorization: c4n4ry\r\n\
        Referer: https://c4n4ry@h/\r\nLink: <//u:c4n4ry@h/>\r\n\r\n";
    wire.say(true, request.as_bytes());
    wire.say(false, b"HTTP/1.1 302 Found\r\nSet-Cookie: c4n4ry\r\nLocation: http://c4n4ry@h/\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSet-Cookie: c4n4ry\r\n\r\n");
    wire.say(true, b"GET http://u:c4n4ry");
    wire.lab.finish();
    assert_eq!(wire.lab.flows.len(), 3);
    for record in wire.lab.records() {
        assert!(record.flags.contains(RecordFlags::REDACTED), "{record:?}");
        let L7Body::Http(http) = record.body() else {
            panic!("HTTP")
        };
        let texts = http.headers().flat_map(|header| [header.key, header.value]);
        for text in texts.chain([http.url(), http.method(), http.protocol()]) {
            assert!(!text.to_str_lossy().contains(CANARY), "{text}");
        }
        assert!(!std::format!("{record:?} {}", record.summary()).contains(CANARY));
    }
    let debug = std::format!(
        "{:?} {:?}",
        wire.lab.tracker,
        Segment::datagram(CANARY.as_bytes())
    );
    assert!(!debug.contains(CANARY));
}
