//! The order of the crates: what `cargo xtask layers` holds every `Cargo.toml` to.

/// A published crate and what it may depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Layer of DESIGN and ARCHITECTURE, 1 at the bottom.
    pub(crate) layer: u8,
    /// Name of the package.
    pub(crate) name: &'static str,
    /// Workspace crates that it may name in `dependencies` and `build-dependencies`.
    ///
    /// Each of them stands further up in the table: that is what makes arrows point down only.
    pub(crate) may_use: &'static [&'static str],
}

const fn row(layer: u8, name: &'static str, may_use: &'static [&'static str]) -> Row {
    Row {
        layer,
        name,
        may_use,
    }
}

/// Every published crate, lowest first. A crate of `crates/` that is not here is a finding.
#[rustfmt::skip]
pub(crate) const ORDER: &[Row] = &[
    row(1, "flow-core",     &[]),
    row(2, "flow-demo",     &[]),
    row(2, "flow-l7",       &["flow-core"]),
    row(2, "flow-enrich",   &["flow-core"]),
    row(3, "flow-ebpf",     &["flow-core"]),
    row(3, "flow-cilium",   &["flow-core", "flow-l7"]),
    row(3, "flow-capture",  &["flow-core", "flow-l7"]),
    row(3, "flow-hubble",   &["flow-core", "flow-l7", "flow-cilium"]),
    row(4, "flow-filter",   &["flow-core", "flow-hubble"]),
    row(4, "flow-metrics",  &["flow-core", "flow-hubble", "flow-filter"]),
    row(5, "flow-observer", &["flow-core", "flow-l7", "flow-enrich", "flow-metrics", "flow-cilium", "flow-capture", "flow-hubble", "flow-filter"]),
    row(6, "flow-agent",    &["flow-core", "flow-demo", "flow-l7", "flow-enrich", "flow-metrics", "flow-ebpf", "flow-cilium", "flow-capture", "flow-hubble", "flow-filter", "flow-observer"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arrow_of_the_table_points_to_a_row_above() {
        for (at, row) in ORDER.iter().enumerate() {
            for used in row.may_use {
                let found = ORDER[..at].iter().find(|other| other.name == *used);
                let found = found.unwrap_or_else(|| panic!("{}: {used} is not above", row.name));
                assert!(found.layer <= row.layer, "{} uses {used}", row.name);
            }
        }
    }

    #[test]
    fn layers_never_fall_and_no_crate_stands_twice() {
        for (at, row) in ORDER.iter().enumerate() {
            assert!(ORDER[..at].iter().all(|other| other.layer <= row.layer));
            assert!(ORDER[..at].iter().all(|other| other.name != row.name));
        }
    }
}
