//! `use` declarations, taken apart.

use std::path::{Path, PathBuf};

use syn::{Ident, ItemUse, UseTree, Visibility};

/// One name that a `use` brings into a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// The name in the module; `None` for a glob, which brings all names.
    pub(crate) name: Option<String>,
    /// Segments as they are written, `self` at the end of a group left out.
    pub(crate) path: Vec<String>,
    /// Whether others can see it (`pub`, `pub(crate)`, `pub(super)`).
    pub(crate) is_reexport: bool,
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
}

/// Returns what a `use` declaration brings; nothing where its path is of another crate (`::x`).
pub(crate) fn imports(item: &ItemUse, file: &Path) -> Vec<Import> {
    let mut found = Vec::new();
    if item.leading_colon.is_none() {
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        let mut add = |name, path: &[String], line| {
            found.push(Import {
                name,
                path: path.to_vec(),
                is_reexport,
                file: file.to_owned(),
                line,
            });
        };
        walk(&item.tree, &mut Vec::new(), &mut add);
    }
    found
}

fn walk(
    tree: &UseTree,
    path: &mut Vec<String>,
    add: &mut impl FnMut(Option<String>, &[String], usize),
) {
    match tree {
        UseTree::Path(tree) => {
            path.push(plain(&tree.ident));
            walk(&tree.tree, path, add);
            path.pop();
        }
        UseTree::Name(tree) => leaf(&tree.ident, None, path, add),
        UseTree::Rename(tree) => leaf(&tree.ident, Some(plain(&tree.rename)), path, add),
        UseTree::Glob(tree) => add(None, path, tree.star_token.spans[0].start().line),
        UseTree::Group(tree) => tree.items.iter().for_each(|item| walk(item, path, add)),
    }
}

fn leaf(
    ident: &Ident,
    rename: Option<String>,
    path: &mut Vec<String>,
    add: &mut impl FnMut(Option<String>, &[String], usize),
) {
    let line = ident.span().start().line;
    if ident == "self" && !path.is_empty() {
        let name = rename.or_else(|| path.last().cloned());
        return add(name, path, line);
    }
    path.push(plain(ident));
    add(Some(rename.unwrap_or_else(|| plain(ident))), path, line);
    path.pop();
}

/// An identifier without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(Option<String>, String, bool)> {
        imports(&syn::parse_str(text).unwrap(), Path::new("a.rs"))
            .into_iter()
            .map(|import| (import.name, import.path.join("::"), import.is_reexport))
            .collect()
    }

    fn named(name: &str, path: &str, is_reexport: bool) -> (Option<String>, String, bool) {
        (Some(name.to_owned()), path.to_owned(), is_reexport)
    }

    #[test]
    fn groups_renames_and_self() {
        assert_eq!(
            of("use super::layers::{self, has as holds, deep::{One, r#type}};"),
            [
                named("layers", "super::layers", false),
                named("holds", "super::layers::has", false),
                named("One", "super::layers::deep::One", false),
                named("type", "super::layers::deep::type", false),
            ]
        );
    }

    #[test]
    fn globs_and_reexports() {
        assert_eq!(
            of("pub(super) use inner::*;"),
            [(None, "inner".to_owned(), true)]
        );
        assert_eq!(of("pub use a::B;"), [named("B", "a::B", true)]);
    }

    #[test]
    fn a_path_of_another_crate_brings_nothing() {
        assert_eq!(of("use ::std::fmt;"), []);
    }
}
