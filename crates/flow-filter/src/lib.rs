//! Filters over network flows: a language, and what compiles it to nanoseconds.
//!
//! ```
//! use flow_core::flow::{Flow, Verdict};
//! use flow_core::resolve::EndpointNames;
//! use flow_core::view::FlowView;
//! use flow_filter::{Filter, FlowExpr};
//!
//! let expr: FlowExpr = r#"pod == "shop/web-*" && dropped && port in {80, 443, 8000..8099}"#.parse()?;
//! let filter = expr.compile();
//!
//! let mut flow = Flow::default();
//! flow.verdict = Verdict::DROPPED;
//! flow.destination.port = 8_080;
//! let mut names = EndpointNames::default();
//! names.namespace = "shop".into();
//! names.pod_name = "web-0".into();
//! assert!(filter.matches(&FlowView::from(&flow).with_source(&names)));
//! assert!(!filter.matches(&FlowView::from(&flow)));
//! # Ok::<(), flow_filter::FilterError>(())
//! ```
//!
//! A filter reads a flow through its [`FlowView`](flow_core::view::FlowView): addresses, ports and
//! verdict, and also the names of both ends, labels and the layer 7 message. A
//! [pipeline](flow_core::pipeline) asks it about every flow before the flow is kept, from several
//! threads at once, so a filter must not block and should not allocate. Compiled filters do neither.
//! References, boxes and `Arc`s of filters are filters too, and [`filter_fn`] makes one of a closure.
//!
//! - [`FlowExpr`] is a filter in the language: checked, displayed, and kept in configuration files
//!   (feature `serde`).
//! - [`FlowExpr::compile`] makes a [`CompiledFilter`] for flows from anywhere; [`FlowExpr::bind`] one
//!   for the flows of a store, which decides what depends on an endpoint's names once for each name.
//! - [`CompiledFilter::kernel_part`] is what of it a kernel program can test of a packet.
//! - [`fields`] lists what can be asked; the [`cookbook`] has filters to begin with.
//! - With the feature `hubble`, the module `hubble` compiles Hubble's `FlowFilter` messages and the flags of its
//!   command line, and the module `cel` its CEL expressions.
//!
//! # The language
//!
//! ```text
//! filter     = [ or ] end ;                          a filter has one comparison at least
//! or         = xor { ( "||" | "or" ) xor } ;
//! xor        = and { ( "^^" | "xor" ) and } ;        true if an odd number of them is
//! and        = unary { ( "&&" | "and" ) unary } ;
//! unary      = ( "!" | "not" ) unary | "(" or ")" | term ;
//! term       = "true" | "false"
//!            | "has" "(" field ")" | field           it is there; of true and false: it is true
//!            | ( "any" | "all" ) "(" comparison ")"
//!            | comparison | primitive ;
//! comparison = field operator operand ;
//! field      = name [ "[" text "]" ] ;               the key of a label, header or attribute
//! operator   = "==" | "=" | "!=" | "<" | "<=" | ">" | ">="
//!            | "eq" | "ne" | "lt" | "le" | "gt" | "ge"
//!            | "in" | "not" "in" | "!" "in"
//!            | "contains" | "wildcard"
//!            | "matches" | "~" | "=~" | "!~"
//!            | "has" [ "any" | "all" ] | "select" ;
//! operand    = item | "{" [ item { [ "," ] item } [ "," ] ] "}" ;
//! item       = value [ ".." value ] | "$" name ;     both ends belong to a range
//! value      = word | text ;
//! text       = '"' { character | escape } '"' | 'r"' { character } '"' ;
//! escape     = "\\" | '\"' | "\*" | "\?" | "\n" | "\r" | "\t" | "\x" hex hex | "\u{" hex { hex } "}" ;
//! word       = wordletter { wordletter } ;           ends before ".."
//! wordletter = "A".."Z" | "a".."z" | "0".."9" | "_" | "." | ":" | "/" | "-" | "*" | "+" | "@" | "%" ;
//! primitive  = [ "tcp" | "udp" | "sctp" ] [ "src" | "dst" ] ( "port" value | "portrange" value )
//!            | [ "src" | "dst" ] ( "host" value | "net" value ) ;
//! ```
//!
//! Blanks separate; `#` begins a comment that ends with its line. `and`, `or`, `not`, `xor`, `in`,
//! `has`, `any`, `all`, `contains`, `matches`, `wildcard` and `select` are no values unless they are quoted.
//!
//! ## Fields
//!
//! [`fields`] has all of them. Those of an endpoint come in three forms: `src.port` and `dst.port` are of
//! one end, `port` is of either. Some words stand for a comparison: protocols (`tcp`, `udp`, `icmp`,
//! `icmpv6`, …), versions of IP (`ipv4`, `ipv6`), layer 7 protocols (`dns`, `http`, `kafka`, `tls`), verdicts
//! (`forwarded`, `dropped`, …), directions (`ingress`, `egress`), `request`, `response`, `reply`, and
//! flags of the observation (`encrypted`, `fragment`, `truncated`, `malformed`, `sampled`).
//!
//! ## Values
//!
//! | Kind | Written | Operators |
//! |---|---|---|
//! | number, port | `443`, `0x1bb` | `==` `!=` `<` `<=` `>` `>=` `in` |
//! | bytes | `1500`, `64B`, `4KiB`, `1.5MB` | the same |
//! | duration | `10ms`, `1.5s`; `ns`, `us`, `ms`, `s`, `m`, `h`, `d` | the same |
//! | time | `2026-01-31T12:00:00Z` | the same |
//! | IP address | `10.0.0.1`, `2001:db8::1`, `10.0.0.0/8`, `10.0.0.1..10.0.0.9` | `==` `!=` `in` |
//! | MAC address, identifier | `02:00:00:00:00:01`, 32 hexadecimal digits | `==` `!=` `in` |
//! | enumeration | names in any letter case, with `-` or `_`; numbers | `==` `!=` `in` |
//! | flags | names; `{syn, ack}` | `has` (all of them), `has any`, `==` and `!=` (exactly them) |
//! | text | `web`, `"any text"`, `r"C:\raw"` | `==` `!=` `in` `contains` `matches` `wildcard` |
//! | name | `web-0`, `"shop/web-*"` | the same |
//! | labels | `label["app"] == web` | those of text, and `select "app in (web, db), !canary"` |
//!
//! - In a text that is compared, `*` stands for any text; `\*` is a star. `wildcard` ignores letter case,
//!   and `?` stands for one byte.
//! - A name has a qualifier before it: `shop/web-0` is that pod of that namespace, `web-0` and `/web-0` are
//!   pods of any namespace, `shop/` is every pod of one. `contains` and `matches` look at the name alone.
//! - `matches` takes regular expressions in the syntax of RE2, not anchored. Between quotes, only `\"` is
//!   an escape of the language; all others are the expression's own.
//! - Names of the DNS are compared without regard to letter case and a dot at the end.
//! - `select` takes a [label selector](Selector) of Kubernetes.
//! - A network of IPv6 holds no address of IPv4.
//!
//! ## What is not known, and what there are several of
//!
//! - A comparison with what is not known (no pod, no layer 7 message, round-trip time 0) is false.
//!   `!=`, `not in` and `!~` are the negation of `==`, `in` and `matches`, so they are true of it.
//! - Of a field with several values (either end, lists, all headers), one that passes is enough:
//!   `ip == 10.0.0.1` is "one of both ends", `ip != 10.0.0.1` is "neither".
//! - `all(ip in 10.0.0.0/8)` asks that all values pass, and that there is one of each end that is meant.
//!   `any(ip != 10.0.0.1)` asks for one that differs.
//!
//! ## Limits
//!
//! [`Limits`] bounds the text, its depth, the number of comparisons, of entries and of patterns, and the size of
//! regular expressions, so that a hostile filter takes bounded time and memory. Exceeding one is an error.
//!
//! # How it runs
//!
//! A filter is a list of tests with jumps forward, the cheapest test first. Numbers are compared where they
//! stand in the 248 bytes of a flow; sets are bitmaps or ranges in order, so that one search answers for
//! any number of ports or prefixes. Regular expressions are tables of one step a byte where those stay
//! small. What depends on nothing but an endpoint's names is one bit in a word of 32, remembered by
//! the handle of the names. [`CompiledFilter::explain`] shows it.
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

#[cfg(feature = "hubble")]
pub mod cel;
mod check;
mod compile;
#[cfg(feature = "serde")]
mod config;
pub mod cookbook;
mod expr;
mod field;
mod filter;
#[cfg(feature = "hubble")]
pub mod hubble;
mod kernel;
mod label;
mod lang;
mod naive;
mod pattern;
mod re2;
mod request_uri;
mod selector;
mod set;

pub use expr::{ExprBuilder, FlowExpr};
pub use field::{FieldInfo, fields};
pub use filter::{CompiledFilter, Explanation};
pub use flow_core::pipeline::{Filter, FromFn, filter_fn};
pub use kernel::KernelPart;
pub use label::Label;
pub use lang::{FilterError, Limits, Problem, Span};
pub use pattern::{NamePattern, NodePattern, PatternError};
pub use re2::{GoRegex, RegexError, RegexFault};
pub use request_uri::request_path;
pub use selector::{Selector, SelectorError};
