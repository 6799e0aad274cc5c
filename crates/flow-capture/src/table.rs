//! Adds packets up to connections.

mod entry;

use hashbrown::HashMap;

use flow_core::flow::{ConnectionKey, Flow};
use flow_core::wire::Packet;

use entry::{Entry, Handshake, NONE};

/// Connections made of single packets: bounded, and nothing that was added is ever lost.
///
/// A connection is what one [`ConnectionKey`] holds together, in either direction. Its flow has
/// the side that began as `source`: the sender of a SYN, the receiver of a SYN with ACK, else
/// the sender of the first packet; [`Flow::is_reply`] is [`Reply::UNKNOWN`] for a TCP connection
/// whose start was not seen. Counts go both ways; TCP flags are those that the source sent. A
/// connection may have several flows: each counts from the end of the one before.
///
/// A SYN begins another connection with the same key after the end of the first one, and at any
/// time where its sequence number is not that of the SYN before.
///
/// The table passes flows to the `emit` argument of each method: when the table is full (the
/// connection unused for longest has to go), when a connection with the same key begins, when one
/// has gone on for a while ([`report`](Self::report)) or was idle ([`expire`](Self::expire)), and
/// at the end ([`finish`](Self::finish)).
///
/// [`Reply::UNKNOWN`]: flow_core::flow::Reply::UNKNOWN
#[derive(Clone, Debug)]
pub struct FlowTable {
    places: HashMap<ConnectionKey, u32>,
    entries: Vec<Entry>,
    capacity: usize,
    oldest: u32,
    newest: u32,
    begun: u64,
    evicted: u64,
}

impl FlowTable {
    /// Creates a table of at most this many connections, 1 at least and 2^31 at most. Memory (about
    /// 550 bytes each) is allocated as it is needed.
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

    /// Returns the number of connections in the table.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Returns whether the table has no connection.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Returns the number of connections that were removed before their end because the table was
    /// full. Their flows were emitted.
    #[must_use]
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Adds the flow of a packet, which was made of `packet`.
    ///
    /// The packet has what a flow has no room for: inner VLAN tags, the identifier of an ICMP
    /// message, the sequence number of a SYN. Connections that differ only in these are apart.
    pub fn add_packet(&mut self, flow: &Flow, packet: &Packet<'_>, emit: &mut dyn FnMut(&Flow)) {
        let key = ConnectionKey::of_packet(flow, packet);
        self.add_with(key, Handshake::of(packet), flow, emit);
    }

    /// Adds the flow of one packet, or of several of one direction, by the key that the flow alone has.
    ///
    /// One table takes flows by this method or by [`add_packet`](Self::add_packet), not by both.
    pub fn add(&mut self, flow: &Flow, emit: &mut dyn FnMut(&Flow)) {
        self.add_with(ConnectionKey::of(flow), None, flow, emit);
    }

    fn add_with(
        &mut self,
        key: ConnectionKey,
        handshake: Option<Handshake>,
        packet: &Flow,
        emit: &mut dyn FnMut(&Flow),
    ) {
        if let Some(&place) = self.places.get(&key) {
            let entry = &mut self.entries[place as usize];
            if entry.is_followed_by(packet, handshake) {
                entry.emit(emit);
                self.begin(place, packet, handshake);
            } else {
                entry.add(packet, handshake, emit);
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
        self.begin(place, packet, handshake);
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

    fn begin(&mut self, place: u32, packet: &Flow, handshake: Option<Handshake>) {
        let entry = &mut self.entries[place as usize];
        entry.serial = self.begun;
        entry.begin(packet, handshake);
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

#[cfg(test)]
mod tests;
