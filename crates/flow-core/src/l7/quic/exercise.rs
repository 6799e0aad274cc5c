//! Feeds anything to the reader of Initial packets.

use super::{Initials, LongHeader};

/// For tests and fuzzing: no bytes make it panic.
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
    assert!(
        initials
            .messages()
            .map(|message| message.body.len())
            .sum::<usize>()
            <= 256
    );
}
