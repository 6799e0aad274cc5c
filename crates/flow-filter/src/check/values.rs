//! What a field is compared with, as values of its kind.

use super::lists::Lists;
use super::literal;
use super::typed::Pattern;
use crate::field::{Case, Field, Kind, nearest};
use crate::lang::{Fault, Item, Limits, Literal, Name, Operand, Problem, Span, Style};

/// Ranges of numbers or of addresses.
pub(super) enum Values {
    Numbers(Vec<(u64, u64)>),
    Wide(Vec<(u128, u128)>),
}

/// Reads operands, and counts their entries.
pub(super) struct ValueReader<'l> {
    lists: &'l Lists,
    limits: Limits,
    entries: usize,
}

/// A literal of a set or of a list, and the end of its range where it is one.
struct Entry {
    from: Literal,
    to: Option<Literal>,
    /// The entry of a list that it is; `None` where it stands in the filter.
    list: Option<String>,
}

impl<'l> ValueReader<'l> {
    pub(super) const fn new(lists: &'l Lists, limits: Limits) -> Self {
        Self {
            lists,
            limits,
            entries: 0,
        }
    }

    /// Hands every entry of an operand to `take`.
    fn each(
        &mut self,
        operand: &Operand,
        with_ranges: bool,
        mut take: impl FnMut(&Literal, Option<&Literal>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for item in &operand.items {
            match item {
                Item::One(literal) => self.one(literal, None, operand.span, &mut take)?,
                Item::Range(from, to) => self.one(from, Some(to), operand.span, &mut take)?,
                Item::List(name) => {
                    for entry in self.list(name)? {
                        let Entry { from, to, list } = list_entry(entry, name.span, with_ranges);
                        let result = self.one(&from, to.as_ref(), name.span, &mut take);
                        result.map_err(|fault| match &list {
                            Some(entry) => {
                                fault.with_help(format!("it is the entry `{entry}` of the list"))
                            }
                            None => fault,
                        })?;
                    }
                }
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        from: &Literal,
        to: Option<&Literal>,
        span: Span,
        take: &mut impl FnMut(&Literal, Option<&Literal>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.entries += 1;
        if self.entries > self.limits.list_entries {
            let limit = self.limits.list_entries;
            return Err(Fault::limit(
                "entries of sets and lists",
                limit,
                self.entries,
                span,
            ));
        }
        take(from, to)
    }

    fn list(&self, name: &Name) -> Result<&'l [String], Fault> {
        self.lists.get(&name.text).ok_or_else(|| {
            let near = nearest(&name.text, self.lists.names().cloned());
            let near = near.map(|near| format!("${near}"));
            let name_text = name.text.clone();
            Fault::new(Problem::UnknownList { name: name_text }, name.span)
                .with_nearest(near.as_deref())
        })
    }

    /// Reads numbers or addresses that are compared for equality.
    pub(super) fn ranges(&mut self, field: &Field, operand: &Operand) -> Result<Values, Fault> {
        let values = self.bounds(field, operand)?;
        let is_only_zero = match &values {
            Values::Numbers(ranges) => {
                field.def.is_zero_absent && ranges.iter().any(|range| range.1 == 0)
            }
            Values::Wide(ranges) => ranges.iter().any(|range| range.1 == 0),
        };
        if is_only_zero {
            let expected = format!("{} that is known", field.def.kind.describe());
            let fault = Fault::expected(
                expected,
                "the one that stands for \"not known\"",
                operand.span,
            );
            return Err(
                fault.with_help(format!("`!has({})` is where it is not known", field.name()))
            );
        }
        Ok(values)
    }

    /// Reads numbers or addresses.
    pub(super) fn bounds(&mut self, field: &Field, operand: &Operand) -> Result<Values, Fault> {
        let kind = field.def.kind;
        if matches!(kind, Kind::Ip | Kind::Mac | Kind::Id) {
            let mut ranges = Vec::new();
            self.each(operand, kind_has_ranges(kind), |from, to| {
                let start = literal::wide(from, kind)?;
                ranges.extend(match to {
                    None => start,
                    Some(to) => vec![range(&start, &literal::wide(to, kind)?, from, to)?],
                });
                Ok(())
            })?;
            return Ok(Values::Wide(ranges));
        }
        let mut ranges = Vec::new();
        self.each(operand, kind_has_ranges(kind), |from, to| {
            let start = literal::numbers(from, kind)?;
            let Some(to) = to else {
                ranges.extend(start);
                return Ok(());
            };
            if !kind.is_ordered() {
                let what = kind.describe();
                return Err(Fault::expected(what, "a range", from.span.to(to.span)));
            }
            ranges.push(range(&start, &literal::numbers(to, kind)?, from, to)?);
            Ok(())
        })?;
        Ok(Values::Numbers(ranges))
    }

    /// Reads patterns.
    pub(super) fn patterns(
        &mut self,
        field: &Field,
        case: Case,
        operand: &Operand,
        with_question_marks: bool,
    ) -> Result<Vec<Pattern>, Fault> {
        let is_name = matches!(field.def.kind, Kind::Name);
        let mut patterns = Vec::new();
        self.texts(operand, |literal| {
            patterns.push(literal::pattern(
                literal,
                case,
                is_name,
                with_question_marks,
            )?);
            Ok(())
        })?;
        Ok(patterns)
    }

    /// Hands every text of an operand to `take`.
    pub(super) fn texts(
        &mut self,
        operand: &Operand,
        mut take: impl FnMut(&Literal) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.each(operand, false, |from, to| match to {
            None => take(from),
            Some(to) => Err(Fault::expected("a text", "a range", from.span.to(to.span))),
        })
    }
}

const fn kind_has_ranges(kind: Kind) -> bool {
    kind.is_ordered() || matches!(kind, Kind::Ip)
}

/// From the first of `start` to the last of `end`.
fn range<T: Copy + Ord>(
    start: &[(T, T)],
    end: &[(T, T)],
    from: &Literal,
    to: &Literal,
) -> Result<(T, T), Fault> {
    match (start, end) {
        ([(first, _)], [(_, last)]) if first <= last => Ok((*first, *last)),
        _ => Err(Fault::expected(
            "a range whose end is not before its start",
            format!(
                "`{}..{}`",
                crate::lang::cut(&from.text),
                crate::lang::cut(&to.text)
            ),
            from.span.to(to.span),
        )),
    }
}

/// An entry of a list; it stands in the filter where the name of the list does.
fn list_entry(entry: &str, span: Span, with_ranges: bool) -> Entry {
    let literal = |text: &str| Literal {
        text: text.trim().to_owned(),
        style: Style::Word,
        span,
    };
    let (from, to) = match entry.split_once("..") {
        Some((from, to)) if with_ranges => (literal(from), Some(literal(to))),
        _ => (literal(entry), None),
    };
    Entry {
        from,
        to,
        list: Some(crate::lang::cut(entry)),
    }
}
