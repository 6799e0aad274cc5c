//! Files in, names out.

use std::fs;
use std::net::IpAddr;

use flow_core::names::NameTable;
use tempfile::TempDir;

use super::*;
use crate::kubernetes::Place;
use crate::source::NameSource;
use crate::table::EndpointTable;

const TWO: &str = "\
# Two documents, and an empty one.
apiVersion: v1
kind: Pod
metadata: {namespace: shop, name: web-0, labels: {app: web, port: \"80\", on: \"true\"}}
status:
  podIPs:
  - ip: 10.0.0.1
---
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata:
    namespace: shop
    name: web-1
  status: {podIP: 10.0.0.2}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: b}}
";

struct Setting {
    folder: TempDir,
    table: EndpointTable,
    source: ManifestFolder,
    now: u64,
}

impl Setting {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let table = EndpointTable::new(&NameTable::new());
        let source = ManifestFolder::new(folder.path(), &table, Place::default());
        Self {
            folder,
            table,
            source,
            now: 1_000_000_000_000,
        }
    }

    fn write(&mut self, file: &str, text: &str) {
        fs::write(self.folder.path().join(file), text).expect("a file");
    }

    /// Refreshes a day later: what is gone does not linger.
    fn refresh(&mut self) -> Result<(), String> {
        self.now += 86_400_000_000_000;
        self.source
            .refresh(self.now)
            .map_err(|error| error.to_string())
    }

    fn pod(&self, address: &str) -> Option<String> {
        let address: IpAddr = address.parse().expect("an address");
        let time = self.now + 86_000_000_000_000;
        let found = self.table.read().address(address.into(), time)?;
        Some(self.table.names().get(found.handle)?.pod_name.to_string())
    }
}

#[test]
fn files_with_several_documents_are_read_and_watched() {
    let mut setting = Setting::new();
    assert_eq!(setting.refresh(), Ok(()), "an empty folder");
    setting.write("pods.yaml", TWO);
    setting.write("notes.txt", "not: [a manifest");
    assert_eq!(setting.refresh(), Ok(()));
    assert_eq!(setting.pod("10.0.0.1").as_deref(), Some("web-0"));
    assert_eq!(setting.pod("10.0.0.2").as_deref(), Some("web-1"));
    assert_eq!(setting.source.objects(), 2);
    let published = setting.table.stats().published;
    assert_eq!(setting.refresh(), Ok(()));
    assert_eq!(
        setting.table.stats().published,
        published,
        "nothing changed"
    );
    // A file of JSON with several values, which renames an address, and one that goes.
    let json = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"status":{"podIP":"10.0.0.3"}}
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"},"status":{"podIP":"10.0.0.4"}}"#;
    setting.write("more.json", json);
    fs::remove_file(setting.folder.path().join("pods.yaml")).expect("gone");
    assert_eq!(setting.refresh(), Ok(()));
    assert_eq!(setting.pod("10.0.0.1"), None);
    assert_eq!(setting.pod("10.0.0.3").as_deref(), Some("a"));
    assert_eq!(setting.pod("10.0.0.4").as_deref(), Some("b"));
}

#[test]
fn a_broken_file_is_an_error_and_takes_nothing_away() {
    let mut setting = Setting::new();
    setting.write("a.yaml", TWO);
    setting.write(
        "b.yaml",
        &TWO.replace("10.0.0.", "10.0.1.").replace("web-", "db-"),
    );
    assert_eq!(setting.refresh(), Ok(()));
    for broken in [
        "kind: [",
        "kind: Pod\napiVersion: v1\nstatus: {podIPs: 3}\n",
        "a: b: c",
        "- \t\tx: [}",
    ] {
        setting.write("a.yaml", broken);
        let error = setting.refresh().expect_err(broken);
        assert!(
            error.contains("a.yaml: ") && error.contains("expected"),
            "{error}"
        );
        assert_eq!(setting.refresh().expect_err("still"), error);
        assert_eq!(setting.pod("10.0.0.1").as_deref(), Some("web-0"));
        assert_eq!(setting.pod("10.0.1.1").as_deref(), Some("db-0"));
    }
    setting.write("a.yaml", "");
    assert_eq!(setting.refresh(), Ok(()));
    assert_eq!(setting.pod("10.0.0.1"), None);
    assert_eq!(setting.pod("10.0.1.1").as_deref(), Some("db-0"));
}

#[test]
fn one_file_may_take_the_place_of_the_folder_and_none_is_an_error() {
    let mut setting = Setting::new();
    setting.write("pods.yaml", TWO);
    let file = setting.folder.path().join("pods.yaml");
    setting.source = ManifestFolder::new(&file, &setting.table, Place::default());
    assert_eq!(setting.refresh(), Ok(()));
    assert_eq!(setting.pod("10.0.0.1").as_deref(), Some("web-0"));
    setting.source = ManifestFolder::new(
        file.with_file_name("none"),
        &setting.table,
        Place::default(),
    );
    let error = setting.refresh().expect_err("no file");
    assert!(error.contains("none: cannot be read"), "{error}");
}

#[test]
fn aliases_do_not_multiply_without_end() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (one, two) in "abcdefgh".chars().zip("bcdefghi".chars()) {
        let aliases = vec![format!("*{one}"); 10].join(", ");
        text += &format!("{two}: &{two} [{aliases}]\n");
    }
    let mut setting = Setting::new();
    setting.write("bomb.yaml", &text);
    assert!(
        setting
            .refresh()
            .expect_err("a bomb")
            .contains("bomb.yaml: expected YAML")
    );
}
