//! All metrics by name.

use super::dns::DnsHandler;
use super::drop::DropHandler;
use super::flow::FlowHandler;
use super::flows_to_world::FlowsToWorldHandler;
use super::http::HttpHandler;
use super::icmp::IcmpHandler;
use super::kafka::KafkaHandler;
use super::policy::PolicyHandler;
use super::port_distribution::PortDistributionHandler;
use super::sctp::SctpHandler;
use super::tcp::TcpHandler;
use crate::recorder::Recorder;
use crate::setup::Setup;
use crate::subject::Subject;

macro_rules! builtin {
    ($($variant:ident($handler:ident): $name:literal => $make:expr),+ $(,)?) => {
        /// A metric of this crate.
        #[derive(Debug)]
        pub(crate) enum Builtin { $($variant($handler)),+ }

        impl Builtin {
            /// Names of all metrics.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),+];

            /// Makes the metric with a name; `None` where there is none.
            pub(crate) fn new(name: &str, setup: &mut Setup<'_>) -> Option<Self> {
                Some(match name {
                    $($name => Self::$variant($make(setup)),)+
                    _ => return None,
                })
            }

            /// Counts a flow.
            #[inline]
            pub(crate) fn observe(&self, subject: &impl Subject, recorder: &mut Recorder<'_>) {
                match self {
                    $(Self::$variant(handler) => handler.observe(subject, recorder)),+
                }
            }
        }
    };
}

builtin! {
    Dns(DnsHandler): "dns" => DnsHandler::new,
    Drop(DropHandler): "drop" => DropHandler::new,
    Flow(FlowHandler): "flow" => FlowHandler::new,
    FlowsToWorld(FlowsToWorldHandler): "flows-to-world" => FlowsToWorldHandler::new,
    Http(HttpHandler): "http" => HttpHandler::new,
    HttpV2(HttpHandler): "httpV2" => HttpHandler::version_2,
    Icmp(IcmpHandler): "icmp" => IcmpHandler::new,
    Kafka(KafkaHandler): "kafka" => KafkaHandler::new,
    Policy(PolicyHandler): "policy" => PolicyHandler::new,
    PortDistribution(PortDistributionHandler): "port-distribution" => PortDistributionHandler::new,
    Sctp(SctpHandler): "sctp" => SctpHandler::new,
    Tcp(TcpHandler): "tcp" => TcpHandler::new,
}

impl Builtin {
    /// Whether the metric of this name shows the ends of a response exchanged.
    pub(crate) fn is_inverted(name: &str) -> bool {
        name == "httpV2"
    }

    /// The metric that cannot stand beside the one of this name.
    pub(crate) fn conflict(name: &str) -> Option<&'static str> {
        match name {
            "http" => Some("httpV2"),
            "httpV2" => Some("http"),
            _ => None,
        }
    }

    /// What Hubble logs of it, with the text of its context options.
    pub(crate) fn status(&self, contexts: &str) -> String {
        match self {
            Self::Dns(handler) => handler.status() + contexts,
            Self::FlowsToWorld(handler) => handler.status() + contexts,
            Self::Http(handler) | Self::HttpV2(handler) => {
                format!("{contexts},exemplars={}", handler.has_exemplars())
            }
            _ => contexts.to_owned(),
        }
    }
}
