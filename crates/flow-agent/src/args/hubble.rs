//! The flags of `hubble observe` that choose flows.

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use flow_filter::hubble::{FilterFlags, FlagInfo, FlowFilters, raw_filters};

/// Heading of the flags in the help.
const HEADING: &str = "Flags of Hubble";

/// Flags that have another meaning here: those of the agent stay.
const TAKEN: [&str; 2] = ["interface", "node-name"];
/// A short form that has another meaning here.
const TAKEN_SHORT: char = 'n';

/// Filters that the flags of `hubble observe` write.
#[derive(Clone, Debug, Default)]
pub(crate) struct HubbleArgs {
    /// `None` where no flag was set.
    pub(crate) filters: Option<FlowFilters>,
    /// The filters as `--print-raw-filters` prints them, where that is asked for.
    pub(crate) raw: Option<String>,
}

fn flags() -> impl Iterator<Item = &'static FlagInfo> {
    let flags = FilterFlags::known().iter();
    flags.filter(|flag| !TAKEN.contains(&flag.name))
}

fn argument(flag: &FlagInfo) -> Arg {
    let argument = Arg::new(flag.name)
        .long(flag.name)
        .help(flag.help)
        .help_heading(HEADING)
        .action(ArgAction::Append);
    let argument = match flag.short.filter(|short| *short != TAKEN_SHORT) {
        Some(short) => argument.short(short),
        None => argument,
    };
    if flag.takes_value {
        return argument.value_name("VALUE").allow_hyphen_values(true);
    }
    // It is set whatever its value is, as in Hubble.
    argument
        .num_args(0..=1)
        .require_equals(true)
        .value_name("BOOL")
        .hide_possible_values(true)
        .default_missing_value("true")
}

fn list(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(help)
        .help_heading(HEADING)
        .value_name("JSON")
        .action(ArgAction::Append)
}

impl Args for HubbleArgs {
    fn augment_args(command: Command) -> Command {
        command
            .args(flags().map(argument))
            .arg(list(
                "allowlist",
                "Show flows that one of these filters matches",
            ))
            .arg(list(
                "denylist",
                "Show no flow that one of these filters matches",
            ))
            .arg(
                Arg::new("print-raw-filters")
                    .long("print-raw-filters")
                    .help("Print the filters as Hubble's servers take them, and end")
                    .help_heading(HEADING)
                    .action(ArgAction::SetTrue),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for HubbleArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let usage =
            |message: String| Command::new("flow-agent").error(ErrorKind::ValueValidation, message);
        // `--not` is about the flag after it, so their order matters.
        let mut set: Vec<(usize, &str, &str)> = flags()
            .flat_map(|flag| occurrences(matches, flag.name))
            .collect();
        set.sort_unstable();
        let mut flags = FilterFlags::new();
        for (_, name, value) in set {
            flags
                .set(name, value)
                .map_err(|error| usage(error.to_string()))?;
        }
        for (_, _, text) in occurrences(matches, "allowlist") {
            flags
                .allow_json(text)
                .map_err(|error| usage(error.to_string()))?;
        }
        for (_, _, text) in occurrences(matches, "denylist") {
            flags
                .deny_json(text)
                .map_err(|error| usage(error.to_string()))?;
        }
        let (allow, deny) = flags.filters().map_err(|error| usage(error.to_string()))?;
        if matches.get_flag("print-raw-filters") {
            return Ok(Self {
                filters: None,
                raw: Some(raw_filters(&allow, &deny)),
            });
        }
        let filters = FlowFilters::new(&allow, &deny).map_err(|error| usage(error.to_string()))?;
        Ok(Self {
            filters: (!filters.is_empty()).then_some(filters),
            raw: None,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Places and values of an argument.
fn occurrences<'m>(
    matches: &'m ArgMatches,
    name: &'static str,
) -> impl Iterator<Item = (usize, &'static str, &'m str)> {
    let places = matches.indices_of(name).into_iter().flatten();
    let values = matches.get_many::<String>(name).into_iter().flatten();
    places
        .zip(values)
        .map(move |(place, value)| (place, name, value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<HubbleArgs, clap::Error> {
        let command = HubbleArgs::augment_args(Command::new("observe"));
        let arguments = ["observe"].iter().chain(arguments);
        HubbleArgs::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }

    fn raw(arguments: &[&str]) -> String {
        let arguments = [arguments, &["--print-raw-filters"]].concat();
        let args = parse(&arguments).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
        args.raw.expect("it is asked for")
    }

    #[test]
    fn the_order_of_flags_is_kept() {
        assert_eq!(
            raw(&["--verdict", "DROPPED", "--not", "--protocol", "dns", "-4"]),
            "allowlist:\n    - '{\"verdict\":[\"DROPPED\"],\"ip_version\":[\"IPv4\"]}'\n\
             denylist:\n    - '{\"protocol\":[\"dns\"]}'\n"
        );
        assert_eq!(
            raw(&[
                "--not=false",
                "--from-pod",
                "shop/web",
                "--namespace",
                "x",
                "--ipv6=false"
            ]),
            "allowlist:\n    - '{\"source_pod\":[\"x/\"],\"ip_version\":[\"IPv6\"]}'\n    \
             - '{\"destination_pod\":[\"x/\"],\"ip_version\":[\"IPv6\"]}'\n\
             denylist:\n    - '{\"source_pod\":[\"shop/web\"]}'\n"
        );
        assert_eq!(raw(&[]), "{}\n");
        assert_eq!(
            raw(&["--allowlist", "{\"verdict\":[\"DROPPED\"]}{}"]),
            "allowlist:\n    - '{\"verdict\":[\"DROPPED\"]}'\n    - '{}'\n"
        );
    }

    #[test]
    fn filters_are_checked() {
        assert!(parse(&[]).expect("no flag").filters.is_none());
        assert!(parse(&["--port", "80"]).expect("a port").filters.is_some());
        for (arguments, part) in [
            (&["--port", "http"][..], "invalid port \"http\""),
            (&["--ip", "10.0.0.1", "--pod", "x"], "cannot be combined"),
            (&["--pod", "x", "--not"], "trailing --not"),
            (&["--cel-expression", "_flow.x"], "undefined field 'x'"),
            (&["--allowlist", "{"], "invalid --allowlist flag"),
        ] {
            let error = parse(arguments).expect_err(part).to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
