//! What seeds are made of.

use flow_core::wire::exercise::{Body, Ends, Frame, Net, Outside};

/// A target, the seed's name and its bytes.
pub type Seed = (&'static str, String, Vec<u8>);

pub(crate) fn v4() -> Net {
    let ends = Ends::V4 {
        source: [10, 0, 0, 1],
        destination: [10, 0, 0, 2],
        options: 0,
        has_authentication: false,
    };
    Net {
        ends,
        fragment: None,
    }
}

pub(crate) fn tcp(flags: u16, payload: &[u8]) -> Body {
    Body::Tcp {
        ports: (1000, 80),
        flags,
        options: vec![
            (2, vec![5, 0xb4]),
            (3, vec![7]),
            (4, vec![]),
            (8, vec![0; 8]),
        ],
        payload: payload.to_vec(),
    }
}

/// TCP in IPv4 in Ethernet.
pub(crate) fn tcp_packet() -> Frame {
    let outside = Outside::Ethernet {
        tags: vec![],
        labels: 0,
        is_pppoe: false,
    };
    Frame {
        outside,
        net: v4(),
        body: tcp(0x012, b""),
        padding: 0,
    }
}
