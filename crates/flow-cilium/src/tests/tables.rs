//! Truth tables of direction and `is_reply`.

use super::record::*;
use crate::*;
use flow_core::flow::{Direction, Flow, Ip, Reply};

const ENDPOINT: u16 = 7;

/// Knows one endpoint.
struct Only(Option<u16>);

impl NodeKnowledge for Only {
    fn endpoint_id(&mut self, address: Ip) -> Option<u16> {
        self.0.filter(|_| address == Ip::v4([10, 0, 0, 1]))
    }
}

fn decode(id_of_source: Option<u16>, record: &Record) -> Flow {
    let mut decoder = CiliumDecoder::new(Only(id_of_source));
    decoder.decode(&record.0, 0, 0).unwrap()
}

#[test]
fn direction_of_a_drop() {
    // Endpoint of the message, endpoint that the sender is, receiving endpoint.
    let cases = [
        (ENDPOINT, Some(ENDPOINT), 0, Direction::EGRESS),
        (ENDPOINT, Some(ENDPOINT), ENDPOINT, Direction::EGRESS),
        (ENDPOINT, Some(8), 0, Direction::INGRESS),
        (ENDPOINT, Some(0), 0, Direction::INGRESS),
        (0, Some(ENDPOINT), 0, Direction::UNKNOWN),
        (0, Some(0), 0, Direction::UNKNOWN),
        (0, None, 0, Direction::UNKNOWN),
        // Nobody knows the sender: only the message tells.
        (ENDPOINT, None, ENDPOINT, Direction::INGRESS),
        (ENDPOINT, None, 0, Direction::UNKNOWN),
        (ENDPOINT, None, 8, Direction::UNKNOWN),
    ];
    for (endpoint, sender, receiver, direction) in cases {
        for version in 0..=3 {
            let record = drop(version)
                .u16(2, endpoint)
                .u32(24, u32::from(receiver))
                .packet(&tcp4());
            let flow = decode(sender, &record);
            assert_eq!(
                flow.direction, direction,
                "{endpoint} {sender:?} {receiver}"
            );
            assert_eq!(flow.is_reply, Reply::UNKNOWN);
        }
    }
}

#[test]
fn direction_and_reply_of_a_trace() {
    // Reason on the wire, and whether the packet answers.
    let reasons = [
        (0, Reply::NO),
        (1, Reply::NO),
        (2, Reply::YES),
        (3, Reply::NO),
        (4, Reply::NO),
        (5, Reply::UNKNOWN),
        (6, Reply::UNKNOWN),
        (7, Reply::UNKNOWN),
        (8, Reply::NO),
    ];
    for (reason, is_reply) in reasons {
        for encrypted in [0, 0x80] {
            for sender in [Some(ENDPOINT), Some(8), Some(0)] {
                for endpoint in [ENDPOINT, 0] {
                    let record = trace(0)
                        .u16(2, endpoint)
                        .u8(26, reason | encrypted)
                        .packet(&tcp4());
                    let flow = decode(sender, &record);
                    assert_eq!(flow.is_reply, is_reply, "{reason}");
                    let is_source = sender == Some(endpoint);
                    let direction = if endpoint == 0 || reason == 5 {
                        Direction::UNKNOWN
                    } else if is_source != (is_reply == Reply::YES) {
                        Direction::EGRESS
                    } else {
                        Direction::INGRESS
                    };
                    assert_eq!(flow.direction, direction, "{reason} {sender:?} {endpoint}");
                }
            }
        }
    }
}

#[test]
fn what_was_translated_goes_out() {
    for (reason, direction) in [
        (0, Direction::EGRESS),
        (1, Direction::EGRESS),
        (2, Direction::EGRESS),
        (5, Direction::UNKNOWN),
    ] {
        for sender in [Some(ENDPOINT), Some(0), None] {
            let record = trace(1)
                .u16(2, ENDPOINT)
                .u8(26, reason)
                .at(32, &[10, 0, 0, 1])
                .packet(&tcp4());
            assert_eq!(decode(sender, &record).direction, direction, "{reason}");
        }
    }
}

#[test]
fn direction_of_a_trace_whose_sender_nobody_knows() {
    // Point, receiving endpoint, reason.
    let cases = [
        (5, 0, 0, Direction::EGRESS),
        (5, 0, 2, Direction::INGRESS),
        (5, ENDPOINT, 0, Direction::EGRESS),
        (0, ENDPOINT, 0, Direction::INGRESS),
        (0, ENDPOINT, 2, Direction::EGRESS),
        (3, 0, 0, Direction::UNKNOWN),
        (3, 8, 1, Direction::UNKNOWN),
        // The number is the port of a proxy here.
        (1, ENDPOINT, 1, Direction::UNKNOWN),
    ];
    for (point, receiver, reason, direction) in cases {
        let record = trace(0)
            .u8(1, point)
            .u16(2, ENDPOINT)
            .u16(24, receiver)
            .u8(26, reason)
            .packet(&tcp4());
        let flow = decode(None, &record);
        assert_eq!(flow.direction, direction, "{point} {receiver} {reason}");
    }
}

#[test]
fn direction_and_reply_of_a_policy_verdict() {
    let directions = [
        Direction::EGRESS,
        Direction::INGRESS,
        Direction::EGRESS,
        Direction::EGRESS,
    ];
    for (bits, direction) in directions.into_iter().enumerate() {
        for (verdict, is_reply) in [(0, Reply::NO), (15001, Reply::NO), (-133, Reply::UNKNOWN)] {
            for sender in [Some(ENDPOINT), Some(0), None] {
                let record = policy(40)
                    .u8(27, bits as u8)
                    .at(20, &i32::to_ne_bytes(verdict))
                    .packet(&tcp4());
                let flow = decode(sender, &record);
                assert_eq!((flow.direction, flow.is_reply), (direction, is_reply));
            }
        }
    }
}
