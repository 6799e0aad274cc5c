//! From a message to a [`Flow`].

use super::header::Header;
use super::packet::flow_of_captured;
use super::{
    Captured, CiliumError, CiliumExtra, CiliumStats, DebugCapture, DropNotify, Extensions, Message,
    MessageError, NodeKnowledge, PolicyVerdictNotify, SocketPoint, TraceNotify, TraceSockNotify,
    rules,
};
use crate::flow::{
    Direction, EventType, Flow, FlowFlags, FlowType, IpVersion, Reply, TracePoint, TraceReason,
    Verdict,
};

/// Makes flows of the messages of Cilium's datapath, by the rules of Hubble. Allocates nothing.
///
/// See [the module](super) for an example.
#[derive(Clone, Debug)]
pub struct CiliumDecoder<K> {
    knowledge: K,
    extensions: Extensions,
    stats: CiliumStats,
}

/// Longest message that is known.
const LONGEST: usize = 56;
/// Place of the number of captured bytes, in messages that have it.
const LEN_CAP: core::ops::Range<usize> = 12..14;

impl<K: NodeKnowledge> CiliumDecoder<K> {
    /// A decoder with what only the node knows; `()` is nothing.
    pub const fn new(knowledge: K) -> Self {
        Self {
            knowledge,
            extensions: Extensions::NONE,
            stats: CiliumStats::NONE,
        }
    }

    /// With the lengths of extensions, for a derived product that has some.
    #[must_use]
    pub const fn with_extensions(mut self, extensions: Extensions) -> Self {
        self.extensions = extensions;
        self
    }

    /// What became of the records so far.
    #[must_use]
    pub const fn stats(&self) -> CiliumStats {
        self.stats
    }

    /// What only the node knows.
    pub const fn knowledge(&mut self) -> &mut K {
        &mut self.knowledge
    }

    /// Makes the flow of a record that was made on processor `cpu` at `time`: nanoseconds since
    /// the Unix epoch. The record needs no alignment.
    ///
    /// A message that ends too early, of a kind or of a version that is not known, makes a flow
    /// of what is known of it, with [`FlowFlags::TRUNCATED`] or
    /// [`FlowFlags::UNKNOWN_VERSION`], and counts in [`stats`](Self::stats).
    ///
    /// Counts of the flow are those of the one packet that the message is about.
    ///
    /// # Errors
    /// Where there is nothing of which a flow could tell. It counts, too.
    #[inline]
    pub fn decode(&mut self, record: &[u8], cpu: u32, time: u64) -> Result<Flow, CiliumError> {
        self.decode_full(record, cpu, time).map(|(flow, _)| flow)
    }

    /// As [`decode`](Self::decode), with what a flow has no field for.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    #[inline]
    pub fn decode_full(
        &mut self,
        record: &[u8],
        cpu: u32,
        time: u64,
    ) -> Result<(Flow, CiliumExtra), CiliumError> {
        let mut extra = CiliumExtra {
            cpu,
            ..CiliumExtra::default()
        };
        let mut flow = match Message::parse(record) {
            Ok(message) => self.flow(message, &mut extra)?,
            Err(error) => self.cut_off(record, error, &mut extra)?,
        };
        flow.time = time;
        flow.first_seen = time;
        self.stats.flows += 1;
        if flow.ip_version == IpVersion::NONE {
            self.stats.no_ip += 1;
        }
        if flow.interface.index != 0 {
            flow.interface.name = self.knowledge.interface_name(flow.interface.index);
        }
        Ok((flow, extra))
    }

    #[inline]
    fn flow(&mut self, message: Message<'_>, extra: &mut CiliumExtra) -> Result<Flow, CiliumError> {
        Ok(match message {
            Message::Trace(message) => self.trace(&message, extra),
            Message::Drop(message) => self.drop(&message, extra),
            Message::PolicyVerdict(message) => self.policy(&message, extra),
            Message::TraceSock(message) => self.sock(&message, extra),
            Message::Capture(message) => self.capture(&message, extra),
            Message::Debug(_) => return Err(self.no_flow(EventType::DEBUG)),
            Message::Other(header) => match header.event() {
                event @ (EventType::L7 | EventType::AGENT) => return Err(self.no_flow(event)),
                _ => self.unknown(header, extra),
            },
        })
    }

    #[cold]
    fn no_flow(&mut self, event: EventType) -> CiliumError {
        self.stats.no_flow += 1;
        CiliumError::NoFlow { event }
    }

    /// Makes the flow of a message that is not whole: what is there, and zeros.
    #[cold]
    fn cut_off(
        &mut self,
        record: &[u8],
        error: MessageError,
        extra: &mut CiliumExtra,
    ) -> Result<Flow, CiliumError> {
        if record.is_empty() {
            self.stats.empty += 1;
            return Err(CiliumError::Empty);
        }
        let mut whole = [0; LONGEST];
        let there = record.len().min(LONGEST);
        whole[..there].copy_from_slice(&record[..there]);
        let header = Header::new(record);
        if header.event() != EventType::TRACE_SOCK {
            // No packet is there: nothing was captured.
            whole[LEN_CAP].fill(0);
        }
        let mut error = error;
        let flow = loop {
            let needed = match error {
                // Each length is above the one before, so this ends.
                MessageError::Length { needed, .. } if needed <= LONGEST => needed,
                _ => break self.unknown(header, extra),
            };
            match Message::parse(&whole[..needed]) {
                Ok(message) => break self.flow(message, extra)?,
                Err(longer) => error = longer,
            }
        };
        let mut flow = flow;
        flow.flags |= FlowFlags::TRUNCATED;
        self.stats.truncated += 1;
        Ok(flow)
    }

    /// A message of a kind that is not known: of its header is told what all have in common.
    #[cold]
    fn unknown(&mut self, header: Header<'_>, extra: &mut CiliumExtra) -> Flow {
        self.stats.unknown_kinds += 1;
        extra.hash = header.hash();
        extra.endpoint = header.endpoint();
        Flow {
            event_type: header.event(),
            event_sub_type: header.sub_type(),
            flags: FlowFlags::UNKNOWN_VERSION,
            ..Flow::default()
        }
    }

    /// The flow of the packet of a message, with what all headers tell.
    #[inline]
    fn packet(
        &mut self,
        header: Header<'_>,
        captured: Option<Captured<'_>>,
        is_known_version: bool,
        extra: &mut CiliumExtra,
    ) -> Flow {
        let mut flow = match &captured {
            Some(captured) => flow_of_captured(captured),
            None => Flow {
                flow_type: FlowType::L3_L4,
                ..Flow::default()
            },
        };
        flow.event_type = header.event();
        flow.event_sub_type = header.sub_type();
        extra.hash = header.hash();
        extra.endpoint = header.endpoint();
        extra.version = header.version();
        extra.ext_version = header.ext_version();
        let is_known_extension = || {
            let (event, version) = (header.event(), header.ext_version());
            self.extensions.length(event, version).is_some()
        };
        if !is_known_version || !is_known_extension() {
            flow.flags |= FlowFlags::UNKNOWN_VERSION;
            self.stats.unknown_versions += 1;
        }
        match &captured {
            Some(captured) => {
                extra.captured = u16::try_from(captured.data.len()).unwrap_or(u16::MAX);
                self.stats.truncated += u64::from(captured.is_cut);
            }
            // The packet is not there at all, though there is one.
            None if header.len_cap() != 0 && !flow.flags.contains(FlowFlags::UNKNOWN_VERSION) => {
                flow.flags |= FlowFlags::TRUNCATED;
                self.stats.truncated += 1;
            }
            None => {}
        }
        flow
    }

    /// Whether the endpoint at which a message was made is the sender; `None` where that is not
    /// known.
    #[inline]
    fn is_from_endpoint(
        &mut self,
        flow: &Flow,
        extra: &mut CiliumExtra,
        told: Option<bool>,
    ) -> Option<bool> {
        let known = if flow.source.ip.is_unspecified() {
            None
        } else {
            self.knowledge.endpoint_id(flow.source.ip)
        };
        let from = match known {
            Some(id) => {
                extra.source_endpoint = id;
                Some(id == extra.endpoint)
            }
            None if told == Some(true) => {
                extra.source_endpoint = extra.endpoint;
                told
            }
            None => told,
        };
        // A message that was made at no endpoint tells no direction.
        from.filter(|_| extra.endpoint != 0)
    }

    #[inline]
    fn trace(&mut self, message: &TraceNotify<'_>, extra: &mut CiliumExtra) -> Flow {
        let (header, is_known) = (message.header(), message.is_known_version());
        let captured = message.captured(&self.extensions);
        let mut flow = self.packet(header, captured, is_known, extra);
        flow.verdict = Verdict::FORWARDED;
        flow.trace_point = message.point();
        flow.trace_reason = message.reason();
        flow.is_reply = rules::is_reply(flow.trace_reason);
        flow.source.identity = message.source_identity();
        flow.destination.identity = message.destination_identity();
        flow.interface.index = message.interface();
        if message.is_encrypted() {
            flow.flags |= FlowFlags::ENCRYPTED;
        }
        extra.destination_endpoint = u32::from(message.destination_endpoint());
        extra.proxy_port = message.proxy_port();
        extra.ip_trace_id = message.ip_trace_id();
        let original = message.original_ip();
        if let Some(original) = original
            && flow.ip_version != IpVersion::NONE
            && original != flow.source.ip
        {
            extra.source_xlated = flow.source.ip;
            flow.source.ip = original;
        }
        let told = match flow.trace_point {
            TracePoint::FROM_ENDPOINT => Some(true),
            _ if extra.destination_endpoint == u32::from(extra.endpoint) => Some(false),
            _ => None,
        };
        let from = self.is_from_endpoint(&flow, extra, told);
        flow.direction = if extra.endpoint == 0 {
            Direction::UNKNOWN
        } else {
            rules::trace_direction(from, flow.trace_reason, original.is_some())
        };
        flow
    }

    #[inline]
    fn drop(&mut self, message: &DropNotify<'_>, extra: &mut CiliumExtra) -> Flow {
        let (header, is_known) = (message.header(), message.is_known_version());
        let captured = message.captured(&self.extensions);
        let mut flow = self.packet(header, captured, is_known, extra);
        flow.verdict = Verdict::DROPPED;
        flow.drop_reason = message.reason();
        flow.is_reply = Reply::UNKNOWN;
        flow.source.identity = message.source_identity();
        flow.destination.identity = message.destination_identity();
        flow.interface.index = message.interface();
        extra.destination_endpoint = message.destination_endpoint();
        extra.file = message.file();
        extra.file_line = message.line();
        extra.ext_error = message.ext_error();
        extra.ip_trace_id = message.ip_trace_id();
        let told = (extra.destination_endpoint == u32::from(extra.endpoint)).then_some(false);
        flow.direction = rules::drop_direction(self.is_from_endpoint(&flow, extra, told));
        flow
    }

    fn policy(&mut self, message: &PolicyVerdictNotify<'_>, extra: &mut CiliumExtra) -> Flow {
        let (header, is_known) = (message.header(), message.is_known_version());
        let captured = message.captured(&self.extensions);
        let mut flow = self.packet(header, captured, is_known, extra);
        if flow.ip_version == IpVersion::NONE {
            // The message itself tells a little.
            flow.ip_version = message.ip_version();
            flow.protocol = message.protocol();
            flow.destination.port = message.destination_port();
        }
        flow.verdict = message.verdict();
        flow.drop_reason = message.reason();
        flow.is_reply = match flow.verdict {
            Verdict::DROPPED => Reply::UNKNOWN,
            // It is about the first packet of a connection.
            _ => Reply::NO,
        };
        flow.direction = message.direction();
        match flow.direction {
            Direction::INGRESS => {
                flow.source.identity = message.remote_identity();
                extra.destination_endpoint = u32::from(extra.endpoint);
            }
            Direction::EGRESS => {
                flow.destination.identity = message.remote_identity();
                extra.source_endpoint = extra.endpoint;
            }
            _ => {}
        }
        extra.proxy_port = message.proxy_port();
        extra.policy_match = message.policy_match();
        extra.auth_type = message.auth_type();
        extra.policy_cookie = message.cookie();
        flow
    }

    fn capture(&mut self, message: &DebugCapture<'_>, extra: &mut CiliumExtra) -> Flow {
        let (header, is_known) = (message.header(), message.is_known_version());
        let captured = message.captured(&self.extensions);
        let mut flow = self.packet(header, captured, is_known, extra);
        flow.verdict = Verdict::UNKNOWN;
        flow.trace_reason = TraceReason::UNKNOWN;
        flow.interface.index = message.interface();
        extra.capture_point = message.point();
        extra.proxy_port = message.proxy_port();
        flow
    }

    fn sock(&mut self, message: &TraceSockNotify, extra: &mut CiliumExtra) -> Flow {
        let point = message.point();
        let mut flow = Flow {
            flow_type: FlowType::SOCK,
            event_type: EventType::TRACE_SOCK,
            event_sub_type: point.0,
            ip_version: message.ip_version(),
            protocol: message.protocol(),
            verdict: match point {
                SocketPoint::PRE_FORWARD | SocketPoint::PRE_REVERSE => Verdict::TRACED,
                SocketPoint::POST_FORWARD | SocketPoint::POST_REVERSE => Verdict::TRANSLATED,
                _ => Verdict::UNKNOWN,
            },
            socket_cookie: message.socket_cookie(),
            cgroup_id: message.cgroup_id(),
            ..Flow::default()
        };
        extra.socket_point = point;
        flow.destination.ip = message.remote_ip();
        flow.destination.port = message.remote_port();
        let own = self
            .knowledge
            .cgroup_address(message.cgroup_id(), message.ip_version());
        flow.source.ip = own.unwrap_or_default();
        if point.is_reverse() {
            core::mem::swap(&mut flow.source, &mut flow.destination);
        }
        flow
    }
}
