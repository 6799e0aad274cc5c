//! Kernel records, and what a decoder of them needs.

use std::collections::HashMap;

use flow_core::clock::BootClock;
use flow_core::event::{
    DropReasonTable, EventDecoder, EventKind, Hook, InterfaceNaming, RawEvent, Trigger,
};
use flow_core::flow::Name16;

use super::input::MIX;

/// 1,024 records: of 16, fourteen are aggregates, one is a drop and one a TCP state.
pub(crate) fn records() -> Vec<RawEvent> {
    (0..MIX)
        .map(|index| {
            let number = index as u8;
            let mut address = [0; 16];
            address[10..].copy_from_slice(&[0xff, 0xff, 10, 0, 0, number]);
            RawEvent {
                kind: match index % 16 {
                    3 => EventKind::DROP,
                    9 => EventKind::TCP_STATE,
                    _ => EventKind::FLOW,
                },
                version: RawEvent::VERSION,
                header_len: RawEvent::SIZE as u16,
                time_ns: 1_000 * index as u64,
                first_ns: 900 * index as u64,
                saddr: address,
                daddr: address,
                sport: index as u16,
                dport: 443,
                proto: 6,
                ip_version: 4,
                direction: 1 + number % 2,
                verdict: 1,
                tcp_flags: 0x10,
                drop_reason: 2 + index as u32 % 60,
                ifindex: 1 + index as u32 % 8,
                netns: 4_026_531_840,
                pid: 1_000,
                comm: *b"a-daemon\0\0\0\0\0\0\0\0",
                forward_bytes: 1_500,
                forward_packets: 1,
                is_reply: 1 + number % 2,
                hook: Hook(1 + number % 4),
                trigger: Trigger::INTERVAL,
                ..RawEvent::default()
            }
        })
        .collect()
}

/// Names of eight interfaces.
pub(crate) struct Names(HashMap<(u32, u32), Name16>);

impl InterfaceNaming for Names {
    fn name(&mut self, netns: u32, index: u32) -> Name16 {
        self.0.get(&(netns, index)).copied().unwrap_or_default()
    }
}

/// A decoder as an agent has it.
pub(crate) fn decoder() -> EventDecoder<Names> {
    let names = (1..=8_u32)
        .map(|index| {
            let name = format!("eth{index}");
            ((4_026_531_840, index), Name16::new(name.as_bytes()))
        })
        .collect();
    let reasons: DropReasonTable = (0..80)
        .map(|number| {
            (
                number,
                if number % 2 == 0 {
                    "NO_SOCKET"
                } else {
                    "NETFILTER_DROP"
                },
            )
        })
        .collect();
    let mut clock = BootClock::new(0, 1_700_000_000_000_000_000);
    clock.update(1, 1_700_000_000_000_000_500);
    EventDecoder::new(clock, reasons, Names(names))
}
