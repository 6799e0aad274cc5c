//! What Go takes, what it refuses, and what it means.

use proptest::prelude::*;

use super::{GoRegex, RegexFault};

fn is_match(expression: &str, text: &str) -> bool {
    let regex = GoRegex::new(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    regex.is_match(text)
}

fn fault(expression: &str) -> Option<RegexFault> {
    GoRegex::new(expression).err().map(|error| error.fault)
}

#[test]
fn perl_classes_are_ascii() {
    assert!(is_match(r"^\d\w\s$", "7_ ") && !is_match(r"\d", "٣") && !is_match(r"\w", "é"));
    assert!(is_match(r"^\D\W\S$", "éé!") && is_match(r"é\b", "éa") && is_match(r"a\bé", "aé"));
    assert!(!is_match(r"\s", "\u{b}\u{a0}") && is_match(r"[[:space:]]", "\u{b}"));
}

#[test]
fn classes_hold_no_classes() {
    assert!(is_match(r"^[[a]b]$", "[b]") && is_match(r"^[[a]b]$", "ab]"));
    assert!(
        is_match(r"^[a&&b]+$", "a&b") && is_match(r"^[]a]+$", "]a") && is_match(r"^[^]a]$", "b")
    );
    assert!(is_match(r"^[a-]+$", "a-") && is_match(r"^[\d-z]+$", "1-z") && is_match("^[~~]$", "~"));
    assert!(is_match(r"^[\w\x{e9}-\x{ff}]+$", "aé") && is_match(r"^[[:^alpha:]]$", "1"));
}

#[test]
fn what_only_go_takes_means_the_same() {
    assert!(is_match(r"^\Qa+b\E+$", "a+bb") && is_match(r"\Q", "") && is_match(r"\Qa.", "a."));
    assert!(is_match(r"^\07\123\x41\x{42}$", "\u{7}SAB") && is_match(r"^\_\-$", "_-"));
    assert!(is_match(r"^a{$", "a{") && is_match(r"^a{2$", "a{2") && is_match(r"^a{,2}$", "a{,2}"));
    assert!(is_match(r"^(?P<1a>x)(?<1a>y)(?)$", "xy") && is_match(r"^(?U)a+?$", "aa"));
    assert!(is_match(r"^\p{^Lu}\PL\p{Greek}\pN$", "a1α2") && is_match(r"a(?i)b|c", "C"));
}

#[test]
fn flags_end_with_their_group() {
    assert!(is_match("^(?:(?i)a)b$", "Ab") && !is_match("^(?:(?i)a)b$", "AB"));
    assert!(is_match("^(?i:a(?-i)b)$", "Ab") && !is_match("^(?i:a(?-i)b)$", "AB"));
    assert!(!is_match("^a.b$", "a\nb") && is_match("^(?s)a.b$", "a\nb"));
    assert!(!is_match("^b$", "a\nb") && is_match("(?m)^b$", "a\nb"));
}

#[test]
fn what_go_refuses_is_an_error() {
    for (expression, expected) in [
        (r"\h", RegexFault::Escape),
        (r"\u00fc", RegexFault::Escape),
        (r"(e)\1", RegexFault::Escape),
        (r"\8", RegexFault::Escape),
        (r"\x7g", RegexFault::Escape),
        (r"\x{110000}", RegexFault::Escape),
        (r"[\Qa\E]", RegexFault::Escape),
        (r"\C", RegexFault::Escape),
        ("\\", RegexFault::TrailingBackslash),
        ("[b-a]", RegexFault::Class),
        ("[a--b]", RegexFault::Class),
        ("[[:foo:]]", RegexFault::Class),
        (r"\pX", RegexFault::Class),
        (r"\p{Foo}", RegexFault::Class),
        (r"\p{", RegexFault::Class),
        ("[a", RegexFault::MissingBracket),
        ("(a", RegexFault::MissingParenthesis),
        ("a)", RegexFault::UnexpectedParenthesis),
        ("(?x)a", RegexFault::Group),
        ("(?=a)", RegexFault::Group),
        ("(?i-)", RegexFault::Group),
        ("(?P<>a)", RegexFault::GroupName),
        ("(?P<n", RegexFault::GroupName),
        ("*", RegexFault::MissingArgument),
        ("a|*", RegexFault::MissingArgument),
        ("a**", RegexFault::NestedRepeat),
        ("a++", RegexFault::NestedRepeat),
        ("e{1}{2}", RegexFault::NestedRepeat),
        ("a{1001}", RegexFault::RepeatCount),
        ("a{2,1}", RegexFault::RepeatCount),
        ("(a{1000}){2}", RegexFault::RepeatCount),
        ("((a{100}){10}){2}", RegexFault::RepeatCount),
    ] {
        assert_eq!(fault(expression), Some(expected), "{expression}");
    }
    assert_eq!(fault("(a{100}){10}"), None);
    assert_eq!(fault(&"(".repeat(1_000)), Some(RegexFault::Depth));
    assert_eq!(fault(r"(?:\pL{500}){2}"), Some(RegexFault::Size));
}

#[test]
fn a_byte_that_is_no_utf8_is_one_character() {
    let regex = GoRegex::new("^.{3}$").expect("an expression");
    assert!(regex.is_match_bytes(b"\xe2\x82a") && !regex.is_match_bytes(b"\xff"));
}

#[test]
fn surrogates_are_in_no_text() {
    assert!(!is_match(r"\x{d800}", "\u{fffd}") && is_match(r"^[\x{d7ff}-\x{e000}]$", "\u{e000}"));
    assert!(!is_match(r"[\x{d800}]", "a") && is_match(r"[^\x{d800}]", "a"));
}

proptest! {
    /// What is taken here, `regex` takes too: its only refusal is one of size.
    #[test]
    fn every_translation_is_an_expression(text in r"[ab\\QEdwpLx{}()\[\]^$.|*+?,1-9:i-]{0,16}") {
        if let Err(error) = GoRegex::new(&text) {
            prop_assert_ne!(error.fault, RegexFault::Size, "{}", text);
        }
    }

    #[test]
    fn a_quoted_text_matches_itself(text in r"[a-z\\.*+?(){}\[\]|^$é]{0,12}") {
        prop_assume!(!text.contains("\\E") && !text.ends_with('\\'));
        let quoted = format!("\\A\\Q{text}\\E\\z");
        prop_assert!(is_match(&quoted, &text), "{}", quoted);
    }
}
