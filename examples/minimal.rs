//! The least agent: watches this host and prints its flows until Ctrl-C. Needs root.
//!
//! `cargo run --release --example minimal`

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flow_core::pipeline::{Progress, Record, Source};
use flow_ebpf::{FlowSource, clock_sample};

fn main() -> Result<(), Box<dyn Error>> {
    let stop = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&stop))?;

    // Loads the kernel programs and attaches them to every interface that is up.
    let mut source = FlowSource::builder().load()?;
    eprintln!("{}", source.report());
    let handle = source.handle();
    // Makes flows of records: knows the clocks, the kernel's drop reasons, interface names.
    let mut decoder = source.decoder();

    let mut output = io::stdout().lock();
    let (mut seen, mut lost) = (0_u64, 0_u64);
    let mut sampled = Instant::now();
    loop {
        if stop.load(Ordering::Relaxed) {
            handle.stop(); // detaches; the last counts still come
        }
        let mut written = Ok(());
        let progress = source.poll(Duration::from_millis(200), &mut |record| match record {
            Record::Kernel(bytes) => match decoder.decode(bytes) {
                Ok(flow) if written.is_ok() => {
                    seen += 1;
                    written = writeln!(output, "{flow:#}");
                }
                Ok(_) | Err(_) => lost += 1,
            },
            Record::Lost(loss) => {
                lost += loss.count;
                eprintln!("lost {} at {:?}", loss.count, loss.at);
            }
            _ => {}
        })?;
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            written => written?,
        }
        if progress == Progress::Ended {
            break;
        }
        // Keeps the times right when the wall clock drifts or is set.
        if sampled.elapsed() >= Duration::from_secs(1) {
            let (boot, wall) = clock_sample();
            decoder.update_clock(boot, wall);
            sampled = Instant::now();
        }
    }
    let packets = handle.stats().get("seen_packets");
    eprintln!("{seen} flows of {packets} packets, {lost} lost");
    Ok(())
}
