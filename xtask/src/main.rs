//! Maintainer tasks: `cargo xtask <task>`.
#![forbid(unsafe_code)]

mod bpf;
mod btf_ext;
mod compatibility;
mod layers;
mod packages;
mod proto;
mod suite;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

/// What a task is called, what it does, and its code. It gets the root of the workspace.
struct Task {
    name: &'static str,
    does: &'static str,
    run: fn(&Path) -> Result<()>,
}

const TASKS: &[Task] = &[
    Task {
        name: "build-bpf",
        does: "compile the kernel programs into the committed objects (needs clang-19, llvm-19)",
        run: bpf::build,
    },
    Task {
        name: "check-bpf",
        does: "fail unless the committed objects are what their source compiles to",
        run: bpf::check,
    },
    Task {
        name: "compatibility",
        does: "write COMPATIBILITY.md from the results of .ci/kernels",
        run: compatibility::write,
    },
    Task {
        name: "build-proto",
        does: "make the committed message types and descriptors of the .proto files",
        run: proto::build,
    },
    Task {
        name: "check-proto",
        does: "fail unless the committed message types are what their sources give",
        run: proto::check,
    },
    Task {
        name: "layers",
        does: "fail on an arrow up, a cycle of crates, modules or files, a file too long",
        run: layers::run,
    },
    Task {
        name: "packages",
        does: "fail unless each published crate has its README, licence texts and metadata, and no more",
        run: packages::run,
    },
    Task {
        name: "test",
        does: "install what the tests need (Debian, root) and run all of them",
        run: suite::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--help" | "-h" | "help"] => {
            println!("{}", usage());
            ExitCode::SUCCESS
        }
        [name] => match TASKS.iter().find(|task| task.name == name) {
            Some(task) => finish(task),
            None => refuse(&format!("no task is called {name:?}")),
        },
        [] => refuse("no task given"),
        [_, ..] => refuse("a task takes no arguments"),
    }
}

fn finish(task: &Task) -> ExitCode {
    let done = workspace().and_then(|root| (task.run)(root));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", task.name);
            ExitCode::FAILURE
        }
    }
}

/// Root of the workspace: the folder above this package.
fn workspace() -> Result<&'static Path> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().context("xtask has no parent folder")
}

fn refuse(problem: &str) -> ExitCode {
    eprintln!("{problem}\n{}", usage());
    ExitCode::from(2)
}

fn usage() -> String {
    let mut text = String::from("cargo xtask <task>");
    for task in TASKS {
        text.push_str(&format!("\n  {:<13} {}", task.name, task.does));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_names_every_task_once() {
        for task in TASKS {
            assert_eq!(usage().matches(&format!("\n  {} ", task.name)).count(), 1);
        }
    }
}
