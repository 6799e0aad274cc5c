//! What handlers read of a flow, in whatever form it is.

use flow_core::flow::{DropReason, Ip, TcpFlags};
use flow_core::names::NameHandle;
use flow_core::record::TraceId;
use flow_core::view::FlowView;

/// An end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Source,
    Destination,
}

/// Direction of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Unknown,
    Ingress,
    Egress,
}

/// The protocol above IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer4 {
    Tcp { port: u32, flags: Option<TcpFlags> },
    Udp { port: u32 },
    Sctp { port: u32, chunk: i32 },
    Icmpv4 { kind: u8, code: u8 },
    Icmpv6 { kind: u8, code: u8 },
    Vrrp,
    Igmp,
}

/// Protocol of a layer 7 message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer7 {
    Dns,
    Http,
    Kafka,
    Other,
}

/// Reads a label or a name, and says whether to go on.
pub(crate) type EachText<'f> = dyn FnMut(&str) -> bool + 'f;

/// Names of an end.
pub(crate) trait Names {
    fn namespace(&self) -> &str;
    fn pod_name(&self) -> &str;
    /// Name and kind of its first workload.
    fn workload(&self) -> Option<(&str, &str)>;
    fn each_label(&self, read: &mut EachText<'_>);
    fn each_dns_name(&self, read: &mut EachText<'_>);
}

/// A DNS message.
#[derive(Clone, Copy)]
pub(crate) struct Dns<'a> {
    pub(crate) rcode: u16,
    pub(crate) query: &'a [u8],
    pub(crate) ips: usize,
}

/// An HTTP message.
#[derive(Clone, Copy)]
pub(crate) struct Http<'a> {
    pub(crate) code: u32,
    pub(crate) method: &'a [u8],
    pub(crate) protocol: &'a [u8],
}

/// A Kafka message.
#[derive(Clone, Copy)]
pub(crate) struct Kafka<'a> {
    pub(crate) error_code: i32,
    pub(crate) api_key: &'a [u8],
    pub(crate) topic: &'a [u8],
}

/// A flow. Numbers are those of Hubble's messages.
pub(crate) trait Subject {
    /// Hands the flow to `read`, where it is one of a pipeline.
    fn with_view<T>(&self, read: impl FnOnce(&FlowView<'_>) -> T) -> Option<T>;
    /// When it was seen: nanoseconds since the Unix epoch.
    fn time(&self) -> u64;
    /// Type and sub-type of the event.
    fn event_type(&self) -> Option<(i32, i32)>;
    fn verdict(&self) -> i32;
    /// The reason of a drop; `Err` is a number without a place in [`DropReason`].
    fn drop_reason(&self) -> Result<DropReason, i32>;
    fn way(&self) -> Way;
    fn is_reply(&self) -> Option<bool>;
    /// Version of IP, which may be 0 for one that is not known; `None` where there is no IP header.
    fn ip_version(&self) -> Option<i32>;
    fn layer4(&self) -> Option<Layer4>;
    fn policy_match(&self) -> u32;
    fn source_identity(&self) -> u32;

    /// Handle of the names of an end.
    fn handle(&self, end: End) -> Option<NameHandle>;
    /// Hands the names of an end to `read`; `None` where there are none.
    fn with_names(&self, end: End, read: &mut dyn FnMut(Option<&dyn Names>));
    /// The address of an end, where its text depends on that alone.
    fn address(&self, end: End) -> Option<Ip>;
    fn write_address(&self, end: End, to: &mut String);

    fn layer7(&self) -> Option<Layer7>;
    /// Request (1), response (2), or another number.
    fn l7_kind(&self) -> i32;
    fn latency_ns(&self) -> u64;
    fn trace(&self) -> TraceId;
    fn dns(&self) -> Option<Dns<'_>>;
    /// The types that a DNS message asks for, joined with commas.
    fn write_qtypes(&self, to: &mut String);
    fn each_rrtype(&self, read: &mut EachText<'_>);
    fn http(&self) -> Option<Http<'_>>;
    fn kafka(&self) -> Option<Kafka<'_>>;
}
