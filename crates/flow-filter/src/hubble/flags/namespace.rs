//! Namespaces of pods and services.

use flow_hubble::flow::FlowFilter;

use super::value::Reason;

/// Namespaces that were given apart from names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespaces {
    pub(crate) both: Vec<String>,
    pub(crate) source: Vec<String>,
    pub(crate) destination: Vec<String>,
}

impl Namespaces {
    pub(crate) fn are_empty(&self) -> bool {
        self.both.is_empty() && self.source.is_empty() && self.destination.is_empty()
    }

    /// Puts them before the names of the two filters: that of sources and that of destinations.
    pub(crate) fn apply(&self, left: &mut FlowFilter, right: &mut FlowFilter) {
        for filter in [&mut *left, &mut *right] {
            apply(
                &self.source,
                &mut filter.source_pod,
                &mut filter.source_service,
            );
            apply(
                &self.destination,
                &mut filter.destination_pod,
                &mut filter.destination_service,
            );
        }
        apply(&self.both, &mut left.source_pod, &mut left.source_service);
        apply(
            &self.both,
            &mut right.destination_pod,
            &mut right.destination_service,
        );
    }

    /// Every contradiction between them and the names of a filter, one a line.
    pub(crate) fn check(&self, filter: &FlowFilter) -> Result<(), Reason> {
        let names = [
            (&self.both, &filter.source_pod),
            (&self.both, &filter.source_service),
            (&self.both, &filter.destination_pod),
            (&self.both, &filter.destination_service),
            (&self.source, &filter.source_pod),
            (&self.source, &filter.source_service),
            (&self.destination, &filter.destination_pod),
            (&self.destination, &filter.destination_service),
        ];
        let services = [
            (&filter.source_pod, &filter.source_service),
            (&filter.destination_pod, &filter.destination_service),
        ];
        let found = names
            .into_iter()
            .filter_map(|(namespaces, names)| contradiction(namespaces, names));
        let found = found.chain(
            services
                .into_iter()
                .filter_map(|(pods, services)| different(pods, services)),
        );
        let found: Vec<Reason> = found.collect();
        if found.is_empty() {
            return Ok(());
        }
        Err(found.join("\n"))
    }
}

/// The namespace of a name that bears one.
fn namespace(name: &str) -> Option<&str> {
    let (namespace, _) = name.split_once('/')?;
    (!namespace.is_empty()).then_some(namespace)
}

fn contradiction(namespaces: &[String], names: &[String]) -> Option<Reason> {
    namespaces.iter().find_map(|wanted| {
        let other = names
            .iter()
            .find(|name| namespace(name).is_some_and(|found| found != wanted))?;
        Some(format!(
            "namespace conflict: {wanted:?} does not contain {other:?}"
        ))
    })
}

fn different(pods: &[String], services: &[String]) -> Option<Reason> {
    pods.iter().find_map(|pod| {
        let pod = namespace(pod)?;
        let service = services
            .iter()
            .find(|service| namespace(service).is_some_and(|found| found != pod))?;
        Some(format!(
            "namespace of service {service:?} conflict with pod {pod:?}"
        ))
    })
}

fn apply(namespaces: &[String], pods: &mut Vec<String>, services: &mut Vec<String>) {
    if namespaces.is_empty() {
        return;
    }
    if pods.is_empty() && services.is_empty() {
        pods.push(String::new());
    }
    for names in [pods, services] {
        let all = std::mem::take(names);
        for name in all {
            if name.contains('/') {
                names.push(name);
            } else {
                names.extend(
                    namespaces
                        .iter()
                        .map(|namespace| format!("{namespace}/{name}")),
                );
            }
        }
    }
}
