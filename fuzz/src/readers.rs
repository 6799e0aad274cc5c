//! Kernel records, packets added up to connections, capture files.

use std::io::Cursor;

use flow_capture::FlowTable;
use flow_core::clock::BootClock;
use flow_core::decode::{Capture, flow_of};
use flow_core::event::{DropReasonTable, EventDecoder, EventView};
use flow_core::flow::{Flow, Name16};
use flow_core::wire::{LinkType, Packet};
use flow_hubble::Export;

use flow_capture::Reader;

/// A kernel record: decoded at every alignment alike, and written as text.
pub fn event_record(data: &[u8]) {
    let mut clock = BootClock::new(1_000, 1_700_000_000_000_000_000);
    clock.update(2_000, 1_700_000_000_000_500_000);
    let reasons: DropReasonTable = [(2, "NOT_SPECIFIED"), (3, "NO_SOCKET")]
        .into_iter()
        .collect();
    let names = |_: u32, index: u32| Name16::new(&index.to_ne_bytes());
    let mut decoder = EventDecoder::new(clock, reasons, names);

    // Bytes of which the second copy is aligned otherwise than the first.
    let mut copies = vec![0; 1];
    copies.extend(data);
    let results = [decoder.decode(data), decoder.decode(&copies[1..])];
    assert_eq!(results[0], results[1], "at another alignment");
    if let Ok(view) = EventView::parse(data) {
        assert_eq!(view.payload().len(), usize::from(view.header().payload_len));
        let header = results[0].as_ref().expect("a record that can be viewed");
        assert_eq!(header.source.ip.0, view.header().saddr);
    }
    match &results[0] {
        Ok(flow) => text(flow),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Text of a flow is one line without control characters, and its JSON is JSON.
pub(crate) fn text(flow: &Flow) {
    for line in [format!("{flow}"), format!("{flow:#}")] {
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    let mut json = Vec::new();
    Export::new(flow).event_json(&mut json);
    let json = String::from_utf8(json).expect("UTF-8");
    assert!(
        !json.contains(|letter: char| letter.is_control()),
        "{json:?}"
    );
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert!(value.is_object());
}

/// Packets, each after a byte that is its length: their flows, added up in a small table. All
/// that goes in comes out.
pub fn flow_decode(data: &[u8]) {
    let mut table = FlowTable::with_capacity(3);
    let (mut sent, mut told) = ((0, 0), (0, 0));
    let mut count = |flow: &Flow| {
        let traffic = &flow.traffic;
        told.0 += u64::from(traffic.forward_packets) + u64::from(traffic.reverse_packets);
        told.1 += traffic.forward_bytes + traffic.reverse_bytes;
        assert!(flow.first_seen <= flow.time);
    };
    let (mut rest, mut time) = (data, 0);
    while let [length, more @ ..] = rest {
        let (packet, behind) = more.split_at(usize::from(*length).min(more.len()));
        rest = behind;
        // Times go back now and then, as they do in captures of several interfaces.
        time = if packet.len() % 7 == 3 {
            time / 2
        } else {
            time + packet.len() as u64
        };
        let capture = Capture {
            time,
            ..Capture::whole(LinkType::Ethernet, packet)
        };
        if let Ok(flow) = flow_of(&capture) {
            // The text of one is enough: it takes longer than all the rest.
            if sent.0 == 0 {
                text(&flow);
            }
            sent.0 += 1;
            sent.1 += packet.len() as u64;
            let decoded = Packet::parse(LinkType::Ethernet, packet, packet.len());
            table.add_packet(&flow, &decoded, &mut count);
            assert!(table.len() <= 3);
        }
        if packet.len() % 11 == 5 {
            table.expire(time / 2, &mut count);
        }
    }
    table.finish(&mut count);
    assert!(table.is_empty());
    assert_eq!(sent, told, "packets and bytes");
}

/// A capture file. It is read to its end or to its damage.
pub fn capture_reader(data: &[u8]) {
    let mut reader = match Reader::new(Box::new(Cursor::new(data.to_vec()))) {
        Ok(reader) => reader,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let mut bytes = 0;
    loop {
        match reader.next() {
            Ok(Some(packet)) => {
                assert!(packet.wire_len as usize >= packet.data.len());
                bytes += packet.data.len();
                assert!(bytes <= data.len(), "more packets than bytes");
            }
            Ok(None) => break assert_eq!(reader.offset(), data.len() as u64),
            Err(error) => break assert!(!error.to_string().is_empty()),
        }
        assert!(reader.packets() <= data.len() as u64);
    }
}
