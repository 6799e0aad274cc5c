//! Responses.

use super::layout::{
    Naming, after_metadata, after_outcome, before_metadata, error_at, is_known, naming,
};
use super::reader::Reader;
use super::registry::{ApiKey, ErrorCode};
use super::request::{Topic, short, topic};
use crate::error::L7Error;
use crate::flags::L7Flags;

/// A response. What it holds is known with API and version of the request alone.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// Number of the request that it answers.
    pub correlation_id: i32,
    rest: &'a [u8],
    flags: L7Flags,
}

impl<'a> Response<'a> {
    /// Reads the header of a response, without the size before it; `length` as in
    /// [`Request::parse`](super::Request::parse).
    ///
    /// # Errors
    /// Where the correlation identifier, 4 bytes, is not there.
    #[inline]
    pub fn parse(data: &'a [u8], length: u32) -> Result<Self, L7Error> {
        let wire_len = data.len().max(length as usize);
        let mut reader = Reader::new(data, false);
        let Some(correlation_id) = reader.i32() else {
            return Err(short(data, wire_len, 4));
        };
        let flags = if wire_len > data.len() {
            L7Flags::TRUNCATED
        } else {
            L7Flags::NONE
        };
        Ok(Self {
            correlation_id,
            rest: reader.rest(),
            flags,
        })
    }

    /// At the body of the response to a request of this API and version.
    fn body(&self, api: ApiKey, version: i16) -> Option<Reader<'a>> {
        let is_flexible = api.is_flexible(version);
        let mut reader = Reader::new(self.rest, is_flexible);
        // So that any version can be reported, this one never has tagged fields in its header.
        if api != ApiKey::API_VERSIONS {
            reader.skip_tags()?;
        }
        Some(reader)
    }

    /// The outcome: of the request as a whole where there is such an error code, else the first
    /// error of a topic or partition, else [`ErrorCode::NONE`]. `None` where no outcome is
    /// there, or where it stands is not known.
    #[must_use]
    pub fn error_code(&self, api: ApiKey, version: i16) -> Option<ErrorCode> {
        let mut whole = None;
        if let Some(at) = error_at(api, version) {
            let mut reader = self.body(api, version)?;
            reader.skip(at)?;
            whole = Some(ErrorCode(reader.i16()?));
        }
        if let Some(error) = whole.filter(|error| *error != ErrorCode::NONE) {
            return Some(error);
        }
        let mut outcomes = self.outcomes(api, version).map(|outcome| outcome.error);
        let first = outcomes.next();
        let bad = first
            .into_iter()
            .chain(outcomes)
            .find(|error| *error != ErrorCode::NONE);
        bad.or(whole).or(first)
    }

    /// Outcomes of the partitions of a produce or fetch request, and of the topics of a metadata
    /// request, as far as they are there.
    #[must_use]
    pub fn outcomes(&self, api: ApiKey, version: i16) -> Outcomes<'a> {
        Outcomes::new(self, api, version).unwrap_or(Outcomes {
            reader: Reader::new(&[], false),
            topics: 0,
            partitions: 0,
            topic: NO_TOPIC,
            api,
            version,
        })
    }

    /// What is special about it.
    #[must_use]
    pub const fn flags(&self) -> L7Flags {
        self.flags
    }
}

const NO_TOPIC: Topic<'static> = Topic {
    name: None,
    id: None,
};

/// How a part of a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// Topic.
    pub topic: Topic<'a>,
    /// Partition; `None` for a topic as a whole.
    pub partition: Option<i32>,
    /// How it went.
    pub error: ErrorCode,
}

/// Iterates over outcomes. See [`Response::outcomes`].
#[derive(Clone, Copy, Debug)]
pub struct Outcomes<'a> {
    reader: Reader<'a>,
    topics: u32,
    partitions: u32,
    topic: Topic<'a>,
    api: ApiKey,
    version: i16,
}

impl<'a> Outcomes<'a> {
    fn new(response: &Response<'a>, api: ApiKey, version: i16) -> Option<Self> {
        if !is_known(api, version) {
            return None;
        }
        let mut reader = response.body(api, version)?;
        match api {
            ApiKey::FETCH if version >= 7 => reader.skip(4 + 2 + 4)?,
            ApiKey::FETCH if version >= 1 => reader.skip(4)?,
            ApiKey::METADATA => before_metadata(&mut reader, version)?,
            _ => {}
        }
        let topics = reader.count()?;
        Some(Self {
            reader,
            topics,
            partitions: 0,
            topic: NO_TOPIC,
            api,
            version,
        })
    }

    fn metadata(&mut self) -> Option<Outcome<'a>> {
        self.topics = self.topics.checked_sub(1)?;
        let error = ErrorCode(self.reader.i16()?);
        // Here the name comes first.
        let name = topic(&mut self.reader, Naming::Name)?.name;
        let id = match naming(self.api, self.version) {
            Naming::Name => None,
            _ => topic(&mut self.reader, Naming::Id)?.id,
        };
        if after_metadata(&mut self.reader, self.version).is_none() {
            self.topics = 0;
        }
        Some(Outcome {
            topic: Topic { name, id },
            partition: None,
            error,
        })
    }

    fn partition(&mut self) -> Option<Outcome<'a>> {
        while self.partitions == 0 {
            self.topics = self.topics.checked_sub(1)?;
            self.topic = topic(&mut self.reader, naming(self.api, self.version))?;
            self.partitions = self.reader.count()?;
            if self.partitions == 0 {
                self.reader.skip_tags()?;
            }
        }
        self.partitions -= 1;
        let partition = self.reader.i32()?;
        let error = ErrorCode(self.reader.i16()?);
        let mut whole = after_outcome(&mut self.reader, self.api, self.version);
        if self.partitions == 0 {
            whole = whole.and_then(|()| self.reader.skip_tags());
        }
        if whole.is_none() {
            (self.topics, self.partitions) = (0, 0);
        }
        Some(Outcome {
            topic: self.topic,
            partition: Some(partition),
            error,
        })
    }
}

impl<'a> Iterator for Outcomes<'a> {
    type Item = Outcome<'a>;

    fn next(&mut self) -> Option<Outcome<'a>> {
        let outcome = match self.api {
            ApiKey::METADATA => self.metadata(),
            _ => self.partition(),
        };
        if outcome.is_none() {
            (self.topics, self.partitions) = (0, 0);
        }
        outcome
    }
}
