//! Cilium's events: records of its datapath, the encoding of its monitor socket, and what its
//! agent tells.

use std::fmt::Write;

use flow_cilium::gob::{GobLimits, GobStream, Kind, Value};
use flow_cilium::{AgentDecoder, AgentEvent, CiliumDecoder, CiliumExtra, Extensions};
use flow_core::flow::{EventType, Flow};
use flow_core::resolve::Extra;

use crate::readers::text;

/// A record of the datapath: decoded alike at every alignment and by every function, counted, and
/// written as text.
pub fn cilium_event(data: &[u8]) {
    let mut extensions = Extensions::NONE;
    extensions.set(EventType::TRACE, 1, 8);
    extensions.set(EventType::DROP, 1, 0xffff);
    let mut decoder = CiliumDecoder::new(()).with_extensions(extensions);
    // Bytes of which the second copy is aligned otherwise than the first.
    let mut copies = vec![0; 1];
    copies.extend(data);
    let full = decoder.decode_full(data, 3, 1_700_000_000_000_000_000);
    let moved = decoder.decode_full(&copies[1..], 3, 1_700_000_000_000_000_000);
    assert_eq!(full, moved, "at another alignment");

    let (mut flow, mut extra) = (Flow::default(), CiliumExtra::default());
    (flow.event_sub_type, extra.file) = (7, 7);
    let into = decoder.decode_into(data, 3, 1_700_000_000_000_000_000, (&mut flow, &mut extra));
    assert_eq!(full, into.map(|()| (flow, extra)), "in place");

    let stats = decoder.stats();
    assert_eq!(stats.flows + stats.no_flow + stats.empty, 3);
    for part in [
        stats.unknown_kinds,
        stats.unknown_versions,
        stats.truncated,
        stats.no_ip,
    ] {
        assert!(part <= stats.flows);
    }
    match full {
        Ok((flow, extra)) => {
            assert_eq!(flow.event_type.0, data[0]);
            text(&flow);
            let extra = Extra::from(&extra);
            assert!(extra.file.is_none_or(|file| !file.name.is_empty()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Everything that a value holds, as text.
fn tell(value: &Value<'_>, depth: u8, out: &mut String) {
    assert!(depth <= 64, "values in values are followed 32 deep");
    let told = match value.kind() {
        Kind::Bool => write!(out, "{:?} ", value.as_bool().expect("a truth value")),
        Kind::Int | Kind::Uint => {
            assert!(value.as_i64().is_some() || value.as_u64().is_some());
            write!(out, "{:?} {:?} ", value.as_i64(), value.as_u64())
        }
        Kind::Float => write!(out, "{:?} ", value.as_f64().expect("a number").to_bits()),
        Kind::Bytes | Kind::String | Kind::Opaque => {
            write!(out, "{:?} ", value.as_bytes().expect("bytes"))
        }
        Kind::Slice => {
            out.push('[');
            value
                .elements()
                .for_each(|element| tell(&element, depth + 1, out));
            write!(out, "]")
        }
        Kind::Map => {
            out.push('{');
            for (key, element) in value.entries() {
                tell(&key, depth + 1, out);
                tell(&element, depth + 1, out);
            }
            write!(out, "}}")
        }
        Kind::Struct => {
            out.push('(');
            for (name, field) in value.fields() {
                out.push_str(&String::from_utf8_lossy(name));
                tell(&field, depth + 1, out);
            }
            write!(out, ")")
        }
        kind => write!(out, "{kind:?} "),
    };
    told.expect("a string takes text");
}

/// A stream that comes in chunks of `size`: its values and errors in order.
fn stream(data: &[u8], size: usize, limits: GobLimits) -> Vec<String> {
    let mut stream = GobStream::new(limits);
    let mut told = Vec::new();
    for chunk in data.chunks(size) {
        stream.push(chunk);
        loop {
            match stream.next_value() {
                Ok(Some(value)) => {
                    let mut text = String::new();
                    tell(&value, 0, &mut text);
                    told.push(text);
                }
                Ok(None) => break,
                Err(error) => {
                    told.push(error.to_string());
                    if error.is_fatal() {
                        return told;
                    }
                }
            }
        }
        // Its length may take nine bytes, and what it is joined to as many.
        assert!(stream.pending() <= limits.message + size + 18);
    }
    told
}

/// A gob stream, however it is split into chunks; the first byte says how, and how long its
/// messages may be.
pub fn cilium_gob(data: &[u8]) {
    let Some((&how, data)) = data.split_first() else {
        return;
    };
    let limits = match how & 3 {
        0 => GobLimits {
            message: 64,
            definitions: 256,
        },
        _ => GobLimits::default(),
    };
    let whole = stream(data, data.len().max(1), limits);
    let split = stream(data, usize::from(how >> 2) + 1, limits);
    assert_eq!(whole, split, "split otherwise");
}

/// What the agent tells: two records, of which the first byte tells the length of the first. What
/// it remembers of the first changes nothing of the second.
pub fn cilium_access_log(data: &[u8]) {
    let Some((&length, data)) = data.split_first() else {
        return;
    };
    let (first, second) = data.split_at(data.len().min(usize::from(length) * 8));
    let mut warm = AgentDecoder::default();
    let told = [
        agent(&mut warm, first),
        agent(&mut warm, second),
        agent(&mut warm, second),
        agent(&mut warm, first),
    ];
    let alone = [
        agent(&mut AgentDecoder::default(), first),
        agent(&mut AgentDecoder::default(), second),
    ];
    assert_eq!(told[0], alone[0]);
    assert_eq!(told[1], alone[1], "after another");
    assert_eq!(told[2], alone[1], "again");
    assert_eq!(told[3], alone[0], "after others");
}

/// All that is told of a record.
fn agent(decoder: &mut AgentDecoder, record: &[u8]) -> String {
    match decoder.decode(record) {
        Ok(AgentEvent::AccessLog(record)) => {
            let flow = record.to_flow(7);
            text(&flow);
            let owned = record.to_record();
            assert!(owned.is_none() || flow.l7_type == owned.as_ref().expect("some").protocol());
            format!("{record:?} {flow:?} {owned:?}")
        }
        Ok(other) => format!("{other:?}"),
        Err(error) => error.to_string(),
    }
}
