//! The least agent: watches this host and prints its flows until Ctrl-C. Needs root.
//!
//! `cargo run --release --example minimal`

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flow_core::clock::BootClock;
use flow_core::event::EventDecoder;
use flow_core::pipeline::{Progress, Record, Source};
use flow_ebpf::{FlowSource, clock_sample};

fn main() -> Result<(), Box<dyn Error>> {
    let stop = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&stop))?;

    // Loads the kernel programs and attaches them to every interface that is up.
    let mut source = FlowSource::builder().load()?;
    eprintln!("{}", source.report());
    let handle = source.handle();

    // What turns records into flows: the clocks, the kernel's drop reasons, interface names.
    let (boot, wall) = clock_sample();
    let reasons = source.drop_reasons().iter().collect();
    let mut names = source.interfaces().reader();
    let names = move |netns, index| names.name(netns, index);
    let mut decoder = EventDecoder::new(BootClock::new(boot, wall), reasons, names);

    let mut output = std::io::stdout().lock();
    let (mut seen, mut lost, mut sampled) = (0_u64, 0, Instant::now());
    loop {
        if stop.load(Ordering::Relaxed) {
            handle.stop(); // detaches; the last counts still come
        }
        let mut written = Ok(());
        let progress = source.poll(Duration::from_millis(200), &mut |record| match record {
            Record::Kernel(bytes) => match decoder.decode(bytes) {
                Ok(flow) => {
                    seen += 1;
                    written = writeln!(output, "{flow}");
                }
                Err(_) => lost += 1,
            },
            Record::Lost(loss) => lost += loss.count,
            _ => {}
        })?;
        written?;
        if progress == Progress::Ended {
            break;
        }
        if sampled.elapsed() >= Duration::from_secs(1) {
            let (boot, wall) = clock_sample();
            decoder.update_clock(boot, wall);
            sampled = Instant::now();
        }
    }
    eprintln!(
        "{seen} flows, {lost} lost; kernel counters: {}",
        handle.stats()
    );
    Ok(())
}
