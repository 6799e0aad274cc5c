//! Looking at protobuf without decoding it.

use prost::DecodeError;
use prost::bytes::Buf;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// One field as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RawField<'a> {
    /// Its number.
    pub(super) number: u32,
    /// Everything, its tag included.
    pub(super) bytes: &'a [u8],
    /// What its length stands before; `None` for fields without a length.
    pub(super) content: Option<&'a [u8]>,
}

/// The fields of a message, in order.
pub(super) struct RawFields<'a> {
    rest: &'a [u8],
}

impl<'a> RawFields<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn field(&mut self) -> Result<RawField<'a>, DecodeError> {
        let start = self.rest;
        let (number, wire_type) = decode_key(&mut self.rest)?;
        let mut content = None;
        if wire_type == WireType::LengthDelimited {
            let mut after_tag = self.rest;
            skip_field(wire_type, number, &mut self.rest, DecodeContext::default())?;
            let length = decode_varint(&mut after_tag)?;
            // It was skipped, so it is there.
            content = usize::try_from(length)
                .ok()
                .and_then(|length| after_tag.get(..length));
        } else {
            skip_field(wire_type, number, &mut self.rest, DecodeContext::default())?;
        }
        Ok(RawField {
            number,
            bytes: &start[..start.len() - self.rest.len()],
            content,
        })
    }
}

impl<'a> Iterator for RawFields<'a> {
    type Item = Result<RawField<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.rest.has_remaining() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn each_wire_type_is_passed_over() {
        let bytes = [
            0x08, 0x96, 0x01, // 1: varint
            0x11, 1, 2, 3, 4, 5, 6, 7, 8, // 2: 64 bits
            0x1a, 0x02, b'h', b'i', // 3: bytes
            0x23, 0x08, 0x01, 0x24, // 4: group
            0x2d, 1, 2, 3, 4, // 5: 32 bits
        ];
        let fields: Result<Vec<_>, _> = RawFields::new(&bytes).collect();
        let fields = fields.unwrap();
        let shape: Vec<_> = fields.iter().map(|f| (f.number, f.bytes.len())).collect();
        assert_eq!(shape, [(1, 3), (2, 9), (3, 4), (4, 4), (5, 5)]);
        let contents: Vec<_> = fields.iter().filter_map(|f| f.content).collect();
        assert_eq!(contents, [b"hi"]);
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        for bytes in [&[0x08][..], &[0x0a, 5, b'x'], &[0x0b], &[0x11, 1], &[0x80]] {
            assert!(
                RawFields::new(bytes).any(|field| field.is_err()),
                "{bytes:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_all_reported_or_an_error(bytes in any::<Vec<u8>>()) {
            let fields: Result<Vec<_>, _> = RawFields::new(&bytes).collect();
            if let Ok(fields) = fields {
                let together: Vec<u8> = fields.iter().flat_map(|f| f.bytes).copied().collect();
                prop_assert_eq!(together, bytes);
            }
        }
    }
}
