//! What is asked for, where programs see the traffic and events of the whole host.

use std::fmt;

use aya::maps::{HashMap, MapData, MapError};

use crate::options::{Interfaces, Options};

/// Interfaces of all namespaces that can be chosen at once.
const INTERFACES: u32 = 16_384;
/// Stands for all interfaces of a namespace.
const ALL: u32 = 0;

/// What the events of the host are limited to: `WATCH_*` of the programs' `config.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// Nothing.
    All = 0,
    /// Namespaces.
    Namespaces = 1,
    /// Interfaces, chosen by name.
    Interfaces = 2,
}

impl Watch {
    pub(crate) fn of(options: &Options) -> Self {
        let chosen = match options.interfaces {
            Interfaces::Up => !options.exclude.is_empty(),
            Interfaces::Matching(_) => true,
            Interfaces::None => !options.exclude.is_empty() && !options.namespaces.is_empty(),
        };
        match (options.all_namespaces, chosen) {
            (true, _) => Self::All,
            (false, false) => Self::Namespaces,
            (false, true) => Self::Interfaces,
        }
    }

    /// Number of entries that the map needs.
    pub(crate) fn entries(self, options: &Options) -> u32 {
        let namespaces = options.namespaces.len() + options.event_namespaces.len();
        let namespaces = u32::try_from(namespaces).unwrap_or(u32::MAX);
        match self {
            Self::All => 1,
            Self::Namespaces => namespaces.saturating_add(1),
            Self::Interfaces => namespaces.saturating_add(INTERFACES),
        }
    }
}

/// The map `watched` of the programs.
pub(crate) struct Watched {
    map: HashMap<MapData, [u32; 2], u8>,
    watch: Watch,
}

impl Watched {
    pub(crate) const fn new(map: HashMap<MapData, [u32; 2], u8>, watch: Watch) -> Self {
        Self { map, watch }
    }

    /// Begins or ends to observe what happens in a namespace.
    pub(crate) fn namespace(&mut self, netns: u32, wanted: bool) {
        if self.watch != Watch::All {
            self.set([netns, ALL], wanted);
        }
    }

    /// Begins or ends to observe what happens at an interface.
    pub(crate) fn interface(&mut self, netns: u32, index: u32, wanted: bool) {
        if self.watch == Watch::Interfaces {
            self.set([netns, index], wanted);
        }
    }

    fn set(&mut self, key: [u32; 2], wanted: bool) {
        let done = if wanted {
            self.map.insert(key, 1, 0)
        } else {
            match self.map.remove(&key) {
                Err(MapError::KeyNotFound) => Ok(()),
                other => other,
            }
        };
        if let Err(error) = done {
            let [netns, index] = key;
            tracing::warn!(%error, netns, index, "drops and events of this interface are not told right");
        }
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("watch", &self.watch)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_interfaces_limits_events_to_them() {
        let of = |interfaces: &Interfaces, exclude: &[&str], namespaces: &[&str], all| {
            Watch::of(&Options {
                interfaces: interfaces.clone(),
                exclude: exclude.iter().map(|name| (*name).to_owned()).collect(),
                namespaces: namespaces.iter().map(|name| (*name).into()).collect(),
                all_namespaces: all,
                ..Options::default()
            })
        };
        let (up, none) = (Interfaces::Up, Interfaces::None);
        let some = Interfaces::matching(["eth*"]);
        assert_eq!(of(&up, &[], &[], false), Watch::Namespaces);
        assert_eq!(of(&up, &[], &["a"], false), Watch::Namespaces);
        assert_eq!(of(&up, &["docker*"], &[], false), Watch::Interfaces);
        assert_eq!(of(&some, &[], &[], false), Watch::Interfaces);
        assert_eq!(of(&none, &[], &[], false), Watch::Namespaces);
        assert_eq!(of(&none, &["x"], &[], false), Watch::Namespaces);
        assert_eq!(of(&none, &["x"], &["a"], false), Watch::Interfaces);
        assert_eq!(of(&some, &["x"], &[], true), Watch::All);
    }
}
