//! Each kind of fault in a small workspace of its own, and a workspace without one.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::known::Known;
use super::order::Row;
use super::report::Report;

/// `low`, then `middle` on it, then `high` on both.
const ORDER: &[Row] = &[
    Row {
        layer: 1,
        name: "low",
        may_use: &[],
    },
    Row {
        layer: 2,
        name: "middle",
        may_use: &["low"],
    },
    Row {
        layer: 3,
        name: "high",
        may_use: &["low"],
    },
];

fn write(root: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A workspace of the crates of [`ORDER`], each with its dependencies, and more files.
fn workspace(crates: &[(&str, &str)], files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        root,
        &[(
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"",
        )],
    );
    for (name, rest) in crates {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}\n"
        );
        write(
            root,
            &[
                (&format!("crates/{name}/Cargo.toml"), &manifest),
                (&format!("crates/{name}/src/lib.rs"), ""),
            ],
        );
    }
    write(root, files);
    folder
}

fn check(folder: &TempDir, known: &[Known]) -> Report {
    super::check(folder.path(), ORDER, known).unwrap()
}

/// Findings on a library of the crate `low` that has these files in its `src/`.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let folder = workspace(&[("low", "")], &[]);
    let source = folder.path().join("crates/low/src");
    write(&source, files);
    check(&folder, &[]).findings
}

/// Asserts one finding that starts so and holds each of `parts`.
#[track_caller]
fn assert_one(findings: &[String], start: &str, parts: &[&str]) {
    let [finding] = findings else {
        panic!("one finding expected, found {findings:#?}");
    };
    assert!(finding.starts_with(start), "{finding}");
    for part in parts {
        assert!(finding.contains(part), "{part} in {finding}");
    }
}

#[track_caller]
fn assert_none(findings: &[String]) {
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn a_clean_workspace_has_no_finding() {
    let folder = workspace(
        &[
            ("low", ""),
            ("middle", "[dependencies]\nlow = { path = \"../low\" }"),
            (
                "high",
                "[dependencies]\nlow = { path = \"../low\" }\n[dev-dependencies]\nlab = { path = \"../../lab\" }",
            ),
        ],
        &[
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"crates/*\", \"lab\"]\nresolver = \"3\"",
            ),
            (
                "lab/Cargo.toml",
                "[package]\nname = \"lab\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\
                 [dependencies]\nmiddle = { path = \"../crates/middle\" }",
            ),
            ("lab/src/lib.rs", ""),
            (
                "crates/low/src/lib.rs",
                "//! See [`a`].\npub mod a;\nmod b;\npub use b::B;\npub const LIMIT: u8 = 1;",
            ),
            (
                "crates/low/src/a/mod.rs",
                "mod x;\nmod y;\npub use x::X;\npub use y::Y;",
            ),
            ("crates/low/src/a/x.rs", "use super::Y;\npub struct X(Y);"),
            (
                "crates/low/src/a/y.rs",
                "//! Beside [`X`](super::X).\nuse crate::b::B;\npub struct Y(B, [u8; crate::LIMIT as usize]);\n\
                 #[cfg(test)]\nmod tests { use crate::a::X; fn f(_: X) {} }",
            ),
            ("crates/low/src/b.rs", "pub struct B(std::fmt::Error);"),
        ],
    );
    let report = check(&folder, &[]);
    assert_none(&report.findings);
    assert!(report.notes.is_empty(), "{:?}", report.notes);
    assert_eq!((report.crates, report.files), (4, 7));
}

#[test]
fn an_arrow_up_is_found() {
    for section in ["dependencies", "build-dependencies"] {
        let rest = format!("[{section}]\nmiddle = {{ path = \"../middle\" }}");
        let folder = workspace(&[("low", &rest), ("middle", "")], &[]);
        assert_one(
            &check(&folder, &[]).findings,
            "low (layer 1) depends on middle (layer 2)",
            &["down only"],
        );
    }
}

#[test]
fn an_arrow_up_of_tests_is_a_note() {
    let rest = "[dev-dependencies]\nmiddle = { path = \"../middle\" }";
    let report = check(&workspace(&[("low", rest), ("middle", "")], &[]), &[]);
    assert_none(&report.findings);
    assert_eq!(
        report.notes,
        ["low (layer 1) depends on middle (layer 2), in its tests only"]
    );
}

#[test]
fn an_arrow_down_that_is_not_in_the_table_is_found() {
    let rest = "[dependencies]\nmiddle = { path = \"../middle\" }";
    let folder = workspace(&[("high", rest), ("middle", "")], &[]);
    assert_one(
        &check(&folder, &[]).findings,
        "high: depends on middle",
        &["order.rs"],
    );
}

#[test]
fn an_arrow_under_another_name_is_found() {
    let rest = "[dependencies]\nother = { package = \"middle\", path = \"../middle\" }";
    let folder = workspace(&[("low", rest), ("middle", "")], &[]);
    assert_one(&check(&folder, &[]).findings, "low (layer 1)", &["middle"]);
}

#[test]
fn a_crate_that_the_order_does_not_know_is_found() {
    let folder = workspace(&[("stranger", "")], &[]);
    assert_one(
        &check(&folder, &[]).findings,
        "crates/stranger: stranger is not in the order",
        &[],
    );
}

#[test]
fn a_published_crate_on_an_unpublished_one_is_found() {
    let folder = workspace(
        &[("low", "[dependencies]\nlab = { path = \"../../lab\" }")],
        &[
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"crates/*\", \"lab\"]\nresolver = \"3\"",
            ),
            (
                "lab/Cargo.toml",
                "[package]\nname = \"lab\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false",
            ),
            ("lab/src/lib.rs", ""),
        ],
    );
    assert_one(&check(&folder, &[]).findings, "low: depends on lab", &[]);
}

#[test]
fn a_cycle_of_crates_is_found() {
    let folder = workspace(
        &[
            (
                "low",
                "[build-dependencies]\nmiddle = { path = \"../middle\" }",
            ),
            ("middle", "[dependencies]\nlow = { path = \"../low\" }"),
        ],
        &[],
    );
    let findings = check(&folder, &[]).findings;
    assert_eq!(findings.len(), 2, "{findings:#?}");
    assert_one(
        &findings[1..],
        "crates depend on each other: low, middle",
        &["low depends on middle", "middle depends on low"],
    );
}

#[test]
fn a_cycle_of_modules_is_found_where_its_files_have_none() {
    let findings = findings(&[
        ("lib.rs", "mod a;\nmod b;\npub use b::Two;"),
        ("a/mod.rs", "pub mod low;\npub mod high;"),
        ("a/low.rs", "pub struct One;"),
        ("a/high.rs", "use crate::Two;\npub struct Three(Two);"),
        ("b.rs", "pub struct Two(crate::a::low::One);"),
    ]);
    assert_one(
        &findings,
        "low: modules use each other: a, b",
        &[
            "a/high.rs:1 in a uses crate::Two of b",
            "b.rs:1 in b uses crate::a::low::One of a",
        ],
    );
}

/// `a/x.rs` defines `X` and uses `Y`, which `a/y.rs` defines; `y` is that file's text.
fn siblings(y: &str) -> Vec<String> {
    findings(&[
        ("lib.rs", "mod a;\nconst ROOT: u8 = 1;"),
        (
            "a/mod.rs",
            "mod x;\nmod y;\npub use x::{X, make};\nuse x as renamed;\nmacro_rules! same { ($x:item) => { $x } }",
        ),
        (
            "a/x.rs",
            "use super::y::Y;\npub struct X(Y);\npub fn make() {}",
        ),
        ("a/y.rs", y),
    ])
}

#[test]
fn a_cycle_of_files_is_found_however_the_item_is_named() {
    for y in [
        "use super::x::X;\npub struct Y(X);",
        "use super::X;\npub struct Y(X);",
        "use crate::a::x::X;\npub struct Y(X);",
        "use crate::a::{x::{self as ex}};\npub struct Y(ex::X);",
        "use super::renamed;\npub struct Y(renamed::X);",
        "use super::*;\npub struct Y(X);",
        "pub struct Y(super::x::X);",
        "pub struct Y(crate::a::X);",
        "pub struct Y;\nfn f() { super::make() }",
        "pub struct Y;\nfn f() { use crate::a::make; make() }",
        "pub struct Y;\nimpl From<super::X> for Y { fn from(_: super::X) -> Y { Y } }",
        "pub struct Y;\nfn f<T: Into<super::X>>() {}",
        "pub struct Y;\nfn f() { println!(\"{:?}\", super::make()) }",
        "pub struct Y;\nmacro_rules! call { () => { $crate::a::make() } }",
        "pub struct Y;\nmod inner { fn f() { super::super::x::make() } }",
        "pub struct Y;\npub use super::x::X;",
        "super::same! { pub struct Y; }\nuse self::super::x::X;\nfn f(_: X) {}",
    ] {
        assert_one(
            &siblings(y),
            "files use each other: crates/low/src/a/x.rs, crates/low/src/a/y.rs",
            &["a/x.rs:1 uses Y of", "a/y.rs:"],
        );
    }
}

#[test]
fn what_is_no_use_makes_no_cycle() {
    for y in [
        "pub struct Y;",
        "//! [X](super::x::X)\n/// [`super::X`]\npub struct Y;",
        "pub struct Y;\n#[cfg(test)]\nuse super::X;\n#[cfg(all(test, unix))]\nfn f(_: super::X) {}",
        "pub struct Y;\n#[cfg(test)]\nmod tests { use super::super::X; fn f(_: X) {} }",
        "pub struct Y { x: u8, make: u8 }\nfn f(y: Y) { let make = y.make; dbg!(make, y.make) }",
        "pub struct Y;\nuse super::x;\nfn f() { ::x::make(); let _ = crate::ROOT; }",
    ] {
        assert_none(&siblings(y));
    }
}

#[test]
fn code_that_is_compiled_by_other_conditions_counts() {
    let y = "pub struct Y;\n#[cfg(any(test, feature = \"more\"))]\nfn f(_: super::X) {}\n\
             #[cfg(not(test))]\nfn g() {}";
    assert_eq!(siblings(y).len(), 1);
}

#[test]
fn a_parent_is_in_a_cycle_with_a_child_only_where_each_uses_the_other() {
    let with_parent = |code: &str| {
        findings(&[
            ("lib.rs", "mod a;"),
            (
                "a/mod.rs",
                &format!("mod x;\npub use x::X;\npub struct Limit;\n{code}"),
            ),
            ("a/x.rs", "use super::Limit;\npub struct X(Limit);"),
        ])
    };
    assert_none(&with_parent(""));
    assert_none(&with_parent("pub fn f(_: Limit) {}"));
    for code in [
        "pub fn f(_: X) {}",
        "pub fn f(_: x::X) {}",
        "impl From<X> for Limit { fn from(_: X) -> Limit { Limit } }",
        "pub fn f() { vec![self::x::X] }",
    ] {
        assert_one(
            &with_parent(code),
            "files use each other: crates/low/src/a/mod.rs, crates/low/src/a/x.rs",
            &["a/mod.rs:4 uses X", "a/x.rs:1 uses Limit"],
        );
    }
}

#[test]
fn an_item_that_a_macro_makes_stands_in_its_file() {
    let findings = findings(&[
        (
            "lib.rs",
            "mod a;\nmod b;\nmacro_rules! make { ($n:ident) => { pub struct $n; } }",
        ),
        ("a.rs", "make! { Hidden }\nuse crate::b::B;\nfn f(_: B) {}"),
        ("b.rs", "pub struct B;\nfn f(_: crate::a::Hidden) {}"),
    ]);
    let files: Vec<_> = findings.iter().filter(|f| f.starts_with("files")).collect();
    assert_eq!(files.len(), 1, "{findings:#?}");
}

#[test]
fn files_of_other_targets_and_by_path_attribute_are_read() {
    let folder = workspace(
        &[("low", "")],
        &[
            (
                "crates/low/examples/show/main.rs",
                "#[path = \"../shared.rs\"]\nmod shared;\nmod a;\nfn main() { a::run() }\npub struct Options;",
            ),
            ("crates/low/examples/shared.rs", "pub fn f() {}"),
            (
                "crates/low/examples/show/a.rs",
                "pub fn run() { crate::shared::f(); let _ = crate::Options; }",
            ),
        ],
    );
    assert_one(
        &check(&folder, &[]).findings,
        "files use each other: crates/low/examples/show/a.rs, crates/low/examples/show/main.rs",
        &["uses Options", "uses run"],
    );
}

#[test]
fn a_known_cycle_is_let_pass_until_it_is_no_more() {
    let known: &[Known] = &[&["a/x.rs", "a/y.rs"]];
    let folder = workspace(
        &[("low", "")],
        &[
            ("crates/low/src/lib.rs", "mod a;"),
            ("crates/low/src/a/mod.rs", "mod x;\nmod y;"),
            ("crates/low/src/a/x.rs", "pub struct X(super::y::Y);"),
            ("crates/low/src/a/y.rs", "pub struct Y(super::x::X);"),
        ],
    );
    assert_eq!(check(&folder, &[]).findings.len(), 1);
    assert_none(&check(&folder, known).findings);
    write(folder.path(), &[("crates/low/src/a/y.rs", "pub struct Y;")]);
    assert_none(&check(&folder, &[]).findings);
    assert_one(
        &check(&folder, known).findings,
        "xtask/src/layers/known.rs: the cycle of a/x.rs, a/y.rs is no more",
        &[],
    );
}

#[test]
fn a_file_too_long_and_a_vague_name_are_found() {
    let lines = |count: usize| "// x\n".repeat(count);
    assert_none(&findings(&[("lib.rs", &lines(500))]));
    assert_one(
        &findings(&[("lib.rs", &lines(501))]),
        "crates/low/src/lib.rs: 501 lines, at most 500",
        &[],
    );
    assert_one(
        &findings(&[("lib.rs", "mod utils;"), ("utils.rs", "")]),
        "crates/low/src/utils.rs: a name",
        &[],
    );
}

#[test]
fn a_module_without_a_file_is_an_error_that_names_it() {
    let folder = workspace(&[("low", "")], &[("crates/low/src/lib.rs", "mod gone;")]);
    let error = format!("{:#}", super::check(folder.path(), ORDER, &[]).unwrap_err());
    assert!(
        error.contains("mod gone") && error.contains("lib.rs"),
        "{error}"
    );
}
