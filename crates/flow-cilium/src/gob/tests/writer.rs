//! Writes streams, as the documentation of `encoding/gob` has them.

use std::vec::Vec;

pub(crate) fn uint(number: u64) -> Vec<u8> {
    if number < 128 {
        return Vec::from([number as u8]);
    }
    let bytes = number.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut written = Vec::from([(8 - zeros as u8).wrapping_neg()]);
    written.extend(&bytes[zeros..]);
    written
}

pub(crate) fn int(number: i64) -> Vec<u8> {
    let bits = number as u64;
    uint(if number < 0 {
        (!bits) << 1 | 1
    } else {
        bits << 1
    })
}

pub(crate) fn string(bytes: &[u8]) -> Vec<u8> {
    let mut written = uint(bytes.len() as u64);
    written.extend(bytes);
    written
}

pub(crate) fn message(body: &[u8]) -> Vec<u8> {
    string(body)
}

/// Name and number of a type.
fn common(name: &str, id: i64) -> Vec<u8> {
    let mut written = Vec::from([1]);
    written.extend(string(name.as_bytes()));
    written.push(1);
    written.extend(int(id));
    written.push(0);
    written
}

/// A definition, without the length of its message.
fn define(id: i64, kind: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut written = int(-id);
    written.push(kind + 1);
    written.push(1);
    written.extend(common("T", id));
    for part in parts {
        written.push(1);
        written.extend(part);
    }
    written.extend([0, 0]);
    written
}

pub(crate) fn define_array(id: i64, element: i64, length: i64) -> Vec<u8> {
    define(id, 0, &[int(element), int(length)])
}

pub(crate) fn define_slice(id: i64, element: i64) -> Vec<u8> {
    define(id, 1, &[int(element)])
}

pub(crate) fn define_struct(id: i64, fields: &[(&str, i64)]) -> Vec<u8> {
    let mut list = uint(fields.len() as u64);
    for (name, id) in fields {
        list.push(1);
        list.extend(string(name.as_bytes()));
        list.push(1);
        list.extend(int(*id));
        list.push(0);
    }
    define(id, 2, &[list])
}

pub(crate) fn define_map(id: i64, key: i64, element: i64) -> Vec<u8> {
    define(id, 3, &[int(key), int(element)])
}

pub(crate) fn define_opaque(id: i64, kind: u8) -> Vec<u8> {
    define(id, 4 + kind % 3, &[])
}
