//! What a form of output does.

use std::io::{self, Write};

use flow_core::pipeline::Lost;
use flow_core::resolve::NodeNames;
use flow_core::view::FlowView;

/// How flows are written.
pub(super) trait Form: Send {
    /// Writes one flow.
    fn flow(&mut self, out: &mut dyn Write, view: &FlowView<'_>) -> io::Result<()>;

    /// Says that flows of a node are missing here.
    fn lost(&mut self, out: &mut dyn Write, lost: &Lost, node: &NodeNames) -> io::Result<()>;
}
