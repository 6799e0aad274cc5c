//! The programs of interfaces.

/// Programs that are attached to interfaces.
pub(super) const PROGRAMS: [&str; 4] = ["tc_ingress", "tc_egress", "tc_ingress_l3", "tc_egress_l3"];
