//! Flows to the world outside of the cluster.

use flow_core::flow::{DropReason, TcpFlags};

use super::protocol::{of_flow, verdict};
use crate::recorder::Recorder;
use crate::series::Counter;
use crate::setup::Setup;
use crate::subject::{End, Layer4, Subject};
use crate::value::Value;

/// The number of Hubble's `POLICY_DENIED`.
const POLICY_DENIED: DropReason = DropReason(133);

#[derive(Debug)]
pub(crate) struct FlowsToWorldHandler {
    has_any_drop: bool,
    has_port: bool,
    is_syn_only: bool,
    flows: Counter,
}

impl FlowsToWorldHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let has_port = setup.has("port");
        let all = ["protocol", "verdict", "port"];
        let labels = if has_port { &all[..] } else { &all[..2] };
        let help = "Total number of flows to reserved:world";
        Self {
            has_any_drop: setup.has("any-drop"),
            has_port,
            is_syn_only: setup.has("syn-only"),
            flows: setup.hubble_counter("flows_to_world_total", help, labels),
        }
    }

    pub(crate) fn status(&self) -> String {
        let options = [
            (self.has_any_drop, "any-drop,"),
            (self.has_port, "port,"),
            (self.is_syn_only, "syn-only,"),
        ];
        let set = options.iter().filter(|(is_set, _)| *is_set);
        set.map(|(_, name)| *name).collect()
    }

    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        let Some(layer4) = subject.layer4() else {
            return;
        };
        if subject.event_type().is_none()
            || !self.counts(subject, layer4)
            || !recorder.remembered(subject.handle(End::Destination), || is_to_world(subject))
        {
            return;
        }
        let port = match layer4 {
            Layer4::Tcp { port, .. } | Layer4::Udp { port } | Layer4::Sctp { port, .. }
                if self.has_port =>
            {
                recorder.number(port.into())
            }
            _ => Value::EMPTY,
        };
        let protocol = Value::word(of_flow(subject));
        let outcome = verdict(subject, recorder);
        recorder.add(&self.flows, &[protocol, outcome, port], 1);
    }

    fn counts(&self, subject: &impl Subject, layer4: Layer4) -> bool {
        if self.is_syn_only {
            let Layer4::Tcp { flags, .. } = layer4 else {
                return false;
            };
            if !flags.unwrap_or_default().contains(TcpFlags::SYN) {
                return false;
            }
        }
        match subject.verdict() {
            verdict::DROPPED => self.has_any_drop || subject.drop_reason() == Ok(POLICY_DENIED),
            _ => subject.is_reply() != Some(true),
        }
    }
}

fn is_to_world(subject: &impl Subject) -> bool {
    let mut is_world = false;
    subject.with_names(End::Destination, &mut |names| {
        if let Some(names) = names {
            names.each_label(&mut |label| {
                is_world = matches!(
                    label,
                    "reserved:world" | "reserved:world-ipv4" | "reserved:world-ipv6"
                );
                !is_world
            });
        }
    });
    is_world
}
