//! The programs of an object: each is loaded once, and one that the kernel refused stays refused.

use std::collections::BTreeMap;

use aya::programs::{Program, ProgramError};
use aya::{Btf, Ebpf};

use crate::refusal::Refusal;

/// What a program needs that is not there.
const NO_BTF: &str = "the kernel has no type information (/sys/kernel/btf/vmlinux)";

/// The programs, by name.
#[derive(Debug)]
pub(crate) struct Programs {
    ebpf: Ebpf,
    /// Why the kernel refused a program. It would again, after as long a search.
    refused: BTreeMap<String, Refusal>,
}

impl Programs {
    /// The programs of an object, without those that are not to be loaded.
    pub(crate) fn new(ebpf: Ebpf, left_out: &[String]) -> Self {
        let reason = |name: &String| Refusal::from(format!("{name}: left out, as was asked for"));
        Self {
            ebpf,
            refused: left_out
                .iter()
                .map(|name| (name.clone(), reason(name)))
                .collect(),
        }
    }

    /// Names of all programs, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self
            .ebpf
            .programs()
            .map(|(name, _)| name.to_owned())
            .collect();
        names.sort();
        names
    }

    /// Loads a program unless it is loaded already.
    ///
    /// # Errors
    /// With the reason, in one line.
    pub(crate) fn load(&mut self, name: &str, btf: Option<&Btf>) -> Result<&mut Program, Refusal> {
        if let Some(reason) = self.refused.get(name) {
            return Err(reason.clone());
        }
        let loaded = match self.get(name) {
            Ok(program) => load(program, name, btf),
            Err(reason) => Err(reason),
        };
        if let Err(reason) = loaded {
            self.refused.insert(name.to_owned(), reason.clone());
            return Err(reason);
        }
        self.get(name)
    }

    /// The program of this name, loaded or not.
    pub(crate) fn get(&mut self, name: &str) -> Result<&mut Program, Refusal> {
        self.ebpf
            .program_mut(name)
            .ok_or_else(|| Refusal::from(format!("the object has no program {name}")))
    }

    /// All programs.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Program> {
        self.ebpf.programs_mut().map(|(_, program)| program)
    }
}

/// Detaches and unloads a program, if it is loaded.
pub(crate) fn unload(program: &mut Program) {
    let unloaded = match program {
        Program::SchedClassifier(program) => program.unload(),
        Program::CgroupSkb(program) => program.unload(),
        Program::CgroupSock(program) => program.unload(),
        Program::RawTracePoint(program) => program.unload(),
        Program::BtfTracePoint(program) => program.unload(),
        Program::Iter(program) => program.unload(),
        _ => return,
    };
    match unloaded {
        Ok(()) | Err(ProgramError::NotLoaded) => {}
        Err(error) => tracing::warn!(%error, "a program could not be unloaded"),
    }
}

fn load(program: &mut Program, name: &str, btf: Option<&Btf>) -> Result<(), Refusal> {
    let need = || btf.ok_or_else(|| Refusal::from(NO_BTF.to_owned()));
    let loaded = match program {
        Program::SchedClassifier(program) => program.load(),
        Program::CgroupSkb(program) => program.load(),
        Program::CgroupSock(program) => program.load(),
        Program::RawTracePoint(program) => program.load(),
        // Named as the tracepoints are.
        Program::BtfTracePoint(program) => program.load(name, need()?),
        Program::Iter(program) => program.load("task_file", need()?),
        _ => Err(ProgramError::UnexpectedProgramType),
    };
    match loaded {
        Ok(()) | Err(ProgramError::AlreadyLoaded) => Ok(()),
        Err(error) => Err(Refusal::of(name, &error)),
    }
}
