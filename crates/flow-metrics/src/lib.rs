//! Counters and histograms computed from network flows: Hubble's metrics, bounded, for Prometheus.
//!
//! [`Metrics`] is an [`Observer`] of a [pipeline](flow_core::pipeline). It counts what Hubble's metrics
//! count, with the same names, labels and options, so that dashboards made for Hubble work. Metrics of an
//! embedder's own are added with [`MetricsBuilder::handler`].
//!
//! ```
//! use flow_core::flow::{DropReason, EventType, Flow, Protocol, Verdict};
//! use flow_core::resolve::EndpointNames;
//! use flow_core::view::FlowView;
//! use flow_metrics::{Format, MetricConfig, Metrics, Observer};
//!
//! let configs = MetricConfig::parse_list("drop:sourceContext=pod|ip flow");
//! let (metrics, notices) = Metrics::builder().metrics(configs).build()?;
//! assert!(!notices.iter().any(|notice| notice.is_error()));
//!
//! let flow = Flow {
//!     event_type: EventType::DROP,
//!     verdict: Verdict::DROPPED,
//!     drop_reason: DropReason::from_cilium(133),
//!     protocol: Protocol::TCP,
//!     ..Flow::default()
//! };
//! let pod = EndpointNames {
//!     namespace: "shop".into(),
//!     pod_name: "web-0".into(),
//!     ..EndpointNames::default()
//! };
//! metrics.observe(&FlowView::from(&flow).with_source(&pod));
//!
//! let text = metrics.encode(Format::Prometheus);
//! assert!(text.contains(
//!     r#"hubble_drop_total{protocol="TCP",reason="POLICY_DENIED",source="shop/web-0"} 1"#
//! ));
//! # Ok::<(), flow_metrics::ConfigError>(())
//! ```
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod apply;
mod builder;
mod choice;
mod config;
mod context;
mod expose;
mod handler;
mod inner;
mod make;
#[cfg(feature = "hubble")]
mod message;
mod metrics;
mod recorder;
mod seen;
mod series;
mod set;
mod setup;
mod subject;
mod value;
mod words;
mod worker;

pub use builder::MetricsBuilder;
pub use config::{ConfigError, MetricConfig, MetricOption, Notice, OptionError};
pub use context::{ContextLabel, EndLabel, Identifier};
pub use expose::Format;
pub use flow_core::pipeline::{Lost, LostAt, Observer, ObserverFn, observer_fn};
pub use handler::Handler;
pub use metrics::Metrics;
pub use recorder::Recorder;
pub use series::{Counter, Histogram, OWN_LABELS};
pub use setup::Setup;
pub use value::Value;
