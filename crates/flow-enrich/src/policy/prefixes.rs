//! Classes of addresses: addresses that no prefix can tell apart.

use fixedbitset::FixedBitSet;
use prefix_trie::PrefixMap;

use super::address::Cidr;
use super::matching::Kind;

/// Where the addresses of IPv4 are among those of IPv6.
const IPV4: (u128, u8) = (0xffff << 32, 96);

/// All prefixes of a cluster and its policies.
///
/// The longest prefix that an address is in decides which others it is in. So that prefix is the
/// class of the address, and a block of addresses is a set of classes.
#[derive(Clone, Debug)]
pub(super) struct Prefixes {
    classes: PrefixMap<(u128, u8), u32>,
    /// What an address of a class is, unless it is known.
    kinds: Vec<Kind>,
}

impl Prefixes {
    /// Builds it of all prefixes that blocks are made of, and of those of pods and services.
    pub(super) fn new(
        blocks: impl Iterator<Item = Cidr>,
        pod_cidrs: &[Cidr],
        service_cidrs: &[Cidr],
    ) -> Self {
        let mut classes = PrefixMap::new();
        let all = blocks.chain(pod_cidrs.iter().chain(service_cidrs).copied());
        for prefix in [(0, 0), IPV4].into_iter().chain(all.map(Cidr::mapped)) {
            let next = classes.len() as u32;
            if classes.get(&prefix).is_none() {
                classes.insert(prefix, next);
            }
        }
        let mut prefixes = Self {
            kinds: vec![Kind::Outside; classes.len()],
            classes,
        };
        for (cidrs, kind) in [
            (pod_cidrs, Kind::UnknownPod),
            (service_cidrs, Kind::UnknownService),
        ] {
            for cidr in cidrs {
                for class in prefixes.block(*cidr, &[]).ones() {
                    prefixes.kinds[class] = kind;
                }
            }
        }
        prefixes
    }

    /// The class of an address, and what is there unless it is known.
    pub(super) fn class(&self, address: u128) -> (u32, Kind) {
        let found = self.classes.get_lpm(&(address, 128));
        let class = found.map_or(0, |(_, class)| *class);
        (class, self.kinds[class as usize])
    }

    /// The classes of the addresses of a block.
    pub(super) fn block(&self, cidr: Cidr, except: &[Cidr]) -> FixedBitSet {
        let mut set = self.members(cidr.mapped());
        for left_out in except {
            set.difference_with(&self.members(left_out.mapped()));
        }
        set
    }

    /// The classes of the addresses of a prefix, of its own family only.
    fn members(&self, prefix: (u128, u8)) -> FixedBitSet {
        let mut set = FixedBitSet::with_capacity(self.classes.len());
        for (_, class) in self.classes.children(&prefix) {
            set.insert(*class as usize);
        }
        if prefix.1 < IPV4.1 {
            for (_, class) in self.classes.children(&IPV4) {
                set.set(*class as usize, false);
            }
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::super::address::key;
    use super::*;

    #[test]
    fn a_block_has_the_addresses_of_its_family_but_for_the_exceptions() {
        let cidr = |text: &str| text.parse::<Cidr>().unwrap();
        let all = [
            "0.0.0.0/0",
            "::/0",
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.2.0/24",
            "fd00::/8",
        ];
        let prefixes = Prefixes::new(
            all.iter().map(|text| cidr(text)),
            &[cidr("10.1.0.0/16")],
            &[],
        );
        let has = |set: &FixedBitSet, address: &str| {
            let address: IpAddr = address.parse().unwrap();
            set.contains(prefixes.class(key(address.into())).0 as usize)
        };
        let v4 = prefixes.block(cidr("0.0.0.0/0"), &[]);
        let v6 = prefixes.block(cidr("::/0"), &[]);
        let hole = prefixes.block(cidr("10.0.0.0/8"), &[cidr("10.1.0.0/16"), cidr("::/0")]);
        for (address, expected) in [
            ("10.0.0.1", [true, false, true]),
            ("10.1.0.1", [true, false, false]),
            ("10.1.2.1", [true, false, false]),
            ("192.0.2.1", [true, false, false]),
            ("fd00::1", [false, true, false]),
            ("2001:db8::1", [false, true, false]),
        ] {
            let found = [has(&v4, address), has(&v6, address), has(&hole, address)];
            assert_eq!(found, expected, "{address}");
        }
        let kind = |address: &str| {
            let address: IpAddr = address.parse().unwrap();
            prefixes.class(key(address.into())).1
        };
        assert_eq!(kind("10.1.2.3"), Kind::UnknownPod);
        assert_eq!(kind("10.2.2.3"), Kind::Outside);
    }
}
