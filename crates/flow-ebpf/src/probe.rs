//! Asks the kernel's verifier about each program, and attaches nothing.

use aya::programs::Program;

use crate::builder::FlowSourceBuilder;
use crate::error::LoadError;
use crate::programs;
use crate::refusal::Refusal;
use crate::source::prepare;

/// What the kernel reported of one program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probed {
    /// Name of the program, as `bpf/README.md` lists it.
    pub program: String,
    /// Instructions that the verifier followed (the kernel's limit is a million), or why it refused the program.
    pub verified: Result<u32, Refusal>,
}

impl FlowSourceBuilder {
    /// Loads every program on its own, as these options need it, and unloads it again.
    ///
    /// For those who want to know what a kernel takes before they rely on it. Returns the programs of the object
    /// that this kernel gets, in order of their names, also those that [`load`](Self::load) would not need.
    ///
    /// # Errors
    /// As [`load`](Self::load), but never because of a program.
    pub fn probe(self) -> Result<Vec<Probed>, LoadError> {
        let prepared = prepare(self.into_options())?;
        let mut object = prepared.object;
        let mut probed = Vec::new();
        for name in object.programs.names() {
            let loaded = object.programs.load(&name, object.btf.as_ref());
            let verified = loaded.map(|program| {
                let instructions = instructions(program);
                programs::unload(program);
                instructions
            });
            probed.push(Probed {
                program: name,
                verified,
            });
        }
        Ok(probed)
    }
}

/// Instructions followed; 0 where the kernel does not tell.
fn instructions(program: &Program) -> u32 {
    program
        .info()
        .ok()
        .and_then(|info| info.verified_instruction_count())
        .unwrap_or(0)
}
