//! Selectors, their labels and their errors.

use proptest::prelude::*;

use super::Selector;

fn selects(selector: &str, labels: &[&str]) -> bool {
    let parsed = Selector::parse(selector).unwrap_or_else(|error| panic!("{selector:?}: {error}"));
    parsed.matches(labels.iter().copied())
}

fn error(selector: &str) -> String {
    let error = Selector::parse(selector).expect_err(selector);
    error.to_string()
}

#[test]
fn the_first_label_of_a_key_decides() {
    let labels = ["container:app=db", "k8s:app=api"];
    assert!(!selects("app=api", &labels) && selects("app=db", &labels));
    assert!(selects("k8s:app=api", &labels) && !selects("k8s:app=db", &labels));
    assert!(selects("any:app", &labels) && !selects("reserved:app", &labels));
}

#[test]
fn what_is_absent_is_not_anything() {
    let labels = ["k8s:app=api"];
    assert!(selects(
        "!env, env!=x, env notin (x, y), z notin ()",
        &labels
    ));
    assert!(!selects("env", &labels) && !selects("env=", &labels));
    assert!(!selects("app!=api", &labels) && !selects("app in ()", &labels));
    assert!(selects("", &[]) && selects("", &labels));
}

#[test]
fn values_may_be_left_out() {
    let labels = ["k8s:x=", "reserved:host"];
    for selector in [
        "x=",
        "x in (foo,,baz)",
        "x in (,)",
        "x in (a,)",
        "reserved:host=",
    ] {
        assert!(selects(selector, &labels), "{selector}");
    }
    assert!(selects("in in (in)", &["k8s:in=in"]) && selects("app=in", &["k8s:app=in"]));
}

#[test]
fn numbers_are_compared_as_numbers() {
    let labels = ["k8s:version=10", "k8s:name=x"];
    assert!(selects("version>9, version < 11", &labels));
    assert!(!selects("version>10", &labels) && !selects("name>0", &labels));
    assert!(!selects("other<1", &labels));
}

#[test]
fn a_label_without_source_has_a_source_of_its_own() {
    let labels = ["pool=spot"];
    assert!(selects("pool=spot", &labels) && selects("unspec:pool", &labels));
    assert!(!selects("k8s:pool=spot", &labels));
    assert!(!selects("k8s:app", &["k8s.app=bar"]) && selects("k8s.app", &["k8s.app=bar"]));
}

#[test]
fn errors_show_the_place() {
    assert_eq!(
        error("app=api env=prod"),
        "expected a comma or the end at character 8, found \"env\""
    );
    assert_eq!(
        error("app in api"),
        "expected '(' at character 7, found \"api\""
    );
    assert!(error("app exists").starts_with("expected one of '=', '=='"));
    assert_eq!(
        error("version>x"),
        "expected an integer at character 8, found \"x\""
    );
    for selector in [
        " ",
        "=",
        ",",
        "!",
        "!!a",
        "app=!x",
        "app=x,",
        "a=b=c",
        "any:k8s:x",
        "fqdn:*.x",
        "$host",
        "app/b/c",
        "()",
        "a in (b",
        "a in (b c)",
        ":x",
        "k8s:",
        "x=-bad-",
        "a\u{a0}=b",
    ] {
        assert!(Selector::parse(selector).is_err(), "{selector:?}");
    }
    assert!(Selector::parse(&"a,".repeat(40_000)).is_err());
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in "[ab:=!,()<> in.é/-]{0,24}") {
        if let Ok(selector) = Selector::parse(&text) {
            let _ = selector.matches(["k8s:a=b", "b"]);
        }
    }
}
