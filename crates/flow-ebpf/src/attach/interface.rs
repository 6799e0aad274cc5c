//! Attaches the packet programs to one interface.

use aya::Ebpf;
use aya::programs::tc::{SchedClassifierLink, TcAttachOptions};
use aya::programs::{LinkOrder, ProgramError, SchedClassifier, TcAttachType};

use super::clsact;
use super::host::first_lines;
use crate::object::chain;
use crate::options::AttachWith;
use crate::rtnl::Link;

/// Programs that are attached to interfaces.
pub(super) const PROGRAMS: [&str; 4] = ["tc_ingress", "tc_egress", "tc_ingress_l3", "tc_egress_l3"];

/// What an interface's packets begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    Ethernet,
    None,
}

/// By `ARPHRD_*` of `include/uapi/linux/if_arp.h`; `None` for those we cannot read.
fn header(kind: u16) -> Option<Header> {
    match kind {
        // ETHER, LOOPBACK
        1 | 772 => Some(Header::Ethernet),
        // PPP, RAWIP, TUNNEL, TUNNEL6, SIT, IPGRE, IP6GRE, NONE
        512 | 519 | 768 | 769 | 776 | 778 | 823 | 65534 => Some(Header::None),
        _ => None,
    }
}

/// An observed interface. Dropping it detaches; a thread must do that in its namespace.
#[derive(Debug)]
pub(crate) struct Port {
    links: Vec<SchedClassifierLink>,
    /// `"tcx"` or `"clsact"`.
    pub(crate) how: &'static str,
    index: u32,
    made_qdisc: bool,
}

impl Port {
    /// Attaches both directions to `link`, which is in the calling thread's namespace.
    ///
    /// # Errors
    /// With the reason, in words; then nothing is attached.
    pub(crate) fn attach(ebpf: &mut Ebpf, link: &Link, with: AttachWith) -> Result<Self, String> {
        let header = header(link.kind)
            .ok_or_else(|| format!("packets of link type {} cannot be read", link.kind))?;
        match with {
            AttachWith::Tcx => Self::tcx(ebpf, link, header),
            AttachWith::Clsact => Self::clsact(ebpf, link, header),
            AttachWith::Auto => Self::tcx(ebpf, link, header).or_else(|first| {
                Self::clsact(ebpf, link, header)
                    .map_err(|second| format!("tcx: {first}; clsact: {second}"))
            }),
        }
    }

    fn tcx(ebpf: &mut Ebpf, link: &Link, header: Header) -> Result<Self, String> {
        let mut port = Self::empty("tcx", link.index);
        for (program, direction) in programs(header) {
            // Before all others, so that nothing they decide hides a packet.
            port.add(ebpf, program, |program| {
                let order = TcAttachOptions::TcxOrder(LinkOrder::first());
                program.attach_with_options(&link.name, direction, order)
            })?;
        }
        Ok(port)
    }

    fn clsact(ebpf: &mut Ebpf, link: &Link, header: Header) -> Result<Self, String> {
        let mut port = Self::empty("clsact", link.index);
        port.made_qdisc = clsact::prepare(&link.name).map_err(|error| chain(&error))?;
        match clsact::remove_stale(signed(link.index)) {
            Ok(0) => {}
            Ok(count) => tracing::info!(interface = link.name, count, "removed stale filters"),
            Err(error) => tracing::warn!(interface = link.name, %error, "stale filters stay"),
        }
        for (program, direction) in programs(header) {
            port.add(ebpf, program, |program| {
                clsact::attach(program, &link.name, direction)
            })?;
        }
        Ok(port)
    }

    fn empty(how: &'static str, index: u32) -> Self {
        Self {
            links: Vec::new(),
            how,
            index,
            made_qdisc: false,
        }
    }

    fn add(
        &mut self,
        ebpf: &mut Ebpf,
        name: &str,
        attach: impl FnOnce(
            &mut SchedClassifier,
        ) -> Result<aya::programs::tc::SchedClassifierLinkId, ProgramError>,
    ) -> Result<(), String> {
        let program = ebpf
            .program_mut(name)
            .ok_or_else(|| format!("the object has no program {name}"))?;
        let attached = <&mut SchedClassifier>::try_from(program).and_then(|program| {
            match program.load() {
                Ok(()) | Err(ProgramError::AlreadyLoaded) => {}
                Err(error) => return Err(error),
            }
            let id = attach(program)?;
            program.take_link(id)
        });
        self.links
            .push(attached.map_err(|error| format!("{name}: {}", first_lines(&chain(&error))))?);
        Ok(())
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.links.clear();
        if self.made_qdisc
            && let Err(error) = clsact::remove_empty(signed(self.index))
        {
            tracing::debug!(index = self.index, %error, "clsact stays");
        }
    }
}

fn programs(header: Header) -> [(&'static str, TcAttachType); 2] {
    let [ingress, egress, ingress_l3, egress_l3] = PROGRAMS;
    match header {
        Header::Ethernet => [
            (ingress, TcAttachType::Ingress),
            (egress, TcAttachType::Egress),
        ],
        Header::None => [
            (ingress_l3, TcAttachType::Ingress),
            (egress_l3, TcAttachType::Egress),
        ],
    }
}

/// The kernel's interface indexes are positive `int`s.
fn signed(index: u32) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}
