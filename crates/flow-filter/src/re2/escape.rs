//! Escapes of one character.

use super::fault::RegexFault;

/// Reads what follows a backslash, if it stands for one character: a number of a code point, which may
/// be a surrogate, and what is left.
pub(super) fn character(rest: &str) -> Result<(u32, &str), RegexFault> {
    let mut letters = rest.chars();
    let Some(first) = letters.next() else {
        return Err(RegexFault::TrailingBackslash);
    };
    let after = letters.as_str();
    let code = match first {
        // One digit alone would be a reference to a group.
        '1'..='7' if !after.starts_with(|next| matches!(next, '0'..='7')) => {
            return Err(RegexFault::Escape);
        }
        '0'..='7' => return Ok(octal(rest)),
        'x' => return hexadecimal(after).ok_or(RegexFault::Escape),
        'a' => 7,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        _ if first.is_ascii() && !first.is_ascii_alphanumeric() => u32::from(first),
        _ => return Err(RegexFault::Escape),
    };
    Ok((code, after))
}

/// One to three octal digits.
fn octal(rest: &str) -> (u32, &str) {
    let length = rest
        .bytes()
        .take(3)
        .take_while(|digit| matches!(digit, b'0'..=b'7'))
        .count();
    let digits = rest.bytes().take(length);
    let code = digits.fold(0, |code, digit| code * 8 + u32::from(digit - b'0'));
    (code, &rest[length..])
}

/// Two hexadecimal digits, or some in braces.
fn hexadecimal(rest: &str) -> Option<(u32, &str)> {
    let (digits, after) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => (rest.get(..2)?, &rest[2..]),
    };
    let are_digits = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let digits = digits.trim_start_matches('0');
    let code = match digits {
        "" => 0,
        digits if digits.len() <= 6 => u32::from_str_radix(digits, 16).ok()?,
        _ => return None,
    };
    (are_digits && code <= u32::from(char::MAX)).then_some((code, after))
}
