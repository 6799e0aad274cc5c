//! What this system is, and what it has.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where Debian keeps what administrators call, which is not in every `PATH`.
const ADMINISTRATORS: &[&str] = &["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// The distribution, as `/etc/os-release` describes it: os-release(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Distribution {
    /// A name to show: `Debian GNU/Linux 13 (trixie)`.
    pub(crate) name: String,
    /// Whether it is Debian or derived from it.
    pub(crate) is_debian: bool,
}

impl Distribution {
    /// Reads the text of an `os-release` file. Lines that are not understood are passed over.
    pub(crate) fn parse(text: &str) -> Self {
        let field = |wanted: &str| {
            let lines = text.lines().rev().map(str::trim);
            let mut fields = lines.filter_map(|line| line.split_once('='));
            fields
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| unquoted(value))
        };
        let (id, like) = (field("ID"), field("ID_LIKE"));
        let is_debian = id.as_deref() == Some("debian")
            || like.is_some_and(|names| names.split_whitespace().any(|name| name == "debian"));
        Distribution {
            name: field("PRETTY_NAME")
                .or(id)
                .unwrap_or_else(|| "this system".to_owned()),
            is_debian,
        }
    }

    /// Reads the file of this system.
    pub(crate) fn here() -> Self {
        let files = ["/etc/os-release", "/usr/lib/os-release"];
        let text = files.iter().find_map(|file| fs::read_to_string(file).ok());
        Self::parse(&text.unwrap_or_default())
    }
}

/// A value without its quotes and the backslashes in them.
fn unquoted(value: &str) -> String {
    let inner = ['"', '\''].iter().find_map(|quote| {
        value
            .strip_prefix(*quote)
            .and_then(|rest| rest.strip_suffix(*quote))
    });
    let mut text = String::new();
    let mut letters = inner.unwrap_or(value).chars();
    while let Some(letter) = letters.next() {
        text.extend(match letter {
            '\\' => letters.next(),
            other => Some(other),
        });
    }
    text
}

/// Returns `PATH` with the folders of administrators at its end.
pub(crate) fn search_path() -> OsString {
    let given = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&given).collect();
    for folder in ADMINISTRATORS.iter().map(PathBuf::from) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    // What was split at colons has none.
    env::join_paths(folders).unwrap_or(given)
}

/// Whether a program of this name is in one of the folders of `path`.
pub(crate) fn is_in(path: &OsString, command: &str) -> bool {
    env::split_paths(path).any(|folder| is_program(&folder.join(command)))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, bool) {
        let found = Distribution::parse(text);
        (found.name, found.is_debian)
    }

    #[test]
    fn debian_and_what_is_derived_from_it() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian\"\nID=debian\n";
        assert_eq!(
            parsed(debian),
            ("Debian GNU/Linux 13 (trixie)".to_owned(), true)
        );
        let mint = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nPRETTY_NAME='Linux Mint'";
        assert_eq!(parsed(mint), ("Linux Mint".to_owned(), true));
    }

    #[test]
    fn other_distributions() {
        let fedora = "# a comment\nID=fedora\nID_LIKE=\"rhel\"\nPRETTY_NAME=\"Fedora \\\"42\\\"\"";
        assert_eq!(parsed(fedora), ("Fedora \"42\"".to_owned(), false));
        assert_eq!(parsed("ID=nodebian"), ("nodebian".to_owned(), false));
        assert_eq!(
            parsed("ID_LIKE=debianish"),
            ("this system".to_owned(), false)
        );
        assert_eq!(
            parsed("no line of it\n=\n\"\\"),
            ("this system".to_owned(), false)
        );
    }

    #[test]
    fn the_last_of_two_lines_counts() {
        assert!(Distribution::parse("ID=arch\n ID=debian \n").is_debian);
    }

    #[test]
    fn only_a_file_that_can_be_executed_is_a_program() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tool");
        let path = folder.path().as_os_str().to_owned();
        assert!(!is_in(&path, "tool"));
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(!is_in(&path, "tool"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(is_in(&path, "tool"));
        fs::create_dir(folder.path().join("folder")).unwrap();
        assert!(!is_in(&path, "folder"));
    }

    #[test]
    fn the_search_path_holds_what_administrators_call_once() {
        let path = search_path();
        let folders: Vec<PathBuf> = env::split_paths(&path).collect();
        for folder in ADMINISTRATORS {
            let same = folders.iter().filter(|found| **found == Path::new(folder));
            assert!(same.count() >= 1, "{folder}");
        }
    }
}
