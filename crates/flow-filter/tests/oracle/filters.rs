//! Filters on messages: all answers are equal.

use flow_filter::hubble::FlowFilters;

use crate::data::{self, Answer, Case};

/// What Hubble itself writes in an error; what follows comes of a library of Go.
const OWN_TEXTS: [&str; 13] = [
    ": invalid rune in pattern",
    "empty pattern",
    "multiple trailing dots in pattern",
    "too many slashes in pattern",
    "error compiling CEL expression: ",
    "requires the event type filter to only match 'l7' events",
    "invalid DNS query filter: failed to compile regexp: ",
    " in filter: ",
    " label filter: ",
    "name must not be empty",
    "invalid status code prefix: ",
    "unknown protocol: ",
    " filter: ",
];

/// The part of an error that is Hubble's own, to its end where it is all of it.
fn own(text: &str) -> &str {
    let end = OWN_TEXTS.iter().find_map(|own| {
        let start = text.find(own)?;
        let is_whole = matches!(*own, "invalid status code prefix: " | "unknown protocol: ");
        Some(if is_whole {
            text.len()
        } else {
            start + own.len()
        })
    });
    &text[..end.unwrap_or(text.len())]
}

fn differences(case: &Case, events: &[flow_hubble::observer::ExportEvent]) -> Vec<String> {
    match (FlowFilters::new(&case.allow, &case.deny), &case.answer) {
        (Ok(filters), answer @ Answer::Matches(_)) => (0..events.len())
            .filter(|at| filters.matches_event(&events[*at]) != answer.matches(*at))
            .map(|at| format!("event {at}: expected {}", answer.matches(at)))
            .collect(),
        (Err(error), Answer::Error(list, text)) => {
            let found = error.reason.to_string();
            let is_list = error.list.is_some_and(|found| found.to_string() == *list);
            if is_list && found.starts_with(own(text)) {
                return Vec::new();
            }
            vec![format!("error in {list}: {text}, found {error}")]
        }
        (Ok(_), Answer::Error(list, text)) => vec![format!("no error, expected in {list}: {text}")],
        (Err(error), Answer::Matches(_)) => vec![format!("unexpected error: {error}")],
    }
}

#[test]
fn every_filter_answers_what_hubble_answers() {
    let (Some(events), Some(cases)) = (data::events(), data::cases()) else {
        return;
    };
    let mut equal = 0;
    let mut shown = 0;
    for case in &cases {
        let differences = differences(case, &events);
        if differences.is_empty() {
            equal += 1;
        } else if shown < 60 {
            shown += 1;
            println!(
                "{} {}: {:?} {:?}",
                case.id, case.kind, case.allow, case.deny
            );
            for difference in differences.iter().take(3) {
                println!("  {difference} ({} in all)", differences.len());
            }
        }
    }
    println!(
        "{equal} of {} cases are equal, {} events each",
        cases.len(),
        events.len()
    );
    assert_eq!(equal, cases.len());
}
