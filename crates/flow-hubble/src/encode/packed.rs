//! Messages in a `google.protobuf.Any`.

use super::sink::{ExtensionForm, Walk};

/// What stands before the name of a message in an `Any`.
pub(crate) const TYPE_PREFIX: &str = "type.googleapis.com/";

/// Name of the message that holds fields of any names.
pub(crate) const STRUCT_NAME: &str = "google.protobuf.Struct";

/// Name of the message that an `Any` holds.
pub(super) const fn packed_name<W: Walk>(form: ExtensionForm) -> &'static str {
    match form {
        ExtensionForm::Struct => STRUCT_NAME,
        ExtensionForm::Message | ExtensionForm::Omit => W::NAME,
    }
}
