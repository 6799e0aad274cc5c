//! Bit sets of a flow.

use core::fmt;
use core::ops::{BitOr, BitOrAssign};

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

macro_rules! bit_set {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$bit_meta:meta])* $constant:ident = $value:literal => $text:literal ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout,
        )]
        #[repr(transparent)]
        #[allow(clippy::exhaustive_structs, reason = "bits; their names may become more")]
        pub struct $name(pub u16);

        impl $name {
            /// The empty set.
            pub const NONE: Self = Self(0);
            $( $(#[$bit_meta])* pub const $constant: Self = Self($value); )+

            /// Every named bit with its name, in the order in which they print.
            pub const NAMES: &'static [(Self, &'static str)] = &[$((Self::$constant, $text)),+];

            /// Whether every bit of `other` is set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether any bit of `other` is set.
            #[must_use]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// Whether no bit is set.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// The names of the set bits.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                Self::NAMES.iter().filter(move |(bit, _)| self.contains(*bit)).map(|(_, name)| *name)
            }
        }

        impl BitOr for $name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl BitOrAssign for $name {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }

        /// The names of the set bits, joined by `", "`.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for (index, name) in self.names().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    f.write_str(name)?;
                }
                Ok(())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

bit_set! {
    /// TCP control bits (RFC 9293 section 3.1, RFC 3168, NS of RFC 3540), at their places in
    /// the 16-bit word that holds data offset and flags, so `NS` is bit 8.
    ///
    /// They print in the order Hubble prints them.
    TcpFlags {
        /// Synchronise sequence numbers.
        SYN = 0x002 => "SYN",
        /// The acknowledgement field is significant.
        ACK = 0x010 => "ACK",
        /// Reset the connection.
        RST = 0x004 => "RST",
        /// No more data from the sender.
        FIN = 0x001 => "FIN",
        /// Push function.
        PSH = 0x008 => "PSH",
        /// The urgent pointer is significant.
        URG = 0x020 => "URG",
        /// ECN echo.
        ECE = 0x040 => "ECE",
        /// Congestion window reduced.
        CWR = 0x080 => "CWR",
        /// ECN nonce.
        NS = 0x100 => "NS",
    }
}

bit_set! {
    /// What is special about an observation.
    FlowFlags {
        /// The capture ended before the headers did: what is there is right, the rest unknown.
        TRUNCATED = 0x0001 => "truncated",
        /// A header contradicted itself or its container; the layers before it are right.
        MALFORMED = 0x0002 => "malformed",
        /// A fragment of an IP packet.
        FRAGMENT = 0x0004 => "fragment",
        /// The first observation of its connection.
        NEW = 0x0008 => "new",
        /// The last observation of its connection.
        END = 0x0010 => "end",
        /// One packet of several: [`Flow::sample_rate`](super::Flow::sample_rate) is of how many.
        SAMPLED = 0x0020 => "sampled",
        /// The packet was encrypted on the wire.
        ENCRYPTED = 0x0040 => "encrypted",
        /// Layers went deeper than the decoder follows.
        DEPTH_LIMIT = 0x0080 => "depth-limit",
        /// The record came from a version this decoder does not know in full.
        UNKNOWN_VERSION = 0x0100 => "unknown-version",
        /// The sender is a process of this host and [`Flow::process`](super::Flow::process) is it.
        PROCESS_IS_SOURCE = 0x0200 => "process-is-source",
        /// Counts of several packets: an aggregate, not one packet.
        AGGREGATED = 0x0400 => "aggregated",
        /// A counter reached its largest value and stayed there.
        SATURATED = 0x0800 => "saturated",
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn tcp_flags_stand_as_in_the_header_and_print_as_in_hubble() {
        // RFC 9293 figure 1, from FIN in the lowest bit on; NS of RFC 3540 above CWR.
        let in_order = [
            TcpFlags::FIN,
            TcpFlags::SYN,
            TcpFlags::RST,
            TcpFlags::PSH,
            TcpFlags::ACK,
            TcpFlags::URG,
            TcpFlags::ECE,
            TcpFlags::CWR,
            TcpFlags::NS,
        ];
        for (bit, flag) in in_order.into_iter().enumerate() {
            assert_eq!(flag.0, 1 << bit);
        }
        assert_eq!(
            TcpFlags(0x1ff).to_string(),
            "SYN, ACK, RST, FIN, PSH, URG, ECE, CWR, NS"
        );
        assert_eq!((TcpFlags::SYN | TcpFlags::ACK).to_string(), "SYN, ACK");
        assert_eq!(TcpFlags::NONE.to_string(), "");
        assert_eq!(
            TcpFlags(0xfe00).to_string(),
            "",
            "the data offset has no name"
        );
    }

    #[test]
    fn sets_are_sets() {
        let set = FlowFlags::NEW | FlowFlags::END;
        assert!(set.contains(FlowFlags::NEW) && !set.contains(FlowFlags::NEW | FlowFlags::SAMPLED));
        assert!(set.intersects(FlowFlags::NEW | FlowFlags::SAMPLED));
        assert!(!set.intersects(FlowFlags::SAMPLED));
        assert!(FlowFlags::NONE.is_empty() && !set.is_empty());
        assert_eq!(set.names().collect::<Vec<_>>(), ["new", "end"]);
        assert_eq!(std::format!("{set:?}"), "FlowFlags(new, end)");
        let mut grown = FlowFlags::NONE;
        grown |= set;
        assert_eq!(grown, set);
    }

    #[test]
    fn each_flag_has_its_own_bit_and_name() {
        for (at, (flag, name)) in FlowFlags::NAMES.iter().enumerate() {
            assert_eq!(flag.0.count_ones(), 1, "{name}");
            let before = &FlowFlags::NAMES[..at];
            assert!(
                before
                    .iter()
                    .all(|(other, text)| other != flag && text != name)
            );
        }
    }
}
