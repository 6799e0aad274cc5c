//! Names of network namespaces.

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use crate::netns::Netns;
use crate::options::Namespace;

/// How long what was found is believed: the kernel gives the number of a namespace that is gone to the next one.
const FRESH: Duration = Duration::from_secs(1);

/// Finds the name of a network namespace by its inode, which flows have: see
/// [`Interface::netns`](flow_core::flow::Interface::netns).
///
/// Names are those of `ip netns`, in [`Namespace::NAMED`], and the paths of namespaces given by
/// path. They are looked up again when they are older than a second.
///
/// ```
/// use flow_ebpf::NamespaceNames;
///
/// let mut names = NamespaceNames::new([]);
/// assert_eq!(names.name(0), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct NamespaceNames {
    given: Vec<Namespace>,
    known: HashMap<u32, String>,
    looked: Option<Instant>,
}

impl NamespaceNames {
    /// Returns the names of `ip netns`, and of the namespaces `given`, whose names are preferred.
    pub fn new(given: impl IntoIterator<Item = Namespace>) -> Self {
        Self {
            given: given.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Returns the name of the namespace with this inode; `None` where it has none.
    pub fn name(&mut self, inode: u32) -> Option<&str> {
        if self.looked.is_none_or(|looked| looked.elapsed() >= FRESH) {
            self.look();
        }
        self.known.get(&inode).map(String::as_str)
    }

    fn look(&mut self) {
        self.looked = Some(Instant::now());
        let found = fs::read_dir(Namespace::NAMED).into_iter().flatten();
        let named = found
            .flatten()
            .map(|entry| Namespace::from(entry.path().as_path()));
        let known = named.chain(self.given.iter().cloned());
        self.known = known
            .filter_map(|namespace| {
                let inode = Netns::inode_at(namespace.path()).ok()?;
                Some((inode, namespace.to_string()))
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_that_was_given_has_its_path_as_a_name() {
        let own = "/proc/thread-self/ns/net";
        let inode = Netns::inode_at(own.as_ref()).expect("inode");
        let mut names = NamespaceNames::new([Namespace::new(own)]);
        assert_eq!(names.name(inode), Some(own));
        assert_eq!(names.name(1), None);
    }
}
