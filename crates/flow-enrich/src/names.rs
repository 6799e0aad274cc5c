//! Names from the table, for each flow.

use flow_core::flow::{Direction, Endpoint, Flow};
use flow_core::pipeline::{Attached, Enricher};

use crate::table::{EndpointKind, EndpointTable, Found, Key, TableReader};

/// Fills names and identities of both ends of a flow from an [`EndpointTable`].
///
/// For each end whose names the source of the flow does not know:
///
/// 1. the endpoint that had the address at the time of the flow;
/// 2. where that is a node and the port one that nodes forward, the service;
/// 3. for the end of the local socket, unless it is a pod by its address: the endpoint of the flow's control
///    group or process, which is how pods in the network of their node are found;
/// 4. the longest prefix that the address is in.
///
/// What a flow has already, stays.
#[derive(Clone, Debug)]
pub struct TableNames {
    table: EndpointTable,
}

impl TableNames {
    /// Returns an enricher that reads `table`.
    #[must_use]
    pub const fn new(table: EndpointTable) -> Self {
        Self { table }
    }
}

/// The end whose socket is on this host, as far as the flow shows it.
fn is_local(flow: &Flow, is_source: bool) -> bool {
    match flow.direction {
        Direction::EGRESS => is_source,
        Direction::INGRESS => !is_source,
        _ => false,
    }
}

#[inline]
fn find(read: &TableReader, flow: &Flow, end: &Endpoint, is_source: bool) -> Option<Found> {
    let time = flow.time;
    let found = read.address(end.ip, time);
    let kind = found.map(|found| found.kind);
    if kind == Some(EndpointKind::Pod) {
        return found;
    }
    let is_node = matches!(
        kind,
        Some(EndpointKind::Host | EndpointKind::RemoteNode | EndpointKind::ApiServer)
    );
    if is_node && end.port != 0 {
        let key = Key::NodePort {
            protocol: flow.protocol.0,
            port: end.port,
        };
        if let Some(service) = read.get(key, time) {
            let identity = found.map_or(service.identity, |node| node.identity);
            return Some(Found {
                identity,
                ..service
            });
        }
    }
    if is_local(flow, is_source)
        && let Some(owner) = owner(read, flow)
    {
        let identity = match owner.identity {
            0 => found.map_or(0, |found| found.identity),
            identity => identity,
        };
        return Some(Found { identity, ..owner });
    }
    found.or_else(|| read.prefix(end.ip, time))
}

/// Who the flow's control group or process is.
fn owner(read: &TableReader, flow: &Flow) -> Option<Found> {
    let by_cgroup = match flow.cgroup_id {
        0 => None,
        id => read.cgroup(id, flow.time),
    };
    by_cgroup.or_else(|| match flow.process.pid {
        0 => None,
        pid => read.get(Key::Process(pid), flow.time),
    })
}

fn fill(end: &mut Endpoint, found: Option<Found>, has_names: bool) {
    if let Some(found) = found {
        if end.meta == 0 && !has_names {
            end.meta = found.handle.raw();
        }
        if end.identity == 0 {
            end.identity = found.identity;
        }
    }
}

impl Enricher for TableNames {
    fn name(&self) -> &str {
        "table"
    }

    #[inline]
    fn enrich(&self, flow: &mut Flow, attached: &Attached<'_>) {
        let read = self.table.read();
        let is_known =
            |end: &Endpoint, is_given: bool| (end.meta != 0 || is_given) && end.identity != 0;
        let (source, destination) = (attached.source.is_some(), attached.destination.is_some());
        if !is_known(&flow.source, source) {
            let found = find(&read, flow, &flow.source, true);
            fill(&mut flow.source, found, source);
        }
        if !is_known(&flow.destination, destination) {
            let found = find(&read, flow, &flow.destination, false);
            fill(&mut flow.destination, found, destination);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flow_core::flow::Ip;
    use flow_core::names::NameTable;
    use flow_core::resolve::EndpointNames;

    use super::*;
    use crate::table::{EndpointEntry, Writer};

    const NODE: Ip = Ip::v4([192, 0, 2, 1]);

    struct Setting {
        table: EndpointTable,
        writer: Writer<&'static str>,
    }

    impl Setting {
        fn new() -> Self {
            let table = EndpointTable::new(&NameTable::new());
            let writer = Writer::new(&table);
            Self { table, writer }
        }

        fn put(&mut self, name: &'static str, kind: EndpointKind, identity: u32, keys: &[Key]) {
            let entry = EndpointEntry {
                kind,
                identity,
                from: 0,
                keys: keys.iter().copied().collect(),
                names: Arc::new(EndpointNames {
                    pod_name: name.into(),
                    ..EndpointNames::default()
                }),
            };
            self.writer.batch(1).put(name, entry).unwrap();
        }

        fn enrich(&self, mut flow: Flow, attached: &Attached<'_>) -> [(String, u32); 2] {
            TableNames::new(self.table.clone()).enrich(&mut flow, attached);
            let mut holder = self.table.names().holder();
            let hold = holder.hold();
            [flow.source, flow.destination].map(|end| {
                let names = hold.resolve(end.meta);
                let name = names.map_or(String::new(), |names| names.pod_name.to_string());
                (name, end.identity)
            })
        }
    }

    fn flow(source: Ip, destination: Ip) -> Flow {
        let mut flow = Flow {
            time: 5,
            direction: Direction::EGRESS,
            ..Flow::default()
        };
        (flow.source.ip, flow.destination.ip) = (source, destination);
        flow
    }

    #[test]
    fn both_ends_get_names_and_identities() {
        let mut setting = Setting::new();
        let (web, far) = (Ip::v4([10, 0, 0, 1]), Ip::v4([10, 9, 0, 1]));
        let range = Key::Prefix("10.9.0.0/16".parse().unwrap());
        setting.put("web", EndpointKind::Pod, 7_000, &[Key::Address(web)]);
        setting.put("range", EndpointKind::Range, 0, &[range]);
        let found = setting.enrich(flow(web, far), &Attached::NONE);
        assert_eq!(found, [("web".to_owned(), 7_000), ("range".to_owned(), 0)]);
        let found = setting.enrich(flow(far, Ip::v4([10, 8, 0, 1])), &Attached::NONE);
        assert_eq!(found, [("range".to_owned(), 0), (String::new(), 0)]);
    }

    #[test]
    fn what_the_source_knows_stays() {
        let mut setting = Setting::new();
        let web = Ip::v4([10, 0, 0, 1]);
        setting.put("web", EndpointKind::Pod, 7_000, &[Key::Address(web)]);
        let given = EndpointNames::default();
        let mut attached = Attached::NONE;
        attached.source = Some(&given);
        let mut with_identity = flow(web, web);
        with_identity.destination.identity = 9;
        let found = setting.enrich(with_identity, &attached);
        assert_eq!(found, [(String::new(), 7_000), ("web".to_owned(), 9)]);
    }

    #[test]
    fn pods_in_the_network_of_their_node_are_found_by_their_control_group_or_process() {
        let mut setting = Setting::new();
        setting.put("node", EndpointKind::Host, 1, &[Key::Address(NODE)]);
        setting.put("proxy", EndpointKind::Workload, 0, &[Key::Cgroup(77)]);
        setting.put("sshd", EndpointKind::Workload, 0, &[Key::Process(8)]);
        let mut local = flow(NODE, NODE);
        local.cgroup_id = 77;
        local.process.pid = 8;
        let name = |found: [(String, u32); 2]| found.map(|(name, _)| name);
        let found = setting.enrich(local, &Attached::NONE);
        assert_eq!(found, [("proxy".to_owned(), 1), ("node".to_owned(), 1)]);
        local.cgroup_id = 78;
        local.direction = Direction::INGRESS;
        assert_eq!(
            name(setting.enrich(local, &Attached::NONE)),
            ["node", "sshd"]
        );
        local.direction = Direction::UNKNOWN;
        assert_eq!(
            name(setting.enrich(local, &Attached::NONE)),
            ["node", "node"]
        );
    }

    #[test]
    fn a_port_that_nodes_forward_is_the_service() {
        let mut setting = Setting::new();
        let (web, port) = (Ip::v4([10, 0, 0, 1]), 30_080);
        let node_port = Key::NodePort { protocol: 6, port };
        setting.put("node", EndpointKind::RemoteNode, 6, &[Key::Address(NODE)]);
        setting.put("web", EndpointKind::Pod, 7_000, &[Key::Address(web)]);
        setting.put("shop", EndpointKind::Service, 0, &[node_port]);
        let mut to_node = flow(web, NODE);
        to_node.protocol = flow_core::flow::Protocol(6);
        to_node.destination.port = port;
        let found = setting.enrich(to_node, &Attached::NONE);
        assert_eq!(found, [("web".to_owned(), 7_000), ("shop".to_owned(), 6)]);
        to_node.protocol = flow_core::flow::Protocol(17);
        let found = setting.enrich(to_node, &Attached::NONE);
        assert_eq!(found[1], ("node".to_owned(), 6));
    }
}
