//! gRPC over HTTP/2.

use flow_core::open_enum;

open_enum! {
    /// Outcome of a call: the trailer `grpc-status`.
    GrpcStatus(u32) {
        /// Success.
        OK = 0 => "OK",
        /// The caller gave up.
        CANCELLED = 1 => "CANCELLED",
        /// Not known.
        UNKNOWN = 2 => "UNKNOWN",
        /// An argument that is not right.
        INVALID_ARGUMENT = 3 => "INVALID_ARGUMENT",
        /// Too late.
        DEADLINE_EXCEEDED = 4 => "DEADLINE_EXCEEDED",
        /// Not found.
        NOT_FOUND = 5 => "NOT_FOUND",
        /// There already.
        ALREADY_EXISTS = 6 => "ALREADY_EXISTS",
        /// Not allowed.
        PERMISSION_DENIED = 7 => "PERMISSION_DENIED",
        /// Out of something.
        RESOURCE_EXHAUSTED = 8 => "RESOURCE_EXHAUSTED",
        /// Not in a state for this.
        FAILED_PRECONDITION = 9 => "FAILED_PRECONDITION",
        /// Aborted.
        ABORTED = 10 => "ABORTED",
        /// Beyond the end of a range.
        OUT_OF_RANGE = 11 => "OUT_OF_RANGE",
        /// No such method.
        UNIMPLEMENTED = 12 => "UNIMPLEMENTED",
        /// An error inside of an end.
        INTERNAL = 13 => "INTERNAL",
        /// Not available now.
        UNAVAILABLE = 14 => "UNAVAILABLE",
        /// Data were lost.
        DATA_LOSS = 15 => "DATA_LOSS",
        /// Nobody that is known.
        UNAUTHENTICATED = 16 => "UNAUTHENTICATED",
    }
}

impl GrpcStatus {
    /// Reads the value of `grpc-status`; `None` where it is no number.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        if !value.iter().all(u8::is_ascii_digit) {
            return None;
        }
        core::str::from_utf8(value).ok()?.parse().ok().map(Self)
    }
}

/// The method of a call, as its path gives it: `/package.Service/Method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrpcMethod<'a> {
    /// Service, with its package.
    pub service: &'a [u8],
    /// Method.
    pub method: &'a [u8],
}

impl<'a> GrpcMethod<'a> {
    /// Splits a path; `None` where it is not of the form.
    #[must_use]
    pub fn parse(path: &'a [u8]) -> Option<Self> {
        let path = path.strip_prefix(b"/")?;
        let slash = path.iter().rposition(|byte| *byte == b'/')?;
        let (service, method) = (&path[..slash], &path[slash + 1..]);
        (!service.is_empty() && !method.is_empty()).then_some(Self { service, method })
    }
}
