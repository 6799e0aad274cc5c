//! From a path as it is written to the file that defines what it names.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::tree::{ModuleId, Tree};

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A module itself.
    Module(ModuleId),
    /// An item, with its module, the file that defines it, and its name.
    Item(ModuleId, PathBuf, String),
}

/// Names that are being looked up, so that imports in a circle come to an end.
type Seen = BTreeSet<(ModuleId, String)>;

impl Tree {
    /// Returns what a path leads to from a module, through imports and re-exports.
    ///
    /// None for other crates, and for names that are no module's, such as those of variables.
    /// More than one where a name is both a module and an item, or is defined by condition.
    pub(crate) fn resolve(&self, from: ModuleId, path: &[String]) -> Vec<Target> {
        self.resolve_unseen(from, path, &mut Seen::new())
    }

    fn resolve_unseen(&self, from: ModuleId, path: &[String], seen: &mut Seen) -> Vec<Target> {
        let Some((first, mut rest)) = path.split_first() else {
            return Vec::new();
        };
        let mut at = match first.as_str() {
            "crate" => Some(0),
            "self" => Some(from),
            "super" => self.modules[from].parent,
            name => {
                let found = self.look_up(from, name, seen);
                return self.follow(found, rest, seen);
            }
        };
        while let (Some(module), Some((next, after))) = (at, rest.split_first()) {
            if next != "super" {
                break;
            }
            at = self.modules[module].parent;
            rest = after;
        }
        match at {
            Some(module) => self.follow(vec![Target::Module(module)], rest, seen),
            None => Vec::new(),
        }
    }

    /// Goes on from what the first segments have led to.
    fn follow(&self, found: Vec<Target>, rest: &[String], seen: &mut Seen) -> Vec<Target> {
        let Some((name, rest)) = rest.split_first() else {
            return found;
        };
        let modules: Vec<ModuleId> = found
            .iter()
            .filter_map(|target| match target {
                Target::Module(module) => Some(*module),
                Target::Item(..) => None,
            })
            .collect();
        if modules.is_empty() {
            // What follows an item is a variant, an associated function and the like.
            return found;
        }
        let mut ends = Vec::new();
        for module in modules {
            let mut next = self.look_up(module, name, seen);
            if next.is_empty() {
                // What a macro has made stands where its module is.
                let file = self.modules[module].file.clone();
                next.push(Target::Item(module, file, name.clone()));
            }
            ends.extend(self.follow(next, rest, seen));
        }
        ends
    }

    /// What a name stands for in a module.
    fn look_up(&self, module: ModuleId, name: &str, seen: &mut Seen) -> Vec<Target> {
        if !seen.insert((module, name.to_owned())) {
            return Vec::new();
        }
        let mut found = BTreeSet::new();
        let here = &self.modules[module];
        found.extend(here.children.get(name).map(|child| Target::Module(*child)));
        for file in here.defined.get(name).into_iter().flatten() {
            found.insert(Target::Item(module, file.clone(), name.to_owned()));
        }
        for import in &here.imports {
            if import.name.as_deref() == Some(name) {
                found.extend(self.resolve_unseen(module, &import.path, seen));
            }
        }
        if found.is_empty() {
            for import in here.imports.iter().filter(|import| import.name.is_none()) {
                for target in self.resolve_unseen(module, &import.path, seen) {
                    if let Target::Module(module) = target {
                        found.extend(self.look_up(module, name, seen));
                    }
                }
            }
        }
        seen.remove(&(module, name.to_owned()));
        found.into_iter().collect()
    }
}
