//! Names from manifests, in each form of output and in filters.

use std::fs;
use std::path::PathBuf;

use crate::run::{demo_capture, lines, testdata, text};

fn manifests() -> String {
    let folder: PathBuf = testdata("manifests");
    folder.to_str().expect("UTF-8").to_owned()
}

#[test]
fn pods_and_services_are_shown_by_name_in_every_form() {
    let folder = manifests();
    let plain = lines(&["--quiet"]);
    let named = lines(&["--quiet", "--manifests", &folder]);
    assert_eq!(plain.len(), named.len(), "names change no flow");
    let has = |part: &str| named.iter().any(|line| line.contains(part));
    assert!(has("shop/web-5d8f9c7b4-x2k9p:"), "{named:#?}");
    assert!(has("shop/db-0:"), "{named:#?}");
    for form in ["dict", "table"] {
        let shown = lines(&["--quiet", "--manifests", &folder, "-o", form]);
        assert!(
            shown.iter().any(|line| line.contains("shop/db-0")),
            "{form}: {shown:#?}"
        );
    }
    let json = lines(&["--quiet", "--manifests", &folder, "-o", "json"]);
    for part in [
        r#""namespace":"shop""#,
        r#""pod_name":"db-0""#,
        r#""k8s:app=web""#,
        r#""workloads":[{"name":"web","kind":"Deployment"}]"#,
        r#""workloads":[{"name":"db","kind":"StatefulSet"}]"#,
    ] {
        assert!(
            json.iter().any(|line| line.contains(part)),
            "{part} in {json:#?}"
        );
    }
}

#[test]
fn filters_see_names() {
    let folder = manifests();
    let with = |more: &[&str]| lines(&[&["--quiet", "--manifests", &folder], more].concat());
    let all = with(&[]);
    let to_db = with(&["--to-pod", "shop/db"]);
    assert!(!to_db.is_empty() && to_db.len() < all.len(), "{to_db:#?}");
    assert!(
        to_db.iter().all(|line| line.contains("shop/db-0")),
        "{to_db:#?}"
    );
    assert_eq!(
        with(&["--from-label", "app=web"]),
        with(&["--from-pod", "shop/web-"])
    );
    assert!(with(&["--to-pod", "other/"]).is_empty());
}

#[test]
fn a_broken_manifest_is_an_error_before_anything_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.yaml"), "kind: [").expect("a file");
    let output = demo_capture(&["--manifests", folder.path().to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let error = text(&output.stderr);
    assert!(error.contains("a.yaml: expected YAML"), "{error}");
}
