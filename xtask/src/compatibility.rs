//! `cargo xtask compatibility`: COMPATIBILITY.md from what `.ci/kernels` has found.
//!
//! A result is lines of fields separated by tabs, as the guest's jobs in `.ci/vm` write them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// The file that is written, from the root of the workspace.
const FILE: &str = "COMPATIBILITY.md";
/// What is the same whatever was found.
const BEGIN: &str = include_str!("compatibility/begin.md");
const END: &str = include_str!("compatibility/end.md");

/// Writes the file.
pub(crate) fn write(root: &Path) -> Result<()> {
    let folder = results_folder(root);
    let mut kernels = Vec::new();
    for entry in fs::read_dir(&folder)
        .with_context(|| format!("{}: run .ci/kernels full first", folder.display()))?
    {
        let path = entry?.path();
        let kind = path.extension().and_then(|kind| kind.to_str());
        // The whole part begins with the short one.
        let whole = path.with_extension("full");
        if kind == Some("full") || kind == Some("short") && !whole.exists() {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            kernels.push(Found::parse(&text).with_context(|| path.display().to_string())?);
        }
    }
    ensure!(!kernels.is_empty(), "{}: no result", folder.display());
    kernels.sort_by_key(Found::order);
    fs::write(root.join(FILE), render(&kernels))?;
    println!("{FILE}: {} kernels", kernels.len());
    Ok(())
}

fn results_folder(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let kernels = std::env::var_os("KERNELS").map(PathBuf::from);
    kernels
        .unwrap_or_else(|| root.join(target).join("kernels"))
        .join("results")
}

/// What was found on one kernel.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// What `uname -r` prints.
    release: String,
    /// By program: instructions that the verifier follows, at most and over all options.
    verified: BTreeMap<String, u64>,
    /// By program: options with which it is refused, and the first reason.
    refused: BTreeMap<String, (BTreeSet<String>, String)>,
    /// How interfaces are observed; empty where that was not tried.
    attached: &'static str,
    /// What else was run: name, and how it ended.
    runs: Vec<(String, String)>,
    /// The kernel warned of something.
    warned: bool,
}

impl Found {
    fn parse(text: &str) -> Result<Self> {
        let mut found = Self::default();
        let mut step = String::new();
        for line in text.lines() {
            match line.split('\t').collect::<Vec<_>>()[..] {
                ["kernel", release] => found.release = release.to_owned(),
                ["ok", _, _, program, steps] => {
                    let steps: u64 = steps.parse().with_context(|| line.to_owned())?;
                    let most = found.verified.entry(program.to_owned()).or_default();
                    *most = steps.max(*most);
                }
                ["no", object, options, program, reason] => {
                    let refused = found.refused.entry(program.to_owned());
                    let (sets, _) = refused.or_insert_with(|| (BTreeSet::new(), reason.to_owned()));
                    sets.insert(format!("{object}, {options}"));
                }
                ["step", name] => step = name.to_owned(),
                ["json" | "demo" | "killed", status] => {
                    let name = line.split('\t').next().unwrap_or_default();
                    let (code, rest) = status.split_once(' ').unwrap_or((status, ""));
                    let how = if code == "0" { "yes" } else { "**no**" };
                    found.runs.push((name.to_owned(), format!("{how}: {rest}")));
                }
                ["say", said] if said.contains("(clsact)") => found.attached = "clsact",
                ["say", said] if said.contains("(tcx)") => found.attached = "TCX",
                ["test", said] => {
                    if let Some((_, counts)) = said.split_once("test result: ") {
                        found.runs.push((step.clone(), tests(counts)?));
                    }
                }
                ["dmesg", ..] => found.warned = true,
                _ => {}
            }
        }
        if found.release.is_empty() {
            bail!("expected a line `kernel`, found none");
        }
        Ok(found)
    }

    /// By version, then by machine.
    fn order(&self) -> (Vec<u32>, String) {
        let numbers = self
            .version()
            .split('.')
            .filter_map(|number| number.parse().ok());
        (numbers.collect(), self.machine().to_owned())
    }

    /// `6.1` of `6.1.0-50-cloud-amd64`.
    fn version(&self) -> &str {
        let end = self.release.match_indices('.').nth(1);
        &self.release[..end.map_or(self.release.len(), |(at, _)| at)]
    }

    /// `amd64` of the same.
    fn machine(&self) -> &str {
        self.release
            .rsplit_once('-')
            .map_or("", |(_, machine)| machine)
    }

    fn title(&self) -> String {
        match self.machine() {
            "amd64" => self.version().to_owned(),
            other => format!("{} {other}", self.version()),
        }
    }
}

/// `12 of 13` of `FAILED. 12 passed; 1 failed; ...`.
fn tests(counts: &str) -> Result<String> {
    let number = |what: &str| {
        let (before, _) = counts.split_once(what)?;
        before.trim_end().rsplit(' ').next()?.parse::<u64>().ok()
    };
    let passed = number("passed").with_context(|| counts.to_owned())?;
    let failed = number("failed").with_context(|| counts.to_owned())?;
    Ok(match failed {
        0 => format!("{passed} passed"),
        _ => format!("{passed} passed, **{failed} failed**"),
    })
}

fn render(kernels: &[Found]) -> String {
    let mut text = String::from(BEGIN);
    let titles: Vec<_> = kernels.iter().map(Found::title).collect();
    let rule = "---|".repeat(kernels.len());
    text += &format!("| Program | {} |\n|---|{rule}\n", titles.join(" | "));
    let programs: BTreeSet<_> = kernels
        .iter()
        .flat_map(|found| found.verified.keys().chain(found.refused.keys()))
        .collect();
    for program in programs {
        let cells: Vec<_> = kernels.iter().map(|found| cell(found, program)).collect();
        let _ = writeln!(text, "| `{program}` | {} |", cells.join(" | "));
    }
    text += "\nWhat ran on them:\n\n";
    text += &format!("| | {} |\n|---|{rule}\n", titles.join(" | "));
    let row = |name: &str, of: &dyn Fn(&Found) -> String| {
        let cells: Vec<_> = kernels.iter().map(of).collect();
        format!("| {name} | {} |\n", cells.join(" | "))
    };
    text += &row("kernel", &|found| found.release.clone());
    text += &row("interfaces by", &|found| {
        let how = found.attached;
        if how.is_empty() { "not run" } else { how }.to_owned()
    });
    for (name, what) in RUNS {
        text += &row(what, &|found| {
            let run = found.runs.iter().find(|(run, _)| run == name);
            run.map_or_else(|| "not run".to_owned(), |(_, how)| how.clone())
        });
    }
    text += &row("warnings of the kernel", &|found| {
        if found.warned { "**yes**" } else { "none" }.to_owned()
    });
    let refused: Vec<_> = kernels
        .iter()
        .flat_map(|found| found.refused.iter().map(move |refused| (found, refused)))
        .collect();
    if refused.is_empty() {
        text += "\nNo program is refused by any of them.\n";
    } else {
        text += "\nWhat is refused, and why:\n\n";
    }
    for (found, (program, (sets, reason))) in refused {
        let _ = writeln!(
            text,
            "- Linux {}, `{program}`, with {} of the options: {reason}",
            found.title(),
            sets.len()
        );
    }
    text += END;
    text
}

/// Names of what is run, and what to call it.
const RUNS: [(&str, &str); 6] = [
    ("demo", "`agent observe --demo`, everything seen"),
    ("json", "the same as JSON, and read back"),
    ("killed", "`kill -9` leaves nothing"),
    ("live", "tests of live traffic"),
    ("agent_demo", "tests of the demo"),
    ("agent_live", "tests of the agent, live"),
];

fn cell(found: &Found, program: &str) -> String {
    match (found.verified.get(program), found.refused.get(program)) {
        (Some(steps), None) => steps.to_string(),
        (Some(_), Some(_)) => "in part".to_owned(),
        (None, Some(_)) => "**no**".to_owned(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESULT: &str = "kernel\t6.1.0-50-cloud-amd64
ok\tfull\tusual\ttc_egress\t100
ok\tbase\tusual\ttc_egress\t90
ok\tfull\tdemo\ttc_egress\t120
no\tfull\tusual\tsweep\tsweep: refused by the verifier: R1 at 7: (85) call x
no\tbase\tusual\tsweep\tsweep: another
probe\t1
step\tdemo
json\t0 12 lines, 12 read back
demo\t0 11 lines
say\tagent: active: interface client0 of demo (clsact)
killed\t1 filter
step\tlive
test\ttest result: FAILED. 50 passed; 1 failed; 0 ignored
ended\t0
";

    #[test]
    fn results_are_read() {
        let found = Found::parse(RESULT).unwrap();
        assert_eq!((found.version(), found.machine()), ("6.1", "amd64"));
        assert_eq!(found.verified["tc_egress"], 120, "the most");
        let (sets, reason) = &found.refused["sweep"];
        assert_eq!(sets.len(), 2);
        assert!(reason.contains("R1 at 7"), "the first: {reason}");
        assert_eq!(found.attached, "clsact");
        let how = |name: &str| {
            let run = found.runs.iter().find(|(run, _)| run == name);
            run.unwrap().1.as_str()
        };
        assert_eq!(how("json"), "yes: 12 lines, 12 read back");
        assert_eq!(how("killed"), "**no**: filter");
        assert_eq!(how("live"), "50 passed, **1 failed**");
        assert!(!found.warned);
    }

    #[test]
    fn a_result_without_a_kernel_is_an_error() {
        assert!(Found::parse("ok\tfull\tusual\ta\t1\n").is_err());
        assert!(Found::parse("kernel\tx\nok\tfull\tusual\ta\tb\n").is_err());
        assert!(tests("nothing").is_err());
    }

    #[test]
    fn versions_are_ordered_by_number() {
        let of = |release: &str| Found {
            release: release.to_owned(),
            ..Found::default()
        };
        let mut kernels = [
            "6.12.1-cloud-arm64",
            "6.12.1-cloud-amd64",
            "6.1.0-50-cloud-amd64",
        ]
        .map(of);
        kernels.sort_by_key(Found::order);
        let titles: Vec<_> = kernels.iter().map(Found::title).collect();
        assert_eq!(titles, ["6.1", "6.12", "6.12 arm64"]);
    }

    #[test]
    fn what_is_refused_stands_in_the_file_with_its_reason() {
        let text = render(&[Found::parse(RESULT).unwrap()]);
        assert!(text.contains("| `sweep` | **no** |"), "{text}");
        assert!(text.contains("| `tc_egress` | 120 |"), "{text}");
        assert!(
            text.contains("- Linux 6.1, `sweep`, with 2 of the options: sweep: refused"),
            "{text}"
        );
        assert!(text.contains("| tests of the demo | not run |"), "{text}");
    }
}
