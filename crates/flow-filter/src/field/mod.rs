//! Every field of a flow: its name, its type, and how it is read.

mod find;
mod info;
mod kind;
mod names;
mod part;
mod read;
mod read_names;
mod read_record;
mod table;

pub(crate) use find::{Field, find, nearest, nearest_field, shorthand};
pub use info::{FieldInfo, fields};
pub(crate) use kind::{Case, Kind, Value, shifted};
pub(crate) use names::Names;
pub(crate) use part::{End, Part, Slot};
pub(crate) use read::{any_of_flow, any_value, names_of};
pub(crate) use read_names::any_name;
pub(crate) use read_record::{any_of_record, record};
pub(crate) use table::{Shape, all};
