//! Tests of texts, each in the cheapest form that it has.

use std::collections::HashSet;

use memchr::memmem::Finder;

use crate::check::{Glob, Pattern, Piece, Regex, TextTest};
use crate::field::Case;

/// A test of a text.
#[derive(Clone, Debug)]
pub(crate) struct TextMatcher {
    case: Case,
    forms: Box<[Form]>,
}

#[derive(Clone, Debug)]
enum Form {
    Equal(Box<[u8]>),
    Prefix(Box<[u8]>),
    Suffix(Box<[u8]>),
    /// Letters of it are lower case where case does not count.
    Contains(Box<Finder<'static>>),
    Glob(Glob),
    Set(HashSet<Box<[u8]>>),
    Regex(Regex),
    /// With a pattern of the qualifier.
    Name(Glob, Glob),
}

/// Texts from which on a hash set is quicker than one comparison after the other.
const SET: usize = 8;
/// Longest text of a set whose letters are changed without allocating: names of the DNS are shorter.
const FOLDED: usize = 256;

impl TextMatcher {
    /// Returns the cheapest form of a test.
    pub(crate) fn new(test: &TextTest, case: Case, pattern_size: usize) -> Self {
        let forms = match test {
            TextTest::OneOf(patterns) => one_of(patterns),
            TextTest::Contains(texts) => contains(texts, case, pattern_size),
            TextTest::Matches(regexes) => {
                let several = (regexes.len() > 1)
                    .then(|| joined(regexes, pattern_size))
                    .flatten();
                match several {
                    Some(regex) => vec![Form::Regex(regex)],
                    None => regexes.iter().cloned().map(Form::Regex).collect(),
                }
            }
        };
        Self {
            case,
            forms: forms.into(),
        }
    }

    /// Returns whether a text passes; `qualifier` stands before it.
    #[inline]
    pub(crate) fn is_match(&self, qualifier: &[u8], text: &[u8]) -> bool {
        let text = match self.case {
            Case::Domain => text.strip_suffix(b".").unwrap_or(text),
            Case::Exact | Case::Ignored => text,
        };
        let exact = self.case == Case::Exact;
        self.forms
            .iter()
            .any(|form| form.is_match(qualifier, text, exact))
    }

    /// Nanoseconds that it takes, roughly.
    pub(crate) fn cost(&self) -> u32 {
        let costs = self.forms.iter().map(|form| match form {
            Form::Equal(_) | Form::Prefix(_) | Form::Suffix(_) => 3,
            Form::Set(_) => 20,
            Form::Contains(_) => 20,
            Form::Glob(_) | Form::Name(..) => 30,
            Form::Regex(regex) if regex.is_table() => 60,
            Form::Regex(_) => 200,
        });
        costs.sum()
    }

    /// In what forms it is tested.
    pub(crate) fn describe(&self) -> String {
        let mut words: Vec<&str> = self.forms.iter().map(Form::describe).collect();
        words.dedup();
        words.join(" or ")
    }
}

fn one_of(patterns: &[Pattern]) -> Vec<Form> {
    let mut forms: Vec<Form> = patterns.iter().map(form_of).collect();
    let is_equal = |form: &Form| matches!(form, Form::Equal(_));
    if forms.iter().filter(|form| is_equal(form)).count() > SET {
        let (equal, mut others): (Vec<_>, Vec<_>) = forms.into_iter().partition(is_equal);
        let texts = equal.into_iter().filter_map(|form| match form {
            Form::Equal(text) => Some(text),
            _ => None,
        });
        others.insert(0, Form::Set(texts.collect()));
        forms = others;
    }
    forms
}

fn form_of(pattern: &Pattern) -> Form {
    let text = |bytes: &Vec<u8>| bytes.clone().into_boxed_slice();
    match (&pattern.qualifier, pattern.name.pieces()) {
        (Some(qualifier), _) => Form::Name(qualifier.clone(), pattern.name.clone()),
        (None, [Piece::Literal(bytes)]) => Form::Equal(text(bytes)),
        (None, [Piece::Literal(bytes), Piece::Many]) => Form::Prefix(text(bytes)),
        (None, [Piece::Many, Piece::Literal(bytes)]) => Form::Suffix(text(bytes)),
        (None, [Piece::Many]) => Form::Prefix(Box::default()),
        _ => Form::Glob(pattern.name.clone()),
    }
}

fn contains(texts: &[Vec<u8>], case: Case, pattern_size: usize) -> Vec<Form> {
    let finder = |text: &Vec<u8>| Form::Contains(Box::new(Finder::new(text).into_owned()));
    if let ([text], Case::Exact) = (texts, case) {
        return vec![finder(text)];
    }
    let texts_of = || texts.iter().map(Vec::as_slice);
    match Regex::any_of(texts_of(), case != Case::Exact, pattern_size) {
        Ok(regex) => vec![Form::Regex(regex)],
        Err(_) => texts.iter().map(finder).collect(),
    }
}

/// One expression in place of several.
fn joined(regexes: &[Regex], pattern_size: usize) -> Option<Regex> {
    let mut text = String::new();
    for regex in regexes {
        if !text.is_empty() {
            text.push('|');
        }
        text.push_str("(?:");
        text.push_str(regex.text());
        text.push(')');
    }
    let ignore_case = regexes.iter().any(Regex::ignores_case);
    Regex::new(&text, ignore_case, pattern_size)
        .ok()
        .filter(Regex::is_table)
}

impl Form {
    #[inline]
    fn is_match(&self, qualifier: &[u8], text: &[u8], exact: bool) -> bool {
        let same = |a: &[u8], b: &[u8]| match exact {
            true => a == b,
            false => a.eq_ignore_ascii_case(b),
        };
        match self {
            Self::Equal(wanted) => same(text, wanted),
            Self::Prefix(start) => text
                .get(..start.len())
                .is_some_and(|found| same(found, start)),
            Self::Suffix(end) => {
                let at = text.len().checked_sub(end.len());
                at.is_some_and(|at| same(&text[at..], end))
            }
            Self::Contains(finder) if exact => finder.find(text).is_some(),
            Self::Contains(finder) => {
                let needle = finder.needle();
                needle.is_empty() || text.windows(needle.len()).any(|found| same(found, needle))
            }
            Self::Glob(glob) => glob.matches(text, !exact),
            Self::Set(set) if exact => set.contains(text),
            Self::Set(set) => in_folded(set, text),
            Self::Regex(regex) => regex.is_match(text),
            Self::Name(wanted, name) => {
                wanted.matches(qualifier, !exact) && name.matches(text, !exact)
            }
        }
    }

    const fn describe(&self) -> &'static str {
        match self {
            Self::Equal(_) => "equal",
            Self::Prefix(_) => "prefix",
            Self::Suffix(_) => "suffix",
            Self::Contains(_) => "substring",
            Self::Glob(_) => "pattern",
            Self::Set(_) => "hash set",
            Self::Regex(regex) => match regex.is_table() {
                true => "automaton",
                false => "regular expression",
            },
            Self::Name(..) => "name",
        }
    }
}

/// Whether a set of texts in lower case holds this one.
fn in_folded(set: &HashSet<Box<[u8]>>, text: &[u8]) -> bool {
    let mut folded = [0; FOLDED];
    match folded.get_mut(..text.len()) {
        Some(folded) => {
            folded.copy_from_slice(text);
            folded.make_ascii_lowercase();
            set.contains(&*folded)
        }
        None => set.iter().any(|wanted| wanted.eq_ignore_ascii_case(text)),
    }
}
