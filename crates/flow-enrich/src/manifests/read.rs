//! Reads a file of manifests.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::policy::ObjectError;

/// Files that are larger are not read: 256 MiB.
pub const MAX_FILE: u64 = 256 << 20;

/// Error returned for a file of manifests that cannot be taken.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
#[non_exhaustive]
pub struct ManifestError {
    /// The file, or the folder.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub reason: ManifestReason,
}

/// What is wrong with a file of manifests.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestReason {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is too large.
    #[error("expected at most {} bytes, found {}", MAX_FILE, .0)]
    Size(u64),
    /// It is no YAML.
    #[error("expected YAML, found: {0}")]
    Yaml(String),
    /// It is no JSON.
    #[error("expected JSON, found: {0}")]
    Json(#[from] serde_json::Error),
    /// An object in it has not the form of its kind.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// There is no room for more names.
    #[error(transparent)]
    Full(#[from] flow_core::names::NameTableFull),
}

/// Returns the documents of a file: those of YAML, separated by `---`, or the values of a file whose name
/// ends in `.json`. Empty documents are left out.
///
/// [`kubernetes::Object::read`](crate::kubernetes::Object::read) makes objects of them that give names, and
/// [`policy::Cluster::add`](crate::policy::Cluster#method.add) takes the policies among them.
///
/// # Errors
/// If it cannot be read, is larger than [`MAX_FILE`], or is neither. One broken document makes the file broken.
pub fn read_manifest(path: &Path) -> Result<Vec<Value>, ManifestError> {
    let error = |reason| ManifestError {
        path: path.to_owned(),
        reason,
    };
    let read = || -> Result<Vec<Value>, ManifestReason> {
        let size = fs::metadata(path)?.len();
        if size > MAX_FILE {
            return Err(ManifestReason::Size(size));
        }
        let text = fs::read_to_string(path)?;
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        match is_json {
            true => {
                let values = serde_json::Deserializer::from_str(&text).into_iter();
                Ok(values.collect::<Result<_, _>>()?)
            }
            false => documents(&text).map_err(ManifestReason::Yaml),
        }
    };
    let mut values = read().map_err(error)?;
    values.retain(|value| !value.is_null());
    Ok(values)
}

fn documents(text: &str) -> Result<Vec<Value>, String> {
    // The size of the file bounds these; aliases, which could multiply it, keep the limits of the parser.
    let budget = serde_saphyr::budget! {
        max_documents: usize::MAX,
        max_nodes: usize::MAX,
        max_events: usize::MAX,
        max_total_scalar_bytes: usize::MAX,
    };
    let options = serde_saphyr::options! { budget: budget };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| error.to_string())
}
