//! Lists and watches the objects that give names.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::future;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use kube::Client;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind};
use kube::runtime::watcher::{self, Event};

use super::events::events;
use super::freshness::Freshness;
use crate::clock;
use crate::kubernetes::{ClusterBatch, ClusterNames, Object, ObjectKind, Place, Replacement};
use crate::table::EndpointTable;

/// Most events that are put into the table at once.
const BATCH: usize = 1_024;

/// Which pods are watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no third scope")]
pub enum Scope {
    /// Those of all nodes: each end of a flow has its name.
    #[default]
    Cluster,
    /// Those of the own node, [`Place::node`]: other ends are known by the ranges of their nodes. The load on the
    /// API server does not grow with the cluster.
    Local,
}

/// What a [`KubernetesWatch`] watches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct WatchOptions {
    /// The cluster and the node that observes.
    pub place: Place,
    /// Which pods are watched.
    pub scope: Scope,
    /// Whether ReplicaSets and Jobs are watched. Without them, Deployments and CronJobs are found by the names of
    /// what they own.
    pub owners: bool,
    /// How long a watch lasts before it is begun anew where it ended, in whole seconds: a connection that is
    /// dead without a sign is noticed a few seconds after that.
    pub timeout: Duration,
}

impl Default for WatchOptions {
    /// All pods, without owners, for a minute.
    fn default() -> Self {
        Self {
            place: Place::default(),
            scope: Scope::Cluster,
            owners: false,
            timeout: Duration::from_secs(60),
        }
    }
}

impl WatchOptions {
    fn kinds(&self) -> impl Iterator<Item = ObjectKind> + use<> {
        let owners = self.owners;
        let is_owner = |kind| matches!(kind, ObjectKind::ReplicaSet | ObjectKind::Job);
        let all = ObjectKind::ALL.into_iter();
        all.filter(move |kind| owners || !is_owner(*kind))
    }

    fn watcher(&self, kind: ObjectKind) -> watcher::Config {
        let seconds = u32::try_from(self.timeout.as_secs()).unwrap_or(u32::MAX);
        let config = watcher::Config::default().timeout(seconds.clamp(1, 290));
        match (kind, self.scope) {
            (ObjectKind::Pod, Scope::Local) => {
                config.fields(&format!("spec.nodeName={}", self.place.node))
            }
            _ => config,
        }
    }
}

/// What is asked of the API server for a kind.
fn resource(kind: ObjectKind) -> ApiResource {
    let (version, name) = kind.names();
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let plural = match kind {
        ObjectKind::EndpointSlice => "endpointslices".to_owned(),
        _ => format!("{}s", name.to_ascii_lowercase()),
    };
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, name), &plural)
}

/// The objects of a cluster, from its API server into a table. When it is dropped, its names are removed.
pub struct KubernetesWatch {
    client: Client,
    options: WatchOptions,
    cluster: ClusterNames,
    freshness: Freshness,
    /// Lists that have begun and not ended.
    lists: BTreeMap<ObjectKind, Replacement>,
}

impl KubernetesWatch {
    /// Returns what will put the objects that `client` sees into `table`.
    #[must_use]
    pub fn new(client: Client, table: &EndpointTable, options: WatchOptions) -> Self {
        Self {
            client,
            cluster: ClusterNames::new(table, options.place.clone()),
            freshness: Freshness::new(options.kinds()),
            options,
            lists: BTreeMap::new(),
        }
    }

    /// Returns how up to date the names are, to be read while it runs.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.freshness.clone()
    }

    /// Lists and watches, until it is dropped. Failures are retried; they show in the
    /// [freshness](Self::freshness).
    pub async fn run(mut self) -> Infallible {
        let streams = self.options.kinds().map(|kind| {
            let api = Api::<DynamicObject>::all_with(self.client.clone(), &resource(kind));
            let events = events(api, self.options.watcher(kind));
            events.map(move |event| (kind, event)).boxed()
        });
        let mut all = stream::select_all(streams.collect::<Vec<_>>());
        let mut events = Vec::new();
        while let Some(first) = all.next().await {
            events.push(first);
            while events.len() < BATCH
                && let Some(Some(next)) = all.next().now_or_never()
            {
                events.push(next);
            }
            self.take(events.drain(..));
        }
        // A watcher has no end.
        future::pending().await
    }

    fn take(
        &mut self,
        events: impl Iterator<Item = (ObjectKind, watcher::Result<Event<DynamicObject>>)>,
    ) {
        let mut batch = self.cluster.batch(clock::now());
        for (kind, event) in events {
            match event {
                Ok(event) => {
                    self.freshness.note_event(kind);
                    let result = take_one(&mut batch, &mut self.lists, kind, event);
                    match result {
                        Ok(true) => self.freshness.note_list(kind),
                        Ok(false) => {}
                        Err(failure) => self.freshness.note_failure(kind, &failure),
                    }
                }
                Err(failure) => self.freshness.note_failure(kind, &failure),
            }
        }
    }
}

/// Takes an event. Returns whether it ended a list.
fn take_one(
    batch: &mut ClusterBatch<'_>,
    lists: &mut BTreeMap<ObjectKind, Replacement>,
    kind: ObjectKind,
    event: Event<DynamicObject>,
) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    let object =
        |object: DynamicObject| -> Result<Object, Box<dyn std::error::Error + Send + Sync>> {
            Ok(Object::of_kind(kind, &serde_json::to_value(object)?)?)
        };
    match event {
        Event::Init => {
            lists.insert(kind, batch.begin());
        }
        Event::InitApply(listed) => {
            let replacement = *lists.entry(kind).or_insert_with(|| batch.begin());
            batch.apply_listed(replacement, object(listed)?)?;
        }
        Event::InitDone => {
            if let Some(replacement) = lists.remove(&kind) {
                batch.finish(replacement, kind);
            }
            return Ok(true);
        }
        Event::Apply(applied) => batch.apply(object(applied)?)?,
        Event::Delete(deleted) => {
            let namespace = deleted.metadata.namespace.unwrap_or_default();
            let name = deleted.metadata.name.unwrap_or_default();
            batch.delete(kind, &namespace, &name);
        }
    }
    Ok(false)
}

impl fmt::Debug for KubernetesWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KubernetesWatch")
            .field("options", &self.options)
            .field("cluster", &self.cluster)
            .finish_non_exhaustive()
    }
}
