//! Requests.

use super::layout::Naming;
use super::reader::Reader;
use super::registry::ApiKey;
use super::topics::{after_topic, before_topics, has_topics, requested};
use crate::error::{L7Error, L7Layer, L7Problem};
use crate::flags::L7Flags;

/// A request: its header, and what its body says about topics.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Kind.
    pub api: ApiKey,
    /// Version of the kind.
    pub version: i16,
    /// Number that the response bears too.
    pub correlation_id: i32,
    client_id: Option<&'a [u8]>,
    body: &'a [u8],
    flags: L7Flags,
    error: Option<L7Error>,
}

impl<'a> Request<'a> {
    /// Reads the header of a request, without the size before it. `length` is that of the
    /// request in bytes as its length prefix says: see [`Frame`](super::Frame).
    ///
    /// # Errors
    /// Where API, version and correlation identifier, 8 bytes, are not there.
    #[inline]
    pub fn parse(data: &'a [u8], length: u32) -> Result<Self, L7Error> {
        let wire_len = data.len().max(length as usize);
        let mut reader = Reader::new(data, false);
        let (Some(api), Some(version), Some(correlation_id)) =
            (reader.i16(), reader.i16(), reader.i32())
        else {
            return Err(short(data, wire_len, 8));
        };
        let api = ApiKey(api);
        let mut request = Self {
            api,
            version,
            correlation_id,
            client_id: None,
            body: &[],
            flags: L7Flags::NONE,
            error: None,
        };
        if wire_len > data.len() {
            request.flags |= L7Flags::TRUNCATED;
        }
        if let Some((client_id, body)) = rest_of_header(reader, api, version) {
            request.client_id = client_id;
            request.body = body;
        } else {
            let error = short(data, wire_len, data.len() + 1);
            request.flags |= if error.is_truncated() {
                L7Flags::TRUNCATED
            } else {
                L7Flags::MALFORMED
            };
            request.error = Some(error);
        }
        Ok(request)
    }

    /// Name that the client gives itself.
    #[must_use]
    pub const fn client_id(&self) -> Option<&'a [u8]> {
        self.client_id
    }

    /// What follows the header, as far as it is there.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Topics that the request names, as far as they are there; of an OffsetFetch request those of the
    /// first group. None for versions whose layout is not known.
    #[must_use]
    pub fn topics(&self) -> Topics<'a> {
        Topics::new(self.body, self.api, self.version)
    }

    /// Acknowledgements that a produce request asks for: 0 is none, so that no response comes.
    /// `None` for other requests, and where that is not there.
    #[must_use]
    pub fn acks(&self) -> Option<i16> {
        if self.api != ApiKey::PRODUCE || !has_topics(self.api, self.version) {
            return None;
        }
        let mut reader = Reader::new(self.body, self.api.is_flexible(self.version));
        if self.version >= 3 {
            // Of a transaction.
            reader.string()?;
        }
        reader.i16()
    }

    /// What is special about it.
    #[must_use]
    pub const fn flags(&self) -> L7Flags {
        self.flags
    }

    /// What is wrong with its header, or missing of it.
    #[must_use]
    pub const fn error(&self) -> Option<L7Error> {
        self.error
    }
}

/// Client identifier, which never has the flexible encoding, tagged fields, and the body.
fn rest_of_header(
    mut reader: Reader<'_>,
    api: ApiKey,
    version: i16,
) -> Option<(Option<&[u8]>, &[u8])> {
    // The first version of this one has the oldest header, without a client.
    if api == ApiKey::CONTROLLED_SHUTDOWN && version == 0 {
        return Some((None, reader.rest()));
    }
    let client_id = reader.string()?;
    let mut reader = Reader::new(reader.rest(), api.is_flexible(version));
    reader.skip_tags()?;
    Some((client_id, reader.rest()))
}

#[cold]
pub(super) fn short(data: &[u8], wire_len: usize, needed: usize) -> L7Error {
    let problem = if wire_len >= needed {
        L7Problem::Truncated
    } else {
        L7Problem::Beyond
    };
    L7Error::new(L7Layer::Kafka, 0, problem, needed, data.len())
}

/// A topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Topic<'a> {
    /// Name, where it is sent.
    pub name: Option<&'a [u8]>,
    /// Identifier, where it is sent instead.
    pub id: Option<&'a [u8; 16]>,
}

/// Reads how a topic is identified.
pub(super) fn topic<'a>(reader: &mut Reader<'a>, naming: Naming) -> Option<Topic<'a>> {
    let (id, name) = match naming {
        Naming::Name => (None, reader.string()?),
        Naming::Id => (Some(reader.uuid()?), None),
        Naming::IdAndName => (Some(reader.uuid()?), reader.string()?),
        Naming::NameAndId => {
            let name = reader.string()?;
            (Some(reader.uuid()?), name)
        }
    };
    // An identifier of zeros is none.
    let id = id.filter(|id| **id != [0; 16]);
    Some(Topic { name, id })
}

/// Iterates over topics. See [`Request::topics`].
#[derive(Clone, Copy, Debug)]
pub struct Topics<'a> {
    reader: Reader<'a>,
    left: u32,
    api: ApiKey,
    version: i16,
}

impl<'a> Topics<'a> {
    fn new(body: &'a [u8], api: ApiKey, version: i16) -> Self {
        let mut reader = Reader::new(body, api.is_flexible(version));
        let mut left = 0;
        if has_topics(api, version) && before_topics(&mut reader, api, version).is_some() {
            left = reader.count().unwrap_or(0);
        }
        Self {
            reader,
            left,
            api,
            version,
        }
    }
}

impl<'a> Iterator for Topics<'a> {
    type Item = Topic<'a>;

    fn next(&mut self) -> Option<Topic<'a>> {
        self.left = self.left.checked_sub(1)?;
        let Some(topic) = topic(&mut self.reader, requested(self.api, self.version)) else {
            self.left = 0;
            return None;
        };
        if after_topic(&mut self.reader, self.api, self.version).is_none() {
            self.left = 0;
        }
        Some(topic)
    }
}
