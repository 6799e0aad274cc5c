//! From Go's syntax to that of the crate `regex`.

use std::fmt::Write;

use super::class;
use super::escape;
use super::fault::{RegexError, RegexFault};
use super::flags::{Flags, Opening, opening};

/// Largest number of repetitions, also of those within one another.
const REPEAT_LIMIT: u64 = 1_000;
/// Groups within one another.
pub(super) const DEPTH_LIMIT: u32 = 250;
/// Longest expression in bytes.
const LENGTH_LIMIT: usize = 64 * 1024;

/// An open group.
struct Group<'a> {
    /// Flags after its end.
    flags: Flags,
    /// Most repetitions within one another, in what was read of it.
    weight: u64,
    /// Where it begins.
    text: &'a str,
}

/// Writes an expression in the syntax of `regex`, with the same meaning.
pub(crate) fn translate(text: &str) -> Result<String, RegexError> {
    if text.len() > LENGTH_LIMIT {
        return Err(RegexError::new(RegexFault::Size, text));
    }
    let mut translator = Translator {
        out: String::with_capacity(2 * text.len()),
        flags: Flags::default(),
        weight: 1,
        groups: Vec::new(),
        atom: None,
        is_repeated: false,
        has_new_flags: false,
    };
    let mut rest = text;
    while !rest.is_empty() {
        rest = translator
            .step(rest)
            .map_err(|fault| RegexError::new(fault, rest))?;
    }
    match translator.groups.pop() {
        Some(group) => Err(RegexError::new(RegexFault::MissingParenthesis, group.text)),
        None => Ok(translator.out),
    }
}

struct Translator<'a> {
    out: String,
    flags: Flags,
    weight: u64,
    groups: Vec<Group<'a>>,
    /// Most repetitions within one another, in what a repetition would repeat; `None` for nothing.
    atom: Option<u64>,
    /// Whether the last thing read was a repetition.
    is_repeated: bool,
    /// Whether the flags are still to be written. Go repeats what stands before them.
    has_new_flags: bool,
}

impl<'a> Translator<'a> {
    /// Reads one part; returns what is left.
    fn step(&mut self, rest: &'a str) -> Result<&'a str, RegexFault> {
        let was_repeated = std::mem::take(&mut self.is_repeated);
        let mut letters = rest.chars();
        let Some(letter) = letters.next() else {
            return Ok(rest);
        };
        let after = letters.as_str();
        match letter {
            '(' => self.open(rest, after),
            ')' => self.close(after),
            '|' => {
                self.out.push('|');
                self.atom = None;
                Ok(after)
            }
            '*' | '+' | '?' => self.repeat(letter, after, was_repeated),
            '{' => match counts(after) {
                Some((least, most, after)) => self.repeat_counted(least, most, after, was_repeated),
                None => {
                    self.literal('{');
                    Ok(after)
                }
            },
            '[' => {
                self.begin();
                class::brackets(after, &mut self.out)
            }
            '\\' => self.escaped(rest, after),
            '.' | '^' | '$' => {
                self.begin();
                self.out.push(letter);
                Ok(after)
            }
            _ => {
                self.literal(letter);
                Ok(after)
            }
        }
    }

    /// Notes that an atom begins here.
    fn begin(&mut self) {
        if std::mem::take(&mut self.has_new_flags) {
            self.flags.write(&mut self.out, ')');
        }
        self.atom = Some(1);
    }

    fn literal(&mut self, letter: char) {
        self.begin();
        let mut buffer = [0; 4];
        self.out
            .push_str(&regex_syntax::escape(letter.encode_utf8(&mut buffer)));
    }

    fn open(&mut self, rest: &'a str, after: &'a str) -> Result<&'a str, RegexFault> {
        let (flags, after) = match after.strip_prefix('?') {
            None => (self.flags, after),
            Some(after) => match opening(after, self.flags)? {
                (Opening::Group(flags), after) => (flags, after),
                (Opening::Rest(flags), after) => {
                    self.flags = flags;
                    self.has_new_flags = true;
                    return Ok(after);
                }
            },
        };
        if self.groups.len() >= DEPTH_LIMIT as usize {
            return Err(RegexFault::Depth);
        }
        self.begin();
        self.groups.push(Group {
            flags: self.flags,
            weight: self.weight,
            text: rest,
        });
        self.flags = flags;
        self.weight = 1;
        self.atom = None;
        flags.write(&mut self.out, ':');
        Ok(after)
    }

    fn close(&mut self, after: &'a str) -> Result<&'a str, RegexFault> {
        let group = self.groups.pop().ok_or(RegexFault::UnexpectedParenthesis)?;
        self.out.push(')');
        self.has_new_flags = false;
        let weight = self.weight;
        self.flags = group.flags;
        self.weight = group.weight.max(weight);
        self.atom = Some(weight);
        Ok(after)
    }

    fn repeat(
        &mut self,
        letter: char,
        after: &'a str,
        was_repeated: bool,
    ) -> Result<&'a str, RegexFault> {
        self.argument(was_repeated)?;
        match letter {
            // After another repetition a question mark would not repeat it.
            '?' => self.out.push_str("{0,1}"),
            _ => self.out.push(letter),
        }
        self.is_repeated = true;
        Ok(Self::lazy(after))
    }

    fn repeat_counted(
        &mut self,
        least: u64,
        most: Option<u64>,
        after: &'a str,
        was_repeated: bool,
    ) -> Result<&'a str, RegexFault> {
        let is_ordered = most.is_none_or(|most| least <= most && most <= REPEAT_LIMIT);
        if least > REPEAT_LIMIT || !is_ordered {
            return Err(RegexFault::RepeatCount);
        }
        let weight = self.argument(was_repeated)?;
        let count = most.unwrap_or(least);
        let weight = if count == 0 { 1 } else { weight * count };
        if weight > REPEAT_LIMIT && (least >= 2 || most.is_some_and(|most| most >= 2)) {
            return Err(RegexFault::RepeatCount);
        }
        self.weight = self.weight.max(weight);
        self.atom = Some(weight);
        let _ = match most {
            Some(most) => write!(self.out, "{{{least},{most}}}"),
            None => write!(self.out, "{{{least},}}"),
        };
        self.is_repeated = true;
        Ok(Self::lazy(after))
    }

    /// Checks that there is something to repeat; returns its weight.
    fn argument(&self, was_repeated: bool) -> Result<u64, RegexFault> {
        if was_repeated {
            return Err(RegexFault::NestedRepeat);
        }
        self.atom.ok_or(RegexFault::MissingArgument)
    }

    /// Skips the mark of a repetition that takes as little as it can: what matches is the same.
    fn lazy(after: &'a str) -> &'a str {
        after.strip_prefix('?').unwrap_or(after)
    }

    fn escaped(&mut self, rest: &'a str, after: &'a str) -> Result<&'a str, RegexFault> {
        let letter = after.bytes().next();
        match letter {
            Some(b'A' | b'z' | b'b' | b'B') => {
                self.begin();
                let letter = &after[..1];
                match letter {
                    "A" | "z" => {
                        let _ = write!(self.out, "\\{letter}");
                    }
                    _ => {
                        let _ = write!(self.out, "(?-u:\\{letter})");
                    }
                }
                return Ok(&after[1..]);
            }
            Some(b'Q') => {
                let after = &after[1..];
                let (text, after) = after.split_once("\\E").unwrap_or((after, ""));
                for letter in text.chars() {
                    self.literal(letter);
                }
                return Ok(after);
            }
            _ => {}
        }
        self.begin();
        if let Some(after) = class::single(rest, &mut self.out)? {
            return Ok(after);
        }
        let (code, after) = escape::character(after)?;
        match char::from_u32(code) {
            Some(letter) => self.literal(letter),
            None => self.out.push_str(class::NOTHING),
        }
        Ok(after)
    }
}

/// Reads the counts of a repetition up to the closing brace, where they are some.
fn counts(rest: &str) -> Option<(u64, Option<u64>, &str)> {
    let (counts, after) = rest.split_once('}')?;
    let (least, most) = match counts.split_once(',') {
        None => (counts, Some(counts)),
        Some((least, "")) => (least, None),
        Some((least, most)) => (least, Some(most)),
    };
    let most = match most {
        Some(most) => Some(count(most)?),
        None => None,
    };
    Some((count(least)?, most, after))
}

/// A number without zeros before it; a huge one is any beyond the limit.
fn count(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty()
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'));
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}
