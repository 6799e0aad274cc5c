//! What the process may do, and the one switch that lets tests go without.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Name of the environment variable that, set to `1`, skips the tests that need root or BPF.
pub const SKIP_VARIABLE: &str = "FLOW_SKIP_BPF";

/// Whether tests that need root or BPF are to be skipped.
#[must_use]
pub fn skip_bpf() -> bool {
    std::env::var_os(SKIP_VARIABLE).is_some_and(|value| value == "1")
}

/// Whether the process is root.
#[must_use]
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Whether a test that needs root may go on; prints why not where it is to be skipped.
///
/// # Panics
/// Where the process is not root and the tests are not to be skipped: a test that did not run
/// must not look as if it had passed.
#[must_use]
pub fn may_test_as_root(test: &str) -> bool {
    if skip_bpf() {
        static SKIPPED: AtomicUsize = AtomicUsize::new(0);
        let count = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
        // To the stream itself: what the macros print of a test that passes is not shown.
        let _ = writeln!(
            std::io::stderr(),
            "skipped {count} of this program so far ({SKIP_VARIABLE}=1), the last in {test}"
        );
        return false;
    }
    assert!(
        is_root(),
        "{test} needs root; set {SKIP_VARIABLE}=1 to skip tests that do"
    );
    true
}

/// Ends the calling test early where [`SKIP_VARIABLE`] says so, and fails it without root.
#[macro_export]
macro_rules! require_root {
    () => {
        if !$crate::privilege::may_test_as_root(::core::module_path!()) {
            return;
        }
    };
}

/// [`require_root!`] under the name that tells why.
#[macro_export]
macro_rules! require_bpf {
    () => {
        $crate::require_root!()
    };
}
