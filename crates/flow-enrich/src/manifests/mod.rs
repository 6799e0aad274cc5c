//! Names from Kubernetes' manifests in files, without a server.
//!
//! ```no_run
//! use flow_core::store::FlowStore;
//! use flow_enrich::kubernetes::Place;
//! use flow_enrich::manifests::ManifestFolder;
//! use flow_enrich::names::TableNames;
//! use flow_enrich::source::SourceThread;
//! use flow_enrich::table::EndpointTable;
//!
//! let store = FlowStore::with_capacity(65_536);
//! let table = EndpointTable::new(store.names());
//! let folder = ManifestFolder::new("/etc/flow/manifests", &table, Place::default());
//! let thread = SourceThread::start(folder)?;
//! let enricher = TableNames::new(table);
//! // … give `store` and `enricher` to a pipeline; look at `thread.health()` now and then.
//! # Ok::<(), std::io::Error>(())
//! ```

mod folder;
mod read;
#[cfg(test)]
mod tests;

pub use folder::ManifestFolder;
pub use read::{MAX_FILE, ManifestError, ManifestReason, read_manifest};
