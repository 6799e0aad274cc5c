//! Descriptors of the messages.

use std::sync::LazyLock;

use prost::Name;
use prost_reflect::{DescriptorPool, MessageDescriptor};

use super::FILE_DESCRIPTOR_SET;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the committed descriptors are valid")
});

/// The descriptor of a message of ours.
pub(super) fn of<M: Name>() -> MessageDescriptor {
    POOL.get_message_by_name(&M::full_name())
        .expect("descriptors and message types are made of the same files")
}

/// The descriptor of a message of this name, if there is one.
pub(super) fn named(name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(name)
}

/// Whether a message is one of Google's, whose fields nobody looks into.
pub(super) fn is_well_known(message: &MessageDescriptor) -> bool {
    message.full_name().starts_with("google.protobuf.")
}
