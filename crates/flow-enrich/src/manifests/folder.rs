//! A folder of manifests as a source of names.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::read::{ManifestError, ManifestReason, read_manifest};
use crate::kubernetes::{ClusterBatch, ClusterNames, Object, ObjectKind, Place, Replacement};
use crate::source::{NameSource, SourceFailure};
use crate::table::EndpointTable;

/// By what a change of a file is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
}

/// A folder of manifests, YAML or JSON, as a source of names: what `kubectl get -o yaml` writes is enough.
///
/// Files whose names end in `.yaml`, `.yml` or `.json` are read, not those of folders inside. The folder is
/// looked at once a second, and read again when a file has come, gone, or changed in size or time. An object that
/// is in no file any more is removed; of one that is in two, the file that comes last by name counts.
///
/// As long as a file is broken, nothing is removed, for its objects may be in it: its error is reported, and the
/// other files count.
#[derive(Debug)]
pub struct ManifestFolder {
    path: PathBuf,
    cluster: ClusterNames,
    /// What the folder looked like when it was read.
    seen: Option<Vec<Stamp>>,
    failure: Option<String>,
}

impl ManifestFolder {
    /// Returns the source of a folder, or of one file; nothing is read yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, table: &EndpointTable, place: Place) -> Self {
        Self {
            path: path.into(),
            cluster: ClusterNames::new(table, place),
            seen: None,
            failure: None,
        }
    }

    /// Reads the folder, if it has changed since the last time. Returns whether it had.
    ///
    /// # Errors
    /// If the folder cannot be listed, or a file in it cannot be taken: the first one of them. All
    /// others have been taken.
    pub fn load(&mut self, now: u64) -> Result<bool, ManifestError> {
        let stamps = list(&self.path)?;
        if self.seen.as_ref() == Some(&stamps) {
            return Ok(false);
        }
        let mut failure = None;
        let mut batch = self.cluster.batch(now);
        let replacement = batch.begin();
        for stamp in &stamps {
            let result = take(&stamp.path, &mut batch, replacement);
            if let Err(error) = result {
                failure.get_or_insert(error);
            }
        }
        if failure.is_none() {
            for kind in ObjectKind::ALL {
                batch.finish(replacement, kind);
            }
        }
        drop(batch);
        self.seen = Some(stamps);
        failure.map_or(Ok(true), Err)
    }

    /// Returns how many objects that give names were found.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.cluster.len()
    }
}

impl NameSource for ManifestFolder {
    fn name(&self) -> &str {
        "manifests"
    }

    fn refresh(&mut self, now: u64) -> Result<(), SourceFailure> {
        match self.load(now) {
            Ok(true) => self.failure = None,
            // A broken file is still broken.
            Ok(false) => {}
            Err(error) => self.failure = Some(error.to_string()),
        }
        match &self.failure {
            None => Ok(()),
            Some(failure) => Err(failure.clone().into()),
        }
    }
}

/// The files of a folder, in the order of their names.
fn list(path: &Path) -> Result<Vec<Stamp>, ManifestError> {
    let error = |error: std::io::Error| ManifestError {
        path: path.to_owned(),
        reason: error.into(),
    };
    let mut paths = Vec::new();
    if fs::metadata(path).map_err(error)?.is_dir() {
        for entry in fs::read_dir(path).map_err(error)? {
            let path = entry.map_err(error)?.path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if matches!(extension, Some("yaml" | "yml" | "json")) {
                paths.push(path);
            }
        }
    } else {
        paths.push(path.to_owned());
    }
    paths.sort_unstable();
    let mut stamps = Vec::new();
    for path in paths {
        // A file that has just gone is no file of the folder, and neither is a folder.
        if let Ok(metadata) = fs::metadata(&path)
            && metadata.is_file()
        {
            stamps.push(Stamp {
                path,
                size: metadata.len(),
                modified: metadata.modified().ok(),
            });
        }
    }
    Ok(stamps)
}

fn take(
    path: &Path,
    batch: &mut ClusterBatch<'_>,
    replacement: Replacement,
) -> Result<(), ManifestError> {
    let error = |reason: ManifestReason| ManifestError {
        path: path.to_owned(),
        reason,
    };
    let mut all = Vec::new();
    for document in read_manifest(path)? {
        all.extend(Object::read(&document).map_err(|wrong| error(wrong.into()))?);
    }
    for object in all {
        let taken = batch.apply_listed(replacement, object);
        taken.map_err(|full| error(full.into()))?;
    }
    Ok(())
}
