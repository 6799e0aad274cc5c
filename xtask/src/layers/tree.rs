//! The modules of one compiled target, read from its root file with `syn`.
//!
//! Code [for tests only](super::condition) is left out: a test may look at anything. Other conditions
//! are taken as met, so that what is built for another platform or feature is held to the rules too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use syn::{Attribute, Item, ItemMacro, ItemMod, ItemUse};

use super::condition::is_for_tests;
use super::mentions::{self, Mention};
use super::uses::{self, Import};

/// Place of a module in [`Tree::modules`]; 0 is the root.
pub(crate) type ModuleId = usize;

/// One module: what it defines, imports, and names in its code.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) parent: Option<ModuleId>,
    /// The file that its first item would stand in.
    pub(crate) file: PathBuf,
    pub(crate) children: BTreeMap<String, ModuleId>,
    /// Items by name, with the files that define them (two where conditions choose between them).
    pub(crate) defined: BTreeMap<String, BTreeSet<PathBuf>>,
    pub(crate) imports: Vec<Import>,
    pub(crate) mentions: Vec<Mention>,
}

/// All modules of a target.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) modules: Vec<Module>,
}

impl Tree {
    /// Reads a target from its root file, `src/lib.rs` for example.
    ///
    /// # Errors
    /// If a file of it is missing or is not Rust.
    pub(crate) fn read(root: &Path) -> Result<Tree> {
        let mut tree = Tree {
            modules: Vec::new(),
        };
        let root_module = tree.push("crate", None, root);
        let folder = parent(root)?;
        tree.read_items(root_module, root, &folder, parse(root)?)?;
        Ok(tree)
    }

    /// Whether a module is `above` or stands somewhere below it.
    pub(crate) fn is_within(&self, module: ModuleId, above: ModuleId) -> bool {
        let mut at = Some(module);
        while let Some(id) = at {
            if id == above {
                return true;
            }
            at = self.modules[id].parent;
        }
        false
    }

    fn push(&mut self, name: &str, parent: Option<ModuleId>, file: &Path) -> ModuleId {
        self.modules.push(Module {
            name: name.to_owned(),
            parent,
            file: file.to_owned(),
            children: BTreeMap::new(),
            defined: BTreeMap::new(),
            imports: Vec::new(),
            mentions: Vec::new(),
        });
        let id = self.modules.len() - 1;
        if let Some(parent) = parent {
            self.modules[parent].children.insert(name.to_owned(), id);
        }
        id
    }

    /// Takes up the items of a module, and the modules that it declares.
    ///
    /// `folder` is where the files of its child modules are looked for.
    fn read_items(
        &mut self,
        module: ModuleId,
        file: &Path,
        folder: &Path,
        items: Vec<Item>,
    ) -> Result<()> {
        for item in items {
            if is_for_tests(attributes(&item)) {
                continue;
            }
            match item {
                Item::Mod(item) => self.read_module(module, file, folder, item)?,
                Item::Use(item) => self.read_use(module, file, &item),
                Item::Macro(item) if included(&item).is_some() => {
                    let name = included(&item).unwrap_or_default();
                    let path = parent(file)?.join(name);
                    self.read_items(module, &path, folder, parse(&path)?)?;
                }
                item => self.read_code(module, file, &item),
            }
        }
        Ok(())
    }

    fn read_module(
        &mut self,
        parent_module: ModuleId,
        file: &Path,
        folder: &Path,
        item: ItemMod,
    ) -> Result<()> {
        let name = uses::plain(&item.ident);
        if let Some((_, items)) = item.content {
            let module = self.push(&name, Some(parent_module), file);
            return self.read_items(module, file, &folder.join(&name), items);
        }
        let (path, inner) = match path_attribute(&item.attrs) {
            Some(given) => {
                let path = parent(file)?.join(given);
                let inner = parent(&path)?;
                (path, inner)
            }
            None => module_file(folder, &name)
                .with_context(|| format!("{}: mod {name}", file.display()))?,
        };
        let module = self.push(&name, Some(parent_module), &path);
        self.read_items(module, &path, &inner, parse(&path)?)
    }

    fn read_use(&mut self, module: ModuleId, file: &Path, item: &ItemUse) {
        let imports = uses::imports(item, file);
        self.modules[module].imports.extend(imports);
    }

    fn read_code(&mut self, module: ModuleId, file: &Path, item: &Item) {
        let found = mentions::of_item(item, file);
        // A macro that is exported stands in the root, whatever module writes it.
        let home = match item {
            Item::Macro(item) if has(&item.attrs, "macro_export") => 0,
            _ => module,
        };
        for name in mentions::defined(item) {
            let files = self.modules[home].defined.entry(name).or_default();
            files.insert(file.to_owned());
        }
        self.modules[module].mentions.extend(found.mentions);
        self.modules[module].imports.extend(found.imports);
    }
}

fn parse(file: &Path) -> Result<Vec<Item>> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let parsed = syn::parse_file(&text).with_context(|| file.display().to_string())?;
    Ok(parsed.items)
}

fn parent(file: &Path) -> Result<PathBuf> {
    file.parent()
        .map(Path::to_owned)
        .with_context(|| format!("{} has no folder", file.display()))
}

/// The file of `mod name;` and where its own child modules are.
fn module_file(folder: &Path, name: &str) -> Result<(PathBuf, PathBuf)> {
    let inner = folder.join(name);
    for path in [folder.join(format!("{name}.rs")), inner.join("mod.rs")] {
        if path.is_file() {
            return Ok((path, inner));
        }
    }
    bail!(
        "neither {name}.rs nor {name}/mod.rs in {}",
        folder.display()
    )
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|found| found.path().is_ident(name))
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    let found = attributes.iter().find(|a| a.path().is_ident("path"))?;
    match &found.meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// The file of `include!("…")`.
fn included(item: &ItemMacro) -> Option<String> {
    if !item.mac.path.is_ident("include") {
        return None;
    }
    item.mac
        .parse_body::<syn::LitStr>()
        .ok()
        .map(|text| text.value())
}
