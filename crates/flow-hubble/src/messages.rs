//! The message types, as `cargo xtask build-proto` makes them of the `.proto` files.
#![allow(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "messages are built field by field"
)]

/// Package `flow`: Hubble's flow message and what belongs to it.
#[allow(deprecated, reason = "deprecated fields are part of the messages")]
pub mod flow {
    include!("generated/flow.rs");

    /// Packages of our own.
    pub mod ext {
        /// Package `flow.ext.v1`: what Hubble's flow message has no field for.
        pub mod v1 {
            include!("generated/flow.ext.v1.rs");
        }
    }
}

/// Package `observer`: requests and responses of Hubble's Observer service.
#[allow(deprecated, reason = "deprecated fields are part of the messages")]
pub mod observer {
    include!("generated/observer.rs");
}

/// Package `peer`: requests and responses of Hubble's Peer service.
pub mod peer {
    include!("generated/peer.rs");
}

/// Package `relay`: the state of the nodes of Hubble Relay.
pub mod relay {
    include!("generated/relay.rs");
}

/// A `google.protobuf.FileDescriptorSet` with every file, its imports, and the services: what
/// gRPC reflection serves.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/descriptors.bin");
