//! `cargo xtask build-bpf` and `check-bpf`: the kernel objects from their C source.
//!
//! The compiler is pinned, and paths are mapped away, so that anyone gets the same bytes.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::btf_ext;

/// Folder of the sources and the objects, from the root of the workspace.
const FOLDER: &str = "crates/flow-ebpf/bpf";
/// Ending of a file that becomes an object.
const SOURCE: &str = ".bpf.c";
/// The only compiler whose objects are committed.
const CLANG: &str = "clang-19";
/// Takes away what is for debuggers alone; BTF stays.
const STRIP: &str = "llvm-strip-19";
const OBJCOPY: &str = "llvm-objcopy-19";
const FLAGS: &[&str] = &[
    "-target",
    "bpf",
    "-mcpu=v3",
    "-O2",
    "-g",
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unused-parameter",
];

/// Compiles every source into the object beside it.
pub(crate) fn build(root: &Path) -> Result<()> {
    let folder = root.join(FOLDER);
    for source in sources(&folder)? {
        let object = folder.join(object_name(&source)?);
        compile(&folder, &source, &object)?;
        println!(
            "{}: {} bytes",
            shown(root, &object),
            fs::metadata(&object)?.len()
        );
    }
    Ok(())
}

/// Compiles every source into a folder of its own and compares the result with what is committed.
pub(crate) fn check(root: &Path) -> Result<()> {
    let folder = root.join(FOLDER);
    let fresh = root.join("target/check-bpf");
    fs::create_dir_all(&fresh).with_context(|| fresh.display().to_string())?;
    let mut wrong = Vec::new();
    let mut expected = Vec::new();
    for source in sources(&folder)? {
        let name = object_name(&source)?;
        compile(&folder, &source, &fresh.join(&name))?;
        if let Some(finding) = difference(&folder.join(&name), &fresh.join(&name))? {
            wrong.push(format!("{FOLDER}/{name}: {finding}"));
        }
        expected.push(name);
    }
    for object in files_ending(&folder, ".o")? {
        if !expected.contains(&object) {
            wrong.push(format!("{FOLDER}/{object}: has no source"));
        }
    }
    for finding in &wrong {
        eprintln!("{finding}");
    }
    ensure!(
        wrong.is_empty(),
        "not what the source gives; run `cargo xtask build-bpf`"
    );
    println!(
        "check-bpf: {} objects are what their source gives",
        expected.len()
    );
    Ok(())
}

/// What is wrong with a committed object, beside a fresh one.
fn difference(committed: &Path, fresh: &Path) -> Result<Option<String>> {
    let built = fs::read(fresh).with_context(|| fresh.display().to_string())?;
    let Ok(kept) = fs::read(committed) else {
        return Ok(Some("is missing".to_owned()));
    };
    if kept == built {
        return Ok(None);
    }
    let at = kept
        .iter()
        .zip(&built)
        .take_while(|(one, other)| one == other)
        .count();
    Ok(Some(format!(
        "differs from byte {at} on ({} bytes committed, {} built)",
        kept.len(),
        built.len()
    )))
}

fn sources(folder: &Path) -> Result<Vec<String>> {
    let found = files_ending(folder, SOURCE)?;
    ensure!(!found.is_empty(), "{}: no {SOURCE} file", folder.display());
    Ok(found)
}

/// Names of the files in `folder` that end so, in order.
fn files_ending(folder: &Path, ending: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name();
        if let Some(name) = name.to_str().filter(|name| name.ends_with(ending)) {
            found.push(name.to_owned());
        }
    }
    found.sort();
    Ok(found)
}

/// `x.bpf.o` of `x.bpf.c`.
fn object_name(source: &str) -> Result<String> {
    let stem = source
        .strip_suffix(SOURCE)
        .with_context(|| format!("{source}: no {SOURCE}"))?;
    Ok(format!("{stem}.bpf.o"))
}

fn compile(folder: &Path, source: &str, object: &Path) -> Result<()> {
    let folder = fs::canonicalize(folder).with_context(|| folder.display().to_string())?;
    // Where no source is: the compiler would copy every line of it into the object.
    let mut map = OsString::from("-ffile-prefix-map=");
    map.push(&folder);
    map.push("=bpf");
    let mut clang = Command::new(CLANG);
    clang
        .current_dir(&folder)
        .args(FLAGS)
        .arg(map)
        .arg("-o")
        .arg(object)
        .arg("-c")
        .arg(source);
    run(&mut clang)?;
    run(Command::new(STRIP).arg("-g").arg(object))?;
    drop_lines(object)
}

/// Takes the line table, and sections that no loader reads, out of an object.
fn drop_lines(object: &Path) -> Result<()> {
    let part = object.with_extension("part");
    let shown = part.display();
    run(Command::new(OBJCOPY)
        .arg(format!("--dump-section=.BTF.ext={shown}"))
        .arg(object))?;
    let full = fs::read(&part).with_context(|| shown.to_string())?;
    let slim =
        btf_ext::without_lines(&full).with_context(|| format!("{}: .BTF.ext", object.display()))?;
    fs::write(&part, slim).with_context(|| shown.to_string())?;
    run(Command::new(OBJCOPY)
        .arg(format!("--update-section=.BTF.ext={shown}"))
        .args([
            "--remove-section=.rel.BTF.ext",
            "--remove-section=.llvm_addrsig",
        ])
        .arg(object))?;
    fs::remove_file(&part).with_context(|| shown.to_string())
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = match command.status() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("{program} is not installed; on Debian: apt-get install clang-19 llvm-19")
        }
        other => other.with_context(|| program.clone())?,
    };
    let last = command
        .get_args()
        .last()
        .unwrap_or(OsStr::new(""))
        .to_string_lossy()
        .into_owned();
    ensure!(status.success(), "{program} failed on {last} ({status})");
    Ok(())
}

fn shown(root: &Path, file: &Path) -> String {
    file.strip_prefix(root)
        .unwrap_or(file)
        .display()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_reported_by_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let [one, same, other, none] = ["1", "2", "3", "4"].map(|name| folder.path().join(name));
        fs::write(&one, b"abcd").unwrap();
        fs::write(&same, b"abcd").unwrap();
        fs::write(&other, b"abXd").unwrap();
        assert_eq!(difference(&one, &same).unwrap(), None);
        let found = difference(&one, &other).unwrap().unwrap();
        assert!(found.contains("from byte 2"), "{found}");
        assert_eq!(difference(&none, &one).unwrap().unwrap(), "is missing");
    }

    #[test]
    fn a_tool_that_is_not_there_is_reported_with_its_package() {
        let error = run(&mut Command::new("clang-of-no-version"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("apt-get install clang-19"), "{error}");
    }

    #[test]
    fn names_of_objects() {
        assert_eq!(object_name("flow_base.bpf.c").unwrap(), "flow_base.bpf.o");
        assert!(object_name("flow_base.c").is_err());
    }
}
