//! Field masks: which fields of a flow are wanted.

mod masked;

pub(super) use masked::Masked;

use std::borrow::ToOwned;
use std::string::String;
use std::vec::Vec;

use prost::{DecodeError, Message};
use prost_reflect::{Kind, MessageDescriptor};

use super::scan::RawFields;
use super::{descriptors, flow as pb};

/// A selection of the fields of `flow.Flow`, from the paths of a `google.protobuf.FieldMask`.
///
/// A path names a field by its original name, or a field of a message in it: `verdict`,
/// `source.pod_name`, `l4.TCP.destination_port`. A message of which something is selected is
/// there even where it is empty. Well-known types (`time`, `is_reply`, `extensions`) are taken
/// whole, and so are lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    flow: Selection,
    event: Selection,
}

/// Error of a path that selects nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MaskError {
    /// There is no such field.
    #[error("field mask path {path:?}: {message} has no field {field:?}")]
    UnknownField {
        /// The whole path.
        path: String,
        /// Message in which the field was looked for.
        message: String,
        /// Its part that is not known.
        field: String,
    },
    /// The path goes on below a field that has no fields of its own to choose from.
    #[error("field mask path {path:?}: {field:?} is taken whole, expected the path to end there")]
    NoMessage {
        /// The whole path.
        path: String,
        /// Field below which it goes on.
        field: String,
    },
}

/// What is wanted of a message: everything, or some fields by number, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    All,
    Some(Vec<(u32, Selection)>),
}

impl Selection {
    /// What is wanted of a field; `None` where nothing is.
    pub(crate) fn of(&self, number: u32) -> Option<&Self> {
        match self {
            Self::All => Some(&Self::All),
            Self::Some(fields) => {
                let at = fields.binary_search_by_key(&number, |(number, _)| *number);
                at.ok().map(|at| &fields[at].1)
            }
        }
    }

    /// The selection of a field; nothing of it is wanted yet where it is new.
    fn entry(&mut self, number: u32) -> Option<&mut Self> {
        let Self::Some(fields) = self else {
            return None;
        };
        let at = match fields.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(at) => at,
            Err(at) => {
                fields.insert(at, (number, Self::Some(Vec::new())));
                at
            }
        };
        Some(&mut fields[at].1)
    }

    fn add(&mut self, path: &str, root: &MessageDescriptor) -> Result<(), MaskError> {
        let mut message = Some(root.clone());
        let mut selection = Some(self);
        let mut above = "";
        for name in path.split('.') {
            let within = message.ok_or_else(|| MaskError::NoMessage {
                path: path.to_owned(),
                field: above.to_owned(),
            })?;
            let field = within
                .get_field_by_name(name)
                .ok_or_else(|| MaskError::UnknownField {
                    path: path.to_owned(),
                    message: within.full_name().to_owned(),
                    field: name.to_owned(),
                })?;
            message = match field.kind() {
                Kind::Message(inner) if !field.is_list() && !descriptors::is_well_known(&inner) => {
                    Some(inner)
                }
                _ => None,
            };
            // Below what is wanted whole there is nothing to add, but the path must be right.
            selection = selection.and_then(|selection| selection.entry(field.number()));
            above = name;
        }
        if let Some(selection) = selection {
            *selection = Self::All;
        }
        Ok(())
    }
}

impl Mask {
    /// The selection of some paths; of none, everything.
    ///
    /// # Errors
    /// Where a path names a field that does not exist, or goes on below one that is taken whole.
    pub fn new<P: AsRef<str>>(paths: impl IntoIterator<Item = P>) -> Result<Self, MaskError> {
        let root = descriptors::of::<pb::Flow>();
        let mut flow = Selection::Some(Vec::new());
        for path in paths {
            flow.add(path.as_ref(), &root)?;
        }
        if flow == Selection::Some(Vec::new()) {
            flow = Selection::All;
        }
        // Of the event around the flow: the flow, the node's name and the time.
        let event = Selection::Some(std::vec![
            (1, flow.clone()),
            (1000, Selection::All),
            (1001, Selection::All),
        ]);
        Ok(Self { flow, event })
    }

    /// Whether everything is selected.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.flow == Selection::All
    }

    /// The selected fields of a flow.
    ///
    /// # Panics
    /// Never: what was encoded can be decoded.
    #[must_use]
    pub fn select(&self, flow: &pb::Flow) -> pb::Flow {
        if self.is_all() {
            return flow.clone();
        }
        let selected = self
            .select_bytes(&flow.encode_to_vec())
            .and_then(|bytes| pb::Flow::decode(&*bytes));
        selected.expect("what was encoded can be decoded")
    }

    /// The selected fields of a flow in protobuf. Fields that are not known are not selected,
    /// unless the message that holds them is selected whole.
    ///
    /// # Errors
    /// Where the bytes are not a protobuf message.
    pub fn select_bytes(&self, flow: &[u8]) -> Result<Vec<u8>, DecodeError> {
        let mut selected = Vec::with_capacity(flow.len());
        select(&self.flow, flow, &mut selected)?;
        Ok(selected)
    }
}

/// Appends the selected fields of a message.
fn select(selection: &Selection, message: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
    for field in RawFields::new(message) {
        let field = field?;
        match (selection.of(field.number), field.content) {
            (None, _) => {}
            (Some(Selection::All), _) | (Some(_), None) => out.extend_from_slice(field.bytes),
            (Some(inner), Some(content)) => {
                let mut nested = Vec::with_capacity(content.len());
                select(inner, content, &mut nested)?;
                prost::encoding::bytes::encode(field.number, &nested, out);
            }
        }
    }
    Ok(())
}

impl TryFrom<&prost_types::FieldMask> for Mask {
    type Error = MaskError;

    fn try_from(mask: &prost_types::FieldMask) -> Result<Self, MaskError> {
        Self::new(&mask.paths)
    }
}

#[cfg(test)]
mod tests;
