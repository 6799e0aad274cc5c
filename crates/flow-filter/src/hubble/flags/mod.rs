//! The flags of `hubble observe` that filter flows.

mod error;
mod namespace;
mod raw;
mod table;
mod tracker;
mod value;

pub use error::FlagError;
pub use raw::raw_filters;
pub use table::FlagInfo;

use flow_hubble::flow::FlowFilter;
use flow_hubble::from_json;

use table::FLAGS;
use tracker::Tracker;

/// Flags of `hubble observe`, turned into filters.
///
/// They are set in the order in which they were written, for `not` turns the next one around. All flags of a list
/// must hold, of several values of a flag one; the flags that mean either end (`pod`, `port`, …) make two
/// filters, one for each end.
///
/// ```
/// use flow_filter::hubble::FilterFlags;
///
/// let mut flags = FilterFlags::new();
/// flags.set("namespace", "shop")?;
/// flags.set("verdict", "DROPPED")?;
/// flags.set("not", "")?;
/// flags.set("protocol", "dns")?;
/// let (allow, deny) = flags.filters()?;
/// assert_eq!(allow[0].source_pod, ["shop/"]);
/// assert_eq!(allow[1].destination_pod, ["shop/"]);
/// assert_eq!(deny[0].protocol, ["dns"]);
/// # Ok::<(), flow_filter::hubble::FlagError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FilterFlags {
    allow: Tracker,
    deny: Tracker,
    /// Whether `not` came last.
    is_negated: bool,
    more_allow: Vec<FlowFilter>,
    more_deny: Vec<FlowFilter>,
}

impl FilterFlags {
    /// Returns flags of which none is set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns every flag that [`set`](Self::set) takes.
    #[must_use]
    pub const fn known() -> &'static [FlagInfo] {
        FLAGS
    }

    /// Sets a flag. Those that take no value are set, whatever `value` is.
    ///
    /// # Errors
    /// Where there is no such flag, or it does not take this value, or excludes a flag that is set.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), FlagError> {
        let known = FLAGS.iter().find(|flag| flag.name == name);
        let flag = known.ok_or_else(|| FlagError::Unknown(name.into()))?;
        let fail = |reason: String| FlagError::Value {
            flag: match flag.short {
                Some(short) => format!("-{short}, --{name}"),
                None => format!("--{name}"),
            },
            value: value.into(),
            reason,
        };
        if name == "not" {
            if self.is_negated {
                return Err(fail("consecutive --not statements".into()));
            }
            self.is_negated = true;
            return Ok(());
        }
        let list = if std::mem::take(&mut self.is_negated) {
            &mut self.deny
        } else {
            &mut self.allow
        };
        list.set(flag.name, value).map_err(fail)
    }

    /// Adds filters of the allow list as JSON, one after the other.
    ///
    /// # Errors
    /// Where the text holds something else.
    pub fn allow_json(&mut self, text: &str) -> Result<(), FlagError> {
        self.more_allow.extend(filters_of("allowlist", text)?);
        Ok(())
    }

    /// Adds filters of the deny list as JSON, one after the other.
    ///
    /// # Errors
    /// Where the text holds something else.
    pub fn deny_json(&mut self, text: &str) -> Result<(), FlagError> {
        self.more_deny.extend(filters_of("denylist", text)?);
        Ok(())
    }

    /// Returns the allow list and the deny list.
    ///
    /// # Errors
    /// Where `not` is the last flag.
    pub fn filters(self) -> Result<(Vec<FlowFilter>, Vec<FlowFilter>), FlagError> {
        if self.is_negated {
            return Err(FlagError::TrailingNot);
        }
        let (mut allow, mut deny) = (self.allow.filters(), self.deny.filters());
        allow.extend(self.more_allow);
        deny.extend(self.more_deny);
        Ok((allow, deny))
    }
}

/// Reads filters that stand one after the other.
fn filters_of(flag: &'static str, text: &str) -> Result<Vec<FlowFilter>, FlagError> {
    let fail = |reason: String| FlagError::Json {
        flag,
        text: text.into(),
        reason,
    };
    let mut parts = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let mut filters = Vec::new();
    loop {
        let start = parts.byte_offset();
        match parts.next() {
            None => return Ok(filters),
            Some(Err(error)) => return Err(fail(error.to_string())),
            Some(Ok(_)) => {
                let part = &text[start..parts.byte_offset()];
                filters.push(from_json(part).map_err(|error| fail(error.to_string()))?);
            }
        }
    }
}
