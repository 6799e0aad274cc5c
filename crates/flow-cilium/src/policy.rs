//! A policy verdict.

use zerocopy::native_endian::{I32, U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::header::{self, Captured, Header, PacketBits, RawHeader};
use super::{AuthType, Extensions, MessageError, PolicyMatch};
use flow_core::flow::{Direction, DropReason, EventType, IpVersion, Protocol, Verdict};

/// What every layout has: 28 bytes.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Raw {
    /// 0
    header: RawHeader,
    /// 16
    remote_label: U32,
    /// 20: below 0 minus the drop reason, 0 allowed, above 0 the port of a proxy.
    verdict: I32,
    /// 24
    dst_port: U16,
    /// 26
    proto: u8,
    /// 27
    flags: u8,
}

/// Place of the kind of authentication, where the layout has it; three bytes of padding follow.
const AUTH_TYPE: usize = 28;
/// Place of the rule's cookie, where the layout has it; four bytes of padding follow.
const COOKIE: usize = 32;

const _: () = assert!(size_of::<Raw>() == AUTH_TYPE);

const DIRECTION: u8 = 0x03;
const IPV6: u8 = 0x04;
const MATCH_TYPE: u8 = 0x38;
const AUDITED: u8 = 0x40;
const L3_DEVICE: u8 = 0x80;

/// Layouts of the message. Its version does not tell them apart, so the place of the packet distinguishes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyLayout {
    /// 28 bytes.
    Plain,
    /// 32 bytes: with the kind of authentication.
    WithAuth,
    /// 40 bytes: with the cookie of the rule, too.
    WithCookie,
}

impl PolicyLayout {
    /// Length of the message in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Plain => 28,
            Self::WithAuth => 32,
            Self::WithCookie => 40,
        }
    }

    /// The layout of a record: the longest that leaves room for what was captured.
    ///
    /// The perf buffer pads records with up to seven bytes, so that the two shorter layouts may
    /// fit both. Then that one is taken after which there is an IP packet.
    #[inline]
    fn of(record: &[u8], len_cap: u16, flags: u8) -> Self {
        let captured = usize::from(len_cap);
        let fits = |layout: Self| record.len() >= layout.length() + captured;
        if fits(Self::WithCookie) {
            return Self::WithCookie;
        }
        match (fits(Self::WithAuth), fits(Self::Plain)) {
            (true, _) if begins_packet(record, Self::WithAuth.length(), flags) => Self::WithAuth,
            (_, true) if begins_packet(record, Self::Plain.length(), flags) => Self::Plain,
            (true, _) => Self::WithAuth,
            (_, true) => Self::Plain,
            // Cut off: the newest whose own bytes are there.
            _ if record.len() >= Self::WithCookie.length() => Self::WithCookie,
            _ if record.len() >= Self::WithAuth.length() => Self::WithAuth,
            _ => Self::Plain,
        }
    }
}

/// Whether there is an IP packet of the version that the flags name.
fn begins_packet(record: &[u8], at: usize, flags: u8) -> bool {
    let (ethertype, version) = if flags & IPV6 == 0 {
        ([0x08, 0x00], 4)
    } else {
        ([0x86, 0xdd], 6)
    };
    let network = if flags & L3_DEVICE == 0 {
        if record.get(at + 12..at + 14) != Some(&ethertype) {
            return false;
        }
        at + 14
    } else {
        at
    };
    record.get(network).is_some_and(|byte| byte >> 4 == version)
}

/// The verdict of a policy on the first packet of a connection, of type 5.
#[derive(Clone, Copy)]
pub struct PolicyVerdictNotify<'a> {
    record: &'a [u8],
    raw: &'a Raw,
    layout: PolicyLayout,
}

impl<'a> PolicyVerdictNotify<'a> {
    /// Newest version that is known: the datapath writes it since headers have a version; before,
    /// it was 0. The layout is the same.
    pub const VERSION: u8 = 1;

    /// Reads a message.
    ///
    /// # Errors
    /// Where the record is no such message, or shorter than the shortest layout.
    #[inline]
    pub fn parse(record: &'a [u8]) -> Result<Self, MessageError> {
        let raw: &Raw = header::view(record, EventType::POLICY_VERDICT)?;
        let layout = PolicyLayout::of(record, Header::new(&raw.header).len_cap, raw.flags);
        Ok(Self {
            record,
            raw,
            layout,
        })
    }

    /// Reads a message whose layout is known.
    ///
    /// # Errors
    /// Where the record is no such message, or shorter than the layout.
    pub fn parse_as(record: &'a [u8], layout: PolicyLayout) -> Result<Self, MessageError> {
        let raw = header::view(record, EventType::POLICY_VERDICT)?;
        if record.len() < layout.length() {
            return Err(header::short(record, layout.length()));
        }
        Ok(Self {
            record,
            raw,
            layout,
        })
    }

    /// What it begins with.
    #[inline]
    #[must_use]
    pub const fn header(&self) -> Header {
        Header::new(&self.raw.header)
    }

    /// Whether all of its fields are known to this decoder.
    #[must_use]
    pub fn is_known_version(&self) -> bool {
        self.header().version <= Self::VERSION
    }

    /// Its layout.
    #[must_use]
    pub const fn layout(&self) -> PolicyLayout {
        self.layout
    }

    /// Security identity of the other side; 0 is unknown.
    #[must_use]
    pub const fn remote_identity(&self) -> u32 {
        self.raw.remote_label.get()
    }

    /// The verdict as the datapath has it: below 0 minus the drop reason, 0 allowed, above 0
    /// sent to the proxy at this port.
    #[must_use]
    pub const fn raw_verdict(&self) -> i32 {
        self.raw.verdict.get()
    }

    /// What became of the packet.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self.raw_verdict() {
            i32::MIN..0 => Verdict::DROPPED,
            1.. => Verdict::REDIRECTED,
            0 if self.is_audited() => Verdict::AUDIT,
            0 => Verdict::FORWARDED,
        }
    }

    /// Why it was dropped, if it was.
    #[must_use]
    pub fn reason(&self) -> DropReason {
        match self.raw_verdict() {
            0.. => DropReason::NONE,
            negative => u8::try_from(negative.unsigned_abs())
                .map_or(DropReason::OTHER, DropReason::from_cilium),
        }
    }

    /// Port of the proxy that it was sent to, if it was; else 0.
    #[must_use]
    pub fn proxy_port(&self) -> u16 {
        u16::try_from(self.raw_verdict()).unwrap_or(0)
    }

    /// The receiver's port.
    #[must_use]
    pub const fn destination_port(&self) -> u16 {
        self.raw.dst_port.get()
    }

    /// Protocol above IP.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        Protocol(self.raw.proto)
    }

    /// Direction at the endpoint: what does not come in goes out.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        match self.raw.flags & DIRECTION {
            1 => Direction::INGRESS,
            _ => Direction::EGRESS,
        }
    }

    /// IP version of the packet.
    #[must_use]
    pub const fn ip_version(&self) -> IpVersion {
        if self.raw.flags & IPV6 == 0 {
            IpVersion::V4
        } else {
            IpVersion::V6
        }
    }

    /// What of the rule matched.
    #[must_use]
    pub const fn policy_match(&self) -> PolicyMatch {
        PolicyMatch((self.raw.flags & MATCH_TYPE) >> 3)
    }

    /// Whether the policy is watched, not enforced.
    #[must_use]
    pub const fn is_audited(&self) -> bool {
        self.raw.flags & AUDITED != 0
    }

    /// Authentication that the policy asks for.
    #[must_use]
    pub fn auth_type(&self) -> AuthType {
        match self.layout {
            PolicyLayout::Plain => AuthType::DISABLED,
            _ => AuthType(self.record.get(AUTH_TYPE).copied().unwrap_or(0)),
        }
    }

    /// Number by which the agent knows the rule; 0 is none.
    #[must_use]
    pub fn cookie(&self) -> u32 {
        match self.layout {
            PolicyLayout::WithCookie => {
                header::number::<U32>(self.record, COOKIE).map_or(0, |cookie| cookie.get())
            }
            _ => 0,
        }
    }

    /// What was captured of the packet.
    #[inline]
    #[must_use]
    pub fn captured(&self, extensions: &Extensions) -> Option<Captured<'a>> {
        let length = self.is_known_version().then(|| self.layout.length());
        let mut bits = 0;
        if self.raw.flags & L3_DEVICE != 0 {
            bits |= PacketBits::L3_DEVICE;
        }
        if self.raw.flags & IPV6 != 0 {
            bits |= PacketBits::IPV6;
        }
        let bits = PacketBits(bits);
        header::captured(self.record, &self.header(), length, extensions, bits)
    }
}
