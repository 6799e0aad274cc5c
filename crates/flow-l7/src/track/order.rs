//! Which request a response answers, where responses come in the order of their requests.
//!
//! While every byte of both directions is seen, they are counted. After bytes were missed, more
//! has to say it, for a wrong pair is worse than none:
//!
//! - A client that waits for each response before it sends the next request acknowledges, with
//!   that request, exactly what precedes its response. So the response begins where its request's
//!   acknowledgement stands.
//! - Where a client sends several requests at once, a response can answer those that its sender
//!   had received by then and that were sent before it. Where that leaves one request it is the
//!   one.
//!
//! Where a source knows nothing of acknowledgements the order of packets has to do: a client that
//! sends the next request has its responses.

use super::context::Position;
use super::pending::{PendingRequest, PendingRequests, Weigh};
use super::reassembler::distance;

/// Requests that a client sent when it had all responses, after which it is one that waits for them.
const PROOF: u8 = 4;

/// A request that waits.
#[derive(Debug)]
struct Ordered<W> {
    what: W,
    /// Sequence number behind its head.
    end: u32,
    /// Up to where its sender had received the other direction.
    acknowledged: Option<u32>,
    /// Whether requests before it may have been missed.
    is_after_gap: bool,
}

impl<W: Weigh> Weigh for Ordered<W> {
    fn heap_len(&self) -> usize {
        self.what.heap_len()
    }
}

/// Where a response begins, and what its sender had received then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begins {
    pub(super) sequence: u32,
    pub(super) acknowledged: Option<u32>,
    /// Whether that is more than was seen.
    pub(super) is_behind: bool,
}

/// What is known of a server's bytes that were not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missed {
    /// A response began in them.
    Response,
    /// A response may have begun in them.
    Perhaps,
}

/// Requests of one connection, the oldest first.
#[derive(Debug)]
pub(super) struct Order<W> {
    pending: PendingRequests<Ordered<W>>,
    /// Responses that come first and whose requests had to go.
    forgotten: u64,
    /// Up to how many of the first requests may have been answered unseen.
    missed: usize,
    /// Whether requests after the last one may have been missed.
    is_gap: bool,
    /// How often the client waited for the last response, and whether that has to be known: requests
    /// were missed that it may have sent at once.
    waited: u8,
    is_proof_needed: bool,
    /// Whether the client was seen to send a request before it had the last response.
    is_pipelined: bool,
    /// What the sender of the last request that was answered had received.
    previous: Option<u32>,
    /// Whether acknowledgements were what they should be when they were last looked at.
    is_exact: bool,
    /// Responses that came before their requests.
    ahead: u64,
    /// What the sender of the last response without a request had received.
    answered: Option<u32>,
}

impl<W: Weigh> Order<W> {
    /// `is_gap` says whether requests may have been missed before the first one.
    pub(super) fn new(is_gap: bool) -> Self {
        Self {
            pending: PendingRequests::default(),
            forgotten: 0,
            missed: 0,
            is_gap,
            waited: 0,
            is_proof_needed: false,
            is_pipelined: false,
            previous: None,
            is_exact: true,
            ahead: 0,
            answered: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    pub(super) fn heap_len(&self) -> usize {
        self.pending.heap_len()
    }

    /// Forgets all. Returns how many waited.
    pub(super) fn clear(&mut self) -> u64 {
        self.forgotten = 0;
        self.missed = 0;
        self.pending.clear()
    }

    /// The oldest, which waits no more.
    pub(super) fn pop(&mut self) -> Option<(u64, W)> {
        let pending = self.pending.pop()?;
        Some((pending.time, pending.what.what))
    }

    /// Whether the next response answers the oldest request for certain.
    fn is_counted(&self) -> bool {
        self.missed == 0 && !self.is_front_after_gap()
    }

    fn is_front_after_gap(&self) -> bool {
        let front = self.pending.front();
        front.is_some_and(|front| front.what.is_after_gap)
    }

    /// Adds a request that was whole at `time`. `end` is where its head ends.
    pub(super) fn request(&mut self, what: W, time: u64, end: Position, limit: usize) -> Requested {
        let mut requested = Requested::default();
        let Position {
            sequence: end,
            acknowledged,
        } = end;
        let is_gap = core::mem::take(&mut self.is_gap);
        if self.is_answered(end, acknowledged, is_gap) {
            self.is_gap = is_gap;
            requested.is_answered = true;
            return requested;
        }
        if self.pending.len() == 0 && !is_gap && self.missed == 0 {
            self.waited = self.waited.saturating_add(1);
        }
        if let Some(last) = self.pending.back().filter(|_| !is_gap) {
            // It did not wait, unless it has received something since.
            self.is_pipelined |= match acknowledged {
                None => self.is_counted(),
                Some(_) => acknowledged == last.what.acknowledged,
            };
        }
        let mut is_after_gap = is_gap;
        if !self.is_pipelined && (acknowledged.is_none() || !self.is_exact) {
            // It has what was answered before, seen or not.
            is_after_gap = false;
            if self.pending.len() == 0 {
                (self.missed, self.forgotten) = (0, 0);
            } else if !self.is_counted() {
                requested.unanswered = self.clear();
            }
        }
        let pending = PendingRequest {
            id: 0,
            time,
            what: Ordered {
                what,
                end,
                acknowledged,
                is_after_gap,
            },
        };
        let (was_counted, first_gap) = (self.is_counted(), self.is_front_after_gap());
        if self.pending.push(pending, limit) {
            requested.evicted = 1;
            self.forgotten += u64::from(was_counted);
            if first_gap && let Some(front) = self.pending.whats_mut().next() {
                front.is_after_gap = true;
            }
        }
        requested
    }

    /// Whether the response to a request that comes now was there before it.
    fn is_answered(&mut self, end: u32, acknowledged: Option<u32>, is_gap: bool) -> bool {
        let is_before = self.answered.map(|answered| distance(end, answered) >= 0);
        if acknowledged.is_some() && self.is_exact && !self.is_pipelined {
            return is_before == Some(true);
        }
        if self.ahead == 0 || is_gap {
            self.ahead = 0;
            return false;
        }
        self.ahead -= 1;
        is_before != Some(false)
    }

    /// Finds the request that a response answers, and takes it with those before it.
    pub(super) fn response(&mut self, begins: Begins) -> Answered<W> {
        if self.forgotten > 0 {
            self.forgotten -= 1;
            return Answered::none();
        }
        let answered = if self.is_counted() {
            self.counted(begins)
        } else if self.is_exact && !self.is_pipelined && self.has_acknowledgements() {
            self.exact(begins)
        } else {
            self.only(begins)
        };
        if answered.request.is_none() {
            self.answered = begins.acknowledged;
        }
        answered
    }

    fn has_acknowledgements(&self) -> bool {
        let mut all = self.pending.iter();
        all.all(|pending| pending.what.acknowledged.is_some())
    }

    /// Nothing was missed: the oldest request.
    fn counted(&mut self, begins: Begins) -> Answered<W> {
        let Some(front) = self.pending.front() else {
            self.ahead += u64::from(!self.is_gap);
            return Answered::none();
        };
        let is_received = begins
            .acknowledged
            .is_none_or(|received| distance(front.what.end, received) >= 0);
        let sent = front.what.acknowledged;
        let ahead = sent.map_or(0, |sent| distance(sent, begins.sequence));
        if ahead > 0 && sent != self.previous {
            // It was sent before the end of the response before its own.
            self.is_pipelined = true;
        }
        self.previous = sent;
        self.is_exact = is_received && (ahead == 0 || (self.is_pipelined && ahead > 0));
        Answered {
            request: self.pop(),
            unanswered: 0,
        }
    }

    /// The request that was sent when everything before the response was received.
    fn exact(&mut self, begins: Begins) -> Answered<W> {
        let is_it = |pending: &PendingRequest<Ordered<W>>| {
            pending.what.acknowledged == Some(begins.sequence)
        };
        let first = self.pending.iter().position(is_it);
        let count = self.pending.iter().filter(|pending| is_it(pending)).count();
        let Some(at) = first else {
            return Answered::none();
        };
        if count > 1 {
            self.is_pipelined = true;
            return self.only(begins);
        }
        if self.is_proof_needed && self.waited < PROOF {
            // It looks as if the client waited for it, and may do so by chance.
            self.waited += 1;
            for _ in 0..=at {
                self.pending.pop();
            }
            match self.pending.whats_mut().next() {
                Some(front) => front.is_after_gap = true,
                None => self.is_gap = true,
            }
            return Answered {
                request: None,
                unanswered: at as u64 + 1,
            };
        }
        self.take(at)
    }

    /// The only request that it can answer.
    fn only(&mut self, begins: Begins) -> Answered<W> {
        let can_be = |request: &Ordered<W>| {
            let is_received = begins
                .acknowledged
                .is_none_or(|received| distance(request.end, received) >= 0);
            let is_sent = request
                .acknowledged
                .is_none_or(|sent| distance(sent, begins.sequence) >= 0);
            !self.is_exact || (is_received && is_sent)
        };
        let count = self
            .pending
            .iter()
            .take_while(|pending| can_be(&pending.what))
            .count();
        let gap = self
            .pending
            .iter()
            .take(count)
            .position(|pending| pending.what.is_after_gap);
        if count == 0 || gap == Some(0) {
            // It answers one that was missed, or may do so.
            return Answered::none();
        }
        let last = self.missed.min(count - 1);
        let is_after = (self.is_gap || begins.is_behind) && self.missed >= count;
        let is_unseen = is_after || gap.is_some_and(|gap| gap <= self.missed);
        if last == 0 && !is_unseen {
            return self.take(0);
        }
        // One of several. The oldest waits no more in any case.
        if !is_unseen {
            self.missed = last;
        }
        self.pending.pop();
        Answered {
            request: None,
            unanswered: 1,
        }
    }

    /// Takes the request at a place and those before it; nothing is missed from there on.
    fn take(&mut self, at: usize) -> Answered<W> {
        for _ in 0..at {
            self.pending.pop();
        }
        self.missed = 0;
        self.ahead = 0;
        Answered {
            request: self.pop(),
            unanswered: at as u64,
        }
    }

    /// An interim response began and ended here: the final one follows.
    pub(super) fn interim(&mut self, begin: u32, end: u32) {
        for request in self.pending.whats_mut() {
            if request.acknowledged == Some(begin) {
                request.acknowledged = Some(end);
            }
        }
    }

    /// Bytes of the client were missed that may have held requests.
    pub(super) fn missed_requests(&mut self) {
        self.is_proof_needed = true;
        self.is_gap = true;
        self.ahead = 0;
    }

    /// Bytes of the server were missed. Gives how many requests wait no more.
    pub(super) fn missed_responses(&mut self, missed: Missed) -> u64 {
        self.forgotten = 0;
        self.missed = usize::MAX;
        if missed == Missed::Perhaps || self.is_front_after_gap() {
            return 0;
        }
        u64::from(self.pending.pop().is_some())
    }
}

/// What became of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Requested {
    /// Its response was there before it; it does not wait.
    pub(super) is_answered: bool,
    /// Requests before it that wait no more.
    pub(super) unanswered: u64,
    /// Requests that had to go because there were too many.
    pub(super) evicted: u64,
}

/// What a response answers.
#[derive(Debug)]
pub(super) struct Answered<W> {
    /// When the request was whole, and what it was.
    pub(super) request: Option<(u64, W)>,
    /// Requests that wait no more without a response.
    pub(super) unanswered: u64,
}

impl<W> Answered<W> {
    const fn none() -> Self {
        Self {
            request: None,
            unanswered: 0,
        }
    }
}
