//! `cargo xtask build-proto` and `check-proto`: the message types from the `.proto` files.
//!
//! Neither needs `protoc`: `protox` compiles the files. Whoever uses the crates needs nothing at
//! all, because the result is committed. The same lock file gives the same bytes.

mod reader;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use prost::Message;
use prost_types::FileDescriptorSet;

/// Folder of the `.proto` files, from the root of the workspace.
const SOURCES: &str = "crates/flow-hubble/proto";
/// Folder of what is made of them.
const GENERATED: &str = "crates/flow-hubble/src/generated";
/// Every file and message in the form that reflection hands out.
const DESCRIPTORS: &str = "descriptors.bin";

/// How messages are read from JSON.
const READERS: &str = "read.rs";

/// What stands in `Any` fields and is part of no file: reflection must know it too.
const ALSO: &[&str] = &["google/protobuf/struct.proto"];

/// Writes the committed files anew.
pub(crate) fn build(root: &Path) -> Result<()> {
    let folder = root.join(GENERATED);
    let files = generate(root)?;
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    for name in committed(&folder)? {
        if !files.contains_key(&name) {
            fs::remove_file(folder.join(&name)).with_context(|| name.clone())?;
        }
    }
    for (name, content) in &files {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| path.display().to_string())?;
        println!("{GENERATED}/{name}: {} bytes", content.len());
    }
    Ok(())
}

/// Fails unless the committed files are what the sources give.
pub(crate) fn check(root: &Path) -> Result<()> {
    let files = generate(root)?;
    let findings = differences(&root.join(GENERATED), &files)?;
    for finding in &findings {
        eprintln!("{GENERATED}/{finding}");
    }
    ensure!(
        findings.is_empty(),
        "not what the sources give; run `cargo xtask build-proto`"
    );
    println!(
        "check-proto: {} files are what their sources give",
        files.len()
    );
    Ok(())
}

/// Names and contents of everything that the sources give.
fn generate(root: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let sources = root.join(SOURCES);
    let files = proto_files(&sources)?;
    let mut compiler = protox::Compiler::new([&sources])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(&files)?;
    compiler.open_files(ALSO)?;
    let with_comments = compiler.file_descriptor_set();

    let mut generated = BTreeMap::new();
    let folder = tempfile::tempdir().context("a temporary folder")?;
    let mut config = prost_build::Config::new();
    for field in reader::BOXED {
        config.boxed(field);
    }
    config
        .out_dir(folder.path())
        .enable_type_names()
        .compile_fds(with_comments.clone())?;
    for name in committed(folder.path())? {
        let content = fs::read(folder.path().join(&name)).with_context(|| name.clone())?;
        // The types of Google's own files come from `prost-types`.
        if !name.starts_with("google.") {
            generated.insert(name, content);
        }
    }
    let readers = reader::source(&with_comments)?;
    generated.insert(READERS.to_owned(), readers.into_bytes());
    generated.insert(DESCRIPTORS.to_owned(), descriptors(with_comments));
    Ok(generated)
}

/// The descriptors without comments and places in the source.
fn descriptors(mut set: FileDescriptorSet) -> Vec<u8> {
    for file in &mut set.file {
        file.source_code_info = None;
    }
    set.encode_to_vec()
}

/// Every `.proto` file below `folder`, in order.
fn proto_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "proto") {
                found.push(path);
            }
        }
    }
    ensure!(!found.is_empty(), "{}: no .proto file", folder.display());
    found.sort();
    Ok(found)
}

/// Names of the files in a folder; none where there is no such folder.
fn committed(folder: &Path) -> Result<Vec<String>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// What is wrong with a folder, beside what it should hold.
fn differences(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (name, content) in files {
        match fs::read(folder.join(name)) {
            Err(_) => findings.push(format!("{name}: is missing")),
            Ok(kept) if kept != *content => {
                let same = kept.iter().zip(content).take_while(|(a, b)| a == b);
                findings.push(format!("{name}: differs from byte {} on", same.count()));
            }
            Ok(_) => {}
        }
    }
    for name in committed(folder)? {
        if !files.contains_key(&name) {
            findings.push(format!("{name}: has no source"));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_reported_by_file() {
        let folder = tempfile::tempdir().unwrap();
        let files = BTreeMap::from([
            ("a.rs".to_owned(), b"same".to_vec()),
            ("b.rs".to_owned(), b"other".to_vec()),
            ("c.rs".to_owned(), b"missing".to_vec()),
        ]);
        fs::write(folder.path().join("a.rs"), b"same").unwrap();
        fs::write(folder.path().join("b.rs"), b"otXer").unwrap();
        fs::write(folder.path().join("d.rs"), b"").unwrap();
        assert_eq!(
            differences(folder.path(), &files).unwrap(),
            [
                "b.rs: differs from byte 2 on",
                "c.rs: is missing",
                "d.rs: has no source"
            ]
        );
    }

    #[test]
    fn the_sources_give_the_same_bytes_each_time() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let files = generate(root).unwrap();
        assert!(files.contains_key("flow.rs") && files.contains_key(DESCRIPTORS));
        assert_eq!(files, generate(root).unwrap());
    }
}
