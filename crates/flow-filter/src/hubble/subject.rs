//! What conditions read, of a flow or of an event that is none.

use super::cel_filter::CelFilter;
use super::names::NameTest;
use super::side::{Address, Side};
use super::value::{Addresses, Texts};
use crate::{NodePattern, Selector};

/// An HTTP message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Http<'a> {
    pub(crate) code: u32,
    pub(crate) method: &'a [u8],
    pub(crate) url: &'a [u8],
}

/// Bits of [`Subject::protocols`].
pub(crate) mod protocol {
    pub(crate) const ICMPV4: u16 = 1;
    pub(crate) const ICMPV6: u16 = 1 << 1;
    pub(crate) const TCP: u16 = 1 << 2;
    pub(crate) const UDP: u16 = 1 << 3;
    pub(crate) const SCTP: u16 = 1 << 4;
    pub(crate) const VRRP: u16 = 1 << 5;
    pub(crate) const IGMP: u16 = 1 << 6;
    pub(crate) const DNS: u16 = 1 << 7;
    pub(crate) const HTTP: u16 = 1 << 8;
    pub(crate) const KAFKA: u16 = 1 << 9;
}

/// A flow, in whatever form, or an event that is none. Numbers are those of Hubble's messages.
pub(crate) trait Subject {
    /// Whether it is a flow.
    fn is_flow(&self) -> bool;
    /// Type and sub-type of the event.
    fn event_type(&self) -> Option<(i32, i32)>;
    /// Whether it reports losses.
    fn is_loss(&self) -> bool;
    fn verdict(&self) -> i32;
    fn drop_reason(&self) -> i32;
    fn direction(&self) -> i32;
    /// Version of IP; 0 where there is no IP header.
    fn ip_version(&self) -> i32;
    fn is_reply(&self) -> Option<bool>;
    fn is_encrypted(&self) -> bool;
    /// TCP flags, where it has some.
    fn tcp_flags(&self) -> Option<u16>;
    /// Its protocols of layers 4 and 7.
    fn protocols(&self) -> u16;
    /// Port of an end, of protocols that have ports.
    fn port(&self, side: Side) -> Option<u16>;
    /// Identity of an end, where that is known.
    fn identity(&self, side: Side) -> Option<u32>;
    fn is_address_in(&self, address: Address, addresses: &Addresses) -> bool;
    /// Whether the names of an end pass; `index` is the number of the condition in its filter.
    fn pass_names(&self, side: Side, index: usize, test: &NameTest) -> bool;
    fn is_node(&self, patterns: &[NodePattern]) -> bool;
    fn is_node_selected(&self, selectors: &[Selector]) -> bool;
    fn has_uuid(&self, uuids: &Texts<[u8; 16]>) -> bool;
    fn has_trace_id(&self, ids: &Texts<[u8; 16]>) -> bool;
    fn ip_trace_id(&self) -> u64;
    /// Index and name of the interface.
    fn interface(&self) -> Option<(u32, &[u8])>;
    fn http(&self) -> Option<Http<'_>>;
    fn has_header(&self, headers: &[(Box<str>, Box<str>)]) -> bool;
    /// Name that a DNS message asks for.
    fn dns_query(&self) -> Option<&[u8]>;
    fn pass_cel(&self, filter: &CelFilter) -> bool;
}
