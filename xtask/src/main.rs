//! Maintainer tasks: `cargo xtask <task>`.
#![forbid(unsafe_code)]

fn main() {
    eprintln!("no task given");
    std::process::exit(2);
}
