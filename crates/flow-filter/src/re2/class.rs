//! Classes of characters.

use std::fmt::Write;

use super::escape;
use super::fault::RegexFault;

/// Inner part of the classes that Go has a letter for.
const fn perl(letter: u8) -> Option<&'static str> {
    Some(match letter.to_ascii_lowercase() {
        b'd' => "0-9",
        b's' => r"\t\n\x0C\r ",
        b'w' => "0-9A-Za-z_",
        _ => return None,
    })
}

/// Inner part of the classes that POSIX names.
fn posix(name: &str) -> Option<&'static str> {
    Some(match name {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => r"\x00-\x7F",
        "blank" => r"\t ",
        "cntrl" => r"\x00-\x1F\x7F",
        "digit" => "0-9",
        "graph" => "!-~",
        "lower" => "a-z",
        "print" => " -~",
        "punct" => r"!-/:-@\[-`{-~",
        "space" => r"\t\n\x0B\x0C\r ",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        _ => return None,
    })
}

/// A class that matches nothing.
pub(super) const NOTHING: &str = r"[^\x00-\x{10FFFF}]";

/// Reads a class that stands for itself, `\d` or `\pN`, where there is one.
pub(super) fn single<'a>(rest: &'a str, out: &mut String) -> Result<Option<&'a str>, RegexFault> {
    let Some(escaped) = rest.strip_prefix('\\') else {
        return Ok(None);
    };
    let Some(letter) = escaped.bytes().next().filter(u8::is_ascii_alphabetic) else {
        return Ok(None);
    };
    let after = &escaped[1..];
    if letter == b'p' || letter == b'P' {
        return unicode(letter == b'P', after, out).map(Some);
    }
    let Some(inner) = perl(letter) else {
        return Ok(None);
    };
    bracketed(inner, letter.is_ascii_uppercase(), out);
    Ok(Some(after))
}

fn bracketed(inner: &str, is_negated: bool, out: &mut String) {
    out.push_str(if is_negated { "[^" } else { "[" });
    out.push_str(inner);
    out.push(']');
}

/// Reads the name of a Unicode class: a category or a script.
fn unicode<'a>(is_negated: bool, rest: &'a str, out: &mut String) -> Result<&'a str, RegexFault> {
    let (name, rest) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}').ok_or(RegexFault::Class)?,
        None => {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            rest.split_at(length)
        }
    };
    let (name, is_inverted) = match name.strip_prefix('^') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ');
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err(RegexFault::Class);
    }
    let kind = ["gc", "sc"]
        .into_iter()
        .find(|kind| regex_syntax::parse(&format!("\\p{{{kind}={name}}}")).is_ok());
    let Some(kind) = kind else {
        return Err(RegexFault::Class);
    };
    let letter = if is_negated == is_inverted { 'p' } else { 'P' };
    let _ = write!(out, "\\{letter}{{{kind}={name}}}");
    Ok(rest)
}

/// Reads a class in brackets; `rest` follows the opening one.
pub(super) fn brackets<'a>(rest: &'a str, out: &mut String) -> Result<&'a str, RegexFault> {
    let (mut rest, is_negated) = match rest.strip_prefix('^') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let mut inner = String::new();
    let mut is_first = true;
    loop {
        if let Some(after) = rest.strip_prefix(']').filter(|_| !is_first) {
            match (inner.is_empty(), is_negated) {
                // Of surrogates alone, which no text holds.
                (true, false) => out.push_str(NOTHING),
                (true, true) => out.push_str(r"[\x00-\x{10FFFF}]"),
                (false, is_negated) => bracketed(&inner, is_negated, out),
            }
            return Ok(after);
        }
        is_first = false;
        if let Some(named) = rest.strip_prefix("[:")
            && let Some((name, after)) = named.split_once(":]")
        {
            let (name, is_negated) = match name.strip_prefix('^') {
                Some(name) => (name, true),
                None => (name, false),
            };
            let class = posix(name).ok_or(RegexFault::Class)?;
            bracketed(class, is_negated, &mut inner);
            rest = after;
            continue;
        }
        if let Some(after) = single(rest, &mut inner)? {
            rest = after;
            continue;
        }
        let (low, after) = member(rest)?;
        rest = after;
        let mut high = low;
        if let Some(after) = rest.strip_prefix('-')
            && !after.is_empty()
            && !after.starts_with(']')
        {
            (high, rest) = member(after)?;
        }
        if high < low {
            return Err(RegexFault::Class);
        }
        range(low, high, &mut inner);
    }
}

/// One character in a class.
fn member(rest: &str) -> Result<(u32, &str), RegexFault> {
    let mut letters = rest.chars();
    match letters.next() {
        None => Err(RegexFault::MissingBracket),
        Some('\\') => escape::character(letters.as_str()),
        Some(letter) => Ok((u32::from(letter), letters.as_str())),
    }
}

/// Writes a range without the surrogates in it.
fn range(low: u32, high: u32, out: &mut String) {
    const SURROGATES: (u32, u32) = (0xd800, 0xdfff);
    let parts = [
        (low, high.min(SURROGATES.0 - 1)),
        (low.max(SURROGATES.1 + 1), high),
    ];
    for (low, high) in parts {
        if low <= high {
            let _ = write!(out, "\\x{{{low:X}}}-\\x{{{high:X}}}");
        }
    }
}
