//! Which protocols are followed, and how much is kept.

use crate::L7Protocols;

/// Which protocols a [`Tracker`](super::Tracker) follows, and how much it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Limits::default()`"
)]
pub struct Limits {
    /// Protocols of this crate that are followed. A connection that speaks another one is left
    /// alone: no record of it is built. What goes through a CONNECT tunnel is found only while
    /// HTTP/1 is followed.
    pub protocols: L7Protocols,
    /// Connections that are followed at the same time. The one unused for longest goes first.
    pub connections: usize,
    /// Bytes that all connections together may hold besides their places in the table: parts of
    /// heads, segments that came too early, requests that wait. Where there are more, the
    /// connection unused for longest goes first.
    pub memory: usize,
    /// Bytes of one direction that are kept until a head is whole.
    pub head: usize,
    /// Bytes of one direction that are kept because what comes before them is still missing.
    pub window: usize,
    /// Nanoseconds that missing bytes of a TCP stream are waited for, where the other side does not
    /// acknowledge them before.
    pub wait: u64,
    /// Pending requests of one connection. The oldest goes first.
    pub pending: usize,
    /// Nanoseconds without a packet after which a TCP connection is given up.
    pub idle_tcp: u64,
    /// The same over UDP; also how long answered requests and ended connections are remembered,
    /// so that what is sent again is known.
    pub idle_udp: u64,
    /// Nanoseconds after which a DNS query over UDP without an answer is reported as
    /// [unanswered](flow_core::record::RecordFlags::UNANSWERED). An answer that comes later is reported
    /// too.
    pub dns_timeout: u64,
    /// Bytes of text that a record holds.
    pub text: usize,
    /// Header fields that a record holds; also names and addresses in an answer.
    pub entries: usize,
}

impl Default for Limits {
    /// All protocols, 16,384 connections, 24 MiB, heads of 16 KiB, windows of 32 KiB, waits of two seconds,
    /// 64 requests, two minutes for TCP and half a minute for UDP,
    /// five seconds for an answer; records of 4 KiB with 64 entries.
    fn default() -> Self {
        Self {
            protocols: L7Protocols::ALL,
            connections: 16_384,
            memory: 24 << 20,
            head: 16 << 10,
            window: 32 << 10,
            wait: 2_000_000_000,
            pending: 64,
            idle_tcp: 120_000_000_000,
            idle_udp: 30_000_000_000,
            dns_timeout: 5_000_000_000,
            text: 4 << 10,
            entries: 64,
        }
    }
}
