//! Datapath events against what Hubble's own parser makes of them.
//!
//! The data are no part of the repository: `../shared/oracle/cilium-events.jsonl.gz`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flow_cilium::{CiliumDecoder, NodeKnowledge};
use flow_core::flow::{FlowFlags, Ip, IpVersion, Name16};
use flow_core::resolve::Extra;
use flow_core::view::FlowView;
use flow_hubble::{Export, ExtensionForm};
use serde_json::Value;

const TIME: u64 = 1_700_000_000_000_000_000;

/// What the node of the data knows: 10.0.0.1 to 10.0.0.250 and fd00::1 to fd00::fa.
struct Node;

impl NodeKnowledge for Node {
    fn endpoint_id(&mut self, address: Ip) -> Option<u16> {
        let id = match address.to_std() {
            std::net::IpAddr::V4(address) => match address.octets() {
                [10, 0, 0, last @ 1..=250] => 1_000 + u16::from(last),
                _ => 0,
            },
            std::net::IpAddr::V6(address) => match address.segments() {
                [0xfd00, 0, 0, 0, 0, 0, 0, last @ 1..=250] => 2_000 + last,
                _ => 0,
            },
        };
        Some(id)
    }

    fn interface_name(&mut self, index: u32) -> Name16 {
        match index {
            1..=49 => Name16::new(format!("eth{index}").as_bytes()),
            _ => Name16::default(),
        }
    }

    fn cgroup_address(&mut self, cgroup_id: u64, version: IpVersion) -> Option<Ip> {
        let last = u8::try_from(cgroup_id.checked_sub(1_000)?).ok()?;
        let is_known = (1..=250).contains(&last);
        match version {
            IpVersion::V4 => is_known.then_some(Ip::v4([10, 0, 0, last])),
            _ => {
                let mut octets = [0; 16];
                (octets[0], octets[15]) = (0xfd, last);
                is_known.then_some(Ip::v6(octets))
            }
        }
    }
}

struct Case {
    number: u64,
    kind: String,
    note: String,
    bytes: Vec<u8>,
    cpu: u32,
    flow: Option<Value>,
    error: Option<String>,
}

fn cases(path: &Path) -> Vec<Case> {
    let file = BufReader::new(flate2::read::GzDecoder::new(
        File::open(path).expect("readable"),
    ));
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    file.lines()
        .map(|line| {
            let value: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
            let hex = text(&value, "hex");
            Case {
                number: value["n"].as_u64().expect("a number"),
                kind: text(&value, "kind"),
                note: text(&value, "note"),
                bytes: (0..hex.len() / 2)
                    .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex"))
                    .collect(),
                cpu: value["cpu"].as_u64().expect("a number") as u32,
                flow: value.get("flow").cloned(),
                error: value["err"].as_str().map(str::to_owned),
            }
        })
        .collect()
}

/// What is made of a case: the message, without our extension, and the flags of the flow.
fn ours(case: &Case) -> Result<(Value, FlowFlags), String> {
    let time = TIME + case.number;
    match CiliumDecoder::new(Node).decode_full(&case.bytes, case.cpu, time) {
        Ok((flow, attributes)) => {
            let extra = Extra::from(&attributes);
            let view = FlowView::from(&flow).with_extra(&extra);
            let mut out = Vec::new();
            Export::of(&view)
                .extension(ExtensionForm::Omit)
                .json(&mut out);
            Ok((serde_json::from_slice(&out).expect("JSON"), flow.flags))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// The paths of the leaves at which two values differ.
fn differences(path: &str, ours: &Value, theirs: &Value, found: &mut Vec<(String, Value, Value)>) {
    match (ours, theirs) {
        (Value::Object(one), Value::Object(other)) => {
            let mut names: Vec<_> = one.keys().chain(other.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let path = format!("{path}.{name}");
                let get = |map: &serde_json::Map<String, Value>| {
                    map.get(name).cloned().unwrap_or(Value::Null)
                };
                differences(&path, &get(one), &get(other), found);
            }
        }
        (one, other) if one == other => {}
        (one, other) => found.push((path.to_owned(), one.clone(), other.clone())),
    }
}

/// A difference, and what is there.
struct Difference<'a> {
    case: &'a Case,
    path: &'a str,
    ours: &'a Value,
    theirs: &'a Value,
}

/// Why ours is right, or as good. Each reason says what Hubble does.
fn reason(found: &Difference<'_>, flags: FlowFlags) -> Option<&'static str> {
    let Difference {
        case,
        path,
        ours,
        theirs,
    } = *found;
    let noted = |word: &str| {
        case.note
            .split(['[', ']', ',', '+'])
            .any(|part| part == word)
    };
    let any = |words: &[&str]| words.iter().any(|word| noted(word));
    let text = theirs.as_str().unwrap_or_default();
    Some(match path {
        "flow for error" => "no event where an option, ICMP or the end of a packet is damaged",
        ".traffic_direction" if text == "INGRESS" => "INGRESS where sender or packet is not known",
        ".traffic_direction" if ours.is_null() => "EGRESS where the sender is not known",
        ".source.ID" if theirs.is_null() => "no endpoint where its packet has no IP header",
        ".tunnel.IP.ipVersion" => "IPv4 as IPv6",
        ".IP.source_xlated" if noted("origsame") => "a translation to the same address",
        ".Summary" if text == "VXLAN" => "an inner port 4789 as VXLAN again",
        ".l4" if theirs.is_null() => "no layer 4 whose header is not there",
        _ if noted("reccut") => "the newest layout of a record that is cut",
        ".ethernet.source"
        | ".ethernet.destination"
        | ".tunnel.vni"
        | ".IP.source"
        | ".IP.destination"
            if any(&["vxlan", "geneve"]) =>
        {
            "an inner port 4789 as VXLAN again"
        }
        ".Summary" if ["TCP Flags: ", "IGMP "].contains(&text) => "a list of nothing",
        ".Summary" if theirs.is_null() => "nothing about a packet that is cut",
        _ if text == "::" && ours.is_null() => "an address of zeros",
        _ if case.kind == "sock" && is_ambiguous(&case.bytes) => {
            "one layout only: without a cookie two cannot be distinguished"
        }
        _ if case.kind == "sock" && path.ends_with(".ID") && is_mapped(case) => "IPv4 as IPv6",
        ".interface" if theirs.is_null() => "no interface of a drop",
        ".interface.name" if theirs.is_null() => "no interface of a drop",
        ".file" if ours.is_null() => "a source file where the message has number 0",
        ".file.name" => "the file numbers of the newest version, whatever the message's",
        ".ethernet" if is_zero(theirs) => "an Ethernet header of zeros",
        ".drop_reason" | ".drop_reason_desc" if case.kind == "policy" && ours.is_null() => {
            "a drop reason of more than 16 bits"
        }
        ".proxy_port" if case.kind == "policy" && theirs.is_null() => "no port of the proxy",
        ".proxy_port" if case.kind == "capture" => "a port with its bytes in the wrong order",
        _ if text.starts_with("::ffff:") => "IPv4 as IPv6",
        ".l4.IGMP.group_address" if noted("igmpv3-report") || ours.is_null() => {
            "a number of records as an address"
        }
        ".Summary" if ["IPv4", "IPv6", "Ethernet"].contains(&text) => {
            "no protocol above IP but those with ports and ICMP"
        }
        ".Summary" if text.starts_with("ICMPv6 143") => "no name of MLDv2 reports",
        _ if noted("vlan") => "nothing behind a VLAN tag",
        _ if any(&["vflags", "gbad", "notudp", "vempty", "gip4", "gip6"]) => {
            "the payload of the packet before as an overlay"
        }
        _ if any(&[
            "ah",
            "hbh",
            "dstopt",
            "routing",
            "badext",
            "nonext",
            "frag6-first",
            "frag6-later",
            "frag-first",
            "frag-mid",
            "frag-last",
        ]) =>
        {
            "nothing behind an extension header, AH or in a fragment"
        }
        _ if flags.0
            & (FlowFlags::TRUNCATED | FlowFlags::MALFORMED | FlowFlags::UNKNOWN_VERSION).0
            != 0 =>
        {
            "what is damaged, without a flag"
        }
        _ => return None,
    })
}

fn is_zero(ethernet: &Value) -> bool {
    let zero = |name| ethernet[name].as_str() == Some("00:00:00:00:00:00");
    zero("source") && zero("destination")
}

/// Whether a translation at a socket has no cookie by its newer layout.
fn is_ambiguous(bytes: &[u8]) -> bool {
    bytes.get(8..16).is_none_or(|cookie| cookie == [0; 8])
}

/// Whether an address of Hubble's message is one of IPv4 in IPv6.
fn is_mapped(case: &Case) -> bool {
    let flow = case.flow.as_ref().expect("a flow");
    ["source", "destination"].iter().any(|end| {
        let address = flow["IP"][end].as_str().unwrap_or_default();
        address.starts_with("::ffff:")
    })
}

/// What a comparison found in all events of one kind.
#[derive(Debug, Default)]
struct Sums {
    events: u64,
    /// Without any difference.
    equal: u64,
    /// With differences that all have a reason.
    explained: u64,
    /// Those with others: the first few.
    unexplained: Vec<String>,
}

/// Every datapath event: equal to Hubble's flow, or different for a reason that has a name.
#[test]
fn every_event_is_what_hubble_makes_of_it_or_better() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracle/cilium-events.jsonl.gz");
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let mut kinds: BTreeMap<String, Sums> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for case in cases(&path).iter().filter(|case| case.kind != "l7") {
        let sums = kinds.entry(case.kind.clone()).or_default();
        sums.events += 1;
        let mut found = Vec::new();
        let made = ours(case);
        let flags = made.as_ref().map_or(FlowFlags::NONE, |(_, flags)| *flags);
        match (made, &case.flow) {
            (Ok((ours, _)), Some(theirs)) => differences("", &ours, theirs, &mut found),
            (Ok((ours, _)), None) => {
                let error = Value::from(case.error.clone());
                found.push(("flow for error".into(), ours, error));
            }
            (Err(error), Some(theirs)) => {
                found.push(("error for flow".into(), error.into(), theirs.clone()));
            }
            (Err(_), None) => {}
        }
        let mut is_explained = true;
        for (path, ours, theirs) in &found {
            let difference = Difference {
                case,
                path,
                ours,
                theirs,
            };
            match reason(&difference, flags) {
                Some(reason) => *reasons.entry(reason).or_default() += 1,
                None => {
                    is_explained = false;
                    let (number, note) = (case.number, &case.note);
                    let text = format!("{number} [{note}] {path}: {ours} for {theirs}");
                    sums.unexplained.push(text);
                }
            }
        }
        match found.is_empty() {
            true => sums.equal += 1,
            false => sums.explained += u64::from(is_explained),
        }
    }
    println!("Hubble makes of it …, times: {reasons:#?}");
    let mut open = 0;
    for (kind, sums) in &kinds {
        println!(
            "{kind}: {} events, {} equal, {} explained",
            sums.events, sums.equal, sums.explained
        );
        for text in sums.unexplained.iter().take(5) {
            println!("    {text}");
        }
        open += sums.events - sums.equal - sums.explained;
    }
    assert_eq!(open, 0, "events differ without a reason");
}
