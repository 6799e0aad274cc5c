//! Network namespaces: which one a file stands for, and working inside it.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::fstatfs;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// `NSFS_MAGIC` of `include/uapi/linux/magic.h`.
const NSFS: u64 = 0x6e73_6673;

/// An open network namespace.
#[derive(Debug)]
pub(crate) struct Netns {
    file: File,
    inode: u32,
}

impl Netns {
    /// The namespace of the calling thread.
    pub(crate) fn current() -> io::Result<Self> {
        Self::open(Path::new("/proc/thread-self/ns/net"))
    }

    /// The namespace that the file at `path` stands for.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // The file of a name is made before the namespace is mounted on it.
        if u64::try_from(fstatfs(&file)?.f_type) != Ok(NSFS) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "not a network namespace (yet)",
            ));
        }
        let inode = inode(file.metadata()?.ino())?;
        Ok(Self { file, inode })
    }

    /// Inode of the namespace at `path`, without keeping it open.
    pub(crate) fn inode_at(path: &Path) -> io::Result<u32> {
        inode(std::fs::metadata(path)?.ino())
    }

    /// The number that `lsns` prints.
    pub(crate) fn inode(&self) -> u32 {
        self.inode
    }

    /// Moves the calling thread into this namespace.
    pub(crate) fn enter(&self) -> io::Result<()> {
        move_into_link_name_space(self.file.as_fd(), Some(LinkNameSpaceType::Network))?;
        Ok(())
    }
}

fn inode(number: u64) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("inode {number} is none of a namespace"),
        )
    })
}

/// Runs `work` inside `netns`, and comes back to `home`. The thread enters only where it is not
/// there already, for entering takes `CAP_SYS_ADMIN`.
pub(crate) fn inside<T>(netns: &Netns, home: &Netns, work: impl FnOnce() -> T) -> io::Result<T> {
    if netns.inode() == home.inode() {
        return Ok(work());
    }
    netns.enter()?;
    let result = work();
    home.enter()?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_one_is_found_and_other_files_are_refused() {
        let own = Netns::current().expect("own namespace");
        let at = Netns::inode_at(Path::new("/proc/thread-self/ns/net")).expect("inode");
        assert_eq!(own.inode(), at);
        let error = Netns::open(Path::new("/proc/self/status")).expect_err("no namespace");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(Netns::open(Path::new("/nonexistent")).is_err());
    }
}
