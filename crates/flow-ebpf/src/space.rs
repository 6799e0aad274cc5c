//! One network namespace and its observed interfaces.

use std::collections::HashMap;
use std::io;

use flow_core::flow::Name16;

use crate::attach::clsact;
use crate::attach::interface::Port;
use crate::feature::FeatureState;
use crate::netns::{Netns, inside};
use crate::options::{Namespace, Options};
use crate::programs::Programs;
use crate::rtnl::{Link, LinkEvent, LinkMonitor};
use crate::shared::Shared;
use crate::watched::Watched;

/// Index of the loopback interface in every namespace: `include/net/net_namespace.h`.
const LOOPBACK: u32 = 1;

/// What a space needs of the worker.
pub(crate) struct Context<'a> {
    pub(crate) programs: &'a mut Programs,
    pub(crate) watched: &'a mut Watched,
    pub(crate) options: &'a Options,
    pub(crate) shared: &'a Shared,
    pub(crate) home: &'a Netns,
}

/// A namespace that is wanted, whether it exists or not.
pub(crate) struct Space {
    /// `None` for the worker's own.
    namespace: Option<Namespace>,
    open: Option<Open>,
    /// The first try has been made, or the first list read.
    settled: bool,
    /// No interface of it is observed.
    events_only: bool,
}

/// A namespace that exists.
struct Open {
    netns: Netns,
    monitor: LinkMonitor,
    known: HashMap<u32, Known>,
}

/// An interface that exists.
struct Known {
    link: Link,
    /// `None` where it is not wanted or could not be attached to.
    port: Option<Port>,
    /// Name of its feature in the report, where it has one.
    feature: Option<String>,
}

impl Space {
    /// The worker's own namespace.
    pub(crate) fn home() -> Self {
        Self {
            namespace: None,
            open: None,
            settled: false,
            events_only: false,
        }
    }

    /// One that has a name or path.
    pub(crate) fn named(namespace: Namespace) -> Self {
        Self {
            namespace: Some(namespace),
            ..Self::home()
        }
    }

    /// One of which drops and sockets are observed, and no interface.
    pub(crate) fn of_events(namespace: Namespace) -> Self {
        Self {
            events_only: true,
            ..Self::named(namespace)
        }
    }

    /// Whether what existed at the start is observed.
    pub(crate) fn is_settled(&self) -> bool {
        self.settled
    }

    /// Whether the report has any interface.
    pub(crate) fn has_ports_or_failures(&self) -> bool {
        let known = self.open.iter().flat_map(|open| open.known.values());
        known.into_iter().any(|known| known.feature.is_some())
    }

    /// To wait on.
    pub(crate) fn monitor(&self) -> Option<&LinkMonitor> {
        self.open.as_ref().map(|open| &open.monitor)
    }

    /// Looks whether the namespace has appeared, vanished or become another one.
    pub(crate) fn follow(&mut self, context: &mut Context<'_>) {
        let Some(namespace) = &self.namespace else {
            if self.open.is_none() && !self.settled {
                let opened = Netns::current();
                self.opened(opened, context);
            }
            return;
        };
        let now = Netns::inode_at(namespace.path()).ok();
        let before = self.open.as_ref().map(|open| open.netns.inode());
        if now.is_some() && now == before {
            return;
        }
        let path = namespace.path().to_owned();
        self.leave(context);
        let opened = Netns::open(&path);
        self.opened(opened, context);
    }

    fn opened(&mut self, opened: io::Result<Netns>, context: &mut Context<'_>) {
        let entered = opened.and_then(|netns| {
            if self.namespace.is_some() && netns.inode() == context.home.inode() {
                return Err(io::Error::other("it is the one this process is in"));
            }
            let monitor = inside(&netns, context.home, || {
                match clsact::remove_stale() {
                    Ok(0) => {}
                    Ok(count) => tracing::info!(count, "removed filters of a killed process"),
                    Err(error) => tracing::warn!(%error, "filters of killed processes stay"),
                }
                LinkMonitor::new()
            })??;
            Ok(Open {
                netns,
                monitor,
                known: HashMap::new(),
            })
        });
        let state = match entered {
            Ok(open) => {
                let wanted = self.namespace.is_some() || context.options.wants_home();
                context.watched.namespace(open.netns.inode(), wanted);
                self.open = Some(open);
                FeatureState::Active
            }
            Err(error) => {
                self.settled = true;
                FeatureState::Missing(error.to_string().into())
            }
        };
        match &self.namespace {
            Some(namespace) => {
                let name = format!("namespace {namespace}");
                context.shared.set_feature(&name, "", state);
            }
            None if state != FeatureState::Active => {
                context.shared.set_feature("interfaces", "", state);
            }
            None => {}
        }
    }

    /// Acts on what has happened to its interfaces.
    pub(crate) fn read_events(&mut self, context: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            return;
        };
        let mut events = Vec::new();
        if let Err(error) = open.monitor.read(&mut |event| events.push(event)) {
            tracing::warn!(%error, "interfaces cannot be followed");
        }
        for event in events {
            match event {
                LinkEvent::Is(link) => self.is(link, context),
                LinkEvent::Gone(index) => self.gone(index, context),
                LinkEvent::Listed => self.settled = true,
            }
        }
    }

    fn is(&mut self, link: Link, context: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            return;
        };
        let name = Name16::new(link.name.as_bytes());
        let netns = open.netns.inode();
        context.shared.names.set(netns, link.index, name);
        let options = context.options;
        let named = self.namespace.is_some();
        let chosen = options.wants(&link.name, named);
        context.watched.interface(netns, link.index, chosen);
        let explicit = matches!(options.interfaces, crate::Interfaces::Matching(_));
        let wanted = !options.all_namespaces
            && !self.events_only
            && chosen
            && link.is_up
            && (link.index != LOOPBACK || options.loopback || explicit);
        let known = open.known.get_mut(&link.index);
        if let Some(known) = known {
            // What could not be attached to is tried again when it has changed.
            if known.link == link && known.feature.is_some() == wanted {
                return;
            }
            if wanted && known.port.is_some() && known.link.name == link.name {
                known.link = link;
                return;
            }
        }
        self.close_port(link.index, context);
        let Some(open) = &mut self.open else {
            return;
        };
        let mut known = Known {
            link,
            port: None,
            feature: None,
        };
        if wanted {
            let feature = match &self.namespace {
                Some(namespace) => format!("interface {} of {namespace}", known.link.name),
                None => format!("interface {}", known.link.name),
            };
            let attached = inside(&open.netns, context.home, || {
                Port::attach(context.programs, &known.link, options.attach)
            });
            match attached.unwrap_or_else(|error| Err(format!("entering: {error}").into())) {
                Ok(port) => {
                    tracing::debug!(feature, how = port.how, "attached");
                    let how = port.how;
                    context
                        .shared
                        .set_feature(&feature, how, FeatureState::Active);
                    known.port = Some(port);
                }
                Err(refusal) => {
                    tracing::warn!(feature, %refusal, "not attached");
                    let state = FeatureState::Missing(refusal);
                    context.shared.set_feature(&feature, "", state);
                }
            }
            known.feature = Some(feature);
        }
        open.known.insert(known.link.index, known);
    }

    fn gone(&mut self, index: u32, context: &mut Context<'_>) {
        self.close_port(index, context);
        if let Some(open) = &mut self.open
            && open.known.remove(&index).is_some()
        {
            let netns = open.netns.inode();
            context.watched.interface(netns, index, false);
            context.shared.names.retire(netns, index);
        }
    }

    /// Detaches from an interface.
    fn close_port(&mut self, index: u32, context: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            return;
        };
        let Some(known) = open.known.get_mut(&index) else {
            return;
        };
        if let Some(feature) = known.feature.take() {
            context.shared.remove_feature(&feature);
        }
        if let Some(port) = known.port.take()
            && let Err(error) = inside(&open.netns, context.home, || drop(port))
        {
            tracing::warn!(%error, "detaching in another namespace");
        }
    }

    /// Detaches from every interface and lets go of the namespace.
    pub(crate) fn leave(&mut self, context: &mut Context<'_>) {
        let indexes: Vec<u32> = self
            .open
            .iter()
            .flat_map(|open| open.known.keys().copied())
            .collect();
        for index in indexes {
            self.gone(index, context);
        }
        if let Some(open) = self.open.take() {
            context.watched.namespace(open.netns.inode(), false);
        }
    }
}
