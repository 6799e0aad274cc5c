//! From names and literals to fields and values.

use std::sync::Arc;

use super::lists::Lists;
use super::literal;
use super::regex::Regex;
use super::typed::{Relation, Test, TextTest, Typed};
use super::values::{ValueReader, Values};
use crate::field::{Case, Field, Kind, Part, Shape, find, nearest_field, shorthand};
use crate::lang::{
    Ast, Comparison, Fault, FieldName, Limits, Literal, Operator, Problem, Quantifier, Span,
};
use crate::selector::Selector;

/// Gives a tree its meaning.
///
/// # Errors
/// If a name is not known, or an operator or a value does not fit its field, or a limit is exceeded.
pub(crate) fn resolve(ast: &Ast, lists: &Lists, limits: &Limits) -> Result<Typed, Fault> {
    let mut resolver = Resolver {
        values: ValueReader::new(lists, *limits),
        limits: *limits,
        patterns: 0,
    };
    resolver.tree(ast)
}

struct Resolver<'l> {
    values: ValueReader<'l>,
    limits: Limits,
    patterns: usize,
}

fn not(typed: Typed) -> Typed {
    Typed::Not(Box::new(typed))
}

impl Resolver<'_> {
    fn tree(&mut self, ast: &Ast) -> Result<Typed, Fault> {
        Ok(match ast {
            Ast::Const(value) => Typed::Const(*value),
            Ast::Bare(field) => self.bare(field)?,
            Ast::Compare(comparison) => self.comparison(comparison)?,
            Ast::Not(inner) => not(self.tree(inner)?),
            Ast::And(parts) => Typed::All(self.trees(parts)?),
            Ast::Or(parts) => Typed::Any(self.trees(parts)?),
            Ast::Xor(parts) => Typed::Xor(self.trees(parts)?),
        })
    }

    fn trees(&mut self, parts: &[Ast]) -> Result<Vec<Typed>, Fault> {
        parts.iter().map(|part| self.tree(part)).collect()
    }

    fn bare(&mut self, name: &FieldName) -> Result<Typed, Fault> {
        let meant = match &name.key {
            None => shorthand(&name.name.text),
            Some(_) => None,
        };
        if let Some((field, value)) = meant {
            let (Kind::Enum(names) | Kind::Flags(names)) = field.def.kind else {
                return Err(unknown(name));
            };
            let values = names.find(value);
            let relation = match field.def.kind {
                Kind::Flags(_) => Relation::AllOf(values.iter().fold(0, |all, bit| all | bit)),
                _ => Relation::Numbers(values.iter().map(|value| (*value, *value)).collect()),
            };
            return Ok(test(field, None, None, relation));
        }
        let (field, key) = self.field(name)?;
        let relation = match (field.def.kind, &field.def.part) {
            (Kind::Bool, _) => Relation::Numbers(vec![(1, 1)]),
            (_, Part::Slot(..)) => Relation::Numbers(vec![(1, u64::MAX)]),
            _ => Relation::Present,
        };
        Ok(test(field, key, None, relation))
    }

    fn field(&mut self, name: &FieldName) -> Result<(Field, Option<Box<str>>), Fault> {
        let field = find(&name.name.text).ok_or_else(|| unknown(name))?;
        let Some(key) = &name.key else {
            return Ok((field, None));
        };
        if field.def.shape != Shape::Map {
            let found = format!(
                "a key after `{}`, which has no entries by key",
                name.name.text
            );
            return Err(Fault::expected("an operator", found, key.span));
        }
        Ok((field, Some(literal::key(key)?)))
    }

    fn comparison(&mut self, comparison: &Comparison) -> Result<Typed, Fault> {
        if find(&comparison.field.name.text).is_none()
            && shorthand(&comparison.field.name.text).is_some()
        {
            let name = &comparison.field.name;
            let found = format!("`{}`", comparison.operator.text());
            let expected = format!("`&&`, `||` or the end after `{}`", name.text);
            return Err(Fault::expected(expected, found, comparison.operator_span));
        }
        let (field, key) = self.field(&comparison.field)?;
        let operator = comparison.operator;
        let operand = &comparison.operand;
        let kind = field.def.kind;
        self.check_operator(&field, comparison)?;
        let relation = match operator {
            Operator::Equal | Operator::NotEqual | Operator::In | Operator::NotIn => match kind {
                Kind::Text(case) => self.one_of(&field, case, comparison, false)?,
                Kind::Name => self.one_of(&field, Case::Exact, comparison, false)?,
                Kind::Flags(_) => {
                    let flags = self.flags(&field, comparison)?;
                    Relation::Numbers(vec![(flags, flags)])
                }
                _ => match self.values.ranges(&field, operand)? {
                    Values::Numbers(ranges) => Relation::Numbers(ranges),
                    Values::Wide(ranges) => Relation::Wide(ranges),
                },
            },
            Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
                self.ordered(&field, comparison)?
            }
            Operator::Wildcard => {
                let case = match kind {
                    Kind::Text(Case::Domain) => Case::Domain,
                    _ => Case::Ignored,
                };
                self.one_of(&field, case, comparison, true)?
            }
            Operator::Contains => {
                let case = text_case(kind);
                let mut texts = Vec::new();
                self.values.texts(operand, |literal| {
                    let mut text = literal::plain(literal)?;
                    if case != Case::Exact {
                        text.make_ascii_lowercase();
                    }
                    texts.push(text);
                    Ok(())
                })?;
                if texts.len() > 1 {
                    self.count_pattern(operand.span)?;
                }
                Relation::Text(TextTest::Contains(texts), case)
            }
            Operator::Matches | Operator::NotMatches => self.regexes(kind, comparison)?,
            Operator::Has => Relation::AllOf(self.flags(&field, comparison)?),
            Operator::HasAny => Relation::AnyOf(self.flags(&field, comparison)?),
            Operator::Select => self.selector(comparison)?,
        };
        let is_negative = matches!(
            operator,
            Operator::NotEqual | Operator::NotIn | Operator::NotMatches
        );
        let quantifier = comparison
            .quantifier
            .map(|quantifier| (quantifier, is_negative));
        let tested = test(field, key, quantifier, relation);
        Ok(match (comparison.quantifier, is_negative) {
            (None, true) => not(tested),
            _ => tested,
        })
    }

    /// Checks that a field has an operator, and that a set stands where one may.
    fn check_operator(&self, field: &Field, comparison: &Comparison) -> Result<(), Fault> {
        use Operator as O;
        let (kind, operator) = (field.def.kind, comparison.operator);
        let is_flags = matches!(kind, Kind::Flags(_));
        let is_labels = field.def.shape == Shape::Map && field.def.name.ends_with("label");
        let has_it = match operator {
            O::Equal | O::NotEqual => true,
            O::In | O::NotIn => !is_flags,
            O::Less | O::AtMost | O::Greater | O::AtLeast => kind.is_ordered(),
            O::Contains | O::Matches | O::NotMatches | O::Wildcard => kind.is_text(),
            O::Has | O::HasAny => is_flags,
            O::Select => is_labels && comparison.field.key.is_none(),
        };
        if !has_it {
            let mut expected = vec!["`==`"];
            match kind {
                Kind::Flags(_) => expected.extend(["`has`"]),
                _ if kind.is_text() => {
                    expected.extend(["`in`", "`contains`", "`matches`", "`wildcard`"])
                }
                _ if kind.is_ordered() => expected.extend(["`in`", "`<`", "`>`"]),
                _ => expected.push("`in`"),
            }
            if is_labels && comparison.field.key.is_none() {
                expected.push("`select`");
            }
            let problem = Problem::Operator {
                field: comparison.field.name.text.clone(),
                kind: kind.describe().to_owned(),
                expected: expected.join(", "),
                operator: operator.text().to_owned(),
            };
            return Err(Fault::new(problem, comparison.operator_span));
        }
        let takes_set = match operator {
            O::Equal | O::NotEqual => is_flags,
            O::Less | O::AtMost | O::Greater | O::AtLeast | O::Select => false,
            _ => true,
        };
        let operand = &comparison.operand;
        let is_many =
            operand.is_set || !matches!(operand.items.first(), Some(crate::lang::Item::One(_)));
        if is_many && !takes_set {
            let expected = format!("one value after `{}`", operator.text());
            let fault = Fault::expected(expected, "a set, a list or a range", operand.span);
            return Err(fault.with_help("`in` takes sets, lists and ranges"));
        }
        if operand.items.is_empty() {
            return Err(Fault::expected("a value", "an empty set", operand.span));
        }
        Ok(())
    }

    fn one_of(
        &mut self,
        field: &Field,
        case: Case,
        comparison: &Comparison,
        with_question_marks: bool,
    ) -> Result<Relation, Fault> {
        let patterns =
            self.values
                .patterns(field, case, &comparison.operand, with_question_marks)?;
        Ok(Relation::Text(TextTest::OneOf(patterns), case))
    }

    fn ordered(&mut self, field: &Field, comparison: &Comparison) -> Result<Relation, Fault> {
        let Values::Numbers(ranges) = self.values.bounds(field, &comparison.operand)? else {
            return Err(Fault::expected(
                "a number",
                "an address",
                comparison.operand.span,
            ));
        };
        let number = ranges.first().map_or(0, |range| range.0);
        Ok(Relation::Numbers(match comparison.operator {
            Operator::Less => number
                .checked_sub(1)
                .map(|to| (0, to))
                .into_iter()
                .collect(),
            Operator::AtMost => vec![(0, number)],
            Operator::Greater => number
                .checked_add(1)
                .map(|from| (from, u64::MAX))
                .into_iter()
                .collect(),
            _ => vec![(number, u64::MAX)],
        }))
    }

    fn flags(&mut self, field: &Field, comparison: &Comparison) -> Result<u64, Fault> {
        let Values::Numbers(bits) = self.values.bounds(field, &comparison.operand)? else {
            return Err(Fault::expected(
                "flags",
                "an address",
                comparison.operand.span,
            ));
        };
        Ok(bits.iter().fold(0, |all, (bit, _)| all | bit))
    }

    fn count_pattern(&mut self, span: Span) -> Result<(), Fault> {
        self.patterns += 1;
        let limit = self.limits.patterns;
        match self.patterns > limit {
            true => Err(Fault::limit(
                "regular expressions and selectors",
                limit,
                self.patterns,
                span,
            )),
            false => Ok(()),
        }
    }

    fn regexes(&mut self, kind: Kind, comparison: &Comparison) -> Result<Relation, Fault> {
        let case = text_case(kind);
        let mut literals: Vec<Literal> = Vec::new();
        self.values.texts(&comparison.operand, |literal| {
            literals.push(literal.clone());
            Ok(())
        })?;
        let mut regexes = Vec::with_capacity(literals.len());
        for literal in &literals {
            self.count_pattern(literal.span)?;
            let text = literal::expression(literal);
            let regex = Regex::new(&text, case != Case::Exact, self.limits.pattern_size);
            regexes.push(regex.map_err(|cause| {
                let expected = "a regular expression (RE2)";
                Fault::new(Problem::Pattern { expected, cause }, literal.span)
            })?);
        }
        Ok(Relation::Text(TextTest::Matches(regexes), case))
    }

    fn selector(&mut self, comparison: &Comparison) -> Result<Relation, Fault> {
        let span = comparison.operand.span;
        self.count_pattern(span)?;
        let mut selector = None;
        self.values.texts(&comparison.operand, |literal| {
            let text = String::from_utf8_lossy(&literal::plain(literal)?).into_owned();
            selector = Some(Selector::parse(&text).map_err(|error| {
                let (expected, cause) = ("a label selector", error.to_string());
                Fault::new(Problem::Pattern { expected, cause }, literal.span)
            })?);
            Ok(())
        })?;
        match selector {
            Some(selector) => Ok(Relation::Select(Arc::new(selector))),
            None => Err(Fault::expected("a label selector", "an empty list", span)),
        }
    }
}

/// A test; `quantifier` is how many values have to pass, and whether the relation is negated.
fn test(
    field: Field,
    key: Option<Box<str>>,
    quantifier: Option<(Quantifier, bool)>,
    relation: Relation,
) -> Typed {
    let (quantifier, is_negated) = quantifier.unwrap_or((Quantifier::Any, false));
    Typed::Test(Arc::new(Test {
        field,
        key,
        quantifier,
        is_negated,
        relation,
    }))
}

const fn text_case(kind: Kind) -> Case {
    match kind {
        Kind::Text(case) => case,
        _ => Case::Exact,
    }
}

fn unknown(name: &FieldName) -> Fault {
    let (text, span) = (name.name.text.clone(), name.name.span);
    let near = nearest_field(&text);
    let name = crate::lang::cut(&text);
    Fault::new(Problem::UnknownField { name }, span).with_nearest(near.as_deref())
}
