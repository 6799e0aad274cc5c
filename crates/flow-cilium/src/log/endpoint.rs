//! Who talks, and through which service.

use core::fmt;
use core::net::IpAddr;

use super::lists::elements;
use super::name::FieldName;
use crate::gob::{Item, Kind, ReadFields, Take, Value};
use flow_core::flow::{Ip, IpVersion};
use flow_core::text::Escaped;

/// The address that a text holds; `None` where it holds none.
pub(super) fn address(text: &[u8]) -> Option<IpAddr> {
    match ipv4(text) {
        Some(octets) => Some(IpAddr::from(octets)),
        None => core::str::from_utf8(text).ok()?.parse().ok(),
    }
}

/// Four numbers up to 255 without leading zeros, with dots between them.
fn ipv4(text: &[u8]) -> Option<[u8; 4]> {
    let mut octets = [0; 4];
    let (mut at, mut number, mut digits) = (0, 0_u16, 0);
    for byte in text {
        match byte {
            b'0'..=b'9' if digits == 0 || (number > 0 && digits < 3) => {
                number = number * 10 + u16::from(byte - b'0');
                digits += 1;
            }
            b'.' if digits > 0 && at < 3 => {
                octets[at] = u8::try_from(number).ok()?;
                (at, number, digits) = (at + 1, 0, 0);
            }
            _ => return None,
        }
    }
    if at < 3 || digits == 0 {
        return None;
    }
    octets[3] = u8::try_from(number).ok()?;
    Some(octets)
}

/// One side of an exchange.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
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

impl LogEndpoint<'_> {
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

impl<'a> Take<'a, FieldName> for LogEndpoint<'a> {
    #[inline]
    fn take(&mut self, name: FieldName, item: Item<'a>) {
        match name {
            FieldName::Id => self.id = item.number(),
            FieldName::Ipv4 => self.ipv4 = item.text(),
            FieldName::Ipv6 => self.ipv6 = item.text(),
            FieldName::Port => self.port = item.number(),
            FieldName::Identity => self.identity = item.number(),
            FieldName::Labels => self.labels = LogLabels(item.other()),
            _ => {}
        }
    }
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
#[non_exhaustive]
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
#[non_exhaustive]
pub struct LogService<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its address as text.
    pub ip: &'a [u8],
    /// Its port.
    pub port: u16,
}

impl<'a> Take<'a, FieldName> for LogService<'a> {
    fn enters(name: FieldName) -> bool {
        name == FieldName::IpPort
    }

    #[inline]
    fn take(&mut self, name: FieldName, item: Item<'a>) {
        if name == FieldName::Name {
            self.name = item.text();
        }
    }

    fn enter<F: ReadFields<'a, FieldName>>(
        &mut self,
        _name: FieldName,
        fields: F,
    ) -> Option<F::Read> {
        fields.read(&mut ServiceAddress(self))
    }
}

/// The address of a service.
struct ServiceAddress<'r, 'a>(&'r mut LogService<'a>);

impl<'a> Take<'a, FieldName> for ServiceAddress<'_, 'a> {
    fn take(&mut self, name: FieldName, item: Item<'a>) {
        match name {
            FieldName::Ip => self.0.ip = item.text(),
            FieldName::Port => self.0.port = item.number(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn addresses_are_those_of_the_standard_library(
            any in any::<IpAddr>(),
            nearly in "[0-9]{0,4}(\\.[0-9]{0,3}){0,5}\\.?|[0-9a-f:.]{0,20}",
        ) {
            prop_assert_eq!(address(any.to_string().as_bytes()), Some(any));
            prop_assert_eq!(address(nearly.as_bytes()), nearly.parse().ok());
        }
    }
}
