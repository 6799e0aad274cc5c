//! Targets that Go takes, and those that it refuses.

use proptest::prelude::*;

use super::request_path;

fn path(target: &str) -> Option<String> {
    let path = request_path(target.as_bytes())?;
    Some(String::from_utf8_lossy(&path).into_owned())
}

#[test]
fn a_path_is_what_is_left_of_a_target() {
    for (target, expected) in [
        ("http://h/a?b#c", "/a"),
        ("http://h", ""),
        ("http://u:p@[::1]:80/a", "/a"),
        ("/a%20b?%zz", "/a b"),
        ("/a#b", "/a#b"),
        ("//h/a", "//h/a"),
        ("*", "*"),
        ("mailto:x", ""),
        ("http:/a", "/a"),
        ("http://h:/%25", "/%"),
        ("http://a:b:1/x", "/x"),
    ] {
        assert_eq!(path(target).as_deref(), Some(expected), "{target}");
    }
}

#[test]
fn a_bad_target_has_no_path() {
    for target in [
        "",
        "a",
        "a/b",
        ":80",
        "?a",
        "/\n",
        "/%",
        "/%4",
        "/%zz",
        "http://h:x/",
        "http://[::1/",
        "http://h h/",
        "http://u u@h/",
        "http://%41/",
        "http://[::1]x/",
    ] {
        assert_eq!(path(target), None, "{target}");
    }
}

proptest! {
    #[test]
    fn no_target_is_a_panic(target in proptest::collection::vec(any::<u8>(), 0..24)) {
        let _ = request_path(&target);
    }

    /// A path without escapes is a part of the target.
    #[test]
    fn plain_paths_are_borrowed(path in "/[a-z/.+]{0,12}", query in "[a-z=&]{0,6}") {
        let target = format!("http://host:80{path}?{query}");
        let found = request_path(target.as_bytes());
        prop_assert_eq!(found.as_deref(), Some(path.as_bytes()));
    }
}
