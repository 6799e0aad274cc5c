//! Little memory, and the laws hold all the same.

use flow_l7::track::Limits;

use crate::captures::{announce, captures, folder};
use crate::reported::reported;

#[test]
fn little_memory_is_kept_to() {
    let limits = Limits {
        connections: 8,
        memory: 16_000,
        head: 1_000,
        window: 1_500,
        pending: 4,
        ..Limits::default()
    };
    let (mut requests, mut evicted, mut connections) = (0, 0, 0);
    for collection in ["ndpi", "tcpdump"] {
        let Some(folder) = folder(collection) else {
            return;
        };
        for path in captures(&folder) {
            // It asserts them.
            let stats = reported(&path, limits).stats;
            requests += stats.requests;
            evicted += stats.evicted;
            connections += stats.evicted_full + stats.evicted_memory;
        }
    }
    announce(&format!(
        "with little memory: {requests} requests, {evicted} evicted, of {connections} connections"
    ));
    assert!(requests > 1000 && evicted > 0 && connections > 0);
}
