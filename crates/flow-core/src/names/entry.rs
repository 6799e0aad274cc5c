//! What a slot holds.

use std::sync::Arc;

use super::handle::NameHandle;
use crate::resolve::EndpointNames;

/// Names and their handle.
pub(super) struct Entry {
    pub(super) handle: NameHandle,
    pub(super) names: Arc<EndpointNames>,
}
