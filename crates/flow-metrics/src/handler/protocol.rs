//! Protocol of a flow, as Hubble's metrics name it.

use crate::recorder::Recorder;
use crate::subject::{Layer4, Layer7, Subject, Way};
use crate::value::Value;
use crate::words::Word;

/// Numbers of Cilium's events.
pub(crate) mod event {
    pub(crate) const DROP: i32 = 1;
    pub(crate) const CAPTURE: i32 = 3;
    pub(crate) const TRACE: i32 = 4;
    pub(crate) const POLICY_VERDICT: i32 = 5;
    pub(crate) const L7: i32 = 129;
}

/// Numbers of Hubble's verdicts.
pub(crate) mod verdict {
    pub(crate) const FORWARDED: i32 = 1;
    pub(crate) const DROPPED: i32 = 2;
    pub(crate) const REDIRECTED: i32 = 5;
}

/// Kinds of layer 7 messages.
pub(crate) mod l7_kind {
    pub(crate) const REQUEST: i32 = 1;
    pub(crate) const RESPONSE: i32 = 2;
}

/// The protocol of a flow by the class of its event.
#[inline]
pub(crate) fn of_flow(subject: &impl Subject) -> Word {
    let kind = subject.event_type().map_or(0, |(kind, _)| kind);
    match kind {
        event::L7 => match subject.layer7() {
            Some(Layer7::Dns) => Word::Dns,
            Some(Layer7::Http) => Word::Http,
            Some(Layer7::Kafka) => Word::Kafka,
            _ => Word::UnknownL7,
        },
        event::DROP | event::TRACE | event::POLICY_VERDICT | event::CAPTURE => {
            of_layer4(subject.layer4())
        }
        _ => Word::UnknownFlow,
    }
}

/// The protocol above IP.
pub(crate) const fn of_layer4(layer4: Option<Layer4>) -> Word {
    match layer4 {
        Some(Layer4::Tcp { .. }) => Word::Tcp,
        Some(Layer4::Udp { .. }) => Word::Udp,
        Some(Layer4::Sctp { .. }) => Word::Sctp,
        Some(Layer4::Icmpv4 { .. }) => Word::Icmpv4,
        Some(Layer4::Icmpv6 { .. }) => Word::Icmpv6,
        Some(Layer4::Vrrp) => Word::Vrrp,
        Some(Layer4::Igmp) => Word::Igmp,
        None => Word::UnknownL4,
    }
}

/// The value of the version of IP; `None` where there is no IP header.
#[inline]
pub(crate) fn family(subject: &impl Subject, recorder: &mut Recorder<'_>) -> Option<Value> {
    Some(match subject.ip_version()? {
        0 => Value::word(Word::NoIp),
        1 => Value::word(Word::Ipv4),
        2 => Value::word(Word::Ipv6),
        other => recorder.number(other.into()),
    })
}

/// The value of the verdict.
#[inline]
pub(crate) fn verdict(subject: &impl Subject, recorder: &mut Recorder<'_>) -> Value {
    match u8::try_from(subject.verdict()) {
        Ok(number) => Value::verdict(number),
        Err(_) => recorder.number(subject.verdict().into()),
    }
}

/// Whether a flow was let through.
#[inline]
pub(crate) fn is_forwarded(subject: &impl Subject) -> bool {
    matches!(subject.verdict(), verdict::FORWARDED | verdict::REDIRECTED)
}

/// Who reports an exchange, by the direction.
pub(crate) fn reporter(subject: &impl Subject) -> Value {
    Value::word(match subject.way() {
        Way::Egress => Word::Client,
        Way::Ingress => Word::Server,
        Way::Unknown => Word::Unknown,
    })
}
