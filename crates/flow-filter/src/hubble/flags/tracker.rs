//! One list of filters in the making.

use flow_hubble::flow::{FlowFilter, NetworkInterface, flow_filter::Experimental};

use super::namespace::Namespaces;
use super::table::CONFLICTS;
use super::value::{self, Reason};

/// Filters of one list: at most two, of which one must match. Flags that mean either end go to the first one
/// for the source, to the second one for the destination; all others go to both.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracker {
    left: FlowFilter,
    right: FlowFilter,
    namespaces: Namespaces,
    /// Names of the flags that were set.
    set: Vec<&'static str>,
}

impl Tracker {
    /// Returns the filters: none where no flag was set, one where both would be equal.
    pub(crate) fn filters(mut self) -> Vec<FlowFilter> {
        if self.set.is_empty() && self.namespaces.are_empty() {
            return Vec::new();
        }
        self.namespaces.apply(&mut self.left, &mut self.right);
        if self.left == self.right {
            return vec![self.left];
        }
        vec![self.left, self.right]
    }

    /// Sets a flag.
    pub(crate) fn set(&mut self, name: &'static str, text: &str) -> Result<(), Reason> {
        if !self.set.contains(&name) {
            self.set.push(name);
        }
        self.check_conflicts()?;
        self.apply(name, text)?;
        self.namespaces.check(&self.left)?;
        self.namespaces.check(&self.right)
    }

    fn check_conflicts(&self) -> Result<(), Reason> {
        for group in CONFLICTS {
            let mut set = group.iter().filter(|name| self.set.contains(name));
            if let (Some(one), Some(two)) = (set.next(), set.next()) {
                return Err(format!("filters --{one} and --{two} cannot be combined"));
            }
        }
        Ok(())
    }

    fn both(&mut self, change: impl Fn(&mut FlowFilter)) {
        change(&mut self.left);
        change(&mut self.right);
    }

    /// Adds a value for one end, or for either.
    fn add<T: Clone>(
        &mut self,
        name: &str,
        value: T,
        source: fn(&mut FlowFilter) -> &mut Vec<T>,
        destination: fn(&mut FlowFilter) -> &mut Vec<T>,
    ) {
        let (left, right) = (&mut self.left, &mut self.right);
        if name.starts_with("from-") {
            source(left).push(value.clone());
            source(right).push(value);
        } else if name.starts_with("to-") {
            destination(left).push(value.clone());
            destination(right).push(value);
        } else {
            source(left).push(value.clone());
            destination(right).push(value);
        }
    }

    fn apply(&mut self, name: &'static str, text: &str) -> Result<(), Reason> {
        let owned = || text.to_owned();
        match name.trim_start_matches("from-").trim_start_matches("to-") {
            "fqdn" => self.add(
                name,
                owned(),
                |filter| &mut filter.source_fqdn,
                |filter| &mut filter.destination_fqdn,
            ),
            "pod" => self.add(
                name,
                owned(),
                |filter| &mut filter.source_pod,
                |filter| &mut filter.destination_pod,
            ),
            "service" => self.add(
                name,
                owned(),
                |filter| &mut filter.source_service,
                |filter| &mut filter.destination_service,
            ),
            "label" => self.add(
                name,
                owned(),
                |filter| &mut filter.source_label,
                |filter| &mut filter.destination_label,
            ),
            "workload" => self.add(
                name,
                value::workload(text),
                |filter| &mut filter.source_workload,
                |filter| &mut filter.destination_workload,
            ),
            "identity" => self.add(
                name,
                value::identity(text)?,
                |filter| &mut filter.source_identity,
                |filter| &mut filter.destination_identity,
            ),
            "cluster" => self.add(
                name,
                owned(),
                |filter| &mut filter.source_cluster_name,
                |filter| &mut filter.destination_cluster_name,
            ),
            "ip" => self.add(
                name,
                owned(),
                |filter| &mut filter.source_ip,
                |filter| &mut filter.destination_ip,
            ),
            "port" => self.add(
                name,
                owned(),
                |filter| &mut filter.source_port,
                |filter| &mut filter.destination_port,
            ),
            "namespace" => self.namespaces_of(name).push(owned()),
            "all-namespaces" => self.namespaces_of(name).push(String::new()),
            _ => self.apply_to_both(name, text)?,
        }
        Ok(())
    }

    fn namespaces_of(&mut self, name: &str) -> &mut Vec<String> {
        if name.starts_with("from-") {
            &mut self.namespaces.source
        } else if name.starts_with("to-") {
            &mut self.namespaces.destination
        } else {
            &mut self.namespaces.both
        }
    }

    fn apply_to_both(&mut self, name: &str, text: &str) -> Result<(), Reason> {
        let owned = || text.to_owned();
        match name {
            "uuid" => self.both(|filter| filter.uuid.push(owned())),
            "snat-ip" => self.both(|filter| filter.source_ip_xlated.push(owned())),
            "ipv4" => self.both(|filter| filter.ip_version.push(1)),
            "ipv6" => self.both(|filter| filter.ip_version.push(2)),
            "ip-version" => {
                let version = value::ip_version(text);
                self.both(|filter| filter.ip_version.push(version));
            }
            "protocol" => self.both(|filter| filter.protocol.push(owned())),
            "tcp-flags" => {
                let flags = value::tcp_flags(text)?;
                self.both(|filter| filter.tcp_flags.push(flags));
            }
            "verdict" => {
                let verdict = value::verdict(text)?;
                self.both(|filter| filter.verdict.push(verdict));
            }
            "drop-reason-desc" => {
                let reason = value::drop_reason(text)?;
                self.both(|filter| filter.drop_reason_desc.push(reason));
            }
            "type" => {
                let kind = value::event_type(text)?;
                self.both(|filter| filter.event_type.push(kind));
            }
            "traffic-direction" => {
                let direction = value::direction(text)?;
                self.both(|filter| filter.traffic_direction.push(direction));
            }
            "http-status" => self.both(|filter| filter.http_status_code.push(owned())),
            "http-method" => self.both(|filter| filter.http_method.push(owned())),
            "http-path" => self.both(|filter| filter.http_path.push(owned())),
            "http-url" => self.both(|filter| filter.http_url.push(owned())),
            "http-header" => {
                let header = value::header(text)?;
                self.both(|filter| filter.http_header.push(header.clone()));
            }
            "trace-id" => self.both(|filter| filter.trace_id.push(owned())),
            "ip-trace-id" => {
                let id = value::ip_trace_id(text)?;
                self.both(|filter| filter.ip_trace_id.push(id));
            }
            "node-name" => self.both(|filter| filter.node_name.push(owned())),
            "node-label" => self.both(|filter| filter.node_labels.push(owned())),
            "interface" => self.both(|filter| {
                filter.interface.push(NetworkInterface {
                    index: 0,
                    name: owned(),
                });
            }),
            "encrypted" => self.both(|filter| filter.encrypted.push(true)),
            "unencrypted" => self.both(|filter| filter.encrypted.push(false)),
            "reply" => self.both(|filter| filter.reply.push(true)),
            "not-reply" => self.both(|filter| filter.reply.push(false)),
            "cel-expression" => self.both(|filter| {
                let experimental = filter
                    .experimental
                    .get_or_insert_with(Experimental::default);
                experimental.cel_expression.push(owned());
            }),
            _ => return Err(format!("unknown flag: --{name}")),
        }
        Ok(())
    }
}
