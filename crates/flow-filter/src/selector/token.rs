//! Words of a selector.

/// A word and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    In,
    NotIn,
    Equals,
    NotEquals,
    Less,
    Greater,
    Not,
    Comma,
    Open,
    Close,
    End,
}

/// Splits a selector into words; the last one is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        let kind = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b',' => one(&mut at, Kind::Comma),
            b'(' => one(&mut at, Kind::Open),
            b')' => one(&mut at, Kind::Close),
            b'<' => one(&mut at, Kind::Less),
            b'>' => one(&mut at, Kind::Greater),
            b'=' => {
                at += if bytes.get(at + 1) == Some(&b'=') {
                    2
                } else {
                    1
                };
                Kind::Equals
            }
            b'!' if bytes.get(at + 1) == Some(&b'=') => {
                at += 2;
                Kind::NotEquals
            }
            b'!' => one(&mut at, Kind::Not),
            _ => {
                let rest = &text[at..];
                at += rest.find(is_end_of_name).unwrap_or(rest.len());
                match &text[start..at] {
                    "in" => Kind::In,
                    "notin" => Kind::NotIn,
                    _ => Kind::Name,
                }
            }
        };
        let text = &text[start..at];
        tokens.push(Token {
            kind,
            text,
            at: start,
        });
    }
    tokens.push(Token {
        kind: Kind::End,
        text: "",
        at,
    });
    tokens
}

const fn one(at: &mut usize, kind: Kind) -> Kind {
    *at += 1;
    kind
}

const fn is_end_of_name(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\t' | '\r' | '\n' | '=' | '!' | '(' | ')' | ',' | '<' | '>'
    )
}
