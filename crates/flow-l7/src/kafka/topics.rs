//! Where topics stand in the versions of each request: the message definitions of Apache Kafka 4.1.

use super::layout::{FETCH, METADATA, Naming, PRODUCE, naming};
use super::reader::Reader;
use super::registry::ApiKey;

/// The newest version of a request whose topics are found here; `None` for a request without any.
const fn newest(api: ApiKey) -> Option<i16> {
    Some(match api {
        ApiKey::PRODUCE => PRODUCE,
        ApiKey::FETCH => FETCH,
        ApiKey::METADATA => METADATA,
        ApiKey::LIST_OFFSETS => 11,
        ApiKey::OFFSET_COMMIT | ApiKey::OFFSET_FETCH => 10,
        ApiKey::CREATE_TOPICS => 7,
        ApiKey::DELETE_TOPICS => 6,
        ApiKey::DELETE_RECORDS => 2,
        ApiKey::OFFSET_FOR_LEADER_EPOCH => 4,
        // Later ones hold several transactions, and are sent between brokers.
        ApiKey::ADD_PARTITIONS_TO_TXN => 3,
        ApiKey::TXN_OFFSET_COMMIT => 5,
        ApiKey::CREATE_PARTITIONS => 3,
        ApiKey::OFFSET_DELETE | ApiKey::DESCRIBE_PRODUCERS => 0,
        _ => return None,
    })
}

/// Whether the topics of this version of a request are found.
pub(super) const fn has_topics(api: ApiKey, version: i16) -> bool {
    match newest(api) {
        Some(newest) => version >= 0 && version <= newest,
        None => false,
    }
}

/// How the topics of a request are identified.
pub(super) const fn requested(api: ApiKey, version: i16) -> Naming {
    match (api, version) {
        (ApiKey::OFFSET_COMMIT | ApiKey::OFFSET_FETCH, 10..) => Naming::Id,
        (ApiKey::DELETE_TOPICS, 6..) => Naming::NameAndId,
        _ => naming(api, version),
    }
}

/// Bytes of a field that stands in versions from `first` on.
const fn since(version: i16, first: i16, length: usize) -> usize {
    if version >= first { length } else { 0 }
}

/// Steps over what comes before the topics of a request.
pub(super) fn before_topics(reader: &mut Reader<'_>, api: ApiKey, version: i16) -> Option<()> {
    match api {
        ApiKey::PRODUCE => {
            if version >= 3 {
                reader.string()?;
            }
            // Acknowledgements and timeout.
            reader.skip(2 + 4)
        }
        ApiKey::FETCH => {
            let replica = if version < 15 { 4 } else { 0 };
            let limits = since(version, 3, 4) + since(version, 4, 1);
            reader.skip(replica + 4 + 4 + limits + since(version, 7, 8))
        }
        // The replica that asks, and the isolation level.
        ApiKey::LIST_OFFSETS => reader.skip(4 + since(version, 2, 1)),
        ApiKey::OFFSET_COMMIT => {
            reader.string()?;
            if version >= 1 {
                member(reader, version >= 7)?;
            }
            // How long the offsets are kept.
            reader.skip(if matches!(version, 2..=4) { 8 } else { 0 })
        }
        ApiKey::OFFSET_FETCH => {
            if version >= 8 && reader.count()? == 0 {
                return None;
            }
            reader.string()?;
            if version >= 9 {
                reader.string()?;
                reader.skip(4)?;
            }
            Some(())
        }
        ApiKey::OFFSET_FOR_LEADER_EPOCH => reader.skip(since(version, 3, 4)),
        ApiKey::ADD_PARTITIONS_TO_TXN => {
            reader.string()?;
            reader.skip(8 + 2)
        }
        ApiKey::TXN_OFFSET_COMMIT => {
            reader.string()?;
            reader.string()?;
            reader.skip(8 + 2)?;
            match version {
                3.. => member(reader, true),
                _ => Some(()),
            }
        }
        ApiKey::OFFSET_DELETE => reader.string().map(|_| ()),
        _ => Some(()),
    }
}

/// Generation, member and its instance.
fn member(reader: &mut Reader<'_>, has_instance: bool) -> Option<()> {
    reader.skip(4)?;
    reader.string()?;
    if has_instance {
        reader.string()?;
    }
    Some(())
}

/// Steps over what follows the name of a topic of a request.
pub(super) fn after_topic(reader: &mut Reader<'_>, api: ApiKey, version: i16) -> Option<()> {
    match api {
        ApiKey::METADATA => {}
        // Names alone, which are no structures.
        ApiKey::DELETE_TOPICS if version < 6 => return Some(()),
        ApiKey::DELETE_TOPICS => {}
        ApiKey::OFFSET_FETCH | ApiKey::ADD_PARTITIONS_TO_TXN | ApiKey::DESCRIBE_PRODUCERS => {
            numbers(reader)?;
        }
        ApiKey::CREATE_TOPICS => {
            // Partitions and replicas.
            reader.skip(4 + 2)?;
            for _ in 0..reader.count()? {
                reader.skip(4)?;
                numbers(reader)?;
                reader.skip_tags()?;
            }
            for _ in 0..reader.count()? {
                reader.string()?;
                reader.string()?;
                reader.skip_tags()?;
            }
        }
        ApiKey::CREATE_PARTITIONS => {
            reader.skip(4)?;
            for _ in 0..reader.count()? {
                numbers(reader)?;
                reader.skip_tags()?;
            }
        }
        _ => {
            for _ in 0..reader.count()? {
                partition(reader, api, version)?;
                reader.skip_tags()?;
            }
        }
    }
    reader.skip_tags()
}

/// Steps over a list of numbers of four bytes.
fn numbers(reader: &mut Reader<'_>) -> Option<()> {
    let count = reader.count()? as usize;
    reader.skip(count.checked_mul(4)?)
}

/// Steps over a partition, but for its tagged fields.
fn partition(reader: &mut Reader<'_>, api: ApiKey, version: i16) -> Option<()> {
    match api {
        ApiKey::PRODUCE => {
            reader.skip(4)?;
            reader.skip_bytes()
        }
        ApiKey::FETCH => {
            let epochs = since(version, 9, 4) + since(version, 12, 4);
            reader.skip(4 + epochs + 8 + since(version, 5, 8) + 4)
        }
        ApiKey::LIST_OFFSETS => {
            let most = if version == 0 { 4 } else { 0 };
            reader.skip(4 + since(version, 4, 4) + 8 + most)
        }
        ApiKey::OFFSET_COMMIT => {
            let time = if version == 1 { 8 } else { 0 };
            reader.skip(4 + 8 + time + since(version, 6, 4))?;
            reader.string().map(|_| ())
        }
        ApiKey::TXN_OFFSET_COMMIT => {
            reader.skip(4 + 8 + since(version, 2, 4))?;
            reader.string().map(|_| ())
        }
        ApiKey::DELETE_RECORDS => reader.skip(4 + 8),
        ApiKey::OFFSET_FOR_LEADER_EPOCH => reader.skip(4 + since(version, 2, 4) + 4),
        // Of OffsetDelete: its number alone.
        _ => reader.skip(4),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Request;
    use super::*;

    /// The names of the topics of a request with this body, whose fields are all there.
    fn names(api: ApiKey, version: i16, body: &[u8]) -> Vec<String> {
        let mut bytes = Vec::new();
        bytes.extend(api.0.to_be_bytes());
        bytes.extend(version.to_be_bytes());
        bytes.extend([0, 0, 0, 1, 0, 1, b'c']);
        if api.is_flexible(version) {
            bytes.push(0);
        }
        bytes.extend(body);
        let request = Request::parse(&bytes, bytes.len() as u32).expect("a request");
        let name = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        request
            .topics()
            .filter_map(|topic| topic.name.map(name))
            .collect()
    }

    const TWO: [&str; 2] = ["aa", "bb"];

    /// Two topics, each with the bytes of its partitions.
    fn old(before: &[u8], partitions: &[u8]) -> Vec<u8> {
        let topic = |name: &[u8]| [&[0, 2][..], name, partitions].concat();
        [before, &[0, 0, 0, 2], &topic(b"aa"), &topic(b"bb")].concat()
    }

    /// The same in the flexible encoding.
    fn flexible(before: &[u8], partitions: &[u8]) -> Vec<u8> {
        let topic = |name: &[u8]| [&[3][..], name, partitions, &[0]].concat();
        [before, &[3], &topic(b"aa"), &topic(b"bb"), &[0]].concat()
    }

    #[test]
    fn every_request_with_topics_names_them() {
        let one = |length: usize| [&[0, 0, 0, 1][..], &vec![0; length]].concat();
        let group = [0, 1, b'g'];
        for (api, version, body) in [
            (ApiKey::LIST_OFFSETS, 0, old(&[0xff; 4], &one(16))),
            (ApiKey::LIST_OFFSETS, 1, old(&[0xff; 4], &one(12))),
            (ApiKey::LIST_OFFSETS, 5, old(&[0xff; 5], &one(16))),
            (ApiKey::OFFSET_COMMIT, 0, old(&group, &one(14))),
            (
                ApiKey::OFFSET_COMMIT,
                2,
                old(
                    &[&group[..], &[0; 4], &[0, 1, b'm'], &[0; 8]].concat(),
                    &one(14),
                ),
            ),
            (ApiKey::OFFSET_FETCH, 1, old(&group, &one(4))),
            (ApiKey::CREATE_TOPICS, 0, old(&[], &[0; 14])),
            (ApiKey::DELETE_TOPICS, 1, old(&[], &[])),
            (ApiKey::DELETE_RECORDS, 0, old(&[], &one(12))),
            (ApiKey::OFFSET_FOR_LEADER_EPOCH, 0, old(&[], &one(8))),
            (ApiKey::OFFSET_FOR_LEADER_EPOCH, 3, old(&[0; 4], &one(12))),
            (
                ApiKey::ADD_PARTITIONS_TO_TXN,
                0,
                old(&[0, 1, b't', 0, 0, 0, 0, 0, 0, 0, 9, 0, 1], &one(4)),
            ),
            (
                ApiKey::CREATE_PARTITIONS,
                0,
                old(&[], &[0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff]),
            ),
            (ApiKey::OFFSET_DELETE, 0, old(&group, &one(4))),
        ] {
            assert!(!api.is_flexible(version), "{api:?} {version}");
            assert_eq!(names(api, version, &body), TWO, "{api:?} {version}");
        }
        let one = |length: usize| [&[2][..], &vec![0; length], &[0]].concat();
        for (api, version, body) in [
            (ApiKey::LIST_OFFSETS, 6, flexible(&[0xff; 5], &one(16))),
            (
                ApiKey::OFFSET_COMMIT,
                8,
                flexible(&[2, b'g', 0, 0, 0, 0, 2, b'm', 0], &one(17)),
            ),
            (
                ApiKey::OFFSET_FETCH,
                7,
                flexible(&[2, b'g'], &[2, 0, 0, 0, 1]),
            ),
            (
                ApiKey::OFFSET_FETCH,
                8,
                flexible(&[2, 2, b'g'], &[2, 0, 0, 0, 1]),
            ),
            (
                ApiKey::TXN_OFFSET_COMMIT,
                3,
                flexible(
                    &[&[2, b't', 2, b'g'][..], &[0; 10], &[0; 4], &[2, b'm', 0]].concat(),
                    &one(17),
                ),
            ),
            (
                ApiKey::CREATE_TOPICS,
                5,
                flexible(&[], &[0, 0, 0, 1, 0, 1, 1, 1]),
            ),
            (
                ApiKey::DESCRIBE_PRODUCERS,
                0,
                flexible(&[], &[2, 0, 0, 0, 1]),
            ),
        ] {
            assert!(api.is_flexible(version), "{api:?} {version}");
            assert_eq!(names(api, version, &body), TWO, "{api:?} {version}");
        }
        let names_alone = [&[3][..], &[3, b'a', b'a', 3, b'b', b'b'], &[0; 5]].concat();
        assert_eq!(names(ApiKey::DELETE_TOPICS, 4, &names_alone), TWO);
        let with_id = |name: &[u8]| [&[3][..], name, &[7; 16], &[0]].concat();
        let body = [&[3][..], &with_id(b"aa"), &with_id(b"bb"), &[0; 5]].concat();
        assert_eq!(names(ApiKey::DELETE_TOPICS, 6, &body), TWO);
    }

    #[test]
    fn versions_that_are_not_known_have_none() {
        for api in (0..80).map(ApiKey) {
            let beyond = newest(api).map_or(0, |newest| newest + 1);
            assert!(!has_topics(api, beyond), "{api:?}");
            assert!(!has_topics(api, -1), "{api:?}");
        }
    }
}
