//! The paths that an item names in its code, and the names that it defines.

use std::path::{Path, PathBuf};

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, Visibility};

use super::uses::{self, Import, plain};

/// A path as it is written somewhere in the code of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
}

/// What an item's code names.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) mentions: Vec<Mention>,
    /// `use` declarations inside of functions.
    pub(crate) imports: Vec<Import>,
}

/// Returns every path that an item names, those in the tokens of macros too.
pub(crate) fn of_item(item: &Item, file: &Path) -> Found {
    let mut visitor = Visitor {
        file,
        found: Found::default(),
    };
    visitor.visit_item(item);
    visitor.found
}

struct Visitor<'a> {
    file: &'a Path,
    found: Found,
}

impl Visitor<'_> {
    fn mention(&mut self, path: Vec<String>, line: usize) {
        self.found.mentions.push(Mention {
            path,
            file: self.file.to_owned(),
            line,
        });
    }

    /// Paths in tokens that nobody has parsed.
    fn visit_tokens(&mut self, tokens: TokenStream) {
        let mut scan = Scan::default();
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    if let Some((path, line)) = scan.ident(plain(&ident), line) {
                        self.mention(path, line);
                    }
                }
                TokenTree::Punct(punct) => {
                    if let Some((path, line)) =
                        scan.punct(punct.as_char(), punct.spacing() == Spacing::Joint)
                    {
                        self.mention(path, line);
                    }
                }
                TokenTree::Group(group) => {
                    if let Some((path, line)) = scan.end() {
                        self.mention(path, line);
                    }
                    self.visit_tokens(group.stream());
                }
                TokenTree::Literal(_) => {
                    if let Some((path, line)) = scan.end() {
                        self.mention(path, line);
                    }
                }
            }
        }
        if let Some((path, line)) = scan.end() {
            self.mention(path, line);
        }
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments: Vec<String> = path.segments.iter().map(|s| plain(&s.ident)).collect();
            let line = path.segments.first().map(|s| s.ident.span().start().line);
            self.mention(segments, line.unwrap_or(0));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        visit::visit_macro(self, item);
        self.visit_tokens(item.tokens.clone());
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.found.imports.extend(uses::imports(item, self.file));
    }

    // `pub(in path)` uses nothing, attributes are not code, and a module in a function is its own.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}
}

/// Joins tokens to paths.
#[derive(Default)]
struct Scan {
    path: Vec<String>,
    line: usize,
    colons: u8,
    /// Whether the next name is a field's or a method's, or of another crate.
    is_other: bool,
}

type Ended = Option<(Vec<String>, usize)>;

impl Scan {
    fn ident(&mut self, name: String, line: usize) -> Ended {
        if self.colons == 2 && !self.path.is_empty() {
            self.path.push(name);
            self.colons = 0;
            return None;
        }
        let is_other = self.is_other;
        let ended = self.end();
        if !is_other {
            self.path.push(name);
            self.line = line;
        }
        ended
    }

    fn punct(&mut self, sign: char, is_joint: bool) -> Ended {
        if sign == ':' && self.colons < 2 && (is_joint || self.colons == 1) {
            self.colons += 1;
            // `::name` with nothing before it is of another crate.
            self.is_other |= self.path.is_empty() && self.colons == 2;
            return None;
        }
        let ended = self.end();
        self.is_other = sign == '.';
        ended
    }

    fn end(&mut self) -> Ended {
        self.colons = 0;
        self.is_other = false;
        (!self.path.is_empty()).then(|| (std::mem::take(&mut self.path), self.line))
    }
}

/// Returns the names that an item defines in its module.
///
/// Of a macro call, those that follow `struct`, `enum` and the like in its tokens.
pub(crate) fn defined(item: &Item) -> Vec<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Macro(item) => match &item.ident {
            Some(ident) => ident,
            None => return defined_in_tokens(item.mac.tokens.clone()),
        },
        _ => return Vec::new(),
    };
    vec![plain(ident)]
}

fn defined_in_tokens(tokens: TokenStream) -> Vec<String> {
    const KEYWORDS: &[&str] = &[
        "const", "enum", "fn", "static", "struct", "trait", "type", "union",
    ];
    let mut names = Vec::new();
    let mut follows_keyword = false;
    for token in tokens {
        if let TokenTree::Ident(ident) = token {
            let name = plain(&ident);
            if follows_keyword {
                names.push(name.clone());
            }
            follows_keyword = KEYWORDS.contains(&name.as_str());
        } else {
            follows_keyword = false;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        of_item(&syn::parse_str(text).unwrap(), Path::new("a.rs"))
            .mentions
            .into_iter()
            .map(|mention| mention.path.join("::"))
            .collect()
    }

    #[test]
    fn paths_of_types_bounds_patterns_and_calls() {
        let found =
            paths("fn f<T: a::Bound>(x: &b::Type<c::Inner>) { if let d::E::V(_) = e::call() {} }");
        for path in ["a::Bound", "b::Type", "c::Inner", "d::E::V", "e::call"] {
            assert!(found.iter().any(|one| one == path), "{path} in {found:?}");
        }
    }

    #[test]
    fn paths_in_macros() {
        let found = paths(
            r#"fn f() { assert_eq!(self::a::b(x.field), $crate::C, "text" ::other::D [super::E]) }"#,
        );
        assert_eq!(
            found,
            ["assert_eq", "self::a::b", "x", "crate::C", "super::E"]
        );
    }

    #[test]
    fn visibility_and_attributes_name_nothing() {
        assert_eq!(
            paths("#[doc = a::b!()] pub(in crate::c) fn f() {}"),
            [""; 0]
        );
    }

    #[test]
    fn names_defined_by_items_and_by_macro_calls() {
        let of = |text| defined(&syn::parse_str(text).unwrap());
        assert_eq!(of("struct A(u8);"), ["A"]);
        assert_eq!(of("macro_rules! m { () => { struct B; } }"), ["m"]);
        assert_eq!(of("open_enum! { pub struct C: u8 { X = 1 } }"), ["C"]);
        assert_eq!(of("impl A {}"), [""; 0]);
    }
}
