//! Runs the program that takes idle connections out of the kernel's table.

use std::time::Duration;

use aya::programs::{SchedClassifier, TestRun as _, TestRunOptions};

use crate::programs::Programs;
use crate::refusal;

/// An ended TCP connection is kept this long, so that its last ACK is not taken for a new one.
const CLOSED: Duration = Duration::from_secs(1);
/// `SWEEP_OFFSET` of `flow_event.h`, and the smallest packet that has room for a request.
const OFFSET: usize = 16;
const PACKET: usize = 64;
/// `SWEEP_ALL`
const ALL: u64 = 1;

/// Whether a sweep went through the whole table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Swept {
    Whole,
    /// A ring buffer had no room: drain, then go on.
    RingFull,
}

/// Name of the program.
const NAME: &str = "sweep";

/// Loads the program.
///
/// # Errors
/// With the reason, in one line.
pub(crate) fn load(programs: &mut Programs) -> Result<(), String> {
    programs.load(NAME, None).map(drop)
}

/// Reports and removes connections that have been idle for `idle`; all, with `None`.
///
/// # Errors
/// With the reason, in one line.
pub(crate) fn run(programs: &mut Programs, idle: Option<Duration>) -> Result<Swept, String> {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let request = [
        nanoseconds(idle.unwrap_or_default()),
        nanoseconds(CLOSED),
        if idle.is_none() { ALL } else { 0 },
    ];
    let mut packet = [0_u8; PACKET];
    for (index, word) in request.into_iter().enumerate() {
        packet[OFFSET + 8 * index..][..8].copy_from_slice(&word.to_ne_bytes());
    }
    let mut options = TestRunOptions::new();
    options.data_in = Some(&packet);
    let result = <&mut SchedClassifier>::try_from(programs.load(NAME, None)?)
        .and_then(|program| program.test_run(options))
        .map_err(|error| format!("{NAME}: {}", refusal::reason(&error)))?;
    Ok(match result.return_value {
        0 => Swept::Whole,
        _ => Swept::RingFull,
    })
}
