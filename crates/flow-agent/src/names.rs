//! Names of the ends of flows, from the command line.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use flow_core::flow::Flow;
use flow_core::pipeline::{Attached, Enricher, PipelineBuilder};
use flow_core::store::FlowStore;
use flow_enrich::Chain;
use flow_enrich::dns::DnsNames;
use flow_enrich::identity::Reserved;
use flow_enrich::kubernetes::Place;
use flow_enrich::manifests::ManifestFolder;
use flow_enrich::names::TableNames;
use flow_enrich::source::SourceThread;
use flow_enrich::table::EndpointTable;

use crate::messages::{Messages, count};

/// Enrichers, and the thread that keeps what they read up to date.
struct Names {
    chain: Chain,
    _thread: SourceThread,
}

impl Enricher for Names {
    fn name(&self) -> &str {
        "names"
    }

    fn enrich(&self, flow: &mut Flow, attached: &Attached<'_>) {
        self.chain.enrich(flow, attached);
    }
}

/// Returns the pipeline with names from the manifests in `folder`, for as long as it runs. `node` is the node that
/// observes; empty where it is none of the cluster's, such as for captures.
///
/// # Errors
/// Where a manifest cannot be read, or the system refuses a thread.
pub(crate) fn from_manifests(
    pipeline: PipelineBuilder,
    store: &FlowStore,
    folder: &Path,
    node: &str,
    messages: Messages,
) -> anyhow::Result<PipelineBuilder> {
    let table = EndpointTable::new(store.names());
    let place = Place {
        node: node.into(),
        ..Place::default()
    };
    let mut manifests = ManifestFolder::new(folder, &table, place);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    // Whoever begins with a broken manifest wants to know at once; later ones are read again until they are whole.
    manifests.load(now.as_nanos() as u64)?;
    messages.say(format_args!(
        "names of {} from {}",
        count(manifests.objects() as u64, "object"),
        folder.display()
    ));
    let thread = SourceThread::start(manifests).context("starting the thread of names")?;
    let chain = Chain::new()
        .then(TableNames::new(table))
        .then(Reserved::new())
        .then(DnsNames::new(store.names()));
    Ok(pipeline.enricher(Names {
        chain,
        _thread: thread,
    }))
}
