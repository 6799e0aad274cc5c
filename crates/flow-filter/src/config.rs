//! Filters in configuration files: a text, or a text with its lists.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::expr::FlowExpr;
use crate::lang::FilterError;

/// How a filter stands in a file.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Written {
    /// Without lists.
    Text(String),
    WithLists(WithLists),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WithLists {
    filter: String,
    lists: BTreeMap<String, Vec<String>>,
}

impl TryFrom<Written> for FlowExpr {
    type Error = FilterError;

    fn try_from(written: Written) -> Result<Self, FilterError> {
        match written {
            Written::Text(text) => Self::parse(&text),
            Written::WithLists(WithLists { filter, lists }) => {
                let builder = lists
                    .into_iter()
                    .fold(Self::builder(), |builder, (name, entries)| {
                        builder.list(name, entries)
                    });
                builder.parse(&filter)
            }
        }
    }
}

/// A filter that uses no lists is a string; another one has the fields `filter` and `lists`.
impl Serialize for FlowExpr {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let filter = self.to_string();
        let lists: BTreeMap<String, Vec<String>> = self
            .lists()
            .map(|(name, entries)| (name.to_owned(), entries.to_vec()))
            .collect();
        let written = match lists.is_empty() {
            true => Written::Text(filter),
            false => Written::WithLists(WithLists { filter, lists }),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FlowExpr {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        Self::try_from(written).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_go_into_files_and_back() {
        let text = "\"dropped && port == 443\"";
        let expr: FlowExpr = serde_json::from_str(text).expect("a filter");
        assert_eq!(serde_json::to_string(&expr).expect("text"), text);

        let text = r#"{"filter":"ip in $internal","lists":{"internal":["10.0.0.0/8"]}}"#;
        let expr: FlowExpr = serde_json::from_str(text).expect("a filter");
        assert_eq!(serde_json::to_string(&expr).expect("text"), text);

        let error = serde_json::from_str::<FlowExpr>("\"prot == 1\"").expect_err("no filter");
        assert!(
            error.to_string().contains("did you mean `port`?"),
            "{error}"
        );
    }
}
