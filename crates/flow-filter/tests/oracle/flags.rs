//! Flags of the command line.

use flow_filter::hubble::{FilterFlags, FlagError, raw_filters};
use flow_hubble::flow::FlowFilter;
use serde_json::Value;

use crate::data;

/// Other flags of `hubble observe`, and whether they take a value.
const OTHERS: [(&str, bool); 12] = [
    ("last", true),
    ("since", true),
    ("until", true),
    ("first", true),
    ("follow", false),
    ("all", false),
    ("output", true),
    ("field-mask", true),
    ("experimental-field-mask", true),
    ("use-default-field-masks", false),
    ("print-raw-filters", false),
    ("input-file", true),
];

/// Reads arguments as the command line does; what filters nothing is skipped.
fn read(arguments: &[&str]) -> Result<FilterFlags, FlagError> {
    let mut flags = FilterFlags::new();
    let mut rest = arguments.iter().copied();
    while let Some(argument) = rest.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        };
        let known = FilterFlags::known().iter().find(|flag| {
            let short = flag.short.map(|short| format!("-{short}"));
            name.strip_prefix("--") == Some(flag.name) || short.as_deref() == Some(name)
        });
        if let Some(flag) = known {
            let value = match (flag.takes_value, value) {
                (true, None) => rest.next(),
                (true, value) => value,
                (false, value) => value.or(Some("true")),
            };
            flags.set(
                flag.name,
                value.ok_or_else(|| FlagError::Unknown(format!("{name} without value")))?,
            )?;
            continue;
        }
        let Some(name) = name.strip_prefix("--") else {
            if argument == "-o" {
                rest.next();
            }
            continue;
        };
        match name {
            "allowlist" => flags.allow_json(value.or_else(|| rest.next()).unwrap_or_default())?,
            "denylist" => flags.deny_json(value.or_else(|| rest.next()).unwrap_or_default())?,
            _ => {
                let other = OTHERS.iter().find(|(other, _)| *other == name);
                let (_, takes_value) = other.ok_or_else(|| FlagError::Unknown(name.into()))?;
                if *takes_value && value.is_none() {
                    rest.next();
                }
            }
        }
    }
    Ok(flags)
}

fn list(request: &Value, name: &str) -> Vec<FlowFilter> {
    let filters = request[name].as_array().into_iter().flatten();
    filters.map(data::filter_of).collect()
}

/// The difference between what Hubble answered and what is answered here.
fn difference(line: &Value) -> Option<String> {
    let arguments = line["args"].as_array().into_iter().flatten();
    let arguments: Vec<&str> = arguments.filter_map(Value::as_str).collect();
    let stderr = line["stderr"].as_str().unwrap_or_default().trim_end();
    let answer = read(&arguments).and_then(FilterFlags::filters);
    let (allow, deny) = match (answer, line["exit"].as_i64()) {
        (Ok(lists), Some(0)) => lists,
        // What is no matter of filters.
        (Ok(_), _) if stderr.contains("time: failed to convert") => return None,
        (Err(_), Some(1)) if stderr.starts_with("flag needs an argument") => return None,
        (Err(error), Some(1)) => {
            // A library of Go words what follows.
            let own = stderr
                .split(": failed to decode")
                .next()
                .unwrap_or_default();
            let found = error.to_string();
            return (!found.starts_with(own)).then(|| format!("{found:?} for {stderr:?}"));
        }
        (answer, _) => return Some(format!("{answer:?} for {stderr:?}")),
    };
    let raw = raw_filters(&allow, &deny);
    if line["raw_filters"] != raw {
        return Some(raw);
    }
    let request = &line["request"];
    let lists = (list(request, "whitelist"), list(request, "blacklist"));
    (lists != (allow, deny)).then(|| format!("{request}"))
}

#[test]
fn flags_give_the_filters_that_hubble_sends() {
    let lines = data::lines("cli_filters.jsonl").unwrap_or_default();
    let mut equal = 0;
    for line in &lines {
        match difference(line) {
            None => equal += 1,
            Some(found) => println!("{}: {found}", line["args"]),
        }
    }
    println!("{equal} of {} command lines are equal", lines.len());
    assert_eq!(equal, lines.len());
}
