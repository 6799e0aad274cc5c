//! The command line.

use std::num::{NonZeroU16, NonZeroUsize};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

mod filter;
mod hubble;
mod l7;
pub(crate) use l7::Protocols;

/// Observes the network flows of this host.
#[derive(Debug, Parser)]
#[command(
    name = "flow-agent",
    version,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show network flows and layer 7 messages: live, from a capture, or from an export.
    ///
    /// Live, there is no history before the start: flows are shown as they are seen, until
    /// Ctrl-C, `--count` or `--duration`. With `--last N` nothing is shown before the end, then
    /// the newest N. A capture is shown from its oldest flow to its newest.
    #[command(after_help = EXAMPLES)]
    Observe(Box<Observe>),

    /// Wait for the end of an agent, and remove what a kill leaves of it.
    #[command(hide = true)]
    Guard(GuardArgs),
}

/// Command line of the process that an agent starts for its own end.
#[derive(Args, Clone, Debug)]
pub(crate) struct GuardArgs {
    /// The agent's process.
    #[arg(long, value_name = "PID")]
    pub(crate) process: u32,

    /// Network namespaces where it observes interfaces.
    #[arg(long, value_name = "NAME")]
    pub(crate) netns: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  flow-agent observe                            live flows of this host (root)
  flow-agent observe --demo                     make some traffic and watch it
  flow-agent observe -i 'eth*' -o json          flows of some interfaces, one JSON object a line
  flow-agent observe tcp port 443               as tcpdump has it
  flow-agent observe 'dropped && src.ip in 10.0.0.0/8 && dst.port != 53'
  flow-agent observe 'dns && latency > 50ms'    see --explain and the crate flow-filter
  flow-agent observe --to-pod shop/web --not --verdict FORWARDED --print-raw-filters
  flow-agent observe --l7 dns,http,tls          DNS, HTTP and TLS of the usual ports too
  flow-agent observe --pcap file.pcapng -o table
  flow-agent observe --input-file flows.json    what -o json or Hubble has written
  flow-agent observe --manifests DIR            pods and services by name
  tcpdump -Uw - | flow-agent observe --pcap -   without root for the agent

Exit status: 0 done, 1 a failure while running, 2 wrong usage.";

#[derive(Args, Clone, Debug)]
pub(crate) struct Observe {
    /// Read a capture, pcap or pcapng; `-` is standard input. Needs no privileges.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["interface", "netns", "all_netns"])]
    pub(crate) pcap: Option<PathBuf>,

    /// Read flows as JSON lines, as -o json and Hubble's exporter write them; `-` is standard
    /// input. Needs no privileges.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pcap", "interface", "netns", "all_netns",
        "demo", "follow", "mode", "interval", "tcp_state", "duration", "node_name"])]
    pub(crate) input_file: Option<PathBuf>,

    /// Make traffic between two namespaces and watch it: TCP, UDP, ICMP and a dropped flow. Ends
    /// by itself with a summary; with --follow, on Ctrl-C.
    #[arg(long, conflicts_with_all = ["pcap", "interface", "netns", "all_netns"])]
    pub(crate) demo: bool,

    /// Form of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Compact)]
    pub(crate) output: Format,

    /// Go on until Ctrl-C: the default, but for --demo. A capture from a pipe is always followed.
    #[arg(short, long, conflicts_with = "pcap")]
    pub(crate) follow: bool,

    /// Show only the newest N flows, once everything is seen; N is at most --ring-size.
    #[arg(long, value_name = "N", value_parser = positive, conflicts_with_all = ["count", "follow"])]
    pub(crate) last: Option<NonZeroUsize>,

    /// End after N flows.
    #[arg(short = 'n', long, visible_alias = "first", value_name = "N", value_parser = positive)]
    pub(crate) count: Option<NonZeroUsize>,

    /// End after this long, e.g. 10s or 2m.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) duration: Option<Duration>,

    /// Show no flow older than this: a time (2026-01-31T12:00:00Z) or how long ago (5m).
    #[arg(long, value_name = "TIME", value_parser = point_in_time)]
    pub(crate) since: Option<SystemTime>,

    /// Show no flow newer than this: a time or how long ago.
    #[arg(long, value_name = "TIME", value_parser = point_in_time)]
    pub(crate) until: Option<SystemTime>,

    /// Watch these interfaces; `*` and `?` are wildcards [default: all that are up]. Drops, loopback traffic and
    /// TCP states are then those of these interfaces too.
    #[arg(short, long, value_name = "PATTERN", value_delimiter = ',')]
    pub(crate) interface: Vec<String>,

    /// Watch this network namespace beside the agent's own: a name of `ip netns`, or a path.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) netns: Vec<String>,

    /// Watch every network namespace, present and future.
    #[arg(long, conflicts_with_all = ["interface", "netns"])]
    pub(crate) all_netns: bool,

    /// What makes a flow: `aggregated` (counts of a connection), `packets` (each packet) or
    /// `sampled:N` (one packet in N).
    #[arg(long, default_value = "aggregated")]
    pub(crate) mode: Mode,

    /// Time between two flows of a connection that goes on, with --mode aggregated [default: 5s;
    /// a capture file: none, so that a connection is one flow].
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) interval: Option<Duration>,

    /// Forget a conversation that is not TCP after this long without a packet [default: 2m].
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration,
        conflicts_with_all = ["pcap", "input_file"])]
    pub(crate) idle_timeout: Option<Duration>,

    /// Forget a TCP connection that has not ended after this long without a packet [default: 2h 4m].
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration,
        conflicts_with_all = ["pcap", "input_file"])]
    pub(crate) tcp_idle_timeout: Option<Duration>,

    /// Show changes of TCP sockets' states too.
    #[arg(long, conflicts_with = "pcap")]
    pub(crate) tcp_state: bool,

    /// Number of flows kept, a power of two.
    #[arg(long, value_name = "N", default_value = "65536", value_parser = ring_size)]
    pub(crate) ring_size: usize,

    /// Name of the node in JSON [default: the host's name].
    #[arg(long, value_name = "NAME")]
    pub(crate) node_name: Option<String>,

    /// Name the ends of flows after the pods, nodes and services of the Kubernetes manifests in this folder, YAML or
    /// JSON as `kubectl get -o yaml` writes them, and after DNS answers. The folder is watched.
    #[arg(long, value_name = "DIR")]
    pub(crate) manifests: Option<PathBuf>,

    /// When to colour: by default where the output is a terminal and NO_COLOR is not set.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    pub(crate) color: Colour,

    /// Say nothing on standard error but errors.
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) l7: l7::L7,

    #[command(flatten)]
    pub(crate) filter: filter::FilterArgs,

    #[command(flatten)]
    pub(crate) hubble: hubble::HubbleArgs,
}

impl Observe {
    /// Checks what no argument can check alone.
    pub(crate) fn check(&self) -> Result<(), clap::Error> {
        self.filter.check()?;
        let too_many = self.last.filter(|last| last.get() > self.ring_size);
        match too_many {
            None => Ok(()),
            Some(last) => Err(Cli::command().error(
                ErrorKind::ValueValidation,
                format!(
                    "--last {last} is more than the {} flows that are kept: see --ring-size",
                    self.ring_size
                ),
            )),
        }
    }

    /// The interval, or the default for what is live.
    pub(crate) fn interval(&self) -> Duration {
        self.interval.unwrap_or(flow_ebpf::Mode::DEFAULT_INTERVAL)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One line a flow.
    Compact,
    /// One JSON object a line, as Hubble exports it.
    #[value(alias = "jsonpb")]
    Json,
    /// A block of `key: value` lines a flow.
    Dict,
    /// Aligned columns.
    #[value(alias = "tab")]
    Table,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Aggregated,
    Packets,
    Sampled(NonZeroU16),
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "aggregated" => Ok(Self::Aggregated),
            None if text == "packets" => Ok(Self::Packets),
            Some(("sampled", number)) => number
                .parse()
                .map(Self::Sampled)
                .map_err(|_| format!("sampled:N needs an N from 1 to {}", u16::MAX)),
            _ => Err("expected aggregated, packets or sampled:N".to_owned()),
        }
    }
}

/// Largest ring that may be asked for: about 4 GiB.
const LARGEST_RING: usize = 1 << 24;

fn ring_size(text: &str) -> Result<usize, String> {
    let size: usize = text.parse().map_err(|_| "expected a number".to_owned())?;
    match size {
        0 => Err("a ring holds at least 1 flow".to_owned()),
        _ if size > LARGEST_RING => Err(format!("a ring holds at most {LARGEST_RING} flows")),
        _ if size.is_power_of_two() => Ok(size),
        _ => Err(format!(
            "not a power of two; the next is {}",
            size.next_power_of_two()
        )),
    }
}

fn positive(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "expected a number from 1 on".to_owned())
}

fn point_in_time(text: &str) -> Result<SystemTime, String> {
    if let Ok(ago) = humantime::parse_duration(text) {
        return SystemTime::now()
            .checked_sub(ago)
            .ok_or_else(|| "too long ago".to_owned());
    }
    humantime::parse_rfc3339_weak(text).map_err(|_| {
        "expected a time like 2026-01-31T12:00:00Z, or how long ago like 5m".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn modes_and_ring_sizes_are_checked() {
        assert_eq!("packets".parse(), Ok(Mode::Packets));
        assert_eq!(
            "sampled:100".parse(),
            Ok(Mode::Sampled(NonZeroU16::new(100).expect("100")))
        );
        for wrong in [
            "",
            "sampled",
            "sampled:",
            "sampled:0",
            "sampled:65536",
            "packets:1",
        ] {
            assert!(wrong.parse::<Mode>().is_err(), "{wrong}");
        }
        assert_eq!(ring_size("1"), Ok(1));
        assert_eq!(ring_size("16777216"), Ok(1 << 24));
        assert_eq!(
            ring_size("65535"),
            Err("not a power of two; the next is 65536".to_owned())
        );
        assert!(ring_size("33554432").is_err() && ring_size("0").is_err());
    }
}
