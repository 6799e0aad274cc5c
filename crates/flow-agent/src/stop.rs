//! One flag that ends the agent, raised by signals or by the agent itself.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Signals every part that it is time to end. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Raised by the first SIGINT, SIGTERM or SIGHUP. A second one ends the process at once,
    /// but for namespaces of its own, which it still removes.
    pub(crate) fn on_signals() -> io::Result<Self> {
        let stop = Self::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let shared = stop.clone();
        thread::Builder::new()
            .name("signals".to_owned())
            .stack_size(64 * 1024)
            .spawn(move || {
                for signal in signals.forever() {
                    if shared.0.swap(true, Ordering::SeqCst) {
                        flow_demo::netns::remove_own();
                        std::process::exit(128 + signal);
                    }
                }
            })?;
        Ok(stop)
    }

    pub(crate) fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
