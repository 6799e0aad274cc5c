//! The table against a model that is too simple to be wrong, and what threads see of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use flow_core::flow::Ip;
use flow_core::names::NameTable;
use flow_core::resolve::EndpointNames;
use proptest::prelude::*;

use super::*;

const LINGER: u64 = 10;
/// No flow bears a handle.
const NO_HISTORY: &[flow_core::ring::Ring<flow_core::flow::Flow>] = &[];

fn table() -> EndpointTable {
    EndpointTable::with_linger(&NameTable::new(), Duration::from_nanos(LINGER))
}

fn ip(number: u8) -> Key {
    Key::Address(Ip::v4([10, 0, 0, number]))
}

fn entry(kind: EndpointKind, from: u64, name: &str, keys: &[Key]) -> EndpointEntry {
    EndpointEntry {
        kind,
        identity: name.len() as u32,
        from,
        keys: keys.iter().copied().collect(),
        names: Arc::new(EndpointNames {
            pod_name: name.into(),
            ..EndpointNames::default()
        }),
    }
}

fn name_at(table: &EndpointTable, key: Key, time: u64) -> Option<String> {
    let found = table.read().get(key, time)?;
    let names = table
        .names()
        .get(found.handle)
        .expect("names of what was found");
    assert_eq!(found.identity as usize, names.pod_name.len());
    Some(names.pod_name.to_string())
}

/// One version of the model: what the table should have, in the order of insertion.
#[derive(Clone, Debug)]
struct Told {
    id: u8,
    key: Key,
    from: u64,
    until: Option<u64>,
    kind: EndpointKind,
    name: String,
    /// Number of its names.
    names: u64,
}

#[derive(Default)]
struct Model {
    all: Vec<Told>,
    /// Live endpoints: their keys and the number of their names.
    live: BTreeMap<u8, (Vec<Key>, String, u64)>,
    made: u64,
    now: u64,
}

impl Model {
    fn put(&mut self, id: u8, kind: EndpointKind, from: u64, name: &str, keys: &[Key]) {
        let old = self.live.get(&id).cloned();
        let names = match &old {
            Some((_, known, names)) if known == name => *names,
            _ => {
                self.made += 1;
                self.made
            }
        };
        for key in keys {
            let told = Told {
                id,
                key: *key,
                from,
                until: None,
                kind,
                name: name.to_owned(),
                names,
            };
            let is_mine =
                |other: &&mut Told| other.id == id && other.key == *key && other.until.is_none();
            match self.all.iter_mut().find(is_mine) {
                Some(mine) => *mine = told,
                None => self.all.push(told),
            }
        }
        for told in &mut self.all {
            if told.id == id && told.until.is_none() && !keys.contains(&told.key) {
                told.until = Some(self.now + LINGER);
            }
        }
        self.live
            .insert(id, (keys.to_vec(), name.to_owned(), names));
    }

    fn rename(&mut self, id: u8, name: &str) {
        if let Some((_, known, names)) = self.live.get_mut(&id) {
            self.made += 1;
            (*known, *names) = (name.to_owned(), self.made);
            for told in &mut self.all {
                if told.id == id && told.until.is_none() {
                    (told.name, told.names) = (name.to_owned(), self.made);
                }
            }
        }
    }

    fn end(&mut self, id: u8, until: u64) {
        if self.live.remove(&id).is_some() {
            for told in &mut self.all {
                if told.id == id && told.until.is_none() {
                    told.until = Some(until);
                }
            }
        }
    }

    fn forget(&mut self, now: u64) {
        self.all
            .retain(|told| told.until.is_none_or(|until| until + LINGER > now));
    }

    fn at(&self, key: Key, time: u64) -> Option<&str> {
        let valid = self.all.iter().enumerate().filter(|(_, told)| {
            told.key == key && told.from <= time && told.until.is_none_or(|until| time < until)
        });
        let best = valid.max_by_key(|(index, told)| {
            let until = told.until.unwrap_or(u64::MAX);
            (std::cmp::Reverse(told.kind), told.from, until, *index)
        });
        best.map(|(_, told)| told.name.as_str())
    }

    fn names(&self) -> usize {
        let mut all: BTreeSet<u64> = self.all.iter().map(|told| told.names).collect();
        all.extend(self.live.values().map(|(_, _, names)| *names));
        all.len()
    }
}

#[derive(Clone, Debug)]
enum Step {
    Put {
        id: u8,
        kind: u8,
        from: u64,
        name: u8,
        keys: Vec<u8>,
    },
    Remove(u8),
    Rename(u8, u8),
    End(u8, u64),
    Replace(Vec<(u8, u8)>),
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let put = (
        0..4_u8,
        0..3_u8,
        0..60_u64,
        0..3_u8,
        proptest::collection::vec(0..5_u8, 0..3),
    );
    let step = prop_oneof![
        4 => put.prop_map(|(id, kind, from, name, keys)| Step::Put { id, kind, from, name, keys }),
        2 => (0..4_u8).prop_map(Step::Remove),
        1 => (0..4_u8, 3..6_u8).prop_map(|(id, name)| Step::Rename(id, name)),
        1 => (0..4_u8, 0..60_u64).prop_map(|(id, time)| Step::End(id, time)),
        1 => proptest::collection::vec((0..4_u8, 0..5_u8), 0..3).prop_map(Step::Replace),
    ];
    proptest::collection::vec((0..6_u64, step), 1..30)
}

fn key(number: u8) -> Key {
    match number {
        4 => Key::Cgroup(7),
        3 => Key::Prefix("10.0.0.0/8".parse().expect("a prefix")),
        number => ip(number),
    }
}

const KINDS: [EndpointKind; 3] = [EndpointKind::Pod, EndpointKind::Host, EndpointKind::Service];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_answers_as_the_model_does(steps in steps()) {
        let table = table();
        let mut writer = Writer::new(&table);
        let mut model = Model::default();
        let mut now = 1;
        for (later, step) in steps {
            now += later;
            model.now = now;
            let mut batch = writer.batch(now);
            match step {
                Step::Put { id, kind, from, name, keys } => {
                    let kind = KINDS[usize::from(kind)];
                    let name = "n".repeat(usize::from(name) + 1);
                    let keys: Vec<Key> = keys.into_iter().map(key).collect();
                    batch.put(id, entry(kind, from, &name, &keys)).expect("room");
                    model.put(id, kind, from, &name, &keys);
                }
                Step::Remove(id) => {
                    prop_assert_eq!(batch.remove(&id), model.live.contains_key(&id));
                    model.end(id, now + LINGER);
                }
                Step::Rename(id, name) => {
                    let name = "n".repeat(usize::from(name) + 1);
                    let names = entry(EndpointKind::Pod, 0, &name, &[]).names;
                    let is_there = batch.rename(&id, name.len() as u32, names).expect("room");
                    prop_assert_eq!(is_there, model.live.contains_key(&id));
                    model.rename(id, &name);
                }
                Step::End(id, time) => {
                    batch.end_at(&id, time);
                    model.end(id, time);
                }
                Step::Replace(all) => {
                    let pod = |number: u8| entry(EndpointKind::Pod, 0, "all", &[key(number)]);
                    let entries = all.iter().map(|(id, number)| (*id, pod(*number)));
                    batch.replace_all(entries).expect("room");
                    for (id, number) in &all {
                        model.put(*id, EndpointKind::Pod, 0, "all", &[key(*number)]);
                    }
                    for id in 0..4 {
                        if all.iter().all(|(other, _)| *other != id) {
                            model.end(id, now + LINGER);
                        }
                    }
                }
            }
            drop(batch);
            model.forget(now);
            for number in 0..5 {
                for time in 1..80 {
                    let found = name_at(&table, key(number), time);
                    prop_assert_eq!(found.as_deref(), model.at(key(number), time));
                }
            }
            prop_assert_eq!(table.names().stats().live, model.names());
            prop_assert_eq!(table.stats().endpoints, model.live.len());
        }
        drop(writer);
        table.sweep(u64::MAX);
        prop_assert_eq!(table.names().stats().live, 0);
        let stats = table.stats();
        prop_assert_eq!((stats.endpoints, stats.keys, stats.ended), (0, 0, 0));
    }
}

#[test]
fn a_reused_address_names_the_pod_of_the_time() {
    let table = table();
    let mut writer = Writer::new(&table);
    let pod = |name, from| entry(EndpointKind::Pod, from, name, &[ip(1)]);
    writer.batch(100).put(1, pod("old", 100)).unwrap();
    writer.batch(200).remove(&1);
    assert_eq!(
        name_at(&table, ip(1), 205).as_deref(),
        Some("old"),
        "it lingers"
    );
    writer.batch(206).put(2, pod("new", 206)).unwrap();
    for (time, name) in [
        (99, None),
        (150, Some("old")),
        (205, Some("old")),
        (206, Some("new")),
        (209, Some("new")),
        (0, Some("new")),
    ] {
        assert_eq!(name_at(&table, ip(1), time).as_deref(), name, "at {time}");
    }
    table.sweep(220);
    assert_eq!(name_at(&table, ip(1), 150), None, "not the new one");
}

#[test]
fn prefixes_answer_where_the_address_has_no_entry_the_longest_first() {
    let table = table();
    let mut writer = Writer::new(&table);
    let range = |text: &str| Key::Prefix(text.parse().unwrap());
    let mut batch = writer.batch(1);
    for (id, from, name) in [(1, 0, "10.0.0.0/8"), (2, 50, "10.0.0.0/24"), (3, 0, "::/0")] {
        let found = entry(EndpointKind::Range, from, name, &[range(name)]);
        batch.put(id, found).unwrap();
    }
    drop(batch);
    let at = |text: &str, time| {
        let address: std::net::IpAddr = text.parse().unwrap();
        let found = table.read().prefix(address.into(), time)?;
        table
            .names()
            .get(found.handle)
            .map(|names| names.pod_name.to_string())
    };
    assert_eq!(at("10.0.0.9", 60).as_deref(), Some("10.0.0.0/24"));
    assert_eq!(
        at("10.0.0.9", 40).as_deref(),
        Some("10.0.0.0/8"),
        "it was not there yet"
    );
    assert_eq!(at("10.1.0.9", 60).as_deref(), Some("10.0.0.0/8"));
    assert_eq!(at("2001:db8::1", 60).as_deref(), Some("::/0"));
}

#[test]
fn a_full_table_of_names_changes_nothing() {
    let table = EndpointTable::new(&NameTable::with_limit(1));
    let mut writer = Writer::new(&table);
    let pod = |name| entry(EndpointKind::Pod, 0, name, &[ip(1)]);
    writer.batch(1).put(1, pod("web")).unwrap();
    assert!(writer.batch(2).put(2, pod("db")).is_err());
    assert!(writer.batch(3).put(1, pod("renamed")).is_err());
    assert_eq!(name_at(&table, ip(1), 5).as_deref(), Some("web"));
    assert_eq!((writer.len(), table.stats().endpoints), (1, 1));
}

/// Names come and go a thousand times; a table that kept them would be full after ten.
#[test]
fn endpoints_that_come_and_go_do_not_fill_the_names() {
    let names = NameTable::with_limit(40);
    let table = EndpointTable::with_linger(&names, Duration::from_nanos(LINGER));
    let mut writer = Writer::new(&table);
    for round in 0..1_000_u64 {
        let now = 100 + round * 3;
        let mut batch = writer.batch(now);
        let pod = entry(EndpointKind::Pod, now, &format!("pod-{round}"), &[ip(1)]);
        batch.put(round, pod).unwrap();
        batch.remove(&round.wrapping_sub(1));
        drop(batch);
        names.sweep(NO_HISTORY);
    }
    assert!(table.stats().keys == 1 && table.names().stats().live < 12);
}

/// Each reader sees both addresses of an endpoint, or neither: batches are seen as a whole, and what was
/// found in a hold has its names.
#[test]
fn threads_see_whole_batches() {
    let table = table();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut holder = table.names().holder();
                let mut seen = 0;
                while !stop.load(Ordering::Relaxed) {
                    let hold = holder.hold();
                    let read = table.read();
                    let [one, two] = [1, 2].map(|number| {
                        let found = read.get(ip(number), 0)?;
                        let names = hold.get(found.handle).expect("names of what was found");
                        Some(names.pod_name.clone())
                    });
                    assert_eq!(one, two);
                    seen += usize::from(one.is_some());
                }
                seen
            });
        }
        let mut writer = Writer::new(&table);
        for round in 0..2_000_u64 {
            let now = 1 + round;
            let name = format!("pod-{round}");
            let pod = |number| entry(EndpointKind::Pod, 0, &name, &[ip(number)]);
            let mut batch = writer.batch(now);
            batch.put(1, pod(1)).unwrap();
            batch.put(2, pod(2)).unwrap();
            if round.is_multiple_of(7) {
                batch.end_at(&1, now);
                batch.end_at(&2, now);
            }
            drop(batch);
            table.names().sweep(NO_HISTORY);
        }
        stop.store(true, Ordering::Relaxed);
    });
}
