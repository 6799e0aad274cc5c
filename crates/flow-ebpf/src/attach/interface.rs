//! Attaches the packet programs to one interface.

use aya::programs::tc::{SchedClassifierLink, TcAttachOptions};
use aya::programs::{LinkOrder, ProgramError, SchedClassifier, TcAttachType};

use super::clsact;
use super::programs::PROGRAMS;
use crate::options::AttachWith;
use crate::programs::Programs;
use crate::refusal::{Refusal, chain};
use crate::rtnl::Link;

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
    pub(crate) fn attach(
        programs: &mut Programs,
        link: &Link,
        with: AttachWith,
    ) -> Result<Self, Refusal> {
        let header = header(link.kind)
            .ok_or_else(|| format!("packets of link type {} cannot be read", link.kind))?;
        // First: what the verifier refuses is refused whatever it is to be attached to.
        load(programs, header)?;
        match with {
            AttachWith::Tcx => Self::tcx(programs, link, header),
            AttachWith::Clsact => Self::clsact(programs, link, header),
            AttachWith::Auto => Self::tcx(programs, link, header).or_else(|first| {
                Self::clsact(programs, link, header)
                    .map_err(|second| second.context(format_args!("tcx: {first}; clsact")))
            }),
        }
    }

    fn tcx(programs: &mut Programs, link: &Link, header: Header) -> Result<Self, Refusal> {
        let mut port = Self::empty("tcx", link.index);
        for (program, direction) in directions(header) {
            // Before all others, so that nothing they decide hides a packet.
            port.add(programs, program, |program| {
                let order = TcAttachOptions::TcxOrder(LinkOrder::first());
                program.attach_with_options(&link.name, direction, order)
            })?;
        }
        Ok(port)
    }

    fn clsact(programs: &mut Programs, link: &Link, header: Header) -> Result<Self, Refusal> {
        let mut port = Self::empty("clsact", link.index);
        port.made_qdisc = clsact::prepare(&link.name).map_err(|error| chain(&error))?;
        let made = port.made_qdisc;
        for (program, direction) in directions(header) {
            port.add(programs, program, |program| {
                clsact::attach(program, &link.name, direction, made)
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
        programs: &mut Programs,
        name: &str,
        attach: impl FnOnce(
            &mut SchedClassifier,
        ) -> Result<aya::programs::tc::SchedClassifierLinkId, ProgramError>,
    ) -> Result<(), Refusal> {
        let attached =
            <&mut SchedClassifier>::try_from(programs.load(name, None)?).and_then(|program| {
                let id = attach(program)?;
                program.take_link(id)
            });
        let link = attached.map_err(|error| Refusal::of(name, &error))?;
        self.links.push(link);
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

/// Loads the programs for interfaces with an Ethernet header, which most have. Whether this works decides whether
/// packets on interfaces can be observed at all.
pub(crate) fn load_usual(programs: &mut Programs) -> Result<(), Refusal> {
    load(programs, Header::Ethernet)
}

fn load(programs: &mut Programs, header: Header) -> Result<(), Refusal> {
    for (name, _) in directions(header) {
        programs.load(name, None)?;
    }
    Ok(())
}

fn directions(header: Header) -> [(&'static str, TcAttachType); 2] {
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
