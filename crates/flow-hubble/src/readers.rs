//! How each message is read from JSON, as `cargo xtask build-proto` makes it of the `.proto` files.

use crate::read;

include!("generated/read.rs");
