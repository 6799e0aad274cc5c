//! Random numbers, filters and flows.

use std::net::IpAddr;
use std::sync::Arc;

use flow_core::flow::{Flow, Ip, L7Type, Name16};
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::{EndpointNames, Extra, NodeNames, Policy, Service, SourceFile, Workload};
use flow_filter::{FieldInfo, fields};
use zerocopy::FromBytes;

/// A generator of random numbers: xorshift64*, by Marsaglia and Vigna.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (((self.next() >> 32) * limit as u64) >> 32) as usize
    }

    pub(crate) fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

const NUMBERS: [u64; 17] = [
    0, 1, 2, 3, 4, 5, 6, 17, 53, 80, 200, 404, 443, 500, 1_000, 8_080, 65_535,
];
const IPS: [&str; 7] = [
    "10.0.0.1",
    "10.0.0.2",
    "10.1.2.3",
    "192.168.1.1",
    "2001:db8::1",
    "2001:db8:1::2",
    "fe80::1",
];
const NETWORKS: [&str; 9] = [
    "10.0.0.0/8",
    "10.0.0.0/24",
    "0.0.0.0/0",
    "192.168.1.1/32",
    "2001:db8::/32",
    "2001:db8::/64",
    "::/0",
    "10.0.0.1..10.0.0.9",
    "10.0.0.3..10.9.0.0",
];
const WORDS: [&str; 14] = [
    "shop",
    "web",
    "web-0",
    "web-1",
    "db",
    "GET",
    "Example.org.",
    "example.org",
    "a.b.example.org",
    "/api/v1/users",
    "http://Example.org/api/v1?x=1",
    "eth0",
    "curl",
    "prod",
];
const GLOBS: [&str; 12] = [
    "*",
    "web*",
    "*.org",
    "*-0",
    "w*b*",
    "e?h0",
    "*example*",
    "shop/web-*",
    "*/web-0",
    "/db",
    "shop/",
    "Deployment/web",
];
const REGEXES: [&str; 8] = [
    "^web",
    "example\\.(org|com)",
    "[0-9]+$",
    "(?i)get",
    "/v[12]/",
    "^$",
    "a|b",
    "\\w+-\\d",
];
const LABELS: [&str; 6] = [
    "k8s:app=web",
    "k8s:app=db",
    "k8s:tier=prod",
    "reserved:host",
    "k8s:io.x/y=web",
    "container:app=curl",
];
const KEYS: [&str; 6] = ["app", "k8s:app", "tier", "host", "Accept", "key"];
const SELECTORS: [&str; 6] = [
    "app=web",
    "app in (web, db)",
    "app notin (web)",
    "!tier",
    "k8s:app",
    "app=web,tier=prod",
];
const TIMES: [&str; 3] = [
    "2026-01-01T00:00:00Z",
    "2026-06-01T12:30:00Z",
    "1970-01-01T00:00:00.5Z",
];
const DURATIONS: [&str; 7] = ["1ns", "250us", "1ms", "10ms", "1.5s", "2m", "1h"];
const SIZES: [&str; 6] = ["0", "66", "500B", "1KiB", "1.5KiB", "1MB"];

/// A filter, most of the time a valid one.
pub(crate) fn filter(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.one_in(3) {
        return leaf(random);
    }
    let count = 2 + random.below(2);
    let parts: Vec<String> = (0..count).map(|_| filter(random, depth - 1)).collect();
    match random.below(8) {
        0 => format!("!({})", parts[0]),
        1 => format!("not {}", leaf(random)),
        2 => format!("({})", parts.join(" xor ")),
        3 | 4 => format!("({})", parts.join(" || ")),
        5 => format!("{} or {}", parts[0], parts[1]),
        6 => format!("({})", parts.join(" and ")),
        _ => parts.join(" && "),
    }
}

fn leaf(random: &mut Random) -> String {
    const OTHERS: [&str; 16] = [
        "tcp",
        "udp",
        "dns",
        "http",
        "dropped",
        "forwarded",
        "ingress",
        "reply",
        "encrypted",
        "icmp",
        "host 10.0.0.1",
        "src net 10.0.0.0/8",
        "tcp dst port 443",
        "portrange 1-1024",
        "true",
        "response",
    ];
    if random.one_in(8) {
        return (*random.pick(&OTHERS)).to_owned();
    }
    let fields: Vec<FieldInfo> = fields().collect();
    // Those of endpoints are as many as all others together.
    let of_end: Vec<FieldInfo> = fields
        .iter()
        .copied()
        .filter(FieldInfo::is_of_end)
        .collect();
    let field = match random.one_in(2) {
        true => random.pick(&of_end),
        false => random.pick(&fields),
    };
    let mut name = match (field.is_of_end(), random.below(3)) {
        (true, 0) => format!("src.{}", field.name()),
        (true, 1) => format!("dst.{}", field.name()),
        _ => field.name().to_owned(),
    };
    let mut has_key = false;
    if field.has_keys() && random.one_in(2) {
        name += &format!("[\"{}\"]", random.pick(&KEYS));
        has_key = true;
    }
    match random.below(12) {
        0 => return name,
        1 => return format!("has({name})"),
        _ => {}
    }
    if field.name().ends_with("label") && !has_key && random.one_in(2) {
        return format!("{name} select \"{}\"", random.pick(&SELECTORS));
    }
    let comparison = comparison(random, field, &name);
    match random.below(6) {
        0 => format!("any({comparison})"),
        1 => format!("all({comparison})"),
        _ => comparison,
    }
}

fn comparison(random: &mut Random, field: &FieldInfo, name: &str) -> String {
    let ordered = ["==", "!=", "<", "<=", ">", ">=", "in", "not in"];
    let unordered = ["==", "!=", "in", "not in"];
    let value = |random: &mut Random| match field.kind() {
        "true or false" => (*random.pick(&["true", "false"])).to_owned(),
        "an IP address" => (*random.pick(&IPS)).to_owned(),
        "a MAC address" => "02:00:00:00:00:01".to_owned(),
        "an identifier" => "01".repeat(16),
        "a duration" => (*random.pick(&DURATIONS)).to_owned(),
        "a number of bytes" => (*random.pick(&SIZES)).to_owned(),
        "a time" => (*random.pick(&TIMES)).to_owned(),
        "a text" if field.name().ends_with("label") => format!("\"{}\"", random.pick(&LABELS)),
        "a text" | "a name" => match random.one_in(2) {
            true => format!("\"{}\"", random.pick(&WORDS)),
            false => format!("\"{}\"", random.pick(&GLOBS)),
        },
        "a set of flags" => (1 << random.below(10)).to_string(),
        _ => random.pick(&NUMBERS).to_string(),
    };
    if matches!(field.kind(), "a text" | "a name") {
        return match random.below(8) {
            0 => format!("{name} contains \"{}\"", random.pick(&WORDS)),
            1 => format!("{name} contains {{\"web\", \"org\", \"/\"}}"),
            2 => format!("{name} matches r\"{}\"", random.pick(&REGEXES)),
            3 => format!("{name} !~ r\"{}\"", random.pick(&REGEXES)),
            4 => format!("{name} wildcard {}", value(random)),
            5 => format!(
                "{name} in {{{}, {}, {}}}",
                value(random),
                value(random),
                value(random)
            ),
            6 => {
                let many: Vec<String> = (0..12).map(|_| value(random)).collect();
                format!("{name} not in {{{}}}", many.join(", "))
            }
            _ => format!("{name} {} {}", random.pick(&["==", "!="]), value(random)),
        };
    }
    if field.kind() == "a set of flags" {
        let operator = random.pick(&["has", "has any", "==", "!="]);
        return format!("{name} {operator} {{{}, {}}}", value(random), value(random));
    }
    let operator = match field.kind() {
        "a number" | "a port" | "a duration" | "a number of bytes" | "a time" => {
            random.pick(&ordered)
        }
        _ => random.pick(&unordered),
    };
    let operand = match *operator {
        "in" | "not in" if field.kind() == "an IP address" => {
            format!("{{{}, {}}}", random.pick(&NETWORKS), random.pick(&NETWORKS))
        }
        "in" | "not in" if random.one_in(2) && field.kind() == "a port" => {
            "{1, 53, 80..8080}".to_owned()
        }
        "in" | "not in" => format!(
            "{{{}, {}, {}}}",
            value(random),
            value(random),
            value(random)
        ),
        _ => value(random),
    };
    format!("{name} {operator} {operand}")
}

/// Names of an endpoint.
pub(crate) fn names(random: &mut Random) -> EndpointNames {
    let text = |random: &mut Random| -> Box<str> {
        match random.one_in(4) {
            true => "".into(),
            false => (*random.pick(&WORDS)).into(),
        }
    };
    let labels: Vec<Box<str>> = (0..random.below(4))
        .map(|_| Box::from(*random.pick(&LABELS)))
        .collect();
    EndpointNames {
        id: *random.pick(&NUMBERS) as u32,
        labels,
        cluster_name: text(random),
        namespace: text(random),
        pod_name: text(random),
        workloads: (0..random.below(3))
            .map(|_| Workload {
                name: text(random),
                kind: "Deployment".into(),
            })
            .collect(),
        service: random.one_in(2).then(|| Service {
            name: text(random),
            namespace: text(random),
        }),
        dns_names: (0..random.below(3)).map(|_| text(random)).collect(),
    }
}

/// A layer 7 record.
pub(crate) fn record(random: &mut Random) -> L7Record {
    let kind = L7Kind(random.below(4) as u8);
    let (a, b, c) = (
        *random.pick(&WORDS),
        *random.pick(&WORDS),
        *random.pick(&WORDS),
    );
    let number = *random.pick(&NUMBERS) as u16;
    let count = random.below(3);
    let ip: IpAddr = random.pick(&IPS).parse().expect("an address");
    let mut record = match random.below(5) {
        0 => L7Record::dns(kind, |dns| {
            dns.query(a)
                .rcode(number % 6)
                .ttl(number.into())
                .id(number)
                .qtype((number % 30).into());
            for _ in 0..count {
                dns.ip(ip).cname(b).rrtype((number % 6).into());
            }
        }),
        1 => L7Record::http(kind, |http| {
            http.code(number)
                .method(a)
                .url(b)
                .protocol("HTTP/1.1")
                .stream(number.into());
            http.grpc_status((count == 1).then_some(number));
            for _ in 0..count {
                http.header("accept", c);
            }
        }),
        2 => L7Record::kafka(kind, |kafka| {
            let number = number as i16;
            kafka
                .error_code(number)
                .api_version(number)
                .correlation_id(number.into());
            kafka.api_key(a).topic(b).client_id(c);
        }),
        3 => L7Record::tls(kind, |tls| {
            tls.version(0x0304)
                .cipher(number)
                .server_name(a)
                .ja4(b)
                .quic(count == 1);
            for _ in 0..count {
                tls.alpn(c);
            }
        }),
        _ => L7Record::message(kind, |message| {
            message.protocol(a).operation(b).status(c);
            for _ in 0..count {
                message.attribute("key", a);
            }
        }),
    };
    record.latency_ns = number.into();
    record.trace.0 = [number as u8; 16];
    record
}

/// Rare attributes.
pub(crate) fn extra(random: &mut Random) -> Extra {
    let policies = |random: &mut Random| {
        let policy = |random: &mut Random| Policy {
            name: (*random.pick(&WORDS)).into(),
            namespace: (*random.pick(&WORDS)).into(),
            ..Policy::default()
        };
        (0..random.below(3)).map(|_| policy(random)).collect()
    };
    Extra {
        uuid: [random.below(3) as u8; 16],
        source_xlated: ip(random),
        proxy_port: *random.pick(&NUMBERS) as u16,
        auth_type: random.below(3) as u8,
        policy_match_type: random.below(7) as u32,
        ip_trace_id: *random.pick(&NUMBERS),
        sctp_chunk: random.below(9) as u8,
        file: random.one_in(2).then(|| SourceFile {
            name: (*random.pick(&WORDS)).into(),
            line: *random.pick(&NUMBERS) as u32,
        }),
        egress_allowed_by: policies(random),
        ingress_denied_by: policies(random),
        policy_log: (0..random.below(3))
            .map(|_| Box::from(*random.pick(&WORDS)))
            .collect(),
        node: random.one_in(2).then(|| Arc::new(node(random))),
        ..Extra::default()
    }
}

fn node(random: &mut Random) -> NodeNames {
    NodeNames {
        name: (*random.pick(&["", "web", "prod/web", "prod/db"])).to_owned(),
        labels: (0..random.below(3))
            .map(|_| Box::from(*random.pick(&LABELS)))
            .collect(),
        emitter: None,
    }
}

fn ip(random: &mut Random) -> Ip {
    match random.one_in(4) {
        true => Ip::UNSPECIFIED,
        false => random
            .pick(&IPS)
            .parse::<IpAddr>()
            .expect("an address")
            .into(),
    }
}

/// A flow without handles.
pub(crate) fn flow(random: &mut Random) -> Flow {
    let bytes: Vec<u8> = (0..Flow::SIZE).map(|_| random.next() as u8).collect();
    let mut flow = Flow::read_from_bytes(&bytes).expect("any bytes are a flow");
    if random.one_in(5) {
        (flow.source.meta, flow.destination.meta, flow.l7, flow.ext) = (0, 0, 0, 0);
        return flow;
    }
    let small = |random: &mut Random| random.below(8) as u8;
    let mut number = || *random.pick(&NUMBERS);
    let traffic = &mut flow.traffic;
    (traffic.forward_packets, traffic.reverse_packets) = (number() as u32, number() as u32);
    (traffic.forward_bytes, traffic.reverse_bytes) = (number(), number());
    (traffic.forward_retransmits, traffic.reverse_retransmits) = (number() as u16, number() as u16);
    traffic.rtt_us = number() as u32;
    (flow.cgroup_id, flow.socket_cookie) = (number(), number());
    (flow.interface.index, flow.interface.netns) = (number() as u32, number() as u32);
    (flow.process.pid, flow.process.uid) = (number() as u32, number() as u32);
    (flow.vlan, flow.sample_rate) = (number() as u16, number() as u16);
    flow.first_seen = number() * 1_000_000;
    flow.time = 1_767_225_600_000_000_000 + number();
    flow.tunnel.set_vni(number() as u32);
    flow.verdict.0 = small(random);
    flow.direction.0 = small(random) % 3;
    flow.is_reply.0 = small(random) % 3;
    flow.flow_type.0 = small(random);
    flow.event_type.0 = small(random);
    flow.trace_point.0 = small(random);
    flow.trace_reason.0 = small(random);
    flow.tcp_state.0 = small(random);
    flow.ip_version.0 = small(random) % 3;
    flow.protocol.0 = *random.pick(&[0, 1, 6, 17, 58, 132]);
    flow.l7_type = *random.pick(&[L7Type::NONE, L7Type::DNS, L7Type::HTTP]);
    flow.drop_reason.0 = *random.pick(&[0, 133, 1_001]);
    flow.tunnel.protocol.0 = small(random) % 4;
    flow.interface.name = Name16::new(random.pick(&WORDS).as_bytes());
    flow.process.comm = Name16::new(random.pick(&WORDS).as_bytes());
    flow.tunnel.source_ip = ip(random);
    for end in [&mut flow.source, &mut flow.destination] {
        end.ip = ip(random);
        end.port = *random.pick(&NUMBERS) as u16;
        end.identity = *random.pick(&NUMBERS) as u32;
        end.mac.0 = *random.pick(&[[0; 6], [2, 0, 0, 0, 0, 1]]);
        end.meta = 0;
    }
    (flow.l7, flow.ext) = (0, 0);
    flow
}
