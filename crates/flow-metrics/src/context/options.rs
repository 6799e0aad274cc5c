//! Context options of a metric.

use super::identifier::Identifier;
use super::label::ContextLabel;
use crate::config::{MetricOption, OptionError};

/// What stands for one end of a flow: identifiers, of which the first counts that is not empty, by the
/// direction of the flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EndOptions {
    pub(crate) always: Vec<Identifier>,
    /// In place of `always` for what comes in.
    pub(crate) ingress: Option<Vec<Identifier>>,
    /// In place of `always` for what goes out.
    pub(crate) egress: Option<Vec<Identifier>>,
}

impl EndOptions {
    pub(crate) fn all(&self) -> impl Iterator<Item = Identifier> {
        let by_direction = self.ingress.iter().chain(&self.egress).flatten();
        self.always.iter().chain(by_direction).copied()
    }

    /// Whether it makes a label.
    pub(crate) fn is_label(&self) -> bool {
        self.all().next().is_some()
    }
}

/// Context options of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ContextOptions {
    pub(crate) source: EndOptions,
    pub(crate) destination: EndOptions,
    /// In Hubble's order.
    pub(crate) labels: Vec<ContextLabel>,
}

impl ContextOptions {
    /// Reads the context options among `options`; of an option that stands there twice, the last one.
    pub(crate) fn read(options: &[MetricOption]) -> Result<Self, OptionError> {
        let mut read = Self::default();
        for option in options {
            let identifiers = || identifiers(&option.values);
            // Hubble takes an empty list for none.
            let by_direction = || identifiers().map(|list| (!list.is_empty()).then_some(list));
            match &*option.name.to_ascii_lowercase() {
                "sourcecontext" => read.source.always = identifiers()?,
                "sourceingresscontext" => read.source.ingress = by_direction()?,
                "sourceegresscontext" => read.source.egress = by_direction()?,
                "destinationcontext" => read.destination.always = identifiers()?,
                "destinationingresscontext" => read.destination.ingress = by_direction()?,
                "destinationegresscontext" => read.destination.egress = by_direction()?,
                "labelscontext" => read.labels = labels(&option.values)?,
                _ => {}
            }
        }
        Ok(read)
    }

    /// The options as Hubble logs them.
    pub(crate) fn status(&self) -> String {
        let end = |name: &str, end: &EndOptions| {
            let names: Vec<&str> = end.always.iter().map(|one| one.status()).collect();
            (!names.is_empty()).then(|| format!("{name}={}", names.join("|")))
        };
        let labels: Vec<String> = self.labels.iter().map(ContextLabel::name).collect();
        let labels = (!labels.is_empty()).then(|| format!("labels={}", labels.join(",")));
        let parts = [
            end("destination", &self.destination),
            labels,
            end("source", &self.source),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(",")
    }
}

fn identifiers(values: &[String]) -> Result<Vec<Identifier>, OptionError> {
    let identifier = |text: &String| {
        Identifier::parse(text).ok_or_else(|| OptionError::UnknownContext {
            found: text.clone(),
        })
    };
    values.iter().map(identifier).collect()
}

fn labels(values: &[String]) -> Result<Vec<ContextLabel>, OptionError> {
    let label = |text: &String| {
        ContextLabel::parse(text).ok_or_else(|| OptionError::UnknownLabel {
            found: text.clone(),
        })
    };
    let mut labels = values.iter().map(label).collect::<Result<Vec<_>, _>>()?;
    labels.sort_by_key(ContextLabel::rank);
    labels.dedup();
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(options: &[(&str, &[&str])]) -> Result<String, String> {
        let option = |(name, values): &(&str, &[&str])| MetricOption {
            name: (*name).to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let options: Vec<MetricOption> = options.iter().map(option).collect();
        match ContextOptions::read(&options) {
            Ok(read) => Ok(read.status()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn options_are_read_as_hubble_reads_them() {
        let text = |text: &str| Ok(text.to_owned());
        assert_eq!(read(&[]), text(""));
        assert_eq!(
            read(&[
                ("SourceContext", &["pod", "Pod-Name"]),
                (
                    "labelsContext",
                    &["traffic_direction", "source_ip", "source_ip"]
                ),
                ("destinationIngressContext", &["ip"]),
                ("other", &["x"]),
            ]),
            text("labels=source_ip,traffic_direction,source=pod|4")
        );
        assert_eq!(
            read(&[("sourceContext", &["pod"]), ("sourceContext", &["ip"])]),
            text("source=ip")
        );
        assert_eq!(
            read(&[("sourceContext", &[""])]),
            Err("unknown context ''".into())
        );
        assert_eq!(
            read(&[("labelsContext", &["SOURCE_IP"])]),
            Err("invalid labelsContext value: SOURCE_IP".into())
        );
    }
}
