//! Which keys and values Kubernetes allows.

/// Why a text is no key or value.
pub(super) type Reason = &'static str;

/// Longest name and value in bytes.
const NAME_LIMIT: usize = 63;
/// Longest domain before a name in bytes.
const DOMAIN_LIMIT: usize = 253;

/// Checks a key: a name, or a domain, a slash and a name.
pub(super) fn key(text: &str) -> Result<(), Reason> {
    let name = match text.split_once('/') {
        Some((_, name)) if name.contains('/') => return Err("at most one slash"),
        Some((domain, name)) => {
            if domain.len() > DOMAIN_LIMIT || !domain.split('.').all(is_domain_part) {
                return Err("a lower-case DNS name of at most 253 characters before the slash");
            }
            name
        }
        None => text,
    };
    if !is_name(name) {
        return Err(
            "a name of at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends",
        );
    }
    Ok(())
}

/// Checks a value: a name, or nothing.
pub(super) fn value(text: &str) -> Result<(), Reason> {
    if text.is_empty() || is_name(text) {
        return Ok(());
    }
    Err(
        "a value of at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    )
}

fn is_name(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.len() <= NAME_LIMIT
        && text.bytes().all(is_inner)
        && ends(text).is_some_and(|(first, last)| {
            first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric()
        })
}

fn is_domain_part(text: &str) -> bool {
    let is_outer = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.bytes().all(|byte| is_outer(byte) || byte == b'-')
        && ends(text).is_some_and(|(first, last)| is_outer(first) && is_outer(last))
}

/// The first and the last byte.
fn ends(text: &str) -> Option<(u8, u8)> {
    let bytes = text.as_bytes();
    bytes.first().copied().zip(bytes.last().copied())
}
