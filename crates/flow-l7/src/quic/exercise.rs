//! Feeds anything to the reader of Initial packets.

use super::crypto::CryptoStream;
use super::frames::{Frame, frame};
use super::{Initials, LongHeader};
use crate::cursor::Cursor;

/// For tests and fuzzing: no bytes make it panic, as packets or as what is encrypted in them.
pub fn quic(data: &[u8]) {
    if let Ok(header) = LongHeader::parse(data) {
        assert!(header.payload_at <= data.len());
        assert!(header.destination_id.len() <= 20 && header.source_id.len() <= 20);
    }
    let mut room = [0; 256];
    let mut initials = Initials::client(&mut room);
    let (left, right) = data.split_at(data.len() / 2);
    for part in [data, left, right] {
        if initials.take(part).is_err() {
            let _ = initials.flags();
        }
    }
    let told: usize = initials.messages().map(|message| message.body.len()).sum();
    assert!(told <= 256);
    let mut stream = CryptoStream::new(&mut room);
    let mut cursor = Cursor::new(data, 0);
    while let Some(part) = frame(&mut cursor) {
        if let Frame::Crypto { offset, data } = part {
            stream.add(offset, data);
            assert!(offset > 0 || stream.bytes().len() >= data.len().min(256));
            if offset == 0 {
                let length = data.len().min(256);
                assert_eq!(stream.bytes()[..length], data[..length]);
            }
        }
    }
}
