//! Whether frames are as they should be, and where their parts are.

use super::frame::{FrameHeader, FrameKind};

/// Whether it is a frame of header fields.
pub(super) const fn is_of_headers(kind: FrameKind) -> bool {
    matches!(
        kind,
        FrameKind::HEADERS | FrameKind::PUSH_PROMISE | FrameKind::CONTINUATION
    )
}

/// Whether a frame can be what it says. Types that are not known are allowed: RFC 9113 section
/// 5.5.
pub(super) const fn is_allowed(header: &FrameHeader) -> bool {
    match header.kind {
        FrameKind::DATA | FrameKind::HEADERS | FrameKind::CONTINUATION => header.stream != 0,
        FrameKind::PRIORITY => header.stream != 0 && header.length == 5,
        FrameKind::RST_STREAM => header.stream != 0 && header.length == 4,
        FrameKind::SETTINGS => header.stream == 0 && header.length.is_multiple_of(6),
        FrameKind::PUSH_PROMISE => header.stream != 0 && header.length >= 4,
        FrameKind::PING => header.stream == 0 && header.length == 8,
        FrameKind::GOAWAY => header.stream == 0 && header.length >= 8,
        FrameKind::WINDOW_UPDATE => header.length == 4,
        _ => true,
    }
}

/// The part of a block that a frame holds, without padding and what comes before it; and the
/// stream that is promised. `None` where the frame is shorter than what it should hold.
pub(super) fn fragment<'p>(
    header: &FrameHeader,
    payload: &'p [u8],
    is_cut: bool,
) -> Option<(&'p [u8], Option<u32>)> {
    if header.kind == FrameKind::CONTINUATION {
        return Some((payload, None));
    }
    let (mut rest, mut padding) = (payload, 0);
    if header.has(FrameHeader::PADDED) {
        let (length, after) = rest.split_first()?;
        (rest, padding) = (after, usize::from(*length));
    }
    let mut promised = None;
    if header.kind == FrameKind::PUSH_PROMISE {
        let (&[a, b, c, d], after) = rest.split_first_chunk()?;
        promised = Some(u32::from_be_bytes([a & 0x7f, b, c, d]));
        rest = after;
    } else if header.has(FrameHeader::PRIORITY) {
        rest = rest.get(5..)?;
    }
    if !is_cut {
        rest = rest.get(..rest.len().checked_sub(padding)?)?;
    }
    Some((rest, promised))
}

/// Whether a payload is frames, one after the other, of which only the last may be cut off.
/// Of random bytes, about one payload in eight million is taken for that.
pub(super) fn is_chain(payload: &[u8]) -> bool {
    let mut rest = payload;
    let mut frames = 0;
    while let Some(bytes) = rest.first_chunk() {
        let header = FrameHeader::parse(bytes);
        // A receiver allows 2^14 bytes unless it says otherwise.
        if !header.is_plausible(1 << 16) || bytes[5] >= 0x80 {
            return false;
        }
        frames += 1;
        rest = rest
            .get(FrameHeader::LEN + header.length as usize..)
            .unwrap_or_default();
    }
    frames > 0
}

/// Streams that a frame can be of besides the highest one seen: above, for what was missed, and
/// below, for streams that are still open.
const NEAR: u32 = 1 << 12;

/// The first place in a payload from which on it is frames, as far as is known: `highest` is
/// the highest stream that was seen, 0 where there was none. Frames that do not begin with the
/// payload have to end with it, or be followed by others.
pub(super) fn find_chain(payload: &[u8], highest: u32) -> Option<&[u8]> {
    if is_chain(payload) && are_near(payload, highest) {
        return Some(payload);
    }
    (1..payload.len().saturating_sub(FrameHeader::LEN))
        .filter_map(|at| payload.get(at..))
        .find(|rest| is_proven(rest, highest))
}

/// Whether the streams of a chain are near the highest one.
fn are_near(mut chain: &[u8], highest: u32) -> bool {
    while let Some(bytes) = chain.first_chunk() {
        let header = FrameHeader::parse(bytes);
        if highest > 0 && header.stream.abs_diff(highest) > NEAR && header.stream != 0 {
            return false;
        }
        chain = chain
            .get(FrameHeader::LEN + header.length as usize..)
            .unwrap_or_default();
    }
    true
}

fn is_proven(payload: &[u8], highest: u32) -> bool {
    let Some(bytes) = payload.first_chunk() else {
        return false;
    };
    // What is rare, or looks like zeros, proves nothing.
    let first = FrameHeader::parse(bytes);
    let is_telling = match first.kind {
        FrameKind::DATA => first.length > 0,
        FrameKind::HEADERS | FrameKind::RST_STREAM | FrameKind::WINDOW_UPDATE => true,
        FrameKind::SETTINGS | FrameKind::PING | FrameKind::GOAWAY => true,
        _ => false,
    };
    if !is_telling || !is_chain(payload) || !are_near(payload, highest) {
        return false;
    }
    let is_headers = highest > 0 && first.kind == FrameKind::HEADERS && first.length > 0;
    let (mut rest, mut whole) = (payload, 0);
    while let Some(bytes) = rest.first_chunk::<{ FrameHeader::LEN }>() {
        let length = FrameHeader::LEN + FrameHeader::parse(bytes).length as usize;
        match rest.get(length..) {
            Some(after) => rest = after,
            None => return whole > 1 || is_headers,
        }
        whole += 1;
    }
    rest.is_empty() || whole > 1 || is_headers
}
