//! Answers in, names out.

use std::collections::BTreeMap;
use std::time::Duration;

use flow_core::flow::{Flow, Ip};
use flow_core::names::{NameHandle, NameTable};
use flow_core::pipeline::{Attached, Enricher};
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::EndpointNames;
use proptest::prelude::*;

use super::*;

const SECOND: u64 = 1_000_000_000;
const SERVER: Ip = Ip::v4([10, 0, 0, 53]);

struct Setting {
    table: NameTable,
    dns: DnsNames,
}

fn exact() -> DnsLimits {
    DnsLimits {
        least_ttl: Duration::ZERO,
        ..DnsLimits::default()
    }
}

fn client(number: u8) -> Ip {
    Ip::v4([10, 0, 0, number])
}

fn address(number: u8) -> Ip {
    Ip::v4([192, 0, 2, number])
}

fn between(source: Ip, destination: Ip, second: u64) -> Flow {
    let mut flow = Flow {
        time: second * SECOND,
        ..Flow::default()
    };
    (flow.source.ip, flow.destination.ip) = (source, destination);
    flow
}

impl Setting {
    fn new(limits: DnsLimits) -> Self {
        let table = NameTable::new();
        Self {
            dns: DnsNames::with_limits(&table, limits),
            table,
        }
    }

    fn answer(&self, to: Ip, second: u64, name: &str, addresses: &[Ip], ttl: u32) {
        let record = L7Record::dns(L7Kind::RESPONSE, |dns| {
            dns.query(name).cname("alias.cdn.example.").ttl(ttl);
            for address in addresses {
                dns.ip(address.to_std());
            }
        });
        let mut flow = between(SERVER, to, second);
        self.dns.enrich(&mut flow, &Attached::l7(&record));
    }

    fn names(&self, raw: u32) -> Vec<String> {
        let handle = NameHandle::from_raw(raw);
        let names = handle.and_then(|handle| self.table.get(handle));
        let names = names.iter().flat_map(|names| &names.dns_names);
        names.map(ToString::to_string).collect()
    }

    /// The names of an address for a client.
    fn known(&self, by: Ip, of: Ip, second: u64) -> Vec<String> {
        let mut flow = between(by, of, second);
        self.dns.enrich(&mut flow, &Attached::NONE);
        assert_eq!(flow.source.meta, 0);
        self.names(flow.destination.meta)
    }
}

#[test]
fn each_client_knows_what_it_asked_for() {
    let setting = Setting::new(exact());
    setting.answer(
        client(1),
        10,
        "Shop.Example.",
        &[address(1), address(2)],
        60,
    );
    setting.answer(client(2), 10, "other.example.", &[address(1)], 60);
    assert_eq!(setting.known(client(1), address(1), 11), ["shop.example"]);
    assert_eq!(setting.known(client(1), address(2), 11), ["shop.example"]);
    assert_eq!(setting.known(client(2), address(1), 11), ["other.example"]);
    assert!(setting.known(client(2), address(2), 11).is_empty());
    assert!(setting.known(client(3), address(1), 11).is_empty());
    // The way back.
    let mut reply = between(address(1), client(2), 11);
    setting.dns.enrich(&mut reply, &Attached::NONE);
    assert_eq!(setting.names(reply.source.meta), ["other.example"]);
    assert_eq!(reply.destination.meta, 0);
    assert_eq!(setting.dns.stats().answers, 2);
}

#[test]
fn names_last_as_long_as_the_answer_says_within_the_limits() {
    let setting = Setting::new(exact());
    setting.answer(client(1), 10, "a.example.", &[address(1)], 60);
    for (second, is_known) in [(9, false), (10, true), (69, true), (70, false)] {
        let found = setting.known(client(1), address(1), second);
        assert_eq!(!found.is_empty(), is_known, "at {second}");
    }
    setting.answer(client(1), 60, "a.example.", &[address(1)], 60);
    assert_eq!(setting.known(client(1), address(1), 100), ["a.example"]);
    setting.answer(client(1), 500, "b.example.", &[address(2)], 0);
    let stats = setting.dns.stats();
    assert_eq!((stats.expired, stats.evicted), (1, 0));
    let longer = Setting::new(DnsLimits::default());
    longer.answer(client(1), 10, "a.example.", &[address(1)], 1);
    assert_eq!(longer.known(client(1), address(1), 3_609), ["a.example"]);
    assert!(longer.known(client(1), address(1), 3_610).is_empty());
}

#[test]
fn the_newest_name_comes_first_and_the_oldest_makes_room() {
    let setting = Setting::new(DnsLimits {
        pairs: 2,
        names: 2,
        ..exact()
    });
    for (second, name) in [(1, "a."), (2, "b."), (3, "c."), (4, "b.")] {
        setting.answer(client(1), second, name, &[address(1)], 60);
    }
    assert_eq!(setting.known(client(1), address(1), 5), ["b", "c"]);
    setting.answer(client(1), 5, "d.", &[address(2), address(3)], 90);
    let stats = setting.dns.stats();
    assert_eq!((stats.pairs, stats.evicted, stats.names_evicted), (2, 1, 1));
    assert!(
        setting.known(client(1), address(1), 6).is_empty(),
        "it ended first"
    );
    assert_eq!(setting.known(client(1), address(3), 6), ["d"]);
}

#[test]
fn queries_errors_and_answers_without_addresses_teach_nothing() {
    let setting = Setting::new(exact());
    let records = [
        L7Record::dns(L7Kind::REQUEST, |dns| {
            dns.query("a.").ip(address(1).to_std()).ttl(9);
        }),
        L7Record::dns(L7Kind::RESPONSE, |dns| {
            dns.query("a.").ip(address(1).to_std()).ttl(9).rcode(3);
        }),
        L7Record::dns(L7Kind::RESPONSE, |dns| {
            dns.query("a.").ttl(9);
        }),
        L7Record::dns(L7Kind::RESPONSE, |dns| {
            dns.query(".").ip(address(1).to_std()).ttl(9);
        }),
    ];
    for record in &records {
        let mut flow = between(SERVER, client(1), 1);
        setting.dns.enrich(&mut flow, &Attached::l7(record));
    }
    assert!(setting.known(client(1), address(1), 2).is_empty());
    assert_eq!(setting.dns.stats(), DnsStats::default());
}

#[test]
fn dns_names_join_the_names_of_an_endpoint_and_leave_those_of_the_source_alone() {
    let setting = Setting::new(exact());
    setting.answer(client(1), 1, "web.shop.svc.", &[address(1)], 60);
    let pod = EndpointNames {
        pod_name: "web-0".into(),
        ..EndpointNames::default()
    };
    let handle = setting.table.add(pod).expect("room");
    let mut handles = Vec::new();
    for _ in 0..2 {
        let mut flow = between(client(1), address(1), 2);
        flow.destination.meta = handle.raw();
        setting.dns.enrich(&mut flow, &Attached::NONE);
        handles.push(flow.destination.meta);
    }
    assert_eq!(handles[0], handles[1], "joined once");
    let mut holder = setting.table.holder();
    let hold = holder.hold();
    let names = hold.resolve(handles[0]).expect("names");
    assert_eq!(
        (&*names.pod_name, &*names.dns_names[0]),
        ("web-0", "web.shop.svc")
    );
    let given = EndpointNames::default();
    let mut attached = Attached::NONE;
    attached.destination = Some(&given);
    let mut flow = between(client(1), address(1), 2);
    setting.dns.enrich(&mut flow, &attached);
    assert_eq!(flow.destination.meta, 0);
}

#[test]
fn names_of_hosts_hold_for_all_clients_until_an_answer_has_others() {
    let setting = Setting::new(exact());
    assert_eq!(
        setting
            .dns
            .preload_hosts("192.0.2.1 db.example db\n127.0.0.1 localhost\n"),
        3
    );
    assert_eq!(
        setting.known(client(1), address(1), 5),
        ["db.example", "db"]
    );
    setting.answer(client(2), 5, "other.", &[address(1)], 60);
    assert_eq!(setting.known(client(2), address(1), 6), ["other"]);
    assert_eq!(
        setting.known(client(1), address(1), 6),
        ["db.example", "db"]
    );
}

#[test]
fn everything_is_released_at_the_end() {
    let setting = Setting::new(exact());
    setting.dns.preload_hosts("192.0.2.9 x\n");
    setting.answer(client(1), 1, "a.", &[address(1)], 60);
    let mut flow = between(client(1), address(1), 2);
    flow.destination.meta = setting
        .table
        .add(EndpointNames::default())
        .expect("room")
        .raw();
    setting.dns.enrich(&mut flow, &Attached::NONE);
    assert_eq!(setting.table.stats().live, 4);
    drop(setting.dns);
    assert_eq!(setting.table.stats().live, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One name for each address: what is known is the end of each name's last answer, and what the table
    /// of names holds is what is known.
    #[test]
    fn it_knows_what_the_answers_said(
        answers in proptest::collection::vec((0..2_u8, 0..3_u8, 0..5_u64, 0..20_u32), 1..30),
    ) {
        let setting = Setting::new(exact());
        let mut model: BTreeMap<(u8, u8), (u64, u64)> = BTreeMap::new();
        let mut now = 1;
        for (by, of, later, ttl) in answers {
            now += later;
            let until = now + u64::from(ttl);
            model.retain(|_, (_, until)| *until > now);
            let known = model.entry((by, of)).or_insert((now, until));
            known.1 = known.1.max(until);
            setting.answer(client(by), now, &format!("name-{of}."), &[address(of)], ttl);
            for (by, of) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
                let found = setting.known(client(by), address(of), now);
                let known = model.get(&(by, of)).is_some_and(|(from, until)| *from <= now && now < *until);
                prop_assert_eq!(!found.is_empty(), known);
            }
            let stats = setting.dns.stats();
            prop_assert_eq!(stats.pairs, model.len());
            prop_assert_eq!(setting.table.stats().live, model.len());
        }
    }
}
