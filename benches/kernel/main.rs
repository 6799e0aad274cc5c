//! What the kernel programs cost: `BPF_PROG_TEST_RUN` beside an empty program, and records through
//! the ring buffers to readers that count them.
//!
//! Needs root. Lanes take turns and medians are printed, for single runs vary by a third.

mod cost;
mod lane;
mod throughput;

use anyhow::Result;
use flow_lab::privilege;

fn main() -> Result<()> {
    if !privilege::is_root() {
        println!("bench kernel: not run, it loads BPF programs and needs root");
        return Ok(());
    }
    // `cargo test --benches` runs this with `--test`: that everything loads and runs is enough.
    let quick = std::env::args().any(|argument| argument == "--test" || argument == "--list");
    cost::table(quick)?;
    throughput::table(quick)
}
