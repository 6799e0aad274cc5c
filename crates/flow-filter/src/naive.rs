//! Evaluates a filter as it is written: slow and plain, what the compiled form is held to.

use flow_core::resolve::EndpointNames;
use flow_core::view::FlowView;

use crate::check::{Pattern, Relation, Test, TextTest, Typed};
use crate::field::{Case, End, Part, Value, any_value, names_of};
use crate::lang::Quantifier;

/// Returns whether a filter is true of a flow.
pub(crate) fn matches(filter: &Typed, view: &FlowView<'_>) -> bool {
    match filter {
        Typed::Const(value) => *value,
        Typed::Not(inner) => !matches(inner, view),
        Typed::All(parts) => parts.iter().all(|part| matches(part, view)),
        Typed::Any(parts) => parts.iter().any(|part| matches(part, view)),
        Typed::Xor(parts) => parts.iter().filter(|part| matches(part, view)).count() % 2 == 1,
        Typed::Test(test) => is_true(test, view),
    }
}

fn is_true(test: &Test, view: &FlowView<'_>) -> bool {
    let mut ends = test.field.ends().iter();
    match test.quantifier {
        Quantifier::Any => ends.any(|end| is_true_of_some(test, view, *end)),
        Quantifier::All => ends.all(|end| is_true_of_all(test, view, *end)),
    }
}

fn is_true_of_some(test: &Test, view: &FlowView<'_>, end: End) -> bool {
    if let Relation::Select(selector) = &test.relation {
        let labels = labels(test, view, end);
        let is_selected =
            labels.map(|labels| selector.matches(labels.iter().map(|label| &**label)));
        return is_selected.is_some_and(|is_selected| is_selected != test.is_negated);
    }
    let key = test.key.as_deref();
    any_value(view, test.field.def, end, key, |value| {
        holds(&test.relation, value) != test.is_negated
    })
}

fn is_true_of_all(test: &Test, view: &FlowView<'_>, end: End) -> bool {
    if matches!(test.relation, Relation::Select(_)) {
        return is_true_of_some(test, view, end);
    }
    let (mut count, mut passed) = (0, 0);
    any_value(view, test.field.def, end, test.key.as_deref(), |value| {
        count += 1;
        passed += u32::from(holds(&test.relation, value) != test.is_negated);
        false
    });
    count > 0 && passed == count
}

/// The labels of an end, or of the node.
fn labels<'v>(test: &Test, view: &'v FlowView<'_>, end: End) -> Option<&'v [Box<str>]> {
    match test.field.def.part {
        Part::Node(_) => Some(&view.node().labels),
        _ => names_of(view, end).map(|EndpointNames { labels, .. }| labels.as_slice()),
    }
}

fn holds(relation: &Relation, value: Value<'_>) -> bool {
    match (relation, value) {
        (Relation::Present, _) => true,
        (Relation::Numbers(ranges), Value::Number(number)) => ranges
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&number)),
        (Relation::Wide(ranges), Value::Wide(number)) => ranges
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&number)),
        (Relation::AllOf(flags), Value::Number(number)) => number & flags == *flags,
        (Relation::AnyOf(flags), Value::Number(number)) => number & flags != 0,
        (Relation::Text(test, case), Value::Text(text)) => is_text(test, *case, b"", text),
        (Relation::Text(test, case), Value::Name(qualifier, name)) => {
            is_text(test, *case, qualifier, name)
        }
        _ => false,
    }
}

fn is_text(test: &TextTest, case: Case, qualifier: &[u8], text: &[u8]) -> bool {
    let fold = |text: &[u8]| match case {
        Case::Exact => text.to_vec(),
        Case::Ignored | Case::Domain => text.to_ascii_lowercase(),
    };
    let mut text = fold(text);
    if case == Case::Domain && text.last() == Some(&b'.') {
        text.pop();
    }
    let is_of = |pattern: &Pattern| {
        let qualifier_is = |glob: &crate::check::Glob| glob.matches(&fold(qualifier), false);
        pattern.qualifier.as_ref().is_none_or(qualifier_is) && pattern.name.matches(&text, false)
    };
    match test {
        TextTest::OneOf(patterns) => patterns.iter().any(is_of),
        TextTest::Contains(parts) => {
            let holds = |part: &Vec<u8>| {
                part.is_empty() || text.windows(part.len()).any(|found| found == part)
            };
            parts.iter().any(holds)
        }
        TextTest::Matches(regexes) => regexes.iter().any(|regex| regex.is_match(&text)),
    }
}
