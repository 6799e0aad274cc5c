//! Percent-encoding.

/// The byte of the two hexadecimal digits after a percent sign.
pub(super) fn escape(rest: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, after @ ..] = rest else {
        return None;
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let value = digit(high)? << 4 | digit(low)?;
    Some((value as u8, after))
}
