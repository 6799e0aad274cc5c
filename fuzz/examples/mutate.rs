//! `mutate TARGET SECONDS`: the plain mutation loop over the seeds of a target.

use std::process::ExitCode;
use std::time::Duration;

use flow_fuzz::{TARGETS, mutate, seeds};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (name, seconds) = (arguments.next(), arguments.next());
    let target = TARGETS
        .iter()
        .find(|target| Some(target.0) == name.as_deref());
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    let (Some((name, target)), Some(seconds)) = (target, seconds) else {
        eprintln!(
            "usage: mutate TARGET SECONDS; targets: {:?}",
            TARGETS.map(|target| target.0)
        );
        return ExitCode::from(2);
    };
    let inputs: Vec<_> = match seeds::committed(name) {
        Ok(found) => found.into_iter().map(|seed| seed.1).collect(),
        Err(error) => {
            eprintln!("seeds of {name}: {error}");
            return ExitCode::from(2);
        }
    };
    // A different start each time.
    let start = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos() as u64);
    match mutate::run(*target, &inputs, Duration::from_secs(seconds), start) {
        Ok(runs) => {
            println!(
                "{name}: {runs} inputs in {seconds} s, from {} seeds",
                inputs.len()
            );
            ExitCode::SUCCESS
        }
        Err(input) => {
            eprintln!("{name}: panicked of {} bytes: {}", input.len(), hex(&input));
            ExitCode::FAILURE
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
