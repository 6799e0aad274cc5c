//! What only the node knows.

use flow_core::flow::{Ip, IpVersion, Name16};

/// What only the node knows of endpoints, interfaces and control groups.
///
/// Every method has a default that knows nothing; `()` is that. Called for each event, so an
/// answer should come from a table in memory.
pub trait NodeKnowledge {
    /// Id of the endpoint of this node with this address: 0 where there is none, `None` where
    /// this is not known. Then the direction of a flow is known only as far as the message has it.
    fn endpoint_id(&mut self, address: Ip) -> Option<u16> {
        let _ = address;
        None
    }

    /// Name of an interface; empty where it is not known.
    fn interface_name(&mut self, index: u32) -> Name16 {
        let _ = index;
        Name16::default()
    }

    /// Address of the pod whose container has this control group; `None` where it is not known.
    fn cgroup_address(&mut self, cgroup_id: u64, version: IpVersion) -> Option<Ip> {
        let _ = (cgroup_id, version);
        None
    }
}

/// Knows nothing.
impl NodeKnowledge for () {}
