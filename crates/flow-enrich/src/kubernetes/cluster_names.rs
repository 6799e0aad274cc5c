//! What is known of a cluster, kept in the table of endpoints.

use std::fmt;
use std::sync::Arc;

use flow_core::names::NameTableFull;
use hashbrown::{HashMap, HashSet};

use super::entries;
use super::known::{Other, Others, Pod, completed, key, other_is_known, owner_kind, uid_of};
use super::labels;
use super::object::{Form, Object, ObjectKind};
use super::raw::{Bare, NodeSpec, NodeStatus, PodSpec, PodStatus, Raw};
use crate::table::{Batch, EndpointEntry, EndpointTable, Writer};

/// Which cluster is observed, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct Place {
    /// Name of the cluster; empty for none.
    pub cluster: Box<str>,
    /// Name of the node that observes; empty where it is none of the cluster's.
    pub node: Box<str>,
}

/// Objects of a cluster as endpoints of a table: pods with the labels of their namespaces and the workload at
/// the top, nodes, services.
///
/// Objects come one by one and in any order. Each is kept only as far as later ones need it. When it is dropped,
/// all are removed.
pub struct ClusterNames {
    place: Place,
    writer: Writer<u64>,
    /// The last number that the writer knows an object by.
    numbers: u64,
    pods: HashMap<Box<str>, Pod>,
    others: Others,
    /// The last replacement.
    round: u32,
    stale: u64,
}

impl ClusterNames {
    /// Returns an empty cluster, whose objects will be put into `table`.
    #[must_use]
    pub fn new(table: &EndpointTable, place: Place) -> Self {
        Self {
            place,
            writer: Writer::new(table),
            numbers: 0,
            pods: HashMap::new(),
            others: HashMap::new(),
            round: 0,
            stale: 0,
        }
    }

    /// Begins a change, which readers of the table see as a whole when the batch ends.
    ///
    /// `now` is in nanoseconds since the Unix epoch.
    pub fn batch(&mut self, now: u64) -> ClusterBatch<'_> {
        ClusterBatch {
            place: &self.place,
            table: self.writer.batch(now),
            numbers: &mut self.numbers,
            pods: &mut self.pods,
            others: &mut self.others,
            round: &mut self.round,
            stale: &mut self.stale,
            dirty: HashSet::new(),
            now,
        }
    }

    /// Returns how many objects are known, without pods that have ended.
    #[must_use]
    pub fn len(&self) -> usize {
        self.others.len() + self.pods.values().filter(|pod| !pod.has_ended).count()
    }

    /// Returns whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many objects were passed over, because a newer version was known.
    #[must_use]
    pub const fn stale(&self) -> u64 {
        self.stale
    }
}

impl fmt::Debug for ClusterNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterNames")
            .field("place", &self.place)
            .field("pods", &self.pods.len())
            .field("others", &self.others.len())
            .finish_non_exhaustive()
    }
}

/// A change of a [`ClusterNames`].
#[must_use = "what a batch changes is seen when it is dropped"]
pub struct ClusterBatch<'c> {
    place: &'c Place,
    table: Batch<'c, u64>,
    numbers: &'c mut u64,
    pods: &'c mut HashMap<Box<str>, Pod>,
    others: &'c mut Others,
    round: &'c mut u32,
    stale: &'c mut u64,
    /// Objects that changed, and that pods may depend on.
    dirty: HashSet<(ObjectKind, Box<str>)>,
    now: u64,
}

impl ClusterBatch<'_> {
    /// Adds an object, or changes the one of its kind, namespace and name.
    ///
    /// An older version of the same object is passed over and counted, unless it comes in a
    /// [replacement](Self::begin).
    ///
    /// # Errors
    /// If there is no room for more names; the object is then as it was before.
    pub fn apply(&mut self, object: Object) -> Result<(), NameTableFull> {
        let version = object.metadata().resource_version.as_deref();
        let version = version.and_then(|text| text.parse().ok()).unwrap_or(0);
        self.apply_version(object, version, false)
    }

    /// Begins to replace all objects of a kind: those that are not [applied](Self::apply_listed) until
    /// [`finish`](Self::finish) are gone then. Returns the replacement, which may go on in later batches.
    pub fn begin(&mut self) -> Replacement {
        *self.round += 1;
        Replacement { round: *self.round }
    }

    /// Adds an object of a list of all, whatever its version.
    ///
    /// # Errors
    /// As those of [`apply`](Self::apply).
    pub fn apply_listed(
        &mut self,
        replacement: Replacement,
        object: Object,
    ) -> Result<(), NameTableFull> {
        let (kind, key) = (object.kind(), key(object.namespace(), object.name()));
        let version = object.metadata().resource_version.as_deref();
        let version = version.and_then(|text| text.parse().ok()).unwrap_or(0);
        self.apply_version(object, version, true)?;
        if kind == ObjectKind::Pod {
            if let Some(pod) = self.pods.get_mut(&key) {
                pod.round = replacement.round;
            }
        } else if let Some(other) = self.others.get_mut(&(kind, key)) {
            other.round = replacement.round;
        }
        Ok(())
    }

    /// Ends a replacement: objects of `kind` that were not in it are removed.
    pub fn finish(&mut self, replacement: Replacement, kind: ObjectKind) {
        let round = replacement.round;
        if kind == ObjectKind::Pod {
            let gone: Vec<Pod> = {
                let gone = self.pods.extract_if(|_, pod| pod.round < round);
                gone.map(|(_, pod)| pod).collect()
            };
            for pod in gone {
                self.table.remove(&pod.number);
            }
            return;
        }
        let gone = self
            .others
            .iter()
            .filter(|((of, _), other)| *of == kind && other.round < round);
        let gone: Vec<Box<str>> = gone.map(|((_, key), _)| key.clone()).collect();
        for key in gone {
            self.delete_other(kind, &key);
        }
    }

    /// Removes an object. Returns whether it was known.
    pub fn delete(&mut self, kind: ObjectKind, namespace: &str, name: &str) -> bool {
        let key = key(namespace, name);
        match kind {
            ObjectKind::Pod => match self.pods.remove(&key) {
                Some(pod) => {
                    self.table.remove(&pod.number);
                    !pod.has_ended
                }
                None => false,
            },
            kind => self.delete_other(kind, &key),
        }
    }

    fn apply_version(
        &mut self,
        object: Object,
        version: u64,
        is_listed: bool,
    ) -> Result<(), NameTableFull> {
        let kind = object.kind();
        let key = key(object.namespace(), object.name());
        if let Form::Pod(pod) = &object.0 {
            return self.apply_pod(key, pod, version, is_listed);
        }
        let other = self.others.get(&(kind, key.clone()));
        let (known, round) = other.map_or((0, 0), |other| (other.version, other.round));
        if version < known && !is_listed {
            *self.stale += 1;
            return Ok(());
        }
        let mut new = Other {
            numbers: other.map_or([0; 2], |other| other.numbers),
            version,
            round,
            ..Other::default()
        };
        let result = self.put_other(&object.0, &mut new);
        let is_known = other_is_known(self.others, kind, &key, &new);
        self.others.insert((kind, key.clone()), new);
        let is_for_pods = !matches!(kind, ObjectKind::Service | ObjectKind::EndpointSlice);
        if is_for_pods && !is_known {
            self.dirty.insert((kind, key));
        }
        result
    }

    /// Puts what an object is in the table, and notes in `new` what pods need of it.
    fn put_other(&mut self, object: &Form, new: &mut Other) -> Result<(), NameTableFull> {
        let cluster = &*self.place.cluster;
        match object {
            Form::Namespace(Bare { metadata }) => {
                new.labels = labels::of_namespace(metadata.labels.as_ref());
            }
            Form::ReplicaSet(Bare { metadata }) | Form::Job(Bare { metadata }) => {
                new.owner = labels::owner(metadata);
            }
            Form::Node(node) => {
                let name = &node.metadata.name;
                new.labels = labels::of_node_for_pods(name, node.metadata.labels.as_ref());
                let [by_address, range] = self.node(node);
                self.put(&mut new.numbers[0], by_address)?;
                self.put(&mut new.numbers[1], range)?;
            }
            Form::Service(service) => {
                self.put(&mut new.numbers[0], entries::service(service, cluster))?;
            }
            Form::Slice(slice) => self.put(&mut new.numbers[0], entries::slice(slice, cluster))?,
            Form::Pod(_) => {}
        }
        Ok(())
    }

    fn node(&self, node: &Raw<NodeSpec, NodeStatus>) -> [EndpointEntry; 2] {
        let cluster = &*self.place.cluster;
        let is_local = node.metadata.name == self.place.node;
        [
            entries::node(node, cluster, is_local),
            entries::range(node, cluster),
        ]
    }

    /// Puts an entry; one that nothing leads to takes no names.
    fn put(&mut self, number: &mut u64, entry: EndpointEntry) -> Result<(), NameTableFull> {
        if entry.keys.is_empty() {
            self.table.remove(number);
            return Ok(());
        }
        if *number == 0 {
            *self.numbers += 1;
            *number = *self.numbers;
        }
        self.table.put(*number, entry)
    }

    fn apply_pod(
        &mut self,
        key: Box<str>,
        raw: &Raw<PodSpec, PodStatus>,
        version: u64,
        is_listed: bool,
    ) -> Result<(), NameTableFull> {
        let uid = uid_of(raw);
        let known = self.pods.get(&key);
        if let Some(known) = known.filter(|known| known.uid == uid)
            && version < known.version
            && !is_listed
        {
            *self.stale += 1;
            return Ok(());
        }
        // Another pod of the same name, such as the next one of a StatefulSet.
        if let Some(other) = known.filter(|known| known.uid != uid) {
            self.table.remove(&other.number);
            self.pods.remove(&key);
        }
        let known = self.pods.get(&key);
        let number = known.map_or(0, |known| known.number);
        let number = match number {
            0 => {
                *self.numbers += 1;
                *self.numbers
            }
            number => number,
        };
        let node = raw.spec.node_name.clone().filter(|name| !name.is_empty());
        let is_local = self.place.node.is_empty() || node.as_deref() == Some(&*self.place.node);
        let mut entry = entries::pod(raw, &self.place.cluster, is_local);
        let mut pod = Pod {
            number,
            uid,
            identity: 0,
            names: Arc::clone(&entry.names),
            node,
            owner: labels::owner(&raw.metadata).map(Box::new),
            version,
            round: known.map_or(0, |known| known.round),
            has_ended: false,
        };
        if let Some(end) = entries::end(raw) {
            let end = match end {
                0 => self.now,
                end => end.min(self.now),
            };
            self.table.end_at(&number, end);
            pod.has_ended = true;
            pod.names = Arc::default();
            self.pods.insert(key, pod);
            return Ok(());
        }
        (pod.identity, pod.names) = completed(self.others, &pod);
        // The same names are kept once.
        if let Some(known) = known.filter(|known| known.names == pod.names) {
            pod.names = Arc::clone(&known.names);
        }
        (entry.identity, entry.names) = (pod.identity, Arc::clone(&pod.names));
        if entry.keys.is_empty() {
            self.table.remove(&number);
        } else {
            self.table.put(number, entry)?;
        }
        self.pods.insert(key, pod);
        Ok(())
    }

    /// Gives new names to the pods that depend on what changed.
    fn rename_pods(&mut self) {
        let is_dirty =
            |kind, namespace: &str, name: &str| self.dirty.contains(&(kind, key(namespace, name)));
        for pod in self.pods.values_mut().filter(|pod| !pod.has_ended) {
            let namespace = &*pod.names.namespace;
            let node = pod.node.as_deref().unwrap_or_default();
            let owner = pod.owner.as_deref();
            let depends = is_dirty(ObjectKind::Namespace, "", namespace)
                || is_dirty(ObjectKind::Node, "", node)
                || owner.is_some_and(|owner| {
                    let kind = owner_kind(owner);
                    kind.is_some_and(|kind| is_dirty(kind, namespace, &owner.name))
                });
            if !depends {
                continue;
            }
            let (identity, names) = completed(self.others, pod);
            if names == pod.names {
                continue;
            }
            // Where there is no room, which the table of names counts, it keeps those that it has.
            let renamed = self.table.rename(&pod.number, identity, Arc::clone(&names));
            if renamed.is_ok() {
                (pod.identity, pod.names) = (identity, names);
            }
        }
    }

    fn delete_other(&mut self, kind: ObjectKind, key: &str) -> bool {
        let Some(other) = self.others.remove(&(kind, key.into())) else {
            return false;
        };
        for number in other.numbers {
            self.table.remove(&number);
        }
        // The pods of an owner or node that is gone keep their names: they go too, if they have not yet.
        true
    }
}

impl Drop for ClusterBatch<'_> {
    fn drop(&mut self) {
        if !self.dirty.is_empty() {
            self.rename_pods();
        }
    }
}

impl fmt::Debug for ClusterBatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClusterBatch").field(&self.table).finish()
    }
}

/// All objects of a kind, as they replace those that were known: see [`ClusterBatch::begin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replacement {
    round: u32,
}
