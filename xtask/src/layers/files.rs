//! Which file uses which, and which module.
//!
//! A file uses another where its code names an item that the other defines, by whatever way the
//! name gets there: `use crate::…`, `use super::…`, a path in the code, a re-export on the way.
//! So an item that a `mod.rs` re-exports counts for the file that defines it, not for `mod.rs`.
//!
//! - To declare a module, to import a module, or to re-export from a module below is no use.
//! - A parent whose own code uses its child's items, and whose items the child uses, is in a cycle
//!   with it: the items are in the wrong one of the two, or in want of a third file.
//! - Code for tests and fuzzing only, attributes and documentation use nothing.
//! - Not seen: methods called on a value whose type is not named, and `impl` blocks apart from
//!   their type (that the type's file need not know of).

use std::collections::BTreeSet;
use std::path::Path;

use super::graph::Graph;
use super::resolve::Target;
use super::tree::{ModuleId, Tree};

/// A path in the code of a module, ready to be followed.
struct Named<'a> {
    module: ModuleId,
    path: &'a [String],
    file: &'a Path,
    line: usize,
    /// Whether it is a re-export and nothing more.
    is_reexport: bool,
}

/// Everything that the modules of a tree name, in order.
fn named(tree: &Tree) -> impl Iterator<Item = Named<'_>> {
    let modules = tree.modules.iter().enumerate();
    modules.flat_map(|(module, content)| {
        let imports = content.imports.iter().map(move |import| Named {
            module,
            path: &import.path,
            file: &import.file,
            line: import.line,
            is_reexport: import.is_reexport,
        });
        let mentions = content.mentions.iter().map(move |mention| Named {
            module,
            path: &mention.path,
            file: &mention.file,
            line: mention.line,
            is_reexport: false,
        });
        imports.chain(mentions)
    })
}

/// Adds to `graph` which file of a target uses which; `root` is left out of their names.
pub(crate) fn add_file_uses(tree: &Tree, root: &Path, graph: &mut Graph) {
    for named in named(tree) {
        for target in tree.resolve(named.module, named.path) {
            let Target::Item(module, file, item) = target else {
                continue;
            };
            if named.is_reexport && tree.is_within(module, named.module) {
                continue;
            }
            let (from, to) = (shown(named.file, root), shown(&file, root));
            graph.add(&from, &to, || {
                format!("{from}:{} uses {item} of {to}", named.line)
            });
        }
    }
}

/// Adds to `graph` which top module of a crate uses which, re-exports included.
///
/// The root itself (`lib.rs`) is no top module: it may use all of them, and be used by them.
pub(crate) fn add_module_uses(tree: &Tree, root: &Path, graph: &mut Graph) {
    for named in named(tree) {
        let Some(from) = top(tree, named.module) else {
            continue;
        };
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for target in tree.resolve(named.module, named.path) {
            let (Target::Module(module) | Target::Item(module, ..)) = target;
            used.extend(top(tree, module));
        }
        // The module as written, where that only passes the item on.
        if let [first, second, ..] = named.path
            && first == "crate"
            && let Some((name, _)) = tree.modules[0].children.get_key_value(second)
        {
            used.insert(name);
        }
        for to in used {
            graph.add(from, to, || {
                let (file, path) = (shown(named.file, root), named.path.join("::"));
                format!("{file}:{} in {from} uses {path} of {to}", named.line)
            });
        }
    }
}

/// The module right below the root that holds `module`.
fn top(tree: &Tree, module: ModuleId) -> Option<&str> {
    let mut at = module;
    loop {
        match tree.modules[at].parent {
            None => return None,
            Some(0) => return Some(&tree.modules[at].name),
            Some(parent) => at = parent,
        }
    }
}

/// A file as it is called from the root of the workspace.
pub(crate) fn shown(file: &Path, root: &Path) -> String {
    file.strip_prefix(root)
        .unwrap_or(file)
        .display()
        .to_string()
}
