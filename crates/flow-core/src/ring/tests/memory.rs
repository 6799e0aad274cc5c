//! What a ring takes: 256 bytes for a flow. `tests/ring_memory.rs` counts what is allocated.

use crate::flow::Flow;

use super::super::slot::Slots;

#[test]
fn a_slot_of_a_flow_is_256_bytes() {
    assert_eq!(size_of::<Flow>(), 248);
    assert_eq!(Slots::<Flow>::SIZE, 256);
    let slots = Slots::<Flow>::new(1_024, Slots::<Flow>::first(1_024)).expect("slots");
    // Besides, at most what it takes to begin at a cache line.
    assert!((0..64).contains(&(slots.bytes() - 1_024 * 256)));
    assert_eq!(slots.address() % 64, 0, "a slot is four whole cache lines");
}
