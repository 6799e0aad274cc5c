//! Who talks, and through which service.

use core::fmt;

use super::lists::elements;
use crate::cilium::gob::{Kind, Value};
use crate::flow::{Ip, IpVersion};
use crate::text::Escaped;

/// The address that a text holds; `None` where it holds none.
pub(super) fn address(text: &[u8]) -> Option<core::net::IpAddr> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// One side of an exchange.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogEndpoint<'a> {
    /// Id of the endpoint; 0 is none.
    pub id: u64,
    /// Its IPv4 address as text; empty is none.
    pub ipv4: &'a [u8],
    /// Its IPv6 address as text; empty is none.
    pub ipv6: &'a [u8],
    /// Its port.
    pub port: u16,
    /// Its security identity; 0 is unknown.
    pub identity: u32,
    /// Its labels.
    pub labels: LogLabels<'a>,
}

impl<'a> LogEndpoint<'a> {
    pub(super) fn read(value: &Value<'a>) -> Self {
        let mut endpoint = Self::default();
        for (name, field) in value.fields() {
            match name {
                b"ID" => endpoint.id = field.as_u64().unwrap_or(0),
                b"IPv4" => endpoint.ipv4 = field.as_bytes().unwrap_or_default(),
                b"IPv6" => endpoint.ipv6 = field.as_bytes().unwrap_or_default(),
                b"Port" => endpoint.port = number(&field),
                b"Identity" => endpoint.identity = number(&field),
                b"Labels" => endpoint.labels = LogLabels(Some(field)),
                _ => {}
            }
        }
        endpoint
    }

    /// Its address of this version; `::` where it has none.
    #[must_use]
    pub fn ip(&self, version: IpVersion) -> Ip {
        let text = match version {
            IpVersion::V4 => self.ipv4,
            IpVersion::V6 => self.ipv6,
            _ => &[],
        };
        address(text).map_or(Ip::UNSPECIFIED, Ip::from)
    }
}

/// A number that the type has room for; 0 where there is no such number.
pub(super) fn number<T: TryFrom<u64> + Default>(value: &Value<'_>) -> T {
    let number = value.as_u64().unwrap_or(0);
    T::try_from(number).unwrap_or_default()
}

/// Labels of an endpoint, borrowed.
#[derive(Clone, Copy, Default)]
pub struct LogLabels<'a>(pub(super) Option<Value<'a>>);

impl<'a> LogLabels<'a> {
    /// Each label.
    pub fn iter(&self) -> impl Iterator<Item = LogLabel<'a>> + use<'a> {
        elements(self.0).map(|label| LogLabel::read(&label))
    }
}

impl fmt::Debug for LogLabels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A label. `Display` shows `source:key=value`, as Cilium does, and escapes it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct LogLabel<'a> {
    /// Where it comes from, e.g. `k8s`; empty where `key` holds the label as a whole, as older
    /// agents send it.
    pub source: &'a [u8],
    /// Its key.
    pub key: &'a [u8],
    /// Its value; may be empty.
    pub value: &'a [u8],
}

impl<'a> LogLabel<'a> {
    fn read(value: &Value<'a>) -> Self {
        let mut label = Self::default();
        if value.kind() != Kind::Struct {
            label.key = value.as_bytes().unwrap_or_default();
            return label;
        }
        for (name, field) in value.fields() {
            let text = field.as_bytes().unwrap_or_default();
            match name {
                b"Key" => label.key = text,
                b"Value" => label.value = text,
                b"Source" => label.source = text,
                _ => {}
            }
        }
        label
    }
}

impl fmt::Display for LogLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.source.is_empty() {
            write!(f, "{}:", Escaped(self.source))?;
        }
        write!(f, "{}", Escaped(self.key))?;
        if !self.value.is_empty() {
            write!(f, "={}", Escaped(self.value))?;
        }
        Ok(())
    }
}

impl fmt::Debug for LogLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// The service that an exchange went through.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogService<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its address as text.
    pub ip: &'a [u8],
    /// Its port.
    pub port: u16,
}

impl<'a> LogService<'a> {
    pub(super) fn read(value: &Value<'a>) -> Self {
        let mut service = Self::default();
        for (name, field) in value.fields() {
            match name {
                b"Name" => service.name = field.as_bytes().unwrap_or_default(),
                b"IPPort" => {
                    service.ip = field
                        .field("IP")
                        .and_then(|ip| ip.as_bytes())
                        .unwrap_or_default();
                    service.port = field.field("Port").map_or(0, |port| number(&port));
                }
                _ => {}
            }
        }
        service
    }
}
