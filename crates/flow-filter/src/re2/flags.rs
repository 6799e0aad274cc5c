//! Groups and their flags.

use super::fault::RegexFault;

/// What holds for the part of an expression that follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// `i`: in any letter case.
    pub(super) any_case: bool,
    /// `m`: `^` and `$` are ends of lines.
    pub(super) lines: bool,
    /// `s`: `.` is a line feed too.
    pub(super) dot_all: bool,
}

impl Flags {
    /// Writes the flags, all of them, so that they hold from here on.
    pub(super) fn write(self, out: &mut String, end: char) {
        let flags = [('i', self.any_case), ('m', self.lines), ('s', self.dot_all)];
        out.push_str("(?");
        out.extend(flags.iter().filter(|flag| flag.1).map(|flag| flag.0));
        if !flags.iter().all(|flag| flag.1) {
            out.push('-');
            out.extend(flags.iter().filter(|flag| !flag.1).map(|flag| flag.0));
        }
        out.push(end);
    }
}

/// What begins at `(?`.
pub(super) enum Opening {
    /// A group.
    Group(Flags),
    /// Flags for the rest of this group.
    Rest(Flags),
}

/// Reads what follows `(?`.
pub(super) fn opening(rest: &str, flags: Flags) -> Result<(Opening, &str), RegexFault> {
    for prefix in ["P<", "<"] {
        let Some(rest) = rest.strip_prefix(prefix) else {
            continue;
        };
        let (name, rest) = rest.split_once('>').ok_or(RegexFault::GroupName)?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err(RegexFault::GroupName);
        }
        return Ok((Opening::Group(flags), rest));
    }
    let mut changed = flags;
    let mut is_set = true;
    let mut is_complete = true;
    for (at, letter) in rest.char_indices() {
        match letter {
            'i' => changed.any_case = is_set,
            'm' => changed.lines = is_set,
            's' => changed.dot_all = is_set,
            // Which match is found first does not matter here.
            'U' => {}
            '-' if is_set => is_set = false,
            ':' | ')' if is_complete => {
                let rest = &rest[at + 1..];
                let opening = match letter {
                    ':' => Opening::Group(changed),
                    _ => Opening::Rest(changed),
                };
                return Ok((opening, rest));
            }
            _ => break,
        }
        is_complete = letter != '-';
    }
    Err(RegexFault::Group)
}
