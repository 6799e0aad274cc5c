//! What is wrong with a filter, and where.

use flow_filter::{FlowExpr, Limits, Problem};

fn error(text: &str) -> flow_filter::FilterError {
    FlowExpr::parse(text)
        .err()
        .unwrap_or_else(|| panic!("{text}: expected an error"))
}

#[test]
fn an_error_shows_the_line_and_the_place() {
    let text = "dropped &&\n\tprot == 53";
    assert_eq!(
        error(text).to_string(),
        "expected a field, found the unknown name `prot`\n  \
           |\n\
         2 |  prot == 53\n  \
           |  ^^^^\n  \
           = help: did you mean `port`?"
    );
    let error = error("port == 70000");
    assert_eq!((error.line(), error.column()), (1, 9));
    assert_eq!(
        error.to_string(),
        "expected a port from 0 to 65535, found `70000`\n  |\n1 | port == 70000\n  |         ^^^^^"
    );
}

#[test]
fn every_mistake_is_named_with_its_place() {
    for (text, message, marked) in [
        (
            "",
            "expected a field, `!` or `(`, found the end of the filter",
            "",
        ),
        (
            "port ==",
            "expected a value, a set in braces or the `$name` of a list, found the end",
            "",
        ),
        (
            "(port == 1",
            "expected `)`, found the end of the filter",
            "",
        ),
        (
            "port == 1)",
            "expected `&&`, `||` or the end of the filter, found `)`",
            ")",
        ),
        (
            "port == 1 port == 2",
            "expected `&&`, `||` or the end of the filter",
            "port",
        ),
        (
            "verdict == droped",
            "expected a verdict, found `droped`",
            "droped",
        ),
        (
            "verdict < dropped",
            "expected `==`, `in` after `verdict`, which is a verdict; found `<`",
            "<",
        ),
        (
            "src.verdict == dropped",
            "expected a field, found the unknown name `src.verdict`",
            "src.verdict",
        ),
        ("pod > web", "found `>`", ">"),
        (
            "bytes > 10ms",
            "expected a number of bytes such as `1500` or `4KiB`, found `10ms`",
            "10ms",
        ),
        (
            "latency > 10",
            "expected a duration such as `10ms` or `1.5s`, found `10`",
            "10",
        ),
        (
            "ip == 10.0.0",
            "expected an IP address or a network such as `10.0.0.0/8`, found `10.0.0`",
            "10.0.0",
        ),
        ("ip == ::", "expected an IP address that is known", "::"),
        ("port == 0", "expected a port that is known", "0"),
        (
            "ip in 10.0.0.0/33",
            "expected an IP address or a network",
            "10.0.0.0/33",
        ),
        (
            "port in {1, 2",
            "expected `,` or `}`, found the end of the filter",
            "",
        ),
        ("port in {}", "expected a value, found an empty set", "{}"),
        (
            "port in 9..1",
            "expected a range whose end is not before its start",
            "9..1",
        ),
        (
            "port == {1, 2}",
            "expected one value after `==`, found a set",
            "{1, 2}",
        ),
        (
            "port in $ports",
            "expected the name of a list that was given, found `$ports`",
            "$ports",
        ),
        (
            "pod matches \"(\"",
            "expected a regular expression (RE2), found one that cannot be used",
            "\"(\"",
        ),
        (
            "label select \"a in\"",
            "expected a label selector, found one that cannot be used",
            "\"a in\"",
        ),
        ("pod == \"a\\qb\"", "expected an escape", "\\q"),
        ("pod == \"\"", "expected a text that is not empty", "\"\""),
        (
            "pod == \"a",
            "expected `\"` at the end of the text, found none",
            "\"a",
        ),
        (
            "pod[\"x\"] == a",
            "expected an operator, found a key after `pod`",
            "\"x\"",
        ),
        (
            "tcp == 1",
            "expected `&&`, `||` or the end after `tcp`, found `==`",
            "==",
        ),
        ("port = = 1", "expected a value", "="),
        ("pört == 1", "expected", ""),
        (
            "port == 1 & tcp",
            "expected `&&`, `||` or the end of the filter, found `&`",
            "&",
        ),
        ("all(port)", "expected an operator", ")"),
        (
            "portrange 1",
            "expected a range such as `1-1024`, found `1`",
            "1",
        ),
        (
            "tcp.flags has sin",
            "expected a flag of TCP, found `sin`",
            "sin",
        ),
        ("time > yesterday", "expected a time such as", "yesterday"),
    ] {
        let error = error(text);
        let shown = error.to_string();
        assert!(shown.contains(message), "{text}\n{shown}");
        if !marked.is_empty() {
            let span = error.span();
            assert_eq!(
                text.get(span.start..span.end),
                Some(marked),
                "{text}\n{shown}"
            );
        }
    }
    assert_eq!(
        error("verdict == droped").help(),
        Some("did you mean `dropped`?")
    );
    assert_eq!(
        error("tcp.flags has sin").help(),
        Some("did you mean `fin`?")
    );
}

#[test]
fn limits_are_errors() {
    let with = |change: fn(&mut Limits), text: &str| {
        let mut limits = Limits::DEFAULT;
        change(&mut limits);
        let error = FlowExpr::builder()
            .limits(limits)
            .parse(text)
            .expect_err(text);
        let Problem::Limit { what, limit, found } = error.problem() else {
            panic!("{error}")
        };
        assert!(found > limit);
        *what
    };
    assert_eq!(with(|limits| limits.length = 3, "true"), "bytes of text");
    assert_eq!(
        with(|limits| limits.depth = 2, "!!!true"),
        "levels of parentheses and negations"
    );
    assert_eq!(with(|limits| limits.terms = 1, "tcp || udp"), "comparisons");
    assert_eq!(
        with(|limits| limits.entries = 2, "port in {1,2,3}"),
        "entries of sets"
    );
    assert_eq!(
        with(|limits| limits.list_entries = 2, "port in {1,2,3}"),
        "entries of sets and lists"
    );
    assert_eq!(
        with(|limits| limits.patterns = 1, "pod ~ a || pod ~ b"),
        "regular expressions and selectors"
    );
}

/// Nests and repeats as much as the limits allow, or more: an answer comes soon, whatever it is.
#[test]
fn hostile_filters_are_answered() {
    let nested = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    for text in [
        nested("(", "tcp", ")", 100_000),
        nested("!", "tcp", "", 64),
        nested("(tcp xor ", "tcp", ")", 60),
        nested("(tcp xor (udp || ", "icmp", "))", 30),
        nested("(pod == a && (pod == b || ", "icmp", "))", 30),
        vec!["ip == 10.0.0.1"; 1_024].join(" || "),
        vec!["!(pod == a xor tcp)"; 300].join(" xor "),
        format!("port in {{{}}}", "1..65535,".repeat(6_000)),
        vec!["pod ~ \"(a|b)*a(a|b){12}\""; 64].join(" || "),
        "pod ~ \"((a{100}){100}){100}\"".to_owned(),
        "[".repeat(60_000),
        "\\".repeat(60_000),
    ] {
        if let Err(error) = FlowExpr::parse(&text) {
            assert!(error.to_string().len() < 2_000, "{error}");
        }
    }
}

#[test]
fn entries_of_lists_are_checked_where_they_are_used() {
    let builder = FlowExpr::builder().list("ports", ["80", "8000..8099", "https"]);
    let error = builder.parse("dst.port in $ports").expect_err("no port");
    assert_eq!(error.help(), Some("it is the entry `https` of the list"));
    assert_eq!((error.span().start, error.span().end), (12, 18));
    let builder = FlowExpr::builder().list("ports", ["80"]);
    let error = builder.parse("dst.port in $port").expect_err("no list");
    assert_eq!(error.help(), Some("did you mean `$ports`?"));
}
