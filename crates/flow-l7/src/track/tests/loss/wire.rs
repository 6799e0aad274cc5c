//! Connections as TCP makes them.

use std::collections::HashSet;
use std::vec::Vec;

use flow_core::flow::TcpFlags;

/// Numbers that look random and are the same each time.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }

    pub(super) fn is_one_of(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub(super) struct Packet {
    pub(super) is_client: bool,
    pub(super) time: u64,
    pub(super) sequence: u32,
    pub(super) acknowledged: u32,
    pub(super) flags: TcpFlags,
    pub(super) payload: Vec<u8>,
}

/// Where a message of a pair stands in the stream of its side.
struct Message {
    number: u32,
    is_client: bool,
    start: usize,
    end: usize,
}

/// A connection.
pub(super) struct Script {
    pub(super) port: u16,
    pub(super) packets: Vec<Packet>,
    messages: Vec<Message>,
    /// What a response shows of its number, and what a request does.
    shown: fn(u32) -> u32,
    pub(super) requested: fn(u32) -> u32,
    /// First sequence number of each side, bytes sent and bytes on their way.
    first: [u32; 2],
    sent: [usize; 2],
    waiting: [Vec<u8>; 2],
    time: u64,
    mss: usize,
}

const SYN: TcpFlags = TcpFlags::SYN;
const ACK: TcpFlags = TcpFlags::ACK;

impl Script {
    pub(super) fn new(port: u16, random: &mut Random, shown: fn(u32) -> u32) -> Self {
        let mut script = Self {
            port,
            packets: Vec::new(),
            messages: Vec::new(),
            shown,
            requested: |number| number,
            first: [random.next() as u32, random.next() as u32],
            sent: [0; 2],
            waiting: [Vec::new(), Vec::new()],
            time: 1_000_000,
            mss: [536, 1220, 1448][random.below(3) as usize],
        };
        script.raw(true, SYN, Vec::new());
        script.raw(false, SYN | ACK, Vec::new());
        script.first = script.first.map(|first| first.wrapping_add(1));
        script.raw(true, ACK, Vec::new());
        script
    }

    fn raw(&mut self, is_client: bool, flags: TcpFlags, payload: Vec<u8>) {
        self.time += 50_000;
        let at = |side: bool| {
            let side = usize::from(!side);
            self.first[side].wrapping_add(self.sent[side] as u32)
        };
        let (sequence, acknowledged) = (at(is_client), at(!is_client));
        self.sent[usize::from(!is_client)] += payload.len();
        self.packets.push(Packet {
            is_client,
            time: self.time,
            sequence,
            acknowledged,
            flags,
            payload,
        });
    }

    /// Puts bytes behind what a side has to send.
    pub(super) fn write(&mut self, is_client: bool, bytes: &[u8]) {
        self.waiting[usize::from(!is_client)].extend_from_slice(bytes);
    }

    /// Puts a message of a pair, or a part of one, behind what a side has to send.
    pub(super) fn message(&mut self, number: u32, is_client: bool, bytes: &[u8]) {
        let side = usize::from(!is_client);
        let start = self.sent[side] + self.waiting[side].len();
        self.messages.push(Message {
            number,
            is_client,
            start,
            end: start + bytes.len(),
        });
        self.write(is_client, bytes);
    }

    /// Sends what a side has, in segments; the other side acknowledges every second one.
    pub(super) fn flush(&mut self, is_client: bool) {
        let bytes = core::mem::take(&mut self.waiting[usize::from(!is_client)]);
        for (index, part) in bytes.chunks(self.mss).enumerate() {
            self.raw(is_client, ACK, part.to_vec());
            if index % 2 == 1 {
                self.raw(!is_client, ACK, Vec::new());
            }
        }
    }

    /// Acknowledges what came.
    pub(super) fn acknowledge(&mut self, is_client: bool) {
        self.raw(is_client, ACK, Vec::new());
    }

    pub(super) fn close(mut self) -> Self {
        for is_client in [true, false] {
            self.flush(is_client);
            self.raw(is_client, TcpFlags::FIN | ACK, Vec::new());
        }
        self
    }

    pub(super) fn shown(&self, number: u32) -> u32 {
        (self.shown)(number)
    }

    pub(super) fn requested(&self, number: u32) -> u32 {
        (self.requested)(number)
    }

    /// Packets of a message.
    fn packets_of<'s>(&'s self, message: &'s Message) -> impl Iterator<Item = usize> + 's {
        let first = self.first[usize::from(!message.is_client)];
        let is_in = move |packet: &Packet| {
            let start = packet.sequence.wrapping_sub(first) as usize;
            packet.is_client == message.is_client
                && !packet.payload.is_empty()
                && start < message.end
                && start + packet.payload.len() > message.start
        };
        let packets = self.packets.iter().enumerate();
        packets.filter_map(move |(index, packet)| is_in(packet).then_some(index))
    }

    /// Pairs of which every packet is given.
    pub(super) fn seen(&self, dropped: &Dropped) -> HashSet<u32> {
        let is_cut = |message: &&Message| {
            self.packets_of(message)
                .any(|index| dropped.contains(index))
        };
        let cut: HashSet<u32> = self
            .messages
            .iter()
            .filter(is_cut)
            .map(|message| message.number)
            .collect();
        let all = self.messages.iter().map(|message| message.number);
        all.filter(|number| !cut.contains(number)).collect()
    }

    /// Numbers of the responses that began in the packet of a time.
    pub(super) fn began(&self, time: u64) -> Vec<u32> {
        let Some(packet) = self.packets.iter().find(|packet| packet.time == time) else {
            return Vec::new();
        };
        let side = usize::from(!packet.is_client);
        let start = packet.sequence.wrapping_sub(self.first[side]) as usize;
        let range = start..start + packet.payload.len();
        let responses = self.messages.iter().filter(|message| !message.is_client);
        responses
            .filter(|message| range.contains(&message.start))
            .map(|message| message.number)
            .collect()
    }
}

/// Packets that are not given.
pub(super) struct Dropped(HashSet<usize>);

impl Dropped {
    /// Each packet with this chance.
    pub(super) fn at_random(script: &Script, seed: u64, chance: f64) -> Self {
        let mut random = Random::new(seed);
        let all = 0..script.packets.len();
        Self(all.filter(|_| random.share() < chance).collect())
    }

    pub(super) fn contains(&self, index: usize) -> bool {
        self.0.contains(&index)
    }
}
