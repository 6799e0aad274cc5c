//! From each message to a flow.

use super::header::Header;
use super::{
    Captured, CiliumDecoder, CiliumExtra, DebugCapture, DropNotify, NodeKnowledge,
    PolicyVerdictNotify, SocketPoint, TraceNotify, TraceSockNotify, packet, rules,
};
use flow_core::flow::{
    Direction, EventType, Flow, FlowFlags, FlowType, IpVersion, Reply, TracePoint, Verdict,
};

impl<K: NodeKnowledge> CiliumDecoder<K> {
    /// The packet of a message, and what all headers have.
    #[inline]
    fn packet(
        &mut self,
        header: &Header,
        captured: Option<&Captured<'_>>,
        is_known_version: bool,
        flow: &mut Flow,
        extra: &mut CiliumExtra,
    ) {
        match captured {
            Some(captured) => {
                packet::fill(captured, flow, extra);
                extra.captured = u16::try_from(captured.data.len()).unwrap_or(u16::MAX);
                self.stats.truncated += u64::from(captured.is_cut);
            }
            None => self.no_packet(header, is_known_version, flow),
        }
        if !is_known_version {
            flow.flags |= FlowFlags::UNKNOWN_VERSION;
            self.stats.unknown_versions += 1;
        }
        flow.event_type = header.event;
        flow.event_sub_type = header.sub_type;
        extra.hash = header.hash;
        extra.endpoint = header.endpoint;
        extra.version = header.version;
        extra.ext_version = header.ext_version;
    }

    #[cold]
    fn no_packet(&mut self, header: &Header, is_known_version: bool, flow: &mut Flow) {
        flow.flow_type = FlowType::L3_L4;
        if !is_known_version {
            return;
        }
        let (event, version) = (header.event, header.ext_version);
        if self.extensions.length(event, version).is_none() {
            flow.flags |= FlowFlags::UNKNOWN_VERSION;
            self.stats.unknown_versions += 1;
        } else if header.len_cap != 0 {
            // There is one, and it is not here at all.
            flow.flags |= FlowFlags::TRUNCATED;
            self.stats.truncated += 1;
        }
    }

    /// Whether the endpoint at which a message was made is the sender; `None` where that is not
    /// known, or it was made at no endpoint. `given` is what the message itself has.
    #[inline]
    fn is_from_endpoint(
        &mut self,
        flow: &Flow,
        extra: &mut CiliumExtra,
        given: Option<bool>,
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
            None => {
                if given == Some(true) {
                    extra.source_endpoint = extra.endpoint;
                }
                given
            }
        };
        from.filter(|_| extra.endpoint != 0)
    }

    /// Sets the sending endpoint to the one with the sender's address, where the node knows which
    /// that is.
    #[inline]
    fn find_sender(&mut self, flow: &Flow, extra: &mut CiliumExtra) {
        if let Some(id) = self.knowledge.endpoint_id(flow.source.ip) {
            extra.source_endpoint = id;
        }
    }

    /// Sets the receiving endpoint to the one with the receiver's address, where the node knows which
    /// that is.
    #[inline]
    fn find_receiver(&mut self, flow: &Flow, extra: &mut CiliumExtra) {
        if let Some(id) = self.knowledge.endpoint_id(flow.destination.ip) {
            extra.destination_endpoint = u32::from(id);
        }
    }

    #[inline]
    pub(super) fn trace(
        &mut self,
        message: &TraceNotify<'_>,
        flow: &mut Flow,
        extra: &mut CiliumExtra,
    ) {
        let header = message.header();
        let captured = message.captured(&self.extensions);
        let is_known = message.is_known_version();
        self.packet(&header, captured.as_ref(), is_known, flow, extra);
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
        let (endpoint, proxy_port) = message.destination();
        extra.destination_endpoint = u32::from(endpoint);
        extra.proxy_port = proxy_port;
        extra.ip_trace_id = message.ip_trace_id();
        let original = message.original_ip();
        if let Some(original) = original
            && flow.ip_version != IpVersion::NONE
            && original != flow.source.ip
        {
            extra.source_xlated = flow.source.ip;
            flow.source.ip = original;
        }
        let given = match flow.trace_point {
            TracePoint::FROM_ENDPOINT => Some(true),
            _ if extra.destination_endpoint == u32::from(extra.endpoint) => Some(false),
            _ => None,
        };
        let from = self.is_from_endpoint(flow, extra, given);
        self.find_receiver(flow, extra);
        flow.direction = if extra.endpoint == 0 {
            Direction::UNKNOWN
        } else {
            rules::trace_direction(from, flow.trace_reason, original.is_some())
        };
    }

    #[inline]
    pub(super) fn drop(
        &mut self,
        message: &DropNotify<'_>,
        flow: &mut Flow,
        extra: &mut CiliumExtra,
    ) {
        let header = message.header();
        let captured = message.captured(&self.extensions);
        let is_known = message.is_known_version();
        self.packet(&header, captured.as_ref(), is_known, flow, extra);
        flow.verdict = Verdict::DROPPED;
        flow.drop_reason = message.reason();
        flow.source.identity = message.source_identity();
        flow.destination.identity = message.destination_identity();
        flow.interface.index = message.interface();
        extra.destination_endpoint = message.destination_endpoint();
        extra.file = message.file();
        extra.file_line = message.line();
        extra.ext_error = message.ext_error();
        extra.ip_trace_id = message.ip_trace_id();
        let given = (extra.destination_endpoint == u32::from(extra.endpoint)).then_some(false);
        flow.direction = rules::drop_direction(self.is_from_endpoint(flow, extra, given));
        self.find_receiver(flow, extra);
    }

    pub(super) fn policy(
        &mut self,
        message: &PolicyVerdictNotify<'_>,
        flow: &mut Flow,
        extra: &mut CiliumExtra,
    ) {
        let header = message.header();
        let captured = message.captured(&self.extensions);
        let is_known = message.is_known_version();
        self.packet(&header, captured.as_ref(), is_known, flow, extra);
        if captured.is_none() {
            // The message itself has a little.
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
        self.find_sender(flow, extra);
        self.find_receiver(flow, extra);
        extra.proxy_port = message.proxy_port();
        extra.policy_match = message.policy_match();
        extra.auth_type = message.auth_type();
        extra.policy_cookie = message.cookie();
    }

    pub(super) fn capture(
        &mut self,
        message: &DebugCapture<'_>,
        flow: &mut Flow,
        extra: &mut CiliumExtra,
    ) {
        let header = message.header();
        let captured = message.captured(&self.extensions);
        self.packet(&header, captured.as_ref(), true, flow, extra);
        flow.verdict = Verdict::UNKNOWN;
        flow.interface.index = message.interface();
        self.find_sender(flow, extra);
        self.find_receiver(flow, extra);
        extra.capture_point = message.point();
        extra.proxy_port = message.proxy_port();
    }

    pub(super) fn sock(
        &mut self,
        message: &TraceSockNotify,
        flow: &mut Flow,
        extra: &mut CiliumExtra,
    ) {
        let point = message.point();
        extra.socket_point = point;
        flow.flow_type = FlowType::SOCK;
        flow.event_type = EventType::TRACE_SOCK;
        flow.event_sub_type = point.0;
        flow.ip_version = message.ip_version();
        flow.protocol = message.protocol();
        flow.verdict = match point {
            SocketPoint::PRE_FORWARD | SocketPoint::PRE_REVERSE => Verdict::TRACED,
            SocketPoint::POST_FORWARD | SocketPoint::POST_REVERSE => Verdict::TRANSLATED,
            _ => Verdict::UNKNOWN,
        };
        flow.socket_cookie = message.socket_cookie();
        flow.cgroup_id = message.cgroup_id();
        let (own, remote) = if point.is_reverse() {
            (&mut flow.destination, &mut flow.source)
        } else {
            (&mut flow.source, &mut flow.destination)
        };
        let (cgroup, version) = (message.cgroup_id(), message.ip_version());
        own.ip = self
            .knowledge
            .cgroup_address(cgroup, version)
            .unwrap_or_default();
        remote.ip = message.remote_ip();
        remote.port = message.remote_port();
        self.find_sender(flow, extra);
        self.find_receiver(flow, extra);
    }
}
