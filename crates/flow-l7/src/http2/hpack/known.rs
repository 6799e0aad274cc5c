//! The header fields that mean something to an observer, found while they are decoded.

/// A header field with a meaning for an observer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::http2) enum KnownName {
    Path,
    Method,
    Scheme,
    Status,
    Authority,
    Host,
    UserAgent,
    ContentType,
    TraceParent,
    GrpcStatus,
    GrpcMessage,
}

const COUNT: usize = KnownName::GrpcMessage as usize + 1;

impl KnownName {
    #[inline]
    fn of(name: &[u8]) -> Option<Self> {
        // Only few names share their lengths.
        let (found, text): (Self, &[u8]) = match (name.len(), name.get(1)?) {
            (4, _) => (Self::Host, b"host"),
            (5, _) => (Self::Path, b":path"),
            (7, b'm') => (Self::Method, b":method"),
            (7, b's') if name.get(2) == Some(&b'c') => (Self::Scheme, b":scheme"),
            (7, _) => (Self::Status, b":status"),
            (10, b'a') => (Self::Authority, b":authority"),
            (10, _) => (Self::UserAgent, b"user-agent"),
            (11, b'r') if name.first() == Some(&b't') => (Self::TraceParent, b"traceparent"),
            (11, _) => (Self::GrpcStatus, b"grpc-status"),
            (12, b'o') => (Self::ContentType, b"content-type"),
            (12, _) => (Self::GrpcMessage, b"grpc-message"),
            _ => return None,
        };
        (name == text).then_some(found)
    }
}

/// Where the first field of each [`KnownName`] stands.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownFields {
    /// Its number, from 1 on; 0 for none.
    numbers: [u16; COUNT],
}

impl KnownFields {
    /// Notes the field with this number, from 0 on.
    #[inline]
    pub(super) fn note(&mut self, name: &[u8], number: usize) {
        if let Some(name) = KnownName::of(name)
            && let Some(place) = self.numbers.get_mut(name as usize)
            && *place == 0
        {
            *place = u16::try_from(number + 1).unwrap_or(0);
        }
    }

    /// The number of the first field of this name, from 0 on.
    #[inline]
    pub(super) fn find(&self, name: KnownName) -> Option<usize> {
        let number = self.numbers.get(name as usize)?;
        usize::from(*number).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Decoder, FieldBlock};
    use super::*;

    const NAMES: [(KnownName, &str); COUNT] = [
        (KnownName::Path, ":path"),
        (KnownName::Method, ":method"),
        (KnownName::Scheme, ":scheme"),
        (KnownName::Status, ":status"),
        (KnownName::Authority, ":authority"),
        (KnownName::Host, "host"),
        (KnownName::UserAgent, "user-agent"),
        (KnownName::ContentType, "content-type"),
        (KnownName::TraceParent, "traceparent"),
        (KnownName::GrpcStatus, "grpc-status"),
        (KnownName::GrpcMessage, "grpc-message"),
    ];

    fn literal(name: &str, value: &str) -> Vec<u8> {
        let text = |text: &str| [&[text.len() as u8][..], text.as_bytes()].concat();
        [vec![0x00], text(name), text(value)].concat()
    }

    #[test]
    fn the_first_field_of_each_name_counts() {
        let mut block = Vec::new();
        for (at, (_, name)) in NAMES.iter().enumerate() {
            block.extend(literal(name, &at.to_string()));
            block.extend(literal(name, "again"));
        }
        for other in [
            "x",
            "hosts",
            ":statos",
            "user-agenT",
            "trace-parent",
            "cookie-12345",
        ] {
            block.extend(literal(other, "other"));
        }
        let mut fields = FieldBlock::default();
        Decoder::new(4096)
            .decode(&block, &mut fields)
            .expect("a block");
        for (at, (name, text)) in NAMES.into_iter().enumerate() {
            let value = fields.fields().known(name).expect(text);
            assert_eq!(value, at.to_string().as_bytes(), "{text}");
            assert_eq!(Some(value), fields.fields().get(text), "{text}");
        }
        fields.clear();
        assert_eq!(fields.fields().known(KnownName::Path), None);
    }
}
