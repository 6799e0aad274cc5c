//! Runs the program that takes idle connections out of the kernel's table.

use std::time::Duration;

use aya::programs::{SchedClassifier, TestRun as _, TestRunOptions};

use crate::programs::Programs;
use crate::refusal::Refusal;

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
pub(crate) fn load(programs: &mut Programs) -> Result<(), Refusal> {
    programs.load(NAME, None).map(drop)
}

/// What a sweep is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sweep {
    /// Report what connections that are quiet have counted, and remove those that have been idle.
    Idle {
        /// For how long TCP connections that have not ended.
        tcp: Duration,
        /// For how long all others.
        other: Duration,
        /// After this long without a packet a connection is quiet.
        quiet: Duration,
    },
    /// Report and remove everything.
    All,
}

/// Words of `struct sweep_request`.
type Request = [u64; 5];

fn request(sweep: Sweep) -> Request {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    match sweep {
        Sweep::Idle { tcp, other, quiet } => [
            nanoseconds(other),
            nanoseconds(tcp),
            nanoseconds(CLOSED),
            nanoseconds(quiet),
            0,
        ],
        Sweep::All => [0, 0, 0, 0, ALL],
    }
}

/// Sweeps the table.
///
/// # Errors
/// With the reason, in one line.
pub(crate) fn run(programs: &mut Programs, sweep: Sweep) -> Result<Swept, Refusal> {
    let mut packet = [0_u8; PACKET];
    for (index, word) in request(sweep).into_iter().enumerate() {
        packet[OFFSET + 8 * index..][..8].copy_from_slice(&word.to_ne_bytes());
    }
    let mut options = TestRunOptions::new();
    options.data_in = Some(&packet);
    let result = <&mut SchedClassifier>::try_from(programs.load(NAME, None)?)
        .and_then(|program| program.test_run(options))
        .map_err(|error| Refusal::of(NAME, &error))?;
    Ok(match result.return_value {
        0 => Swept::Whole,
        _ => Swept::RingFull,
    })
}

/// A request fits the packet that carries it.
const _: () = assert!(OFFSET + size_of::<Request>() <= PACKET);
