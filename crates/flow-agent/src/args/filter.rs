//! Which flows to show, in the language of filters.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::error::ErrorKind;
use clap::{Args, Command};
use flow_filter::FlowExpr;

/// Arguments that choose flows by a filter.
#[derive(Args, Clone, Debug)]
pub(crate) struct FilterArgs {
    /// Show only flows that pass this filter, such as `tcp port 443` or `dns && latency > 50ms`.
    #[arg(value_name = "FILTER")]
    words: Vec<String>,

    /// Read the filter from a file, where `#` begins comments.
    #[arg(long = "filter", value_name = "FILE", conflicts_with = "words")]
    file: Option<PathBuf>,

    /// Print the filter as it is read and as it runs, and end.
    #[arg(long)]
    pub(crate) explain: bool,
}

impl FilterArgs {
    /// Checks the filter of the command line; that of a file is checked when it is read.
    pub(crate) fn check(&self) -> Result<(), clap::Error> {
        let usage = |kind, message: String| Command::new("flow-agent").error(kind, message);
        if self.explain && self.words.is_empty() && self.file.is_none() {
            let message = "--explain needs a filter".to_owned();
            return Err(usage(ErrorKind::MissingRequiredArgument, message));
        }
        match self.words() {
            Some(Err(error)) => Err(usage(
                ErrorKind::ValueValidation,
                format!("FILTER: {error}"),
            )),
            _ => Ok(()),
        }
    }

    /// The filter of the command line, if there is one.
    fn words(&self) -> Option<Result<FlowExpr, flow_filter::FilterError>> {
        let is_given = !self.words.is_empty();
        is_given.then(|| FlowExpr::parse(&self.words.join(" ")))
    }

    /// Reads the filter; `None` where none is asked for.
    pub(crate) fn read(&self) -> anyhow::Result<Option<FlowExpr>> {
        if let Some(words) = self.words() {
            return Ok(Some(words?));
        }
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let name = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("reading {name}"))?;
        let expr = FlowExpr::parse(&text).map_err(|error| anyhow!("{name}: {error}"))?;
        Ok(Some(expr))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(words: &[&str]) -> FilterArgs {
        FilterArgs {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            file: None,
            explain: false,
        }
    }

    #[test]
    fn words_of_the_command_line_are_one_filter() {
        assert!(args(&[]).read().expect("no filter").is_none());
        let read = args(&["tcp", "port", "443"]).read().expect("a filter");
        assert_eq!(read.expect("one").to_string(), "tcp && port == 443");
        let error = args(&["prot", "==", "1"]).check().expect_err("no field");
        assert!(
            error.to_string().contains("did you mean `port`?"),
            "{error}"
        );
    }

    #[test]
    fn nothing_is_not_explained() {
        let explain = FilterArgs {
            explain: true,
            ..args(&[])
        };
        assert!(explain.check().is_err());
    }
}
