//! Chooses the object, sets its constants and the sizes of its maps, and creates the maps.

use std::path::Path;

use aya::maps::lpm_trie::{Key, LpmTrie};
use aya::maps::{Array, HashMap, MapData, PerCpuArray, RingBuf};
use aya::{Btf, Ebpf, EbpfLoader, include_bytes_aligned};
use flow_core::flow::Ip;
use rustix::time::{ClockId, clock_getres};

use crate::drop_reason::DropReasons;
use crate::error::LoadError;
use crate::options::{Mode, Options, TableKind};
use crate::programs::Programs;
use crate::refusal::chain;
use crate::stats::Counters;
use crate::watched::{Watch, Watched};

/// Programs that need nothing but the kernel's stable interface.
static BASE: &[u8] = include_bytes_aligned!("../bpf/flow_base.bpf.o");
/// The same, and those that read kernel structures.
static FULL: &[u8] = include_bytes_aligned!("../bpf/flow_full.bpf.o");

/// The kernel's type information.
const VMLINUX: &str = "/sys/kernel/btf/vmlinux";

/// Ring buffers of the objects.
const RINGS: [&str; crate::MAX_SHARDS] = [
    "events_0", "events_1", "events_2", "events_3", "events_4", "events_5", "events_6", "events_7",
];

/// Port numbers, the size of an array that is indexed by one.
const PORTS: u32 = 1 << 16;
const RULE_ALLOW: u8 = 1;
const RULE_DENY: u8 = 2;

/// An object whose maps exist. Its programs are not loaded yet.
pub(crate) struct Object {
    pub(crate) programs: Programs,
    /// The kernel's type information; `Some` where the full object was taken.
    pub(crate) btf: Option<Btf>,
    pub(crate) rings: Vec<RingBuf<MapData>>,
    pub(crate) counters: Counters,
    pub(crate) watched: Watched,
}

/// What the programs are configured with, besides the options.
pub(crate) struct Context<'a> {
    pub(crate) reasons: &'a DropReasons,
    /// Inode of the only namespace observed; 0 where there are several.
    pub(crate) netns: u32,
    pub(crate) page: u32,
}

/// Number of ring buffers to use.
pub(crate) fn shards(options: &Options) -> usize {
    const USUAL: usize = 4;
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    options
        .ring_shards
        .unwrap_or_else(|| processors().min(USUAL))
        .clamp(1, crate::MAX_SHARDS)
        .next_power_of_two()
}

/// Whether the object that needs the kernel's type information is taken.
pub(crate) fn is_full(options: &Options) -> bool {
    options.btf && Path::new(VMLINUX).exists()
}

/// Creates the maps. Where there is no type information, the base object is taken.
pub(crate) fn create(options: &Options, context: &Context<'_>) -> Result<Object, LoadError> {
    let full = is_full(options);
    let (object, bytes) = if full {
        ("flow_full.bpf.o", FULL)
    } else {
        ("flow_base.bpf.o", BASE)
    };
    let fail = |reason: String| LoadError::Object {
        object,
        source: reason.into(),
    };
    let constants = Constants::new(options, context);
    let mut loader = EbpfLoader::new();
    if !full {
        loader.btf(None);
    }
    constants.set(&mut loader);
    let shards = shards(options);
    for (index, ring) in RINGS.into_iter().enumerate() {
        let size = if index < shards {
            options.ring_bytes.max(context.page).next_power_of_two()
        } else {
            context.page
        };
        loader.map_max_entries(ring, size);
    }
    let aggregated = matches!(options.mode, Mode::Aggregated { .. });
    for (table, kind) in [("flows", TableKind::Exact), ("flows_lru", TableKind::Lru)] {
        let used = aggregated && options.table_kind == kind;
        loader.map_max_entries(table, if used { options.table_entries } else { 1 });
    }
    let watch = Watch::of(options);
    loader.map_max_entries("watched", watch.entries(options));
    let filter = &options.filter;
    let networks = u32::try_from(filter.networks.len()).unwrap_or(u32::MAX);
    loader.map_max_entries("filter_networks", networks.max(1));
    for (array, used) in [
        ("filter_ports", !filter.ports.is_empty()),
        ("capture_ports", !options.captured().is_empty()),
    ] {
        loader.map_max_entries(array, if used { PORTS } else { 1 });
    }

    let mut ebpf = loader.load(bytes).map_err(|error| fail(chain(&error)))?;
    // The loader holds the type information for itself. One copy at a time: it is large.
    drop(loader);
    let btf = if full {
        // Where this fails, it failed for the loader too, which then left accesses to kernel
        // structures as they were compiled: such programs must not be loaded.
        Some(Btf::from_sys_fs().map_err(|error| fail(format!("{VMLINUX}: {}", chain(&error))))?)
    } else {
        None
    };
    let fill = fill_maps(&mut ebpf, options);
    fill.map_err(|error| fail(format!("filling its maps: {}", chain(&error))))?;
    let mut rings = Vec::with_capacity(shards);
    for ring in RINGS.into_iter().take(shards) {
        let map = ebpf
            .take_map(ring)
            .ok_or_else(|| fail(format!("it has no map {ring}")))?;
        let ring = RingBuf::try_from(map).map_err(|error| fail(chain(&error)))?;
        rings.push(ring);
    }
    let counters = ebpf
        .take_map("counters")
        .ok_or_else(|| fail("it has no map counters".to_owned()))?;
    let counters = PerCpuArray::try_from(counters).map_err(|error| fail(chain(&error)))?;
    let watched = ebpf
        .take_map("watched")
        .ok_or_else(|| fail("it has no map watched".to_owned()))?;
    let watched = HashMap::try_from(watched).map_err(|error| fail(chain(&error)))?;
    Ok(Object {
        programs: Programs::new(ebpf, &options.left_out),
        btf,
        rings,
        counters: Counters::new(counters),
        watched: Watched::new(watched, watch),
    })
}

/// Values of the programs' constants: `bpf/README.md` says what each means.
struct Constants {
    words: Vec<(&'static str, u32)>,
    interval_ns: u64,
    tick_ns: u64,
    watch: u32,
    tcp_state: u32,
    no_loss: [u32; 4],
    taken_in: u32,
}

impl Constants {
    fn new(options: &Options, context: &Context<'_>) -> Self {
        let (mode, sample, interval) = match options.mode {
            Mode::Aggregated { interval } => (0, 1, interval),
            Mode::Packets => (1, 1, Mode::DEFAULT_INTERVAL),
            Mode::Sampled(rate) => (1, u32::from(rate.max(1)), Mode::DEFAULT_INTERVAL),
        };
        let mut no_loss = [u32::MAX; 4];
        for (place, number) in no_loss.iter_mut().zip(context.reasons.no_loss()) {
            *place = number;
        }
        let shards = u32::try_from(shards(options)).unwrap_or(1);
        Self {
            words: vec![
                ("flow_mode", mode),
                ("flow_sample", sample),
                (
                    "flow_table_lru",
                    u32::from(options.table_kind == TableKind::Lru),
                ),
                ("flow_netns", context.netns),
                ("flow_loopback", options.loopback_by() as u32),
                ("flow_owner", owner(options)),
                ("flow_filter", filter_bits(options)),
                ("flow_capture", u32::from(!options.captured().is_empty())),
                ("flow_ring_mask", shards - 1),
            ],
            interval_ns: u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX),
            tick_ns: coarse_tick(),
            watch: Watch::of(options) as u32,
            tcp_state: u32::from(options.tcp_state),
            no_loss,
            taken_in: context.reasons.taken_in().unwrap_or(u32::MAX),
        }
    }

    fn set<'a>(&'a self, loader: &mut EbpfLoader<'a>) {
        for (name, value) in &self.words {
            loader.override_global(name, value, true);
        }
        loader.override_global("flow_interval_ns", &self.interval_ns, true);
        loader.override_global("flow_tick_ns", &self.tick_ns, true);
        // Only programs of the full object read them.
        loader.override_global("flow_watch", &self.watch, false);
        loader.override_global("flow_tcp_state", &self.tcp_state, false);
        loader.override_global("flow_reason_taken_in", &self.taken_in, false);
        loader.override_global("flow_no_loss_reasons", &self.no_loss, false);
    }
}

/// How owners are found: 1 from the sender's socket, 2 by a lookup of the receiver's.
fn owner(options: &Options) -> u32 {
    match (options.owner, options.all_namespaces) {
        (false, _) => 0,
        // The tracepoints have no lookup.
        (true, true) => 1,
        (true, false) => 3,
    }
}

/// How often the kernel's coarse clock moves on, in nanoseconds; 0 where it does not tell.
fn coarse_tick() -> u64 {
    let tick = clock_getres(ClockId::MonotonicCoarse);
    match (tick.tv_sec, u64::try_from(tick.tv_nsec)) {
        (0, Ok(nanoseconds)) => nanoseconds,
        _ => 0,
    }
}

fn filter_bits(options: &Options) -> u32 {
    let filter = &options.filter;
    let bits = |rules: usize, allows: bool| u32::from(rules > 0) | u32::from(allows) << 1;
    bits(
        filter.networks.len(),
        filter.networks.iter().any(|rule| rule.1),
    ) | bits(filter.ports.len(), filter.ports.iter().any(|rule| rule.1)) << 2
        | bits(
            filter.protocols.len(),
            filter.protocols.iter().any(|rule| rule.1),
        ) << 4
}

/// Of two rules on the same value, the one that denies wins.
fn merge(rules: impl Iterator<Item = (u32, bool)>) -> std::collections::BTreeMap<u32, u8> {
    let mut merged = std::collections::BTreeMap::new();
    for (value, allow) in rules {
        let rule = if allow { RULE_ALLOW } else { RULE_DENY };
        let known = merged.entry(value).or_insert(rule);
        *known = rule.max(*known);
    }
    merged
}

fn fill_maps(ebpf: &mut Ebpf, options: &Options) -> Result<(), aya::maps::MapError> {
    let filter = &options.filter;
    let missing = |name: &str| aya::maps::MapError::InvalidName {
        name: name.to_owned(),
    };
    let ports = merge(filter.ports.iter().map(|rule| (u32::from(rule.0), rule.1)));
    let protocols = filter.protocols.iter();
    let protocols = merge(protocols.map(|rule| (u32::from(rule.0.0), rule.1)));
    for (name, rules) in [("filter_ports", ports), ("filter_protocols", protocols)] {
        let map = ebpf.map_mut(name).ok_or_else(|| missing(name))?;
        let mut map = Array::<_, u8>::try_from(map)?;
        for (index, rule) in rules {
            map.set(index, rule, 0)?;
        }
    }
    let map = ebpf.map_mut("capture_ports");
    let map = map.ok_or_else(|| missing("capture_ports"))?;
    let mut map = Array::<_, u16>::try_from(map)?;
    for (port, length) in options.captured() {
        map.set(u32::from(port), length, 0)?;
    }
    let map = ebpf.map_mut("filter_networks");
    let map = map.ok_or_else(|| missing("filter_networks"))?;
    let mut map = LpmTrie::<_, [u8; 16], u8>::try_from(map)?;
    // Denied networks last: they replace a rule that allows the same.
    for allow in [true, false] {
        for (network, _) in filter.networks.iter().filter(|rule| rule.1 == allow) {
            let Ip(address) = network.address();
            let key = Key::new(u32::from(network.mapped_prefix()), address);
            map.insert(&key, if allow { RULE_ALLOW } else { RULE_DENY }, 0)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use flow_core::flow::Protocol;

    use super::*;
    use crate::PacketFilter;

    #[test]
    fn filter_bits_say_what_kinds_of_rule_there_are() {
        let of = |filter| {
            filter_bits(&Options {
                filter,
                ..Options::default()
            })
        };
        let network = "10.0.0.0/8".parse().unwrap();
        assert_eq!(of(PacketFilter::new()), 0);
        assert_eq!(of(PacketFilter::new().allow_network(network)), 3);
        assert_eq!(of(PacketFilter::new().deny_network(network)), 1);
        assert_eq!(of(PacketFilter::new().deny_port(1).allow_port(2)), 12);
        assert_eq!(of(PacketFilter::new().deny_protocol(Protocol::TCP)), 16);
    }

    #[test]
    fn a_rule_that_denies_wins() {
        let merged = merge([(1, true), (1, false), (2, false), (2, true), (3, true)].into_iter());
        let expected = [(1, RULE_DENY), (2, RULE_DENY), (3, RULE_ALLOW)];
        assert_eq!(merged.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn shards_are_a_power_of_two_within_bounds() {
        let of = |number| {
            shards(&Options {
                ring_shards: Some(number),
                ..Options::default()
            })
        };
        assert_eq!([0, 1, 3, 5, 100].map(of), [1, 1, 4, 8, 8]);
        assert!((1..=4).contains(&shards(&Options::default())));
    }
}
