//! Where the header fields of a head are, so that they need not be looked for twice.

use super::head::{MAX_HEADERS, offset_in};
use super::headers::{Header, Headers};

/// Where the header fields of the head are that was parsed last.
#[derive(Debug, Default)]
pub(crate) struct FieldIndex {
    fields: [Place; MAX_HEADERS],
    len: usize,
    /// Address and length of what was parsed, where every field is here.
    of: Option<(usize, usize)>,
}

/// Offsets and lengths, in bytes of what was parsed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    name: u16,
    name_len: u16,
    value: u16,
    value_len: u16,
}

/// What takes the fields of a head that is parsed.
pub(super) trait TakeFields {
    /// Takes the fields of a head that `httparse` read strictly and to its end; `None` where it
    /// did not.
    fn take(&mut self, data: &[u8], fields: Option<&[httparse::Header<'_>]>);
}

/// Nothing is to be kept.
impl TakeFields for () {
    #[inline]
    fn take(&mut self, _: &[u8], _: Option<&[httparse::Header<'_>]>) {}
}

impl TakeFields for &mut FieldIndex {
    #[inline]
    fn take(&mut self, data: &[u8], fields: Option<&[httparse::Header<'_>]>) {
        let fields = fields.filter(|_| data.len() <= usize::from(u16::MAX));
        self.of = fields.map(|_| identity(data));
        let fields = fields.unwrap_or_default();
        self.len = fields.len().min(MAX_HEADERS);
        for (place, field) in self.fields.iter_mut().zip(fields) {
            // All are parts of `data`, whose length fits.
            *place = Place {
                name: offset_in(data, field.name.as_bytes()) as u16,
                name_len: field.name.len() as u16,
                value: offset_in(data, field.value) as u16,
                value_len: field.value.len() as u16,
            };
        }
    }
}

/// What is not the same for two slices that are there at the same time, or they are the same.
#[inline]
fn identity(data: &[u8]) -> (usize, usize) {
    (data.as_ptr().addr(), data.len())
}

impl FieldIndex {
    /// The fields of a head that was parsed from `data`; `headers` are its lines.
    #[inline]
    pub(super) fn fields<'i, 'a>(
        &'i self,
        data: &'a [u8],
        headers: Headers<'a>,
    ) -> IndexedFields<'i, 'a> {
        match self.of == Some(identity(data)) {
            true => IndexedFields::Known {
                data,
                places: self.fields.get(..self.len).unwrap_or_default().iter(),
            },
            false => IndexedFields::Lines(headers),
        }
    }
}

/// Iterates over header fields: by their places where those are known, else line by line.
#[derive(Debug)]
pub(crate) enum IndexedFields<'i, 'a> {
    Known {
        data: &'a [u8],
        places: core::slice::Iter<'i, Place>,
    },
    Lines(Headers<'a>),
}

impl<'a> Iterator for IndexedFields<'_, 'a> {
    type Item = Header<'a>;

    #[inline]
    fn next(&mut self) -> Option<Header<'a>> {
        match self {
            Self::Known { data, places } => {
                let place = places.next()?;
                let part = |start: u16, length: u16| {
                    let start = usize::from(start);
                    data.get(start..start + usize::from(length))
                        .unwrap_or_default()
                };
                Some(Header {
                    name: part(place.name, place.name_len),
                    value: part(place.value, place.value_len),
                })
            }
            Self::Lines(headers) => headers.next(),
        }
    }
}
