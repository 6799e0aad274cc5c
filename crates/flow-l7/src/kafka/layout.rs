//! Where topics and outcomes stand in the versions of each response.

use super::reader::Reader;
use super::registry::ApiKey;

/// The newest versions whose layout is known here.
pub(super) const PRODUCE: i16 = 13;
pub(super) const FETCH: i16 = 18;
pub(super) const METADATA: i16 = 13;

/// Whether the layout of the response to a version of an API with outcomes by topic is known.
pub(super) const fn is_known(api: ApiKey, version: i16) -> bool {
    let newest = match api {
        ApiKey::PRODUCE => PRODUCE,
        ApiKey::FETCH => FETCH,
        ApiKey::METADATA => METADATA,
        _ => return false,
    };
    version >= 0 && version <= newest
}

/// How a topic is identified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    Name,
    Id,
    IdAndName,
    NameAndId,
}

pub(super) const fn naming(api: ApiKey, version: i16) -> Naming {
    match (api, version) {
        (ApiKey::PRODUCE | ApiKey::FETCH, 13..) => Naming::Id,
        (ApiKey::METADATA, 10..) => Naming::IdAndName,
        _ => Naming::Name,
    }
}

/// Steps over what follows the outcome of a partition of a response.
pub(super) fn after_outcome(reader: &mut Reader<'_>, api: ApiKey, version: i16) -> Option<()> {
    if api == ApiKey::PRODUCE {
        let append_time = if version >= 2 { 8 } else { 0 };
        let log_start = if version >= 5 { 8 } else { 0 };
        reader.skip(8 + append_time + log_start)?;
        if version >= 8 {
            for _ in 0..reader.count()? {
                reader.skip(4)?;
                reader.string()?;
                reader.skip_tags()?;
            }
            reader.string()?;
        }
    } else {
        let stable = if version >= 4 { 8 } else { 0 };
        let log_start = if version >= 5 { 8 } else { 0 };
        reader.skip(8 + stable + log_start)?;
        if version >= 4 {
            for _ in 0..reader.count()? {
                reader.skip(16)?;
                reader.skip_tags()?;
            }
        }
        if version >= 11 {
            reader.skip(4)?;
        }
        reader.skip_bytes()?;
    }
    reader.skip_tags()
}

/// Steps over what comes before the topics of a metadata response.
pub(super) fn before_metadata(reader: &mut Reader<'_>, version: i16) -> Option<()> {
    if version >= 3 {
        reader.skip(4)?;
    }
    for _ in 0..reader.count()? {
        reader.skip(4)?;
        reader.string()?;
        reader.skip(4)?;
        if version >= 1 {
            reader.string()?;
        }
        reader.skip_tags()?;
    }
    if version >= 2 {
        reader.string()?;
    }
    if version >= 1 {
        reader.skip(4)?;
    }
    Some(())
}

/// Steps over what follows the name of a topic of a metadata response.
pub(super) fn after_metadata(reader: &mut Reader<'_>, version: i16) -> Option<()> {
    if version >= 1 {
        reader.skip(1)?;
    }
    for _ in 0..reader.count()? {
        // Error, partition and leader.
        reader.skip(2 + 4 + 4)?;
        if version >= 7 {
            reader.skip(4)?;
        }
        // Replicas, those in step, those that are off line.
        for _ in 0..(if version >= 5 { 3 } else { 2 }) {
            let count = reader.count()?;
            reader.skip((count as usize).checked_mul(4)?)?;
        }
        reader.skip_tags()?;
    }
    if version >= 8 {
        reader.skip(4)?;
    }
    reader.skip_tags()
}

/// Where the one error code of a response stands, for an API that has one: after so many bytes.
pub(super) const fn error_at(api: ApiKey, version: i16) -> Option<usize> {
    let throttled_from = match api {
        ApiKey::API_VERSIONS | ApiKey::SASL_HANDSHAKE | ApiKey::SASL_AUTHENTICATE => i16::MAX,
        ApiKey::HEARTBEAT | ApiKey::LEAVE_GROUP | ApiKey::SYNC_GROUP => 1,
        ApiKey::JOIN_GROUP => 2,
        // From version 4 on there is a list of coordinators.
        ApiKey::FIND_COORDINATOR if version < 4 => 1,
        ApiKey::LIST_GROUPS => 1,
        ApiKey::INIT_PRODUCER_ID | ApiKey::END_TXN | ApiKey::ADD_OFFSETS_TO_TXN => 0,
        ApiKey::FETCH if version >= 7 => 1,
        _ => return None,
    };
    Some(if version >= throttled_from { 4 } else { 0 })
}
