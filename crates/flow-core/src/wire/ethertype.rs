//! EtherType numbers: the IANA registry "IEEE 802 Numbers".

/// Numbers below this are lengths of IEEE 802.3 frames.
pub const FIRST: u16 = 0x0600;
/// Longest payload of an IEEE 802.3 frame in bytes.
pub const LONGEST: u16 = 1500;
/// IPv4.
pub const IPV4: u16 = 0x0800;
/// ARP.
pub const ARP: u16 = 0x0806;
/// Transparent Ethernet bridging: an Ethernet frame in GRE, RFC 1701.
pub const BRIDGING: u16 = 0x6558;
/// Customer VLAN tag, 802.1Q.
pub const VLAN: u16 = 0x8100;
/// IPv6.
pub const IPV6: u16 = 0x86dd;
/// MPLS unicast, RFC 3032.
pub const MPLS: u16 = 0x8847;
/// MPLS multicast, RFC 3032.
pub const MPLS_MULTICAST: u16 = 0x8848;
/// PPPoE session, RFC 2516.
pub const PPPOE_SESSION: u16 = 0x8864;
/// Service VLAN tag, 802.1ad.
pub const QINQ: u16 = 0x88a8;
/// ERSPAN type II in GRE.
pub const ERSPAN: u16 = 0x88be;

/// Whether a tag of four bytes follows.
#[must_use]
pub const fn is_vlan(number: u16) -> bool {
    // 0x9100 to 0x9300 were used for outer tags before 802.1ad.
    matches!(number, VLAN | QINQ | 0x9100 | 0x9200 | 0x9300)
}
