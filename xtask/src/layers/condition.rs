//! Which items are compiled for tests only, by their `#[cfg(…)]`.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// Feature of the checks that property tests and fuzz targets share.
const FUZZING: &str = "fuzzing";

/// Whether an item is compiled for tests or fuzzing only.
///
/// So it is under `test` and `feature = "fuzzing"`, under `all` where one condition of it is such,
/// and under `any` where all are.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        // What cannot be read is not for tests: it is held to the rules.
        .filter_map(|attribute| attribute.parse_args().ok())
        .any(|condition| requires_tests(&condition))
}

fn requires_tests(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::NameValue(pair) => {
            let text = match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => text.value(),
                _ => return false,
            };
            pair.path.is_ident("feature") && text == FUZZING
        }
        Meta::List(list) => {
            let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
            let Ok(inner) = list.parse_args_with(parse) else {
                return false;
            };
            let mut inner = inner.iter();
            if list.path.is_ident("all") {
                inner.any(requires_tests)
            } else {
                list.path.is_ident("any") && inner.len() > 0 && inner.all(requires_tests)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_for_tests(condition: &str, expected: bool) {
        let item: syn::ItemStruct = syn::parse_str(&format!("{condition} struct A;")).unwrap();
        assert_eq!(is_for_tests(&item.attrs), expected, "{condition}");
    }

    #[test]
    fn conditions_of_tests() {
        for condition in [
            "#[cfg(test)]",
            "#[doc(hidden)] #[cfg(feature = \"fuzzing\")]",
            "#[cfg(any(test, feature = \"fuzzing\"))]",
            "#[cfg(all(loom, test))]",
            "#[cfg(all(unix, any(test, feature = \"fuzzing\")))]",
            "#[cfg(unix)] #[cfg(test)]",
        ] {
            assert_for_tests(condition, true);
        }
    }

    #[test]
    fn other_conditions() {
        for condition in [
            "",
            "#[test]",
            "#[cfg(not(test))]",
            "#[cfg(any())]",
            "#[cfg(any(test, feature = \"std\"))]",
            "#[cfg(all(unix, feature = \"std\"))]",
            "#[cfg(not(any(test, feature = \"fuzzing\")))]",
            "#[cfg(target_os = \"fuzzing\")]",
            "#[cfg_attr(test, allow(unused))]",
        ] {
            assert_for_tests(condition, false);
        }
    }
}
