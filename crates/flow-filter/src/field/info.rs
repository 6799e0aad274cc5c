//! What is known of each field, for help texts and completion.

use super::table::{Def, Shape, all};

/// What is known of a field.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    def: &'static Def,
}

impl FieldInfo {
    /// Returns its name, without `src.` and `dst.`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.def.name
    }

    /// Returns what kind of values it has, such as "a port".
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.def.kind.describe()
    }

    /// Returns whether both ends have it: with `src.` before its name it is that of the source, with
    /// `dst.` that of the destination, with neither that of either.
    #[must_use]
    pub const fn is_of_end(&self) -> bool {
        self.def.is_of_end
    }

    /// Returns whether it may have several values.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.def.shape != Shape::One
    }

    /// Returns whether its values have keys: `field["key"]`.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        self.def.shape == Shape::Map
    }

    /// Returns what it is.
    #[must_use]
    pub const fn doc(&self) -> &'static str {
        self.def.doc
    }
}

/// Returns every field of a flow, in an order for people.
///
/// ```
/// let port = flow_filter::fields().find(|field| field.name() == "port").expect("a field");
/// assert!(port.is_of_end());
/// assert_eq!(port.kind(), "a port");
/// ```
pub fn fields() -> impl Iterator<Item = FieldInfo> {
    all().map(|def| FieldInfo { def })
}
