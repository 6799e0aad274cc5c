//! What handlers count with.

use flow_core::names::NameHandle;
use flow_core::record::TraceId;

use crate::series::{Context, Counter, Histogram, Local, OWN_LABELS};
use crate::value::Value;

/// Counts for one metric and one flow, whose ends it knows.
pub struct Recorder<'l> {
    local: &'l mut Local,
    context: Context,
}

/// A trace that a measurement belongs to, and when it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trace {
    pub(crate) id: TraceId,
    /// Nanoseconds since the Unix epoch.
    pub(crate) time: u64,
}

impl<'l> Recorder<'l> {
    pub(crate) const fn new(local: &'l mut Local, context: Context) -> Self {
        Self { local, context }
    }

    /// What `decide` says of names, remembered by their handle.
    #[inline]
    pub(crate) fn remembered(
        &mut self,
        handle: Option<NameHandle>,
        decide: impl FnOnce() -> bool,
    ) -> bool {
        self.local.remembered(handle, decide)
    }

    /// Returns the value of a text, for the flow that is observed.
    pub fn text(&mut self, text: &str) -> Value {
        self.local.text(text)
    }

    /// Returns the value of bytes that are meant to be text; what is no UTF-8 becomes U+FFFD.
    pub fn bytes(&mut self, bytes: &[u8]) -> Value {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.local.text(text),
            Err(_) => self.local.text(&String::from_utf8_lossy(bytes)),
        }
    }

    /// Returns the value of a number, in decimal.
    pub fn number(&mut self, number: i64) -> Value {
        let small = u32::try_from(number).ok();
        match small.filter(|number| *number <= crate::value::LARGEST) {
            Some(number) => Value::number(number),
            None => self.local.text(&number.to_string()),
        }
    }

    /// Returns the value of the text that `write` appends.
    pub fn written(&mut self, write: impl FnOnce(&mut String)) -> Value {
        self.local.written(write)
    }

    /// Adds to the series of `counter` with these values, in the order of the labels that it was made
    /// with. Values that are missing are empty.
    #[inline]
    pub fn add(&mut self, counter: &Counter, values: &[Value], by: u64) {
        self.local.add(&counter.0, self.context, own(values), by);
    }

    /// Adds 1, with an exemplar.
    pub(crate) fn add_traced(&mut self, counter: &Counter, values: &[Value], trace: Option<Trace>) {
        let slot = self.local.add(&counter.0, self.context, own(values), 1);
        if let (Some(slot), Some(trace)) = (slot, trace) {
            self.local.note(slot, trace.id, 1.0, trace.time);
        }
    }

    /// Records a duration in seconds in the series of `histogram` with these values.
    #[inline]
    pub fn record(&mut self, histogram: &Histogram, values: &[Value], seconds: f64) {
        self.local
            .record(&histogram.0, self.context, own(values), seconds);
    }

    /// Records a duration, with an exemplar.
    pub(crate) fn record_traced(
        &mut self,
        histogram: &Histogram,
        values: &[Value],
        seconds: f64,
        trace: Option<Trace>,
    ) {
        let slot = self
            .local
            .record(&histogram.0, self.context, own(values), seconds);
        if let (Some(slot), Some(trace)) = (slot, trace) {
            self.local.note(slot, trace.id, seconds, trace.time);
        }
    }
}

#[inline]
fn own(values: &[Value]) -> [Value; OWN_LABELS] {
    let mut own = [Value::EMPTY; OWN_LABELS];
    for (to, value) in own.iter_mut().zip(values) {
        *to = *value;
    }
    own
}

impl std::fmt::Debug for Recorder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}
