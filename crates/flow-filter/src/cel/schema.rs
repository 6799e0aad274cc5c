//! Messages and enumerations that expressions name.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use super::types::Type;

/// Package in which names without one are looked up.
pub(crate) const CONTAINER: &str = "flow";

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(flow_hubble::FILE_DESCRIPTOR_SET)
        .expect("the committed descriptors are valid")
});

static FLOW: LazyLock<MessageDescriptor> = LazyLock::new(|| {
    POOL.get_message_by_name("flow.Flow")
        .expect("the descriptors have the flow message")
});

/// The descriptor of `flow.Flow`.
pub(crate) fn flow() -> &'static MessageDescriptor {
    &FLOW
}

/// The message of this full name.
pub(crate) fn message(name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(name)
}

/// Full names that a name can stand for, in the order in which they are tried.
pub(crate) fn candidates(name: &str) -> Vec<String> {
    match name.strip_prefix('.') {
        Some(absolute) => vec![absolute.into()],
        None => vec![format!("{CONTAINER}.{name}"), name.into()],
    }
}

/// The number of an enumeration's value, by the full name of the enumeration and that of the value.
pub(crate) fn enumeration_value(name: &str) -> Option<i64> {
    let (enumeration, value) = name.rsplit_once('.')?;
    let enumeration = POOL.get_enum_by_name(enumeration)?;
    let value = enumeration.get_value_by_name(value)?;
    Some(i64::from(value.number()))
}

/// The type of a message's values.
pub(crate) fn message_type(message: &MessageDescriptor) -> Type {
    let wrapper = |inner: Type| Type::Wrapper(Box::new(inner));
    match message.full_name() {
        "google.protobuf.Timestamp" => Type::Timestamp,
        "google.protobuf.Duration" => Type::Duration,
        "google.protobuf.BoolValue" => wrapper(Type::Bool),
        "google.protobuf.Int32Value" | "google.protobuf.Int64Value" => wrapper(Type::Int),
        "google.protobuf.UInt32Value" | "google.protobuf.UInt64Value" => wrapper(Type::Uint),
        "google.protobuf.FloatValue" | "google.protobuf.DoubleValue" => wrapper(Type::Double),
        "google.protobuf.StringValue" => wrapper(Type::Text),
        "google.protobuf.BytesValue" => wrapper(Type::Bytes),
        "google.protobuf.Any" | "google.protobuf.Value" => Type::Dyn,
        "google.protobuf.Struct" => Type::map(Type::Text, Type::Dyn),
        "google.protobuf.ListValue" => Type::list(Type::Dyn),
        _ => Type::Message(message.clone()),
    }
}

/// The type of a field.
pub(crate) fn field_type(field: &FieldDescriptor) -> Type {
    let kind = field.kind();
    if field.is_map()
        && let Kind::Message(entry) = &kind
    {
        let part = |field: FieldDescriptor| kind_type(&field.kind());
        return Type::map(
            part(entry.map_entry_key_field()),
            part(entry.map_entry_value_field()),
        );
    }
    let element = kind_type(&kind);
    if field.is_list() {
        Type::list(element)
    } else {
        element
    }
}

fn kind_type(kind: &Kind) -> Type {
    match kind {
        Kind::Double | Kind::Float => Type::Double,
        Kind::Int32
        | Kind::Int64
        | Kind::Sint32
        | Kind::Sint64
        | Kind::Sfixed32
        | Kind::Sfixed64
        | Kind::Enum(_) => Type::Int,
        Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64 => Type::Uint,
        Kind::Bool => Type::Bool,
        Kind::String => Type::Text,
        Kind::Bytes => Type::Bytes,
        Kind::Message(message) => message_type(message),
    }
}
