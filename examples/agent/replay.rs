//! Flows from a capture.

use std::path::Path;

use flow_core::flow::Flow;
use flow_core::ring::Writer;
use flow_lab::capture::Reader as Capture;

use crate::args::Observe;
use crate::stop::Stop;
use crate::view::View;

pub(crate) fn run(
    args: &Observe,
    mut capture: Capture,
    path: &Path,
    writer: Writer<Flow>,
    mut view: View,
    stop: &Stop,
) -> anyhow::Result<()> {
    anyhow::bail!("not yet")
}
