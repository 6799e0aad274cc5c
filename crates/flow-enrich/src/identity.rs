//! Security identities: reserved ones by rule, others by labels.

use std::net::IpAddr;

use flow_core::flow::{Endpoint, Flow};
use flow_core::pipeline::{Attached, Enricher};

/// The node that observes.
pub const HOST: u32 = 1;
/// Everything outside of the cluster.
pub const WORLD: u32 = 2;
/// Probes of the health of nodes.
pub const HEALTH: u32 = 4;
/// Another node.
pub const REMOTE_NODE: u32 = 6;
/// The API server of Kubernetes.
pub const KUBE_APISERVER: u32 = 7;
/// A proxy that takes traffic into the cluster.
pub const INGRESS: u32 = 8;
/// Addresses of IPv4 outside of the cluster, where both versions are told apart.
pub const WORLD_IPV4: u32 = 9;
/// Addresses of IPv6 outside of the cluster, where both versions are told apart.
pub const WORLD_IPV6: u32 = 10;

/// The first identity that [`of_labels`] returns; the last is [`u32::MAX`].
///
/// Identities of Cilium are all below: 1 to 255 are reserved, those of a cluster's endpoints are its
/// number in bits 16 to 24 and 16 bits more, and those of one node have 1 or 2 in the upper 8 bits.
pub const FIRST_OF_LABELS: u32 = 1 << 31;

/// Returns the identity of a set of labels, such as `k8s:app=web`: the same for the same set in any order,
/// on every node, in every version of this crate.
///
/// It is 31 bits of a hash (FNV-1a over the sorted labels with a 0 byte after each, then the last mixing
/// steps of MurmurHash3), with the highest bit set. Two sets have the same identity with a chance of 1 in 2³¹.
///
/// ```
/// use flow_enrich::identity::{FIRST_OF_LABELS, of_labels};
///
/// let web = of_labels(["k8s:app=web", "k8s:io.kubernetes.pod.namespace=shop"]);
/// assert_eq!(web, of_labels(["k8s:io.kubernetes.pod.namespace=shop", "k8s:app=web"]));
/// assert_ne!(web, of_labels(["k8s:app=web"]));
/// assert!(web >= FIRST_OF_LABELS);
/// ```
#[must_use]
pub fn of_labels<'a>(labels: impl IntoIterator<Item = &'a str>) -> u32 {
    let mut sorted: Vec<&str> = labels.into_iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for label in sorted {
        for byte in label.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    FIRST_OF_LABELS | (hash >> 33) as u32
}

/// Gives ends that nobody knows the reserved identity that their address alone shows: `host` for loopback,
/// `world` for the rest. Put it after all other enrichers that give identities.
///
/// Addresses that are in a range of the cluster, but whose owner is not known, have names and no identity:
/// they keep none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reserved {
    tells_versions_apart: bool,
}

impl Reserved {
    /// Returns an enricher that gives one identity to all of the [world](WORLD).
    #[must_use]
    pub const fn new() -> Self {
        Self {
            tells_versions_apart: false,
        }
    }

    /// Returns an enricher that gives [`WORLD_IPV4`] and [`WORLD_IPV6`], as clusters with both versions
    /// of IP do.
    #[must_use]
    pub const fn dual_stack() -> Self {
        Self {
            tells_versions_apart: true,
        }
    }

    /// Returns the identity of an address that nobody knows; 0 for none, where there is no address.
    #[must_use]
    pub const fn of(&self, address: IpAddr) -> u32 {
        if address.is_unspecified() {
            return 0;
        }
        if address.is_loopback() {
            return HOST;
        }
        match (self.tells_versions_apart, address) {
            (false, _) => WORLD,
            (true, IpAddr::V4(_)) => WORLD_IPV4,
            (true, IpAddr::V6(_)) => WORLD_IPV6,
        }
    }
}

impl Enricher for Reserved {
    fn name(&self) -> &str {
        "reserved identities"
    }

    #[inline]
    fn enrich(&self, flow: &mut Flow, attached: &Attached<'_>) {
        let give = |end: &mut Endpoint, has_names: bool| {
            if end.identity == 0 && end.meta == 0 && !has_names {
                end.identity = self.of(end.ip.to_std());
            }
        };
        give(&mut flow.source, attached.source.is_some());
        give(&mut flow.destination, attached.destination.is_some());
    }
}

#[cfg(test)]
mod tests {
    use flow_core::flow::{Ip, reserved_identity};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reserved_identities_have_the_names_of_the_flow_model() {
        for (identity, name) in [
            (HOST, "host"),
            (WORLD, "world"),
            (HEALTH, "health"),
            (REMOTE_NODE, "remote-node"),
            (KUBE_APISERVER, "kube-apiserver"),
            (INGRESS, "ingress"),
            (WORLD_IPV4, "world-ipv4"),
            (WORLD_IPV6, "world-ipv6"),
        ] {
            assert_eq!(reserved_identity(identity), Some(name));
        }
    }

    /// Another value would give every stored flow another identity.
    #[test]
    fn the_hash_never_changes() {
        assert_eq!(of_labels([]), PIN_EMPTY);
        assert_eq!(of_labels(["k8s:app=web"]), PIN_WEB);
    }

    const PIN_EMPTY: u32 = 0xf7e8_0fb0;
    const PIN_WEB: u32 = 0xf4af_ae65;

    #[test]
    fn unknown_ends_get_what_their_address_shows() {
        let identities = |reserved: Reserved, source: &str, destination: &str| {
            let mut flow = Flow::default();
            let ip = |text: &str| Ip::from(text.parse::<IpAddr>().expect("an address"));
            (flow.source.ip, flow.destination.ip) = (ip(source), ip(destination));
            reserved.enrich(&mut flow, &Attached::NONE);
            [flow.source.identity, flow.destination.identity]
        };
        let (one, both) = (Reserved::new(), Reserved::dual_stack());
        assert_eq!(identities(one, "127.0.0.1", "192.0.2.1"), [HOST, WORLD]);
        assert_eq!(identities(one, "::1", "2001:db8::1"), [HOST, WORLD]);
        assert_eq!(identities(one, "::", "0.0.0.0"), [0, 0]);
        let found = identities(both, "192.0.2.1", "2001:db8::1");
        assert_eq!(found, [WORLD_IPV4, WORLD_IPV6]);
    }

    #[test]
    fn known_ends_keep_what_they_have() {
        let mut flow = Flow::default();
        flow.source.ip = Ip::v4([192, 0, 2, 1]);
        flow.destination.ip = Ip::v4([192, 0, 2, 2]);
        flow.source.identity = 77;
        flow.destination.meta = 5;
        Reserved::new().enrich(&mut flow, &Attached::NONE);
        assert_eq!((flow.source.identity, flow.destination.identity), (77, 0));
    }

    proptest! {
        #[test]
        fn the_order_of_labels_does_not_matter(mut labels: Vec<String>, by: usize) {
            let before = of_labels(labels.iter().map(String::as_str));
            if !labels.is_empty() {
                let by = by % labels.len();
                labels.rotate_left(by);
            }
            prop_assert_eq!(of_labels(labels.iter().map(String::as_str)), before);
            prop_assert!(before >= FIRST_OF_LABELS);
        }
    }
}
