//! Frames that Initial packets may hold: RFC 9000 section 17.2.2.

use super::header::varint;
use crate::cursor::Cursor;

/// A frame that is looked at.
pub(super) enum Frame<'a> {
    /// A part of the handshake, and where it belongs.
    Crypto { offset: usize, data: &'a [u8] },
    /// Another frame, or one byte of padding.
    Other,
}

/// Reads a frame; `None` where it is not whole, or not one that an Initial packet may hold.
pub(super) fn frame<'a>(cursor: &mut Cursor<'a>) -> Option<Frame<'a>> {
    match varint(cursor)? {
        0x00 | 0x01 => {}
        kind @ (0x02 | 0x03) => {
            let _largest = varint(cursor)?;
            let _delay = varint(cursor)?;
            let ranges = varint(cursor)?;
            let _first = varint(cursor)?;
            for _ in 0..ranges {
                let _gap = varint(cursor)?;
                let _length = varint(cursor)?;
            }
            if kind == 0x03 {
                for _ in 0..3 {
                    varint(cursor)?;
                }
            }
        }
        0x06 => {
            let offset = varint(cursor)?;
            let length = varint(cursor)?;
            let data = cursor.take(length)?;
            return Some(Frame::Crypto { offset, data });
        }
        kind @ (0x1c | 0x1d) => {
            let _error = varint(cursor)?;
            if kind == 0x1c {
                let _type = varint(cursor)?;
            }
            let length = varint(cursor)?;
            cursor.take(length)?;
        }
        _ => return None,
    }
    Some(Frame::Other)
}
