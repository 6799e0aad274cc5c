//! The committed objects hold the layout and the numbers that the Rust side expects. Runs without
//! privileges: everything is read from the objects' type information.

use std::mem::offset_of;

use aya_obj::Object;
use flow_core::event::{CaptureKind, EventFlags, EventKind, Hook, RawEvent, Trigger};
use flow_core::flow::{Direction, Reply, Verdict};
use flow_ebpf::Counter;

#[path = "layout/btf.rs"]
mod btf;

use btf::{Btf, Field};

const OBJECTS: [&str; 2] = ["flow_base.bpf.o", "flow_full.bpf.o"];

/// Programs of both objects.
const BASE: [&str; 6] = [
    "sock_create",
    "sweep",
    "tc_egress",
    "tc_egress_l3",
    "tc_ingress",
    "tc_ingress_l3",
];

/// Programs of the full object alone.
const FULL: [&str; 9] = [
    "cgroup_egress",
    "cgroup_ingress",
    "existing_sockets",
    "inet_sock_set_state",
    "kfree_skb",
    "kfree_skb_raw",
    "net_dev_queue",
    "netif_receive_skb",
    "tcp_retransmit_skb",
];

fn object(name: &str) -> Object {
    let path = format!("{}/bpf/{name}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    Object::parse(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn type_information(name: &str) -> Btf {
    let btf = object(name).btf.unwrap_or_else(|| panic!("{name}: no BTF"));
    Btf::new(btf.to_bytes())
}

fn size_of_field<T>(_: impl Fn(&RawEvent) -> &T) -> usize {
    size_of::<T>()
}

/// Name, offset and size in bytes of fields of [`RawEvent`].
macro_rules! fields {
    ($($field:ident),+ $(,)?) => {
        vec![$(Field {
            name: stringify!($field).to_owned(),
            offset: offset_of!(RawEvent, $field),
            size: size_of_field(|event| &event.$field),
        }),+]
    };
}

/// Name and number of constants: `"PREFIX_NAME"`, `Type::NAME`.
macro_rules! constants {
    ($prefix:literal, $type:ident, [$($name:ident),+ $(,)?]) => {
        vec![$((concat!($prefix, stringify!($name)).to_owned(), number($type::$name))),+]
    };
}

/// The number of a constant, whatever its type.
fn number(value: impl Into<Number>) -> u32 {
    value.into().0
}

struct Number(u32);

macro_rules! into_number {
    ($($type:ident),+) => {
        $(impl From<$type> for Number {
            fn from(value: $type) -> Self {
                Self(u32::from(value.0))
            }
        })+
    };
}

into_number!(
    CaptureKind,
    Direction,
    EventKind,
    Hook,
    Reply,
    Trigger,
    Verdict
);

impl From<u16> for Number {
    fn from(value: u16) -> Self {
        Self(u32::from(value))
    }
}

#[test]
fn a_record_has_one_layout() {
    let expected = fields![
        kind,
        version,
        flags,
        header_len,
        payload_len,
        time_ns,
        first_ns,
        saddr,
        daddr,
        sport,
        dport,
        proto,
        ip_version,
        direction,
        verdict,
        tcp_flags,
        icmp_type,
        icmp_code,
        drop_reason,
        ifindex,
        netns,
        cgroup_id,
        socket_cookie,
        pid,
        uid,
        comm,
        forward_bytes,
        reverse_bytes,
        forward_packets,
        reverse_packets,
        rtt_us,
        retransmits,
        smac,
        dmac,
        ethertype,
        vlan,
        is_reply,
        tcp_state,
        hook,
        trigger,
        packet_len,
        sample_rate,
        capture_kind,
        tcp_state_old,
        cpu,
    ];
    let sizes: usize = expected.iter().map(|field| field.size).sum();
    assert_eq!(
        sizes,
        RawEvent::SIZE,
        "a field is missing above, or there is padding"
    );
    for name in OBJECTS {
        let (size, fields) = type_information(name).structure("flow_event");
        assert_eq!(size, RawEvent::SIZE, "{name}");
        assert_eq!(fields, expected, "{name}");
    }
}

#[test]
fn numbers_have_one_meaning() {
    let expected = [
        (
            "flow_kind",
            constants!(
                "KIND_",
                EventKind,
                [FLOW, PACKET, DROP, TCP_STATE, TCP_RETRANSMIT]
            ),
            EventKind::KNOWN.len(),
        ),
        (
            "flow_hook",
            constants!(
                "HOOK_",
                Hook,
                [
                    TC_INGRESS,
                    TC_EGRESS,
                    CGROUP_INGRESS,
                    CGROUP_EGRESS,
                    KFREE_SKB,
                    SOCK_STATE,
                    TCP_RETRANSMIT,
                    NETIF_RECEIVE,
                    NET_DEV_QUEUE,
                ]
            ),
            Hook::KNOWN.len(),
        ),
        (
            "flow_trigger",
            constants!(
                "TRIGGER_",
                Trigger,
                [NEW, TCP_FLAG, INTERVAL, END, IDLE, TABLE_FULL]
            ),
            Trigger::KNOWN.len(),
        ),
        (
            "flow_capture_kind",
            constants!("CAPTURE_", CaptureKind, [NONE, NETWORK]),
            CaptureKind::KNOWN.len(),
        ),
        (
            "flow_flag",
            constants!(
                "FLOW_",
                EventFlags,
                [FRAGMENT, TRUNCATED, MALFORMED, OWNER_IS_SOURCE]
            ),
            4,
        ),
        (
            "flow_direction",
            constants!("DIRECTION_", Direction, [UNKNOWN, INGRESS, EGRESS]),
            Direction::KNOWN.len(),
        ),
        // The kernel programs give only some of Hubble's verdicts.
        (
            "flow_verdict",
            constants!("VERDICT_", Verdict, [FORWARDED, DROPPED, TRACED]),
            3,
        ),
        (
            "flow_reply",
            constants!("REPLY_", Reply, [UNKNOWN, NO, YES]),
            Reply::KNOWN.len(),
        ),
    ];
    for name in OBJECTS {
        let btf = type_information(name);
        for (enumeration, values, known) in &expected {
            assert_eq!(
                btf.enumeration(enumeration),
                *values,
                "{name}: {enumeration}"
            );
            assert_eq!(
                values.len(),
                *known,
                "{enumeration}: a Rust value is not in the C one"
            );
        }
    }
}

#[test]
fn counters_have_one_order() {
    for name in OBJECTS {
        let mut counters = type_information(name).enumeration("flow_counter");
        // What is for the programs alone, and the size of the array.
        counters.retain(|(name, _)| name != "COUNT_SAMPLE_GAP" && name != "COUNT_SIZE");
        let expected: Vec<_> = (0..)
            .zip(Counter::ALL)
            .map(|(index, counter)| (format!("COUNT_{}", counter.name().to_uppercase()), index))
            .collect();
        assert_eq!(counters, expected, "{name}");
    }
}

#[test]
fn each_constant_is_set_by_the_loader_and_described() {
    const LOADER: &str = include_str!("../src/object.rs");
    const README: &str = include_str!("../bpf/README.md");
    for name in OBJECTS {
        let mut constants = type_information(name).variables("flow_");
        // What is no constant.
        constants.retain(|name| name != "flow_license" && name != "flow_enums");
        assert!(!constants.is_empty(), "{name}");
        for constant in constants {
            let set = LOADER.contains(&format!("\"{constant}\""));
            assert!(set, "{name}: nothing sets {constant}");
            let described = README.contains(&format!("\n| `{constant}` | "));
            assert!(described, "{name}: {constant} is not described");
        }
    }
}

#[test]
fn a_sweep_is_asked_for_in_five_words() {
    for name in OBJECTS {
        let (size, fields) = type_information(name).structure("sweep_request");
        let places: Vec<_> = fields
            .iter()
            .map(|field| (&*field.name, field.offset))
            .collect();
        assert_eq!(
            places,
            [
                ("idle_ns", 0),
                ("tcp_idle_ns", 8),
                ("closed_ns", 16),
                ("quiet_ns", 24),
                ("flags", 32)
            ],
            "{name}"
        );
        assert_eq!(size, 40, "{name}");
    }
}

#[test]
fn each_object_has_its_programs() {
    let names = |name| {
        let mut names: Vec<_> = object(name).programs.into_keys().collect();
        names.sort();
        names
    };
    assert_eq!(names("flow_base.bpf.o"), BASE);
    let mut all = [&BASE[..], &FULL].concat();
    all.sort_unstable();
    assert_eq!(names("flow_full.bpf.o"), all);
}

#[test]
fn the_objects_share_maps_and_licence() {
    let [base, full] = OBJECTS.map(object);
    let maps = |object: &Object| {
        let mut maps: Vec<_> = object
            .maps
            .iter()
            .filter(|(name, _)| !name.starts_with('.'))
            .map(|(name, map)| {
                (
                    name.clone(),
                    map.map_type(),
                    map.key_size(),
                    map.value_size(),
                    map.max_entries(),
                )
            })
            .collect();
        maps.sort();
        maps
    };
    assert_eq!(maps(&base), maps(&full));
    assert!(
        maps(&base).iter().any(|map| map.0 == "flows"),
        "{:?}",
        maps(&base)
    );
    for object in [&base, &full] {
        assert_eq!(object.license.to_bytes(), b"Dual MIT/GPL");
    }
}
