//! From a message to a [`Flow`].

use super::header::Header;
use super::{
    CiliumError, CiliumExtra, CiliumStats, DropNotify, Extensions, Message, MessageError,
    NodeKnowledge, TraceNotify,
};
use flow_core::flow::{EventType, Flow, FlowFlags, IpVersion};

/// Makes flows of the messages of Cilium's datapath, by the rules of Hubble. Allocates nothing.
///
/// See [the module](super) for an example.
#[derive(Clone, Debug)]
pub struct CiliumDecoder<K> {
    pub(super) knowledge: K,
    pub(super) extensions: Extensions,
    pub(super) stats: CiliumStats,
}

const TRACE: u8 = EventType::TRACE.0;
const DROP: u8 = EventType::DROP.0;
/// Longest message that is known.
const LONGEST: usize = 56;
/// Place of the number of captured bytes, in messages that have it.
const LEN_CAP: core::ops::Range<usize> = 12..14;

impl<K: NodeKnowledge> CiliumDecoder<K> {
    /// A decoder with what only the node knows; `()` is nothing.
    pub const fn new(knowledge: K) -> Self {
        Self {
            knowledge,
            extensions: Extensions::NONE,
            stats: CiliumStats::NONE,
        }
    }

    /// With the lengths of extensions, for a derived product that has some.
    #[must_use]
    pub const fn with_extensions(mut self, extensions: Extensions) -> Self {
        self.extensions = extensions;
        self
    }

    /// What became of the records so far.
    #[must_use]
    pub const fn stats(&self) -> CiliumStats {
        self.stats
    }

    /// What only the node knows.
    pub const fn knowledge(&mut self) -> &mut K {
        &mut self.knowledge
    }

    /// Makes the flow of a record that was made on processor `cpu` at `time`: nanoseconds since
    /// the Unix epoch. The record needs no alignment.
    ///
    /// A message that ends too early, of a kind or of a version that is not known, makes a flow
    /// of what is known of it, with [`FlowFlags::TRUNCATED`] or
    /// [`FlowFlags::UNKNOWN_VERSION`], and counts in [`stats`](Self::stats).
    ///
    /// Counts of the flow are those of the one packet that the message is about.
    ///
    /// # Errors
    /// Where the record makes no flow. It is counted, too.
    #[inline]
    pub fn decode(&mut self, record: &[u8], cpu: u32, time: u64) -> Result<Flow, CiliumError> {
        // Made where it is returned, without a copy.
        let mut made = Ok(Flow::default());
        if let Ok(flow) = &mut made
            && let Err(error) = self.fill(record, time, flow, &mut CiliumExtra::of(cpu))
        {
            made = Err(error);
        }
        made
    }

    /// As [`decode`](Self::decode), with what a flow has no field for.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    #[inline]
    pub fn decode_full(
        &mut self,
        record: &[u8],
        cpu: u32,
        time: u64,
    ) -> Result<(Flow, CiliumExtra), CiliumError> {
        let mut made = Ok((Flow::default(), CiliumExtra::of(cpu)));
        if let Ok((flow, extra)) = &mut made
            && let Err(error) = self.fill(record, time, flow, extra)
        {
            made = Err(error);
        }
        made
    }

    /// As [`decode_full`](Self::decode_full), in place: what `flow` and `extra` held is
    /// overwritten. Where there is an error, what they hold then means nothing.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    #[inline]
    pub fn decode_into(
        &mut self,
        record: &[u8],
        cpu: u32,
        time: u64,
        (flow, extra): (&mut Flow, &mut CiliumExtra),
    ) -> Result<(), CiliumError> {
        *flow = Flow::default();
        *extra = CiliumExtra::of(cpu);
        self.fill(record, time, flow, extra)
    }

    /// Fills a flow that has the values of `Default` from a record.
    #[inline]
    fn fill(
        &mut self,
        record: &[u8],
        time: u64,
        flow: &mut Flow,
        extra: &mut CiliumExtra,
    ) -> Result<(), CiliumError> {
        // Most messages are of these two: no detour by way of `Message`.
        let cut = match record.first() {
            Some(&TRACE) => match TraceNotify::parse(record) {
                Ok(message) => {
                    self.trace(&message, flow, extra);
                    None
                }
                Err(error) => Some(error),
            },
            Some(&DROP) => match DropNotify::parse(record) {
                Ok(message) => {
                    self.drop(&message, flow, extra);
                    None
                }
                Err(error) => Some(error),
            },
            _ => match Message::parse(record) {
                Ok(message) => {
                    self.message(message, flow, extra)?;
                    None
                }
                Err(error) => Some(error),
            },
        };
        if let Some(error) = cut {
            self.cut_off(record, error, flow, extra)?;
        }
        flow.time = time;
        flow.first_seen = time;
        self.stats.flows += 1;
        if flow.ip_version == IpVersion::NONE {
            self.stats.no_ip += 1;
        }
        if flow.interface.index != 0 {
            flow.interface.name = self.knowledge.interface_name(flow.interface.index);
        }
        Ok(())
    }

    fn message(
        &mut self,
        message: Message<'_>,
        flow: &mut Flow,
        extra: &mut CiliumExtra,
    ) -> Result<(), CiliumError> {
        match message {
            Message::Trace(message) => self.trace(&message, flow, extra),
            Message::Drop(message) => self.drop(&message, flow, extra),
            Message::PolicyVerdict(message) => self.policy(&message, flow, extra),
            Message::TraceSock(message) => self.sock(&message, flow, extra),
            Message::Capture(message) => self.capture(&message, flow, extra),
            Message::Debug(_) => return Err(self.no_flow(EventType::DEBUG)),
            Message::Other(header) => match header.event {
                event @ (EventType::L7 | EventType::AGENT) => return Err(self.no_flow(event)),
                _ => self.unknown(header, flow, extra),
            },
        }
        Ok(())
    }

    #[cold]
    fn no_flow(&mut self, event: EventType) -> CiliumError {
        self.stats.no_flow += 1;
        CiliumError::NoFlow { event }
    }

    /// Fills a flow from a message that is not whole: what is there, and zeros.
    #[cold]
    fn cut_off(
        &mut self,
        record: &[u8],
        error: MessageError,
        flow: &mut Flow,
        extra: &mut CiliumExtra,
    ) -> Result<(), CiliumError> {
        if record.is_empty() {
            self.stats.empty += 1;
            return Err(CiliumError::Empty);
        }
        let mut whole = [0; LONGEST];
        let there = record.len().min(LONGEST);
        whole[..there].copy_from_slice(&record[..there]);
        let header = Header::of(record);
        if header.event != EventType::TRACE_SOCK {
            // No packet is there: nothing was captured.
            whole[LEN_CAP].fill(0);
        }
        let mut error = error;
        loop {
            let needed = match error {
                // Each length is above the one before, so this ends.
                MessageError::Length { needed, .. } if needed <= LONGEST => needed,
                _ => {
                    self.unknown(header, flow, extra);
                    break;
                }
            };
            match Message::parse(&whole[..needed]) {
                Ok(message) => {
                    self.message(message, flow, extra)?;
                    break;
                }
                Err(longer) => error = longer,
            }
        }
        flow.flags |= FlowFlags::TRUNCATED;
        self.stats.truncated += 1;
        Ok(())
    }

    /// A message of a kind that is not known: of its header, what all have in common.
    #[cold]
    fn unknown(&mut self, header: Header, flow: &mut Flow, extra: &mut CiliumExtra) {
        self.stats.unknown_kinds += 1;
        extra.hash = header.hash;
        extra.endpoint = header.endpoint;
        flow.event_type = header.event;
        flow.event_sub_type = header.sub_type;
        flow.flags = FlowFlags::UNKNOWN_VERSION;
    }
}
