//! A process that waits for the agent's end, however it comes, and removes what a kill would leave.
//!
//! Only needed where interfaces are observed by `clsact` filters, before Linux 6.6: all else ends with the agent.

use std::io::{Read, stdin};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use flow_ebpf::{Namespace, Report, remove_filters_of};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::args::GuardArgs;

/// How the report names this way of attaching.
const CLSACT: &str = "clsact";
/// How the report's name of a network namespace begins.
const NAMESPACE: &str = "namespace ";

/// The guard of this process. It ends when this is dropped, or with the process.
#[derive(Debug)]
pub(crate) struct Guard(Child);

impl Guard {
    /// Starts one if the report lists filters that need it.
    pub(crate) fn start(report: &Report) -> std::io::Result<Option<Self>> {
        let features = report.features();
        if !features.iter().any(|feature| feature.detail == CLSACT) {
            return Ok(None);
        }
        let mut command = Command::new("/proc/self/exe");
        command.args(["guard", "--process", &std::process::id().to_string()]);
        for feature in features {
            if let Some(name) = feature.name.strip_prefix(NAMESPACE) {
                command.args(["--netns", name]);
            }
        }
        // A group of its own: what ends the agent by its group is not to end the guard.
        let child = command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Some(Self(child)))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // How it ends is nothing that anyone could act on.
        let _ = self.0.wait();
    }
}

/// `agent guard`: waits until standard input ends, which is when the agent has ended.
pub(crate) fn run(args: &GuardArgs) -> anyhow::Result<()> {
    // What ends all processes of a service ends the agent, and only then is it this one's turn.
    let _ignored = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("catching signals")?;
    let mut nothing = Vec::new();
    stdin().read_to_end(&mut nothing).context("waiting")?;
    let namespaces: Vec<_> = args.netns.iter().map(|name| Namespace::new(name)).collect();
    remove_filters_of(args.process, &namespaces).context("removing filters")?;
    Ok(())
}
