use super::*;
use crate::frame::{self, Segment, flag};
use flow_lab::require_root;

#[test]
fn every_kind_of_traffic_arrives() {
    require_root!();
    let pair = Pair::create().expect("pair");
    let server = Server::start(&pair).expect("server");
    for ip in [Ip::V4, Ip::V6] {
        let small = pair.http(ip, 0).expect("http");
        assert_eq!(
            (small.source.ip(), small.destination.ip()),
            (ip.client(), ip.server())
        );
        assert_eq!(small.received, messages::RESPONSE.len() as u64);
        let large = pair.http(ip, 1 << 20).expect("large http");
        assert!(large.sent > 1 << 20);

        let dns = pair.dns(ip).expect("dns");
        assert_eq!(dns.sent, messages::DNS_QUERY.len() as u64);
        assert_eq!(dns.received, dns.sent + 16);

        let ping = pair.ping(ip, 3, 56).expect("ping");
        assert_eq!((ping.sent, ping.received), (168, 168));

        assert_eq!(
            pair.refused(ip).expect("refused").destination.port(),
            CLOSED_PORT
        );
    }
    assert_eq!(pair.dropped(10).expect("dropped").sent, 10);
    drop(server);
    assert!(pair.http(Ip::V4, 0).is_err(), "nobody answers any more");
    let paths = [pair.client.path(), pair.server.path()];
    drop(pair);
    assert!(paths.iter().all(|path| !path.exists()));
}

#[test]
fn frames_reach_the_other_end() {
    require_root!();
    let pair = Pair::create().expect("pair");
    let path = pair.path(Ip::V4).expect("path");
    assert_ne!(path.source.mac, path.destination.mac);
    let socket = pair
        .server
        .run(|| std::net::UdpSocket::bind((SERVER_V4, 4000)))
        .expect("run")
        .expect("bind");
    socket
        .set_read_timeout(Some(std::time::Duration::from_secs(5)))
        .expect("timeout");
    let tagged = frame::Path {
        vlan: Some(7),
        ..path
    };
    let syn = Segment {
        flags: flag::SYN,
        ..Segment::default()
    };
    pair.send_frames(&[tagged.tcp((1, 2), syn), path.udp((4001, 4000), b"by hand")])
        .expect("send");
    let mut buffer = [0; 64];
    let (length, from) = socket.recv_from(&mut buffer).expect("the datagram");
    assert_eq!(&buffer[..length], b"by hand");
    assert_eq!(from, (CLIENT_V4, 4001).into());
}
