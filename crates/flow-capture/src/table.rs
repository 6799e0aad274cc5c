//! Adds packets up to connections.

use std::vec::Vec;

use hashbrown::HashMap;

use flow_core::flow::{Flow, FlowFlags, Ip, Protocol, Reply, TcpFlags};

/// No entry.
const NONE: u32 = u32::MAX;

/// Ends in order, so that both directions have the same key; with protocol, VLAN and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    low: (Ip, u16),
    high: (Ip, u16),
    netns: u32,
    interface: u32,
    vlan: u16,
    protocol: Protocol,
}

impl Key {
    fn of(flow: &Flow) -> Self {
        let source = (flow.source.ip, flow.source.port);
        let destination = (flow.destination.ip, flow.destination.port);
        Self {
            low: source.min(destination),
            high: source.max(destination),
            netns: flow.interface.netns,
            interface: flow.interface.index,
            vlan: flow.vlan,
            protocol: flow.protocol,
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    key: Key,
    flow: Flow,
    /// Rises with each connection that is begun.
    serial: u64,
    /// FIN seen: 1 from the source, 2 from the destination.
    fin: u8,
    /// Neighbours in the order of use.
    older: u32,
    newer: u32,
}

/// Connections made of single packets: bounded, and nothing that was added is ever lost.
///
/// A connection is told by its five-tuple, VLAN and interface, in either direction. Its flow has
/// the side that began as `source`: the sender of a SYN, the receiver of a SYN with ACK, else
/// the sender of the first packet; [`Flow::is_reply`] is [`Reply::UNKNOWN`] for a TCP connection
/// whose start was not seen. Counts go both ways; TCP flags are those that the source sent. A
/// connection may be told by several flows: each counts from the end of the one before.
///
/// Flows are handed to the `emit` argument of each method: when the table is full (the
/// connection unused for longest has to go), when a connection is begun anew after its end,
/// when one has gone on for a while ([`report`](Self::report)) or was idle
/// ([`expire`](Self::expire)), and at the end ([`finish`](Self::finish)).
#[derive(Clone, Debug)]
pub struct FlowTable {
    places: HashMap<Key, u32>,
    entries: Vec<Entry>,
    capacity: usize,
    oldest: u32,
    newest: u32,
    begun: u64,
    evicted: u64,
}

impl FlowTable {
    /// A table of at most this many connections, 1 at least and 2^31 at most. Memory (about 350
    /// bytes each) is taken as it is needed.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            places: HashMap::new(),
            entries: Vec::new(),
            capacity: capacity.clamp(1, 1 << 31),
            oldest: NONE,
            newest: NONE,
            begun: 0,
            evicted: 0,
        }
    }

    /// Number of connections in the table.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Connections that had to go before their end because the table was full. Their flows were
    /// emitted.
    #[must_use]
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Adds the flow of one packet, or of several of one direction.
    pub fn add(&mut self, packet: &Flow, emit: &mut dyn FnMut(&Flow)) {
        let key = Key::of(packet);
        if let Some(&place) = self.places.get(&key) {
            let begins = packet.protocol == Protocol::TCP
                && packet.tcp_flags.contains(TcpFlags::SYN)
                && !packet.tcp_flags.contains(TcpFlags::ACK);
            if begins
                && self.entries[place as usize]
                    .flow
                    .flags
                    .contains(FlowFlags::END)
            {
                self.entries[place as usize].emit(emit);
                self.begin(place, packet);
            } else {
                self.entries[place as usize].add(packet, emit);
            }
            self.unlink(place);
            self.link_newest(place);
            return;
        }
        let place = if self.entries.len() < self.capacity {
            self.entries.push(Entry::new(key));
            (self.entries.len() - 1) as u32
        } else {
            let place = self.oldest;
            self.unlink(place);
            let entry = &mut self.entries[place as usize];
            entry.emit(emit);
            self.places.remove(&entry.key);
            self.evicted += 1;
            *entry = Entry::new(key);
            place
        };
        self.begin(place, packet);
        self.link_newest(place);
        self.places.insert(key, place);
    }

    /// Emits what was counted of each connection since its last flow, if that began before
    /// `before` (nanoseconds since the Unix epoch). The connections stay, and their next flows go
    /// on where these end. Looks at every connection in the table.
    pub fn report(&mut self, before: u64, emit: &mut dyn FnMut(&Flow)) {
        for entry in &mut self.entries {
            if entry.flow.first_seen < before && entry.is_due() {
                emit(&entry.flow);
                entry.go_on();
            }
        }
    }

    fn begin(&mut self, place: u32, packet: &Flow) {
        let entry = &mut self.entries[place as usize];
        entry.serial = self.begun;
        entry.begin(packet);
        self.begun += 1;
    }

    /// Emits and forgets the connections without a packet since `before` (nanoseconds since the
    /// Unix epoch), those unused for longest first. One of which everything was
    /// [reported](Self::report) is forgotten without another flow.
    pub fn expire(&mut self, before: u64, emit: &mut dyn FnMut(&Flow)) {
        while let Some(entry) = self.entries.get(self.oldest as usize) {
            if entry.flow.time >= before {
                break;
            }
            entry.emit(emit);
            self.remove(self.oldest);
        }
    }

    /// Emits every connection, in the order in which they began, and empties the table.
    pub fn finish(&mut self, emit: &mut dyn FnMut(&Flow)) {
        let mut rest: Vec<u32> = self.places.values().copied().collect();
        // Of those that began at the same time, the one that was added first.
        rest.sort_unstable_by_key(|place| {
            let entry = &self.entries[*place as usize];
            (entry.flow.first_seen, entry.serial)
        });
        for place in rest {
            self.entries[place as usize].emit(emit);
        }
        self.places.clear();
        self.entries.clear();
        (self.oldest, self.newest) = (NONE, NONE);
    }

    /// Removes an entry and moves the last one to its place.
    fn remove(&mut self, place: u32) {
        self.unlink(place);
        let removed = self.entries.swap_remove(place as usize);
        self.places.remove(&removed.key);
        let Some(moved) = self.entries.get(place as usize) else {
            return;
        };
        let (key, older, newer) = (moved.key, moved.older, moved.newer);
        self.places.insert(key, place);
        self.set_newer(older, place);
        self.set_older(newer, place);
    }

    fn unlink(&mut self, place: u32) {
        let Entry { older, newer, .. } = self.entries[place as usize];
        self.set_newer(older, newer);
        self.set_older(newer, older);
    }

    fn link_newest(&mut self, place: u32) {
        let entry = &mut self.entries[place as usize];
        (entry.older, entry.newer) = (self.newest, NONE);
        let older = self.newest;
        self.set_newer(older, place);
        self.newest = place;
    }

    /// Sets what comes after `place`, where [`NONE`] stands before the oldest.
    fn set_newer(&mut self, place: u32, newer: u32) {
        match self.entries.get_mut(place as usize) {
            Some(entry) => entry.newer = newer,
            None => self.oldest = newer,
        }
    }

    /// Sets what comes before `place`, where [`NONE`] stands after the newest.
    fn set_older(&mut self, place: u32, older: u32) {
        match self.entries.get_mut(place as usize) {
            Some(entry) => entry.older = older,
            None => self.newest = older,
        }
    }
}

impl Entry {
    fn new(key: Key) -> Self {
        Self {
            key,
            flow: Flow::default(),
            serial: 0,
            fin: 0,
            older: NONE,
            newer: NONE,
        }
    }

    /// Begins a connection with its first packet.
    fn begin(&mut self, packet: &Flow) {
        self.flow = *packet;
        self.flow.flags |= FlowFlags::NEW | FlowFlags::AGGREGATED;
        self.fin = 0;
        let tcp = packet.protocol == Protocol::TCP;
        let (syn, ack) = (
            packet.tcp_flags.contains(TcpFlags::SYN),
            packet.tcp_flags.contains(TcpFlags::ACK),
        );
        self.flow.is_reply = if tcp && !syn {
            Reply::UNKNOWN
        } else {
            Reply::NO
        };
        let mut forward = true;
        if tcp && syn && ack {
            forward = false;
            let flow = &mut self.flow;
            core::mem::swap(&mut flow.source, &mut flow.destination);
            let traffic = &mut flow.traffic;
            core::mem::swap(&mut traffic.forward_bytes, &mut traffic.reverse_bytes);
            core::mem::swap(&mut traffic.forward_packets, &mut traffic.reverse_packets);
            flow.tcp_flags = TcpFlags::NONE;
        }
        self.note_end(packet.tcp_flags, forward);
    }

    fn add(&mut self, packet: &Flow, emit: &mut dyn FnMut(&Flow)) {
        let source = (packet.source.ip, packet.source.port);
        let forward = source == (self.flow.source.ip, self.flow.source.port);
        let (ahead, back) = if forward {
            (packet.traffic.forward(), packet.traffic.reverse())
        } else {
            (packet.traffic.reverse(), packet.traffic.forward())
        };
        let mine = &self.flow.traffic;
        let full = mine.forward_packets.checked_add(ahead.packets).is_none()
            || mine.reverse_packets.checked_add(back.packets).is_none();
        if full {
            // The next flow counts what this one has no room for.
            emit(&self.flow);
            self.go_on();
        }
        if !self.is_due() {
            self.flow.first_seen = packet.first_seen;
        }
        let flow = &mut self.flow;
        flow.traffic.forward_packets += ahead.packets;
        flow.traffic.reverse_packets += back.packets;
        flow.traffic.forward_bytes += ahead.bytes;
        flow.traffic.reverse_bytes += back.bytes;
        flow.time = flow.time.max(packet.time);
        flow.first_seen = flow.first_seen.min(packet.first_seen);
        flow.flags |= packet.flags;
        if forward {
            flow.tcp_flags |= packet.tcp_flags;
        }
        self.note_end(packet.tcp_flags, forward);
    }

    /// Whether anything was counted since the last flow.
    const fn is_due(&self) -> bool {
        self.flow.traffic.forward_packets != 0 || self.flow.traffic.reverse_packets != 0
    }

    /// The last flow of a connection, unless there is nothing in it.
    fn emit(&self, emit: &mut dyn FnMut(&Flow)) {
        if self.is_due() {
            emit(&self.flow);
        }
    }

    /// The next flow goes on where this one, which was emitted, ends.
    fn go_on(&mut self) {
        let traffic = &mut self.flow.traffic;
        (traffic.forward_packets, traffic.reverse_packets) = (0, 0);
        (traffic.forward_bytes, traffic.reverse_bytes) = (0, 0);
        self.flow.flags.0 &= !FlowFlags::NEW.0;
        self.flow.tcp_flags = TcpFlags::NONE;
    }

    /// A TCP connection ends with a reset, or a FIN from both sides.
    fn note_end(&mut self, flags: TcpFlags, forward: bool) {
        if flags.contains(TcpFlags::FIN) {
            self.fin |= if forward { 1 } else { 2 };
        }
        if self.fin == 3 || flags.contains(TcpFlags::RST) {
            self.flow.flags |= FlowFlags::END;
        }
    }
}

#[cfg(test)]
mod tests;
