//! Uses everything of HTTP/1 messages, and checks what must hold for any bytes.

use super::{Answering, Body, Message, Messages};
use crate::flags::L7Flags;

/// For tests and fuzzing: no bytes make it panic, and what it reports is consistent.
pub fn http1(data: &[u8]) {
    if let Ok(message) = Message::parse(data) {
        head(data, &message);
    }
    for answering in [Answering::Other, Answering::Head, Answering::Connect] {
        let mut messages = Messages::new(data);
        let mut left = data.len();
        while let Some(Ok(exchange)) = messages.next_message(answering) {
            assert!(messages.rest().len() < left || !exchange.message.is_whole());
            left = messages.rest().len();
        }
    }
    split_body(data);
}

fn head(data: &[u8], message: &Message<'_>) {
    let (flags, error, headers) = match message {
        Message::Request(request) => {
            let target = request.target();
            assert!(target.path().len() <= request.raw_target().len());
            let split = target.query().map_or(0, |query| 1 + query.len());
            assert!(target.path().len() + split <= request.raw_target().len());
            if let Some(authority) = request.authority() {
                assert!(authority.host.len() <= authority.host_port.len());
            }
            if let Some(host) = request.host() {
                assert_eq!(request.headers().get("host"), Some(host));
            }
            if let Some(agent) = request.user_agent() {
                assert_eq!(request.headers().get("user-agent"), Some(agent));
            }
            (request.flags(), request.error(), request.headers())
        }
        Message::Response(response) => {
            assert!(response.status() < 1000);
            if let Some(kind) = response.content_type() {
                assert_eq!(response.headers().get("content-type"), Some(kind));
            }
            (response.flags(), response.error(), response.headers())
        }
    };
    assert!(message.head_len() <= data.len());
    assert_eq!(message.is_whole(), !flags.contains(L7Flags::TRUNCATED));
    assert_eq!(error.is_none(), flags.is_empty());
    let told: usize = headers
        .map(|header| header.name.len() + header.value.len())
        .sum();
    assert!(told <= data.len());
}

/// A body ends at the same place however it is split.
fn split_body(data: &[u8]) {
    let Some((&first, data)) = data.split_first() else {
        return;
    };
    let framing = match first {
        0..128 => super::Framing::Chunked,
        length => super::Framing::Length(u64::from(length)),
    };
    let mut whole = Body::new(framing);
    let taken = whole.advance(data);
    assert!(taken == data.len() || whole.is_done());
    let (left, right) = data.split_at(usize::from(first) % (data.len() + 1));
    let mut split = Body::new(framing);
    let mut sum = split.advance(left);
    if sum == left.len() {
        sum += split.advance(right);
    }
    assert_eq!((sum, split), (taken, whole));
}
