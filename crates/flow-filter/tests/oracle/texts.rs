//! Labels and paths of URLs.

use flow_filter::{Label, request_path};
use serde_json::Value;

use crate::data;

fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_default()
}

#[test]
fn labels_have_the_parts_that_cilium_finds() {
    let lines = data::lines("label_parse.jsonl").unwrap_or_default();
    for line in &lines {
        let label = Label::parse(text(line, "label"));
        let found = (label.source, label.key, label.value);
        let expected = (text(line, "source"), text(line, "key"), text(line, "value"));
        assert_eq!(found, expected, "{line}");
    }
    println!("{} labels are equal", lines.len());
}

#[test]
fn paths_are_those_that_go_finds() {
    let lines = data::lines("url_paths.jsonl").unwrap_or_default();
    let mut different = 0;
    for line in &lines {
        let found = request_path(text(line, "url").as_bytes());
        let expected = if !line["error"].is_null() {
            None
        } else if let Some(digits) = line["path_hex"].as_str() {
            let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits");
            Some((0..digits.len()).step_by(2).map(byte).collect::<Vec<u8>>())
        } else {
            Some(text(line, "path").as_bytes().to_vec())
        };
        if found.as_deref() != expected.as_deref() {
            different += 1;
            println!("{line}: {found:?}");
        }
    }
    println!(
        "{} of {} paths are equal",
        lines.len() - different,
        lines.len()
    );
    assert_eq!(different, 0);
}
