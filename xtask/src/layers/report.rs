//! What the checks have found.

use super::graph::Cycle;

/// Findings, each of which fails the task, and what was looked at.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) findings: Vec<String>,
    /// What is worth knowing and no fault.
    pub(crate) notes: Vec<String>,
    pub(crate) crates: usize,
    pub(crate) modules: usize,
    pub(crate) files: usize,
}

impl Report {
    pub(crate) fn find(&mut self, finding: String) {
        self.findings.push(finding);
    }

    pub(crate) fn find_cycle(&mut self, what: &str, cycle: &Cycle) {
        let (nodes, uses) = (cycle.nodes.join(", "), cycle.uses.join("\n    "));
        self.find(format!("{what}: {nodes}\n    {uses}"));
    }

    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}
