//! The rings that are compared, behind one face.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use crossbeam_queue::ArrayQueue;
use flow_core::flow::Flow;
use flow_core::ring::{Backward, Next, Reader, Ring, Start, Writer};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// A ring that overwrites its oldest flow.
pub(crate) trait Contender: Clone + Send + Sync + 'static {
    /// Reads it from one thread.
    type Follower: Send + 'static;

    /// A name for the table.
    const NAME: &'static str;

    /// A ring of `capacity` flows.
    fn make(capacity: usize) -> Self;

    /// Writes one flow.
    fn publish(&mut self, flow: &Flow);

    /// A reader of everything from now on.
    fn follower(&self) -> Self::Follower;

    /// Hands what is ready to `each`; tells how many flows were lost.
    fn drain(follower: &mut Self::Follower, each: impl FnMut(&Flow)) -> u64;

    /// Waits until there is something; hands flows to `each` and returns how many were lost.
    /// `None` where that can not be done.
    fn wait(follower: &mut Self::Follower, each: impl FnMut(&Flow)) -> Option<u64>;
}

/// Design (b), the one that was kept: atomic words under a sequence number.
#[derive(Clone)]
pub(crate) struct Words {
    writer: Writer<Flow>,
    ring: Ring<Flow>,
}

impl Words {
    /// From the newest flow to the oldest.
    pub(crate) fn history(&self) -> Backward<Flow> {
        self.ring.newest_first()
    }
}

impl Contender for Words {
    type Follower = Reader<Flow>;
    const NAME: &'static str = "flow ring";

    fn make(capacity: usize) -> Self {
        let (writer, ring) = Ring::with_capacity(capacity).expect("a ring");
        Self { writer, ring }
    }

    fn publish(&mut self, flow: &Flow) {
        self.writer.publish(flow);
    }

    fn follower(&self) -> Reader<Flow> {
        self.ring.reader(Start::Now)
    }

    fn drain(follower: &mut Reader<Flow>, mut each: impl FnMut(&Flow)) -> u64 {
        let before = follower.lost();
        while follower
            .visit(usize::MAX, |next| {
                if let Next::Record(flow) = next {
                    each(flow);
                }
            })
            .is_ok()
        {}
        follower.lost() - before
    }

    fn wait(follower: &mut Reader<Flow>, mut each: impl FnMut(&Flow)) -> Option<u64> {
        let mut all = 0;
        let visit = |next: Next<&Flow>| match next {
            Next::Record(flow) => each(flow),
            Next::Lost(lost) => all += lost,
        };
        follower.wait_visit(64, visit).ok().map(|_| all)
    }
}

/// tokio's broadcast channel.
#[derive(Clone)]
pub(crate) struct Broadcast {
    sender: broadcast::Sender<Flow>,
    /// Without a receiver nothing is kept.
    _keep: Arc<broadcast::Receiver<Flow>>,
}

impl Contender for Broadcast {
    type Follower = broadcast::Receiver<Flow>;
    const NAME: &'static str = "tokio broadcast";

    fn make(capacity: usize) -> Self {
        let (sender, receiver) = broadcast::channel(capacity);
        Self {
            sender,
            _keep: Arc::new(receiver),
        }
    }

    fn publish(&mut self, flow: &Flow) {
        self.sender.send(*flow).expect("a receiver is kept");
    }

    fn follower(&self) -> Self::Follower {
        self.sender.subscribe()
    }

    fn drain(follower: &mut Self::Follower, mut each: impl FnMut(&Flow)) -> u64 {
        let mut all = 0;
        loop {
            match follower.try_recv() {
                Ok(flow) => each(&flow),
                Err(TryRecvError::Lagged(lost)) => all += lost,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return all,
            }
        }
    }

    fn wait(follower: &mut Self::Follower, mut each: impl FnMut(&Flow)) -> Option<u64> {
        match follower.blocking_recv() {
            Ok(flow) => {
                each(&flow);
                Some(0)
            }
            Err(RecvError::Lagged(lost)) => Some(lost),
            Err(RecvError::Closed) => None,
        }
    }
}

/// crossbeam's bounded queue: no broadcast, each flow goes to one reader.
#[derive(Clone)]
pub(crate) struct Queue(Arc<ArrayQueue<Flow>>);

impl Contender for Queue {
    type Follower = Self;
    const NAME: &'static str = "crossbeam ArrayQueue";

    fn make(capacity: usize) -> Self {
        Self(Arc::new(ArrayQueue::new(capacity)))
    }

    fn publish(&mut self, flow: &Flow) {
        let _ = self.0.force_push(*flow);
    }

    fn follower(&self) -> Self {
        self.clone()
    }

    fn drain(follower: &mut Self, mut each: impl FnMut(&Flow)) -> u64 {
        while let Some(flow) = follower.0.pop() {
            each(&flow);
        }
        0
    }

    fn wait(_: &mut Self, _: impl FnMut(&Flow)) -> Option<u64> {
        None
    }
}

/// Design (a), not kept: slots of shared pointers, swapped.
#[derive(Clone)]
pub(crate) struct Pointers(Arc<PointerRing>);

pub(crate) struct PointerRing {
    head: AtomicU64,
    slots: Box<[ArcSwapOption<(u64, Flow)>]>,
}

pub(crate) struct PointerFollower {
    ring: Arc<PointerRing>,
    next: u64,
}

impl Contender for Pointers {
    type Follower = PointerFollower;
    const NAME: &'static str = "design (a): Arc slots";

    fn make(capacity: usize) -> Self {
        Self(Arc::new(PointerRing {
            head: AtomicU64::new(0),
            slots: (0..capacity).map(|_| ArcSwapOption::empty()).collect(),
        }))
    }

    fn publish(&mut self, flow: &Flow) {
        let position = self.0.head.fetch_add(1, Ordering::AcqRel);
        let slot = &self.0.slots[position as usize & (self.0.slots.len() - 1)];
        slot.store(Some(Arc::new((position, *flow))));
    }

    fn follower(&self) -> PointerFollower {
        PointerFollower {
            ring: Arc::clone(&self.0),
            next: self.0.head.load(Ordering::Acquire),
        }
    }

    fn drain(follower: &mut PointerFollower, mut each: impl FnMut(&Flow)) -> u64 {
        let mut all = 0;
        loop {
            let slots = &follower.ring.slots;
            let slot = slots[follower.next as usize & (slots.len() - 1)].load();
            match slot.as_deref() {
                Some((position, flow)) if *position == follower.next => {
                    each(flow);
                    follower.next += 1;
                }
                Some((position, _)) if *position > follower.next => all += follower.jump(),
                _ => return all,
            }
        }
    }

    /// Nobody is woken in this design as it is here: it looks again and again, which a writer
    /// has the least work with.
    fn wait(follower: &mut PointerFollower, mut each: impl FnMut(&Flow)) -> Option<u64> {
        loop {
            let slots = &follower.ring.slots;
            let slot = slots[follower.next as usize & (slots.len() - 1)].load();
            match slot.as_deref() {
                Some((position, flow)) if *position == follower.next => {
                    each(flow);
                    follower.next += 1;
                    return Some(0);
                }
                Some((position, _)) if *position > follower.next => {
                    return Some(follower.jump());
                }
                _ => std::thread::yield_now(),
            }
        }
    }
}

impl PointerFollower {
    /// Goes to the oldest flow; tells how many are lost.
    fn jump(&mut self) -> u64 {
        let head = self.ring.head.load(Ordering::Acquire);
        let oldest = head - self.ring.slots.len() as u64;
        let lost = oldest - self.next;
        self.next = oldest;
        lost
    }
}
