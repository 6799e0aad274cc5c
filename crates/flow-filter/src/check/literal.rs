//! Numbers, times, addresses and texts of literals.

use std::net::IpAddr;
use std::time::UNIX_EPOCH;

use flow_core::flow::Ip;

use super::glob::Glob;
use super::typed::Pattern;
use crate::field::{Case, Kind, Names, nearest, shifted};
use crate::lang::{Fault, Literal, Span, Style, cut};

fn fault(expected: impl Into<String>, literal: &Literal) -> Fault {
    let found = match literal.style {
        Style::Word => format!("`{}`", cut(&literal.text)),
        _ => format!("the text \"{}\"", cut(&literal.text)),
    };
    Fault::expected(expected, found, literal.span)
}

/// Returns the ranges of numbers that a literal stands for, for a field of this kind.
pub(super) fn numbers(literal: &Literal, kind: Kind) -> Result<Vec<(u64, u64)>, Fault> {
    let text = literal.text.as_str();
    let one = |number: u64| vec![(number, number)];
    match kind {
        Kind::Bool => match text {
            "true" => Ok(one(1)),
            "false" => Ok(one(0)),
            _ => Err(fault("`true` or `false`", literal)),
        },
        Kind::Signed => {
            let number = text.parse::<i64>();
            number
                .map(|number| one(shifted(number)))
                .map_err(|_| fault("a number", literal))
        }
        Kind::Enum(names) | Kind::Flags(names) => named(literal, names),
        Kind::Bytes => with_unit(text, &BYTES)
            .map(one)
            .ok_or_else(|| fault("a number of bytes such as `1500` or `4KiB`", literal)),
        Kind::Duration => with_unit(text, &TIMES)
            .map(one)
            .ok_or_else(|| fault("a duration such as `10ms` or `1.5s`", literal)),
        Kind::Time => time(text)
            .map(one)
            .ok_or_else(|| fault("a time such as `2026-01-31T12:00:00Z`", literal)),
        _ => {
            let max = kind.max();
            let number = number(text).filter(|number| *number <= max);
            let what = kind.describe();
            number.map(one).ok_or_else(|| match max {
                u64::MAX => fault(what, literal),
                max => fault(format!("{what} from 0 to {max}"), literal),
            })
        }
    }
}

/// A number, decimal or hexadecimal.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            u64::from_str_radix(digits, 16).ok()
        }
        _ => text
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())?,
    }
}

/// The numbers of a name; a number stands for itself.
fn named(literal: &Literal, names: &Names) -> Result<Vec<(u64, u64)>, Fault> {
    let found = names.find(&literal.text);
    if !found.is_empty() {
        return Ok(found.into_iter().map(|number| (number, number)).collect());
    }
    match number(&literal.text).filter(|number| *number <= names.max) {
        Some(number) => Ok(vec![(number, number)]),
        None => {
            let near = nearest(&literal.text, names.all());
            Err(fault(names.describe, literal).with_nearest(near.as_deref()))
        }
    }
}

type Units = [(&'static str, u64)];

const TIMES: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

const BYTES: [(&str, u64); 10] = [
    ("", 1),
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// A decimal number and its unit: exact, or nothing.
fn with_unit(text: &str, units: &Units) -> Option<u64> {
    let length = text
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .count();
    let (digits, unit) = text.split_at(length);
    if digits == "0" && unit.is_empty() {
        return Some(0);
    }
    let (_, scale) = units.iter().find(|(name, _)| *name == unit)?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || digits.ends_with('.') || part.contains('.') || part.len() > 18 {
        return None;
    }
    let below = 10_u128.pow(u32::try_from(part.len()).ok()?);
    let part: u128 = match part {
        "" => 0,
        part => part.parse().ok()?,
    };
    let scale = u128::from(*scale);
    let value = (u128::from(whole.parse::<u64>().ok()?) * below + part) * scale;
    match value % below {
        0 => u64::try_from(value / below).ok(),
        _ => None,
    }
}

fn time(text: &str) -> Option<u64> {
    let time = humantime::parse_rfc3339_weak(text).ok()?;
    u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
}

/// Addresses of IPv4 as they stand among those of IPv6.
const MAPPED: (u128, u128) = (0xffff_0000_0000, 0xffff_ffff_ffff);

/// Returns the ranges of addresses or identifiers that a literal stands for.
pub(super) fn wide(literal: &Literal, kind: Kind) -> Result<Vec<(u128, u128)>, Fault> {
    let text = literal.text.as_str();
    match kind {
        Kind::Mac => {
            let mac = mac(text)
                .ok_or_else(|| fault("a MAC address such as `02:00:00:00:00:01`", literal))?;
            Ok(vec![(mac, mac)])
        }
        Kind::Id => {
            let digits = text.replace('-', "");
            let is_id = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let id = is_id
                .then(|| u128::from_str_radix(&digits, 16).ok())
                .flatten();
            let id = id.ok_or_else(|| fault("32 hexadecimal digits", literal))?;
            Ok(vec![(id, id)])
        }
        _ => addresses(text)
            .ok_or_else(|| fault("an IP address or a network such as `10.0.0.0/8`", literal)),
    }
}

fn mac(text: &str) -> Option<u128> {
    let mut bytes = text.split([':', '-']).map(|part| match part.len() {
        2 if part.bytes().all(|byte| byte.is_ascii_hexdigit()) => u8::from_str_radix(part, 16).ok(),
        _ => None,
    });
    let mut mac = 0;
    for _ in 0..6 {
        mac = mac << 8 | u128::from(bytes.next()??);
    }
    bytes.next().is_none().then_some(mac)
}

/// The addresses of an address or a network. A network of IPv6 holds none of IPv4.
fn addresses(text: &str) -> Option<Vec<(u128, u128)>> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => {
            let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
            (address, Some(digits.then(|| prefix.parse::<u32>().ok())??))
        }
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let (bits, is_v4) = match address {
        IpAddr::V4(_) => (32, true),
        IpAddr::V6(v6) => (128, v6.to_ipv4_mapped().is_some()),
    };
    let prefix = prefix.unwrap_or(bits);
    let host_bits = bits.checked_sub(prefix)?;
    let hosts = 1_u128
        .checked_shl(host_bits)
        .map_or(u128::MAX, |size| size - 1);
    let start = u128::from_be_bytes(Ip::from(address).0) & !hosts;
    let (from, to) = (start, start | hosts);
    if is_v4 || to < MAPPED.0 || from > MAPPED.1 {
        return Some(vec![(from, to)]);
    }
    Some(vec![(from, MAPPED.0 - 1), (MAPPED.1 + 1, to)])
}

/// Returns the text of a literal without its escapes.
pub(super) fn plain(literal: &Literal) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    each_byte(literal, |byte, _| bytes.push(byte))?;
    Ok(bytes)
}

/// Returns a literal as a key.
pub(super) fn key(literal: &Literal) -> Result<Box<str>, Fault> {
    let key = String::from_utf8(plain(literal)?);
    match key {
        Ok(key) if !key.is_empty() => Ok(key.into()),
        _ => Err(fault("a key", literal)),
    }
}

/// Returns the pattern that a literal is: `*` stands for any text; `?` for one byte, if asked for.
pub(super) fn pattern(
    literal: &Literal,
    case: Case,
    is_name: bool,
    with_question_marks: bool,
) -> Result<Pattern, Fault> {
    let mut glob = Glob::default();
    each_byte(literal, |byte, is_escaped| match byte {
        b'*' if !is_escaped => glob.push_many(),
        b'?' if !is_escaped && with_question_marks => glob.push_one(),
        byte => glob.push(byte),
    })?;
    if case == Case::Domain {
        glob.trim_final_dot();
    }
    if case != Case::Exact {
        glob.make_lower_case();
    }
    let (qualifier, mut name) = match is_name {
        true => glob.split_at_slash(),
        false => (None, glob),
    };
    // `shop/` is every name of `shop`, `/web` is that name anywhere.
    let qualifier = qualifier.filter(|qualifier| !qualifier.is_empty());
    if qualifier.is_some() && name.is_empty() {
        name.push_many();
    }
    if name.is_empty() && qualifier.is_none() {
        let expected = "a text that is not empty";
        return Err(fault(expected, literal).with_help("`!has(field)` is where there is none"));
    }
    Ok(Pattern { qualifier, name })
}

/// Returns the regular expression that a literal writes: only `\"` is an escape of ours.
pub(super) fn expression(literal: &Literal) -> String {
    match literal.style {
        Style::Quoted => literal.text.replace("\\\"", "\""),
        _ => literal.text.clone(),
    }
}

/// Hands each byte of a text to `take`, and whether it was escaped.
fn each_byte(literal: &Literal, mut take: impl FnMut(u8, bool)) -> Result<(), Fault> {
    if literal.style != Style::Quoted {
        literal.text.bytes().for_each(|byte| take(byte, false));
        return Ok(());
    }
    let mut rest = literal.text.as_str();
    while let Some(at) = rest.find('\\') {
        rest[..at].bytes().for_each(|byte| take(byte, false));
        let escape = &rest[at + 1..];
        let Some((letter, length)) = escaped(escape) else {
            let start = literal.span.end - 1 - rest.len() + at;
            let letter = escape.chars().next().map_or(String::new(), String::from);
            let span = Span::new(start, start + 1 + letter.len());
            let expected = "an escape: `\\\\`, `\\\"`, `\\*`, `\\?`, `\\n`, `\\r`, `\\t`, `\\xFF` or `\\u{FF}`";
            return Err(Fault::expected(expected, format!("`\\{letter}`"), span));
        };
        match letter {
            Escape::Byte(byte) => take(byte, true),
            Escape::Letter(letter) => {
                let mut bytes = [0; 4];
                letter
                    .encode_utf8(&mut bytes)
                    .bytes()
                    .for_each(|byte| take(byte, true));
            }
        }
        rest = &escape[length..];
    }
    rest.bytes().for_each(|byte| take(byte, false));
    Ok(())
}

enum Escape {
    Byte(u8),
    Letter(char),
}

/// What an escape stands for, and its length without the backslash.
fn escaped(text: &str) -> Option<(Escape, usize)> {
    let simple = |letter| Some((Escape::Letter(letter), 1));
    match text.as_bytes().first()? {
        letter @ (b'\\' | b'"' | b'*' | b'?') => simple(char::from(*letter)),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'x' => {
            let digits = text.get(1..3)?;
            let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let byte = is_hex.then(|| u8::from_str_radix(digits, 16).ok())??;
            Some((Escape::Byte(byte), 3))
        }
        b'u' => {
            let digits = text[1..].strip_prefix('{')?;
            let digits = &digits[..digits.find('}')?];
            let is_hex = digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = is_hex.then(|| u32::from_str_radix(digits, 16).ok())??;
            Some((Escape::Letter(char::from_u32(number)?), digits.len() + 3))
        }
        _ => None,
    }
}
