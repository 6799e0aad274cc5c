//! Lengths of what derived products of Cilium put between a message and its packet.

use flow_core::flow::EventType;

/// Lengths of extensions, by kind of message and version of the extension.
///
/// Cilium itself has none (version 0). Where a message has an extension whose length was not
/// known, the place of its packet is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    known: [(EventType, u8, u16); Self::LIMIT],
    count: u8,
}

impl Extensions {
    /// Largest number of lengths that can be set.
    pub const LIMIT: usize = 8;

    /// Those of Cilium itself: none.
    pub const NONE: Self = Self {
        known: [(EventType::UNKNOWN, 0, 0); Self::LIMIT],
        count: 0,
    };

    /// Sets the length in bytes of an extension. A length that is set again replaces the first.
    ///
    /// Says whether it was taken: version 0 has length 0, and there is room for
    /// [`Self::LIMIT`].
    pub fn set(&mut self, event: EventType, version: u8, length: u16) -> bool {
        if version == 0 {
            return false;
        }
        let count = usize::from(self.count);
        let place = self.known[..count]
            .iter()
            .position(|(known, number, _)| (*known, *number) == (event, version))
            .unwrap_or(count);
        let Some(entry) = self.known.get_mut(place) else {
            return false;
        };
        *entry = (event, version, length);
        if place == count {
            self.count += 1;
        }
        true
    }

    /// Returns the length in bytes of an extension, or `None` where it was not set.
    #[inline]
    #[must_use]
    pub fn length(&self, event: EventType, version: u8) -> Option<u16> {
        if version == 0 {
            return Some(0);
        }
        self.known[..usize::from(self.count)]
            .iter()
            .find(|(known, number, _)| (*known, *number) == (event, version))
            .map(|(_, _, length)| *length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_known_by_kind_and_version() {
        let mut extensions = Extensions::default();
        assert_eq!(extensions.length(EventType::DROP, 0), Some(0));
        assert_eq!(extensions.length(EventType::DROP, 1), None);
        assert!(extensions.set(EventType::DROP, 1, 8));
        assert!(extensions.set(EventType::TRACE, 1, 16));
        assert!(extensions.set(EventType::DROP, 1, 12), "set again");
        assert_eq!(extensions.length(EventType::DROP, 1), Some(12));
        assert_eq!(extensions.length(EventType::TRACE, 1), Some(16));
        assert_eq!(extensions.length(EventType::TRACE, 2), None);
        assert!(!extensions.set(EventType::DROP, 0, 4));
        assert_eq!(extensions.length(EventType::DROP, 0), Some(0));
    }

    #[test]
    fn there_is_room_for_eight() {
        let mut extensions = Extensions::default();
        for version in 1..=8 {
            assert!(extensions.set(EventType::DROP, version, u16::from(version)));
        }
        assert!(!extensions.set(EventType::DROP, 9, 9));
        assert!(extensions.set(EventType::DROP, 8, 80), "one that is there");
        assert_eq!(extensions.length(EventType::DROP, 8), Some(80));
        assert_eq!(extensions.length(EventType::DROP, 9), None);
    }
}
