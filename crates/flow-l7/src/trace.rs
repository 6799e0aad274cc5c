//! Trace context: the `traceparent` header of W3C Trace Context, level 1.

/// The fields of `traceparent`. Its identifiers are lower-case hexadecimal digits, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceParent<'a> {
    /// Version; 0 is the only one that is defined, higher ones begin in the same way.
    pub version: u8,
    /// Identifier of the trace, 32 digits, not all zero.
    pub trace_id: &'a [u8; 32],
    /// Identifier of the sender's span, 16 digits, not all zero.
    pub parent_id: &'a [u8; 16],
    /// Flags: bit 0 is "sampled".
    pub flags: u8,
}

impl<'a> TraceParent<'a> {
    /// Reads the value of a header; `None` where it is not of the form.
    #[inline]
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let (fixed, rest) = value.split_first_chunk::<55>()?;
        let (_, after) = fixed.split_first_chunk::<3>()?;
        let (trace_id, after) = after.split_first_chunk::<32>()?;
        let parent_id = after.get(1..)?.first_chunk::<16>()?;
        let version = hex_byte([fixed[0], fixed[1]])?;
        let is_known = version == 0 && rest.is_empty();
        let is_later = version != 0 && version != 0xff && matches!(rest, [] | [b'-', ..]);
        let dashes = [fixed[2], fixed[35], fixed[52]] == *b"---";
        if !dashes || !(is_known || is_later) {
            return None;
        }
        Some(Self {
            version,
            trace_id: identifier(trace_id)?,
            parent_id: identifier(parent_id)?,
            flags: hex_byte([fixed[53], fixed[54]])?,
        })
    }

    /// The identifier of the trace, decoded.
    #[inline]
    #[must_use]
    pub fn trace_id_bytes(&self) -> [u8; 16] {
        // They are digits, checked: those of letters have bit 6, and 9 to add.
        let digit = |byte: u8| (byte & 0xf) + 9 * (byte >> 6);
        core::array::from_fn(|at| {
            let pair = 2 * at;
            digit(self.trace_id[pair]) << 4 | digit(self.trace_id[pair + 1])
        })
    }

    /// The identifier of the trace as text.
    #[must_use]
    pub fn trace_id_text(&self) -> &'a str {
        core::str::from_utf8(self.trace_id).unwrap_or_default()
    }

    /// The identifier of the sender's span as text.
    #[must_use]
    pub fn parent_id_text(&self) -> &'a str {
        core::str::from_utf8(self.parent_id).unwrap_or_default()
    }

    /// Whether the sender records this trace.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.flags & 1 != 0
    }
}

#[inline]
fn identifier<const N: usize>(digits: &[u8; N]) -> Option<&[u8; N]> {
    // Without an early end, so that all digits are looked at together.
    let is_hex = digits.iter().fold(true, |is_hex, byte| {
        is_hex & (byte.wrapping_sub(b'0') < 10 || byte.wrapping_sub(b'a') < 6)
    });
    (is_hex && *digits != [b'0'; N]).then_some(digits)
}

#[inline]
const fn hex_byte([high, low]: [u8; 2]) -> Option<u8> {
    match (hex_digit(high), hex_digit(low)) {
        (Some(high), Some(low)) => Some(high << 4 | low),
        _ => None,
    }
}

#[inline]
const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_example_of_the_recommendation() {
        let parent = TraceParent::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(parent.trace_id_text(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let number = u128::from_be_bytes(parent.trace_id_bytes());
        assert_eq!(number, 0x4bf92f35_77b34da6_a3ce929d_0e0e4736);
        assert_eq!(parent.parent_id_text(), "00f067aa0ba902b7");
        assert_eq!((parent.version, parent.is_sampled()), (0, true));
    }

    #[test]
    fn what_is_not_of_the_form_is_refused() {
        let zeros = "0".repeat(32);
        let long = format!("{GOOD}-x");
        for bad in [
            GOOD.to_uppercase(),
            GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &zeros),
            GOOD.replace("00f067aa0ba902b7", &zeros[..16]),
            GOOD.replacen("00-", "ff-", 1),
            GOOD[..54].to_owned(),
            GOOD.replace('-', "_"),
            GOOD.replacen("00-", "0g-", 1),
            long.clone(),
        ] {
            assert_eq!(TraceParent::parse(bad.as_bytes()), None, "{bad}");
        }
        let later = long.replacen("00-", "01-", 1);
        assert_eq!(TraceParent::parse(later.as_bytes()).unwrap().version, 1);
    }
}
