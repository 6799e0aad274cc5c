//! Conditions on HTTP messages.

/// Status codes: whole ones, and beginnings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Statuses {
    whole: Vec<u16>,
    /// Digits, one or two.
    beginnings: Vec<Box<str>>,
}

impl Statuses {
    /// Returns the codes that the texts write; the first text that writes none is the error.
    pub(crate) fn parse(texts: &[String]) -> Result<Self, &str> {
        let mut statuses = Self {
            whole: Vec::new(),
            beginnings: Vec::new(),
        };
        for text in texts {
            let digits = text.strip_suffix('+');
            match (text.as_bytes(), digits) {
                ([b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'], None) => {
                    statuses
                        .whole
                        .push(text.parse().map_err(|_| text.as_str())?);
                }
                ([b'1'..=b'5', b'+'] | [b'1'..=b'5', b'0'..=b'9', b'+'], Some(digits)) => {
                    statuses.beginnings.push(digits.into());
                }
                _ => return Err(text),
            }
        }
        Ok(statuses)
    }

    /// Codes are compared in their form with three digits or more; 0 is none.
    #[inline]
    pub(crate) fn contain(&self, code: u32) -> bool {
        if code == 0 {
            return false;
        }
        if self.whole.iter().any(|one| u32::from(*one) == code) {
            return true;
        }
        if self.beginnings.is_empty() {
            return false;
        }
        let length = code.max(100).ilog10() + 1;
        let first = |digits: u32| code / 10_u32.pow(length - digits);
        self.beginnings.iter().any(|beginning| {
            let wanted = beginning
                .bytes()
                .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
            first(beginning.len() as u32) == wanted
        })
    }
}

/// Methods, in any letter case.
#[derive(Clone, Debug)]
pub(crate) struct Methods(Vec<(Box<str>, regex::Regex)>);

impl Methods {
    pub(crate) fn new(methods: &[String]) -> Self {
        let folded = methods.iter().filter_map(|method| {
            let expression = format!(r"\A(?i:{})\z", regex::escape(method));
            // Within its limit of memory for any method that fits into a request.
            let regex = regex::Regex::new(&expression).ok()?;
            Some((method.as_str().into(), regex))
        });
        Self(folded.collect())
    }

    pub(crate) fn contain(&self, method: &[u8]) -> bool {
        self.0.iter().any(|(wanted, folded)| {
            if wanted.is_ascii() && method.is_ascii() {
                return wanted.as_bytes().eq_ignore_ascii_case(method);
            }
            std::str::from_utf8(method).is_ok_and(|method| folded.is_match(method))
        })
    }
}
