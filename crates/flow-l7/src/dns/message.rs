//! One message: its header, and where its sections are.

use super::record::{Edns, Questions, Record, Records};
#[cfg(feature = "track")]
use super::registry::Class;
use super::registry::{Opcode, Rcode, RecordType};
use super::walk::Walk;
use crate::error::{L7Error, L7Layer, L7Problem};
use crate::flags::L7Flags;

/// Longest message in bytes: its length is sent in 16 bits.
const MAX_MESSAGE: usize = 0xffff;

/// A DNS message, its records found but not decoded.
///
/// Questions and records that are not whole are left out; [`flags`](Self::flags) and
/// [`error`](Self::error) say so.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    data: &'a [u8],
    header: &'a [u8; 12],
    /// Where each of the last three sections begins; the first begins after the header.
    starts: [u16; 3],
    /// Whole entries of each section.
    found: [u16; 4],
    end: u16,
    /// Where the OPT record begins; 0 for none.
    edns: u16,
    flags: L7Flags,
    error: Option<L7Error>,
}

impl<'a> Message<'a> {
    /// Finds the records of a message.
    ///
    /// `wire_len` is its length in bytes before it was cut off, for example by the snap length
    /// of a capture; a value below the length of `data` is taken for that length. Bytes after
    /// the first 65,535 are left out.
    ///
    /// # Errors
    /// Where there are fewer than the 12 bytes of the header.
    #[inline]
    pub fn parse(data: &'a [u8], wire_len: usize) -> Result<Self, L7Error> {
        let data = &data[..data.len().min(MAX_MESSAGE)];
        let Some(header) = data.first_chunk::<12>() else {
            return Err(no_header(data.len(), wire_len));
        };
        let walk = Walk {
            data,
            wire_len: wire_len.max(data.len()),
        };
        // Made where it is returned, without a copy.
        let mut made = Ok(Self {
            data,
            header,
            starts: [12; 3],
            found: [0; 4],
            end: 12,
            edns: 0,
            flags: L7Flags::NONE,
            error: None,
        });
        if let Ok(message) = &mut made
            && let Err(error) = message.find(&walk)
        {
            message.fail(error);
        }
        made
    }

    #[cold]
    fn fail(&mut self, error: L7Error) {
        self.flags |= if error.is_truncated() {
            L7Flags::TRUNCATED
        } else {
            L7Flags::MALFORMED
        };
        self.error = Some(error);
    }

    #[inline]
    fn find(&mut self, walk: &Walk<'a>) -> Result<(), L7Error> {
        let counts = self.counts();
        let mut at = 12;
        for _ in 0..counts[0] {
            at = walk.question(at)?;
            self.found[0] += 1;
            self.end = narrow(at);
        }
        for (section, &count) in counts.iter().enumerate().skip(1) {
            self.starts[section - 1..].fill(narrow(at));
            for _ in 0..count {
                let record = walk.record(at)?;
                if record.kind == RecordType::OPT.0 && section == 3 && self.edns == 0 {
                    self.edns = narrow(at);
                }
                at = record.end;
                self.found[section] += 1;
                self.end = narrow(at);
            }
        }
        Ok(())
    }

    #[inline]
    const fn word(&self, index: usize) -> u16 {
        u16::from_be_bytes([self.header[2 * index], self.header[2 * index + 1]])
    }

    #[inline]
    const fn bit(&self, mask: u16) -> bool {
        self.word(1) & mask != 0
    }

    /// Transaction identifier.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.word(0)
    }

    /// The 16 bits that follow the identifier: flags, opcode and response code.
    #[must_use]
    pub const fn header_bits(&self) -> u16 {
        self.word(1)
    }

    /// Whether it is a response.
    #[must_use]
    pub const fn is_response(&self) -> bool {
        self.bit(0x8000)
    }

    /// Kind of query.
    #[must_use]
    pub const fn opcode(&self) -> Opcode {
        Opcode(self.header[2] >> 3 & 0x0f)
    }

    /// AA: the server is an authority for the name.
    #[must_use]
    pub const fn is_authoritative(&self) -> bool {
        self.bit(0x0400)
    }

    /// TC: the sender left out what did not fit. What was cut off by a capture is reported by
    /// [`flags`](Self::flags).
    #[must_use]
    pub const fn is_cut_by_sender(&self) -> bool {
        self.bit(0x0200)
    }

    /// RD: recursion desired.
    #[must_use]
    pub const fn is_recursion_desired(&self) -> bool {
        self.bit(0x0100)
    }

    /// RA: recursion available.
    #[must_use]
    pub const fn is_recursion_available(&self) -> bool {
        self.bit(0x0080)
    }

    /// AD: authentic data, RFC 4035.
    #[must_use]
    pub const fn is_authentic(&self) -> bool {
        self.bit(0x0020)
    }

    /// CD: checking disabled, RFC 4035.
    #[must_use]
    pub const fn is_checking_disabled(&self) -> bool {
        self.bit(0x0010)
    }

    /// Response code, with its upper bits from EDNS where there is a whole OPT record.
    #[must_use]
    pub fn rcode(&self) -> Rcode {
        let low = u16::from(self.header[3] & 0x0f);
        let high = self.edns().map_or(0, |edns| u16::from(edns.rcode_high()));
        Rcode(high << 4 | low)
    }

    /// Entries of each section as the header counts them: questions, answers, authority,
    /// additional.
    #[inline]
    #[must_use]
    pub const fn counts(&self) -> [u16; 4] {
        [self.word(2), self.word(3), self.word(4), self.word(5)]
    }

    /// Questions, as far as they are whole.
    #[inline]
    #[must_use]
    pub const fn questions(&self) -> Questions<'a> {
        Questions::new(self.data, self.found[0])
    }

    /// The name of the first question as it was sent, its type and its class; `None` where there is no
    /// whole question.
    #[cfg(feature = "track")]
    #[inline]
    pub(crate) fn first_question(&self) -> Option<(&'a [u8], RecordType, Class)> {
        let mut questions = self.questions();
        let question = questions.next()?;
        let name = self.data.get(12..questions.at().checked_sub(4)?)?;
        Some((name, question.kind, question.class))
    }

    /// Answers, as far as they are whole.
    #[inline]
    #[must_use]
    pub const fn answers(&self) -> Records<'a> {
        Records::new(self.data, self.starts[0], self.found[1])
    }

    /// Records of the authority section, as far as they are whole.
    #[inline]
    #[must_use]
    pub const fn authorities(&self) -> Records<'a> {
        Records::new(self.data, self.starts[1], self.found[2])
    }

    /// Additional records, as far as they are whole, the OPT record included.
    #[inline]
    #[must_use]
    pub const fn additionals(&self) -> Records<'a> {
        Records::new(self.data, self.starts[2], self.found[3])
    }

    /// What EDNS (RFC 6891) adds to the header.
    #[inline]
    #[must_use]
    pub fn edns(&self) -> Option<Edns<'a>> {
        if self.edns == 0 {
            return None;
        }
        let record: Record<'a> = Records::new(self.data, self.edns, 1).next()?;
        Some(Edns { record })
    }

    /// Length in bytes of what was understood; what follows belongs to no record.
    #[must_use]
    pub fn understood_len(&self) -> usize {
        usize::from(self.end)
    }

    /// What is special about it.
    #[must_use]
    pub const fn flags(&self) -> L7Flags {
        self.flags
    }

    /// Why the sections are not whole. Names and data of records are not part of this: they
    /// are decoded later.
    #[must_use]
    pub const fn error(&self) -> Option<L7Error> {
        self.error
    }
}

/// Places are below 65,536: see [`MAX_MESSAGE`].
#[inline]
const fn narrow(at: usize) -> u16 {
    (at & 0xffff) as u16
}

#[cold]
fn no_header(got: usize, wire_len: usize) -> L7Error {
    let problem = if wire_len >= 12 {
        L7Problem::Truncated
    } else {
        L7Problem::Beyond
    };
    L7Error::new(L7Layer::DnsHeader, 0, problem, 12, got)
}
