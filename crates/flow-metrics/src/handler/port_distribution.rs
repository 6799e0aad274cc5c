//! Ports that connections are made to.

use super::protocol::{is_forwarded, of_layer4};
use crate::recorder::Recorder;
use crate::series::Counter;
use crate::setup::Setup;
use crate::subject::{Layer4, Subject};
use crate::value::Value;

#[derive(Debug)]
pub(crate) struct PortDistributionHandler {
    ports: Counter,
}

impl PortDistributionHandler {
    pub(crate) fn new(setup: &mut Setup<'_>) -> Self {
        let help = "Numbers of packets distributed by destination port";
        let labels = ["protocol", "port"];
        Self {
            ports: setup.hubble_counter("port_distribution_total", help, &labels),
        }
    }

    #[inline]
    pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
        if !is_forwarded(subject) || subject.is_reply() != Some(false) {
            return;
        }
        let Some(layer4) = subject.layer4() else {
            return;
        };
        let port = match layer4 {
            Layer4::Tcp { port, .. } | Layer4::Udp { port } | Layer4::Sctp { port, .. } => port,
            Layer4::Icmpv4 { .. } | Layer4::Icmpv6 { .. } | Layer4::Vrrp | Layer4::Igmp => 0,
        };
        let port = recorder.number(port.into());
        let protocol = Value::word(of_layer4(Some(layer4)));
        recorder.add(&self.ports, &[protocol, port], 1);
    }
}
