//! Interfaces that a capture describes.

use std::fmt;

use flow_core::flow::{Interface, Name16};
use hashbrown::HashMap;

/// Interfaces of one capture that have a number of their own; those beyond have none.
const MOST: usize = 65_536;

/// An interface on which packets of a capture were captured.
#[derive(Clone, PartialEq, Eq)]
pub struct CaptureInterface {
    pub(super) index: u32,
    pub(super) name: Box<[u8]>,
    pub(super) link_type: u32,
    pub(super) snap_len: u32,
}

impl CaptureInterface {
    /// Returns its number in the capture, from 1 on.
    ///
    /// An interface that several sections of a capture describe alike (same place, name and link
    /// type) has one number. 0 stands for every interface after the first 65,536.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// Returns its name, empty where the capture has none. The bytes are untrusted.
    #[must_use]
    pub const fn name(&self) -> &[u8] {
        &self.name
    }

    /// Returns its link type, a number of the tcpdump.org registry.
    #[must_use]
    pub const fn link_type(&self) -> u32 {
        self.link_type
    }

    /// Returns the largest number of bytes captured of a packet; 0 is no limit.
    #[must_use]
    pub const fn snap_len(&self) -> u32 {
        self.snap_len
    }

    /// Returns the interface as flows have it: with the first 16 bytes of its name.
    #[must_use]
    pub fn to_flow(&self) -> Interface {
        Interface {
            index: self.index,
            name: Name16::new(&self.name),
            ..Interface::default()
        }
    }
}

impl fmt::Debug for CaptureInterface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaptureInterface")
            .field("index", &self.index)
            .field("name", &format_args!("\"{}\"", self.name.escape_ascii()))
            .field("link_type", &self.link_type)
            .field("snap_len", &self.snap_len)
            .finish()
    }
}

/// What makes two descriptions in different sections those of one interface.
type Description = (usize, Box<[u8]>, u32);

/// Numbers of interfaces, the same in all sections of a capture.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    known: HashMap<Description, u32>,
}

impl Numbers {
    /// The number of an interface that is described at this place of its section.
    pub(super) fn assign(&mut self, place: usize, name: &[u8], link_type: u32) -> u32 {
        let description = (place, name.into(), link_type);
        if let Some(index) = self.known.get(&description) {
            return *index;
        }
        if self.known.len() == MOST {
            return 0;
        }
        let index = self.known.len() as u32 + 1;
        self.known.insert(description, index);
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_description_has_the_same_number() {
        let mut numbers = Numbers::default();
        assert_eq!(numbers.assign(0, b"eth0", 1), 1);
        assert_eq!(numbers.assign(1, b"eth1", 1), 2);
        assert_eq!(numbers.assign(0, b"eth0", 1), 1, "in the next section");
        assert_eq!(numbers.assign(0, b"eth0", 113), 3);
        assert_eq!(numbers.assign(0, b"wlan0", 1), 4);
    }

    #[test]
    fn memory_for_numbers_is_bounded() {
        let mut numbers = Numbers::default();
        for place in 0..MOST {
            assert_ne!(numbers.assign(place, b"", 1), 0);
        }
        assert_eq!(numbers.assign(MOST, b"", 1), 0);
        assert_eq!(numbers.assign(7, b"", 1), 8);
        assert_eq!(numbers.known.len(), MOST);
    }

    #[test]
    fn a_flow_has_the_beginning_of_a_long_name() {
        let interface = CaptureInterface {
            index: 3,
            name: b"\\Device\\NPF_{0A1B}"[..].into(),
            link_type: 1,
            snap_len: 0,
        };
        let flow = interface.to_flow();
        assert_eq!((flow.index, flow.netns), (3, 0));
        assert_eq!(flow.name.as_bytes(), b"\\Device\\NPF_{0A1");
        assert!(format!("{interface:?}").contains("\\\\Device\\\\NPF_{0A1B}"));
    }
}
