//! Counts of the packets of a capture.

use std::collections::BTreeMap;
use std::fmt;

use flow_core::decode::NoFlow;

/// EtherTypes that are shown by name.
const KINDS: usize = 4;

/// Counts of the packets of a capture: each is in a flow, or counted by the reason why it is in
/// none. Displays as `51 packets read: 47 in 13 flows, 3 without IP (3 ARP), 1 malformed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaptureCounts {
    /// Packets read.
    pub packets: u64,
    /// Packets that are in flows.
    pub in_flows: u64,
    /// Flows made of them.
    pub flows: u64,
    /// Packets left out by sampling.
    pub sampled_out: u64,
    /// By EtherType.
    no_ip: BTreeMap<u16, u64>,
    truncated: u64,
    malformed: u64,
    /// By number of the link type.
    unsupported: BTreeMap<u32, u64>,
}

impl CaptureCounts {
    /// Counts a packet that makes no flow.
    pub(crate) fn add(&mut self, reason: &NoFlow) {
        match reason {
            NoFlow::NotIp { ethertype } => *self.no_ip.entry(*ethertype).or_default() += 1,
            NoFlow::Truncated { .. } => self.truncated += 1,
            _ => self.malformed += 1,
        }
    }

    /// Counts a packet of a link type that the decoder does not know.
    pub(crate) fn add_unsupported(&mut self, link_type: u32) {
        *self.unsupported.entry(link_type).or_default() += 1;
    }
}

/// `51 packets read: 47 in 13 flows, 3 without IP (3 ARP), 1 malformed`.
impl fmt::Display for CaptureCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} read: {} in {}",
            count(self.packets, "packet"),
            self.in_flows,
            count(self.flows, "flow")
        )?;
        if self.sampled_out > 0 {
            write!(f, ", {} left out by sampling", self.sampled_out)?;
        }
        if !self.no_ip.is_empty() {
            let sum: u64 = self.no_ip.values().sum();
            write!(f, ", {sum} without IP (")?;
            // The most frequent ones; damaged captures have many.
            let mut kinds: Vec<_> = self.no_ip.iter().collect();
            kinds.sort_by_key(|(ethertype, count)| (std::cmp::Reverse(**count), **ethertype));
            let others: u64 = kinds.iter().skip(KINDS).map(|(_, count)| **count).sum();
            for (index, (ethertype, count)) in kinds.into_iter().take(KINDS).enumerate() {
                let comma = if index > 0 { ", " } else { "" };
                match name(*ethertype) {
                    Some(name) => write!(f, "{comma}{count} {name}")?,
                    None => write!(f, "{comma}{count} EtherType {ethertype:#06x}")?,
                }
            }
            if others > 0 {
                write!(f, ", {others} others")?;
            }
            f.write_str(")")?;
        }
        if self.truncated > 0 {
            write!(f, ", {} cut off within their IP header", self.truncated)?;
        }
        if self.malformed > 0 {
            write!(f, ", {} malformed", self.malformed)?;
        }
        for (link_type, count) in &self.unsupported {
            write!(f, ", {count} of unsupported link type {link_type}")?;
        }
        Ok(())
    }
}

/// `1 packet`, `2 packets`.
fn count(number: u64, noun: &str) -> impl fmt::Display {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Common names of protocols that are no IP: the IANA registry "IEEE 802 Numbers".
fn name(ethertype: u16) -> Option<&'static str> {
    Some(match ethertype {
        0..0x0600 => "802.3",
        0x0806 => "ARP",
        0x8847 | 0x8848 => "MPLS",
        0x8863 | 0x8864 => "PPPoE",
        0x888e => "EAPOL",
        0x88cc => "LLDP",
        0x88e5 => "MACsec",
        0x88f7 => "PTP",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_zero_is_left_out() {
        let mut tally = CaptureCounts {
            packets: 2,
            in_flows: 2,
            flows: 1,
            ..CaptureCounts::default()
        };
        assert_eq!(tally.to_string(), "2 packets read: 2 in 1 flow");
        tally.packets += 9;
        tally.sampled_out = 1;
        for ethertype in [0x9999, 0x0806, 0x0806, 0x88cc, 0x9998, 5] {
            tally.add(&NoFlow::NotIp { ethertype });
        }
        tally.add(&NoFlow::Truncated { captured: 20 });
        tally.add_unsupported(147);
        assert_eq!(
            tally.to_string(),
            "11 packets read: 2 in 1 flow, 1 left out by sampling, \
             6 without IP (2 ARP, 1 802.3, 1 LLDP, 1 EtherType 0x9998, 1 others), \
             1 cut off within their IP header, 1 of unsupported link type 147"
        );
    }
}
