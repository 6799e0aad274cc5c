//! Hubble's protobuf messages.

#[cfg(test)]
mod arbitrary;
mod descriptors;
mod encode;
mod export;
#[cfg(test)]
mod golden;
mod json;
mod mask;
mod message;
mod messages;
mod parse;
mod scan;
#[cfg(test)]
mod tables;
mod unknown;

pub use encode::ExtensionForm;
pub use export::Export;
pub use json::{JsonError, Line, from_json, read_line, to_json};
pub use mask::{Mask, MaskError};
pub use messages::{FILE_DESCRIPTOR_SET, flow, observer, peer, relay};
pub use parse::{ConvertError, ExtensionError};
pub use unknown::Kept;
