//! Which network namespace a flow was observed in, where more than one is observed.

use flow_core::text::Escaped;
use flow_ebpf::{Namespace, NamespaceNames};

use crate::args::Observe;

/// Names network namespaces, if there is more than one to tell apart.
pub(super) struct Places(Option<NamespaceNames>);

impl Places {
    pub(super) fn new(args: &Observe) -> Self {
        let several = args.all_netns || !args.netns.is_empty();
        let given = args.netns.iter().map(|name| Namespace::new(name));
        Self(several.then(|| NamespaceNames::new(given)))
    }

    /// The name of the namespace with this inode, escaped, else its inode; `None` where it is not known, or where it
    /// goes without saying.
    pub(super) fn name(&mut self, inode: u32) -> Option<String> {
        let names = self.0.as_mut()?;
        if inode == 0 {
            return None;
        }
        Some(match names.name(inode) {
            Some(name) => Escaped::text(name).to_string(),
            None => inode.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_namespace_goes_without_saying() {
        assert_eq!(Places(None).name(4_026_531_840), None);
        let own = "/proc/thread-self/ns/net";
        let inode = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(own).expect("it is"));
        let inode = u32::try_from(inode).expect("inode of a namespace");
        let names = NamespaceNames::new([Namespace::new(own)]);
        let mut places = Places(Some(names));
        assert_eq!(places.name(inode).as_deref(), Some(own));
        assert_eq!(places.name(7).as_deref(), Some("7"), "without a name");
        assert_eq!(places.name(0), None);
    }
}
