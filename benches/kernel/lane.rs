//! One program with its constants, to be run on one packet again and again.

use std::time::Duration;

use anyhow::{Context, Result};
use aya::maps::{Array, MapData, PerCpuArray, RingBuf};
use aya::programs::{SchedClassifier, TestRun as _, TestRunOptions};
use aya::{Btf, Ebpf, EbpfLoader, include_bytes_aligned};
use nix::time::{ClockId, clock_getres};

/// What the agent loads where the kernel has type information.
static FULL: &[u8] = include_bytes_aligned!("../../crates/flow-ebpf/bpf/flow_full.bpf.o");
/// What it loads elsewhere.
static BASE: &[u8] = include_bytes_aligned!("../../crates/flow-ebpf/bpf/flow_base.bpf.o");
/// The programs that the others are measured against.
static BENCH: &[u8] = include_bytes_aligned!("../../crates/flow-ebpf/bpf/bench.bpf.o");

/// Number of counters, `COUNT_SIZE` of `flow_event.h`, and the indexes of those that are read.
const COUNTERS: usize = 32;
pub(crate) const SEEN_PACKETS: usize = 0;
pub(crate) const LOST_RECORDS: usize = 13;

/// A constant of the programs: `crates/flow-ebpf/bpf/README.md` says what each means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Constant {
    U32(&'static str, u32),
    U64(&'static str, u64),
}

/// A loaded program and the maps of its own.
pub(crate) struct Lane {
    ebpf: Ebpf,
    program: &'static str,
}

impl Lane {
    /// A program of the benchmark's own object.
    pub(crate) fn reference(program: &'static str) -> Result<Self> {
        Self::load(BENCH, program, &[], &[])
    }

    /// A program as the agent loads it for one namespace, with `changes` to its constants and sizes.
    pub(crate) fn agent(
        program: &'static str,
        changes: &[Constant],
        sizes: &[(&str, u32)],
    ) -> Result<Self> {
        let full = Btf::from_sys_fs().is_ok();
        let object = if full { FULL } else { BASE };
        Self::agent_of(object, program, changes, sizes)
    }

    /// The same, of another object.
    pub(crate) fn agent_of(
        object: &[u8],
        program: &'static str,
        changes: &[Constant],
        sizes: &[(&str, u32)],
    ) -> Result<Self> {
        let tick = clock_getres(ClockId::CLOCK_MONOTONIC_COARSE)?;
        let mut constants = vec![
            Constant::U32("flow_netns", 1),
            // A packet that is run as a test comes from the loopback interface.
            Constant::U32("flow_loopback", 2),
            Constant::U64("flow_tick_ns", u64::try_from(tick.tv_nsec())?),
        ];
        constants.extend(changes);
        Self::load(object, program, &constants, sizes)
    }

    fn load(
        object: &[u8],
        program: &'static str,
        constants: &[Constant],
        sizes: &[(&str, u32)],
    ) -> Result<Self> {
        let mut loader = EbpfLoader::new();
        for constant in constants {
            match constant {
                Constant::U32(name, value) => loader.override_global(name, value, true),
                Constant::U64(name, value) => loader.override_global(name, value, true),
            };
        }
        for (map, size) in sizes {
            loader.map_max_entries(map, *size);
        }
        let mut lane = Self {
            ebpf: loader.load(object)?,
            program,
        };
        let loaded: &mut SchedClassifier = lane
            .ebpf
            .program_mut(program)
            .context(program)?
            .try_into()?;
        loaded.load().context(program)?;
        Ok(lane)
    }

    /// Runs the program `repeat` times on one packet; gives the kernel's mean for one run.
    pub(crate) fn run(&self, packet: &[u8], repeat: u32) -> Result<Duration> {
        let program = self.ebpf.program(self.program).context(self.program)?;
        let program: &SchedClassifier = program.try_into()?;
        let mut options = TestRunOptions::new();
        options.data_in = Some(packet);
        options.repeat = repeat;
        Ok(program.test_run(options)?.duration)
    }

    /// Sets a rule of `filter_ports`: 1 allows, 2 denies.
    pub(crate) fn set_port_rule(&mut self, port: u16, rule: u8) -> Result<()> {
        let map = self.ebpf.map_mut("filter_ports").context("filter_ports")?;
        Array::<_, u8>::try_from(map)?.set(u32::from(port), rule, 0)?;
        Ok(())
    }

    /// Takes a ring buffer out of the object.
    pub(crate) fn take_ring(&mut self, index: usize) -> Result<RingBuf<MapData>> {
        let name = format!("events_{index}");
        let map = self.ebpf.take_map(&name).context(name)?;
        Ok(RingBuf::try_from(map)?)
    }

    /// A counter of the programs, summed over all processors.
    pub(crate) fn counter(&self, index: usize) -> Result<u64> {
        let map = self.ebpf.map("counters").context("counters")?;
        let map = PerCpuArray::<_, [u64; COUNTERS]>::try_from(map)?;
        Ok(map.get(&0, 0)?.iter().map(|values| values[index]).sum())
    }
}
