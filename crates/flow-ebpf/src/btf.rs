//! Reads enumerations out of BTF, the kernel's type information.
//!
//! Format: `Documentation/bpf/btf.rst` of the kernel, section "BTF Type and String Encoding".
//! aya's reader keeps its types to itself, and needs far more memory than one pass does.

const MAGIC: u16 = 0xeb9f;
const ENUM: u32 = 6;
const ENUM64: u32 = 19;

/// One BTF blob: that of the kernel, or of a module on top of it.
#[derive(Clone, Copy)]
pub(crate) struct EnumReader<'a> {
    types: &'a [u8],
    strings: &'a [u8],
    /// Strings of the kernel, which a module's numbers go on from.
    base_strings: &'a [u8],
}

impl<'a> EnumReader<'a> {
    /// Reads the header; `None` where it is no BTF of this machine's byte order.
    pub(crate) fn new(bytes: &'a [u8], base: Option<&EnumReader<'a>>) -> Option<Self> {
        let magic = bytes.get(..2)?;
        if u16::from_ne_bytes(magic.try_into().ok()?) != MAGIC {
            return None;
        }
        let field = |index: usize| number(bytes, 4 + 4 * index);
        let body = bytes.get(field(0)?..)?;
        let part = |offset: usize, length: usize| body.get(offset..offset.checked_add(length)?);
        Some(Self {
            types: part(field(1)?, field(2)?)?,
            strings: part(field(3)?, field(4)?)?,
            base_strings: base.map_or(&[], |base| base.strings),
        })
    }

    /// Calls `visit` with the name and the values of each enumeration that has a name. Ends
    /// silently at the first type of a kind it does not know.
    pub(crate) fn for_each_enum(
        &self,
        mut visit: impl FnMut(&'a str, &mut dyn Iterator<Item = (&'a str, u32)>),
    ) {
        let mut rest = self.types;
        while let Some((head, after)) = rest.split_at_checked(12) {
            let (Some(name), Some(info)) = (number(head, 0), number(head, 4)) else {
                return;
            };
            let kind = (info >> 24) as u32 & 0x1f;
            let count = info & 0xffff;
            let Some(length) = extra_length(kind, count) else {
                return;
            };
            let Some((extra, next)) = after.split_at_checked(length) else {
                return;
            };
            rest = next;
            if kind != ENUM && kind != ENUM64 {
                continue;
            }
            let entry = if kind == ENUM { 8 } else { 12 };
            if let Some(name) = self.string(name).filter(|name| !name.is_empty()) {
                let mut values = extra.chunks_exact(entry).filter_map(|value| {
                    // The high half of a 64-bit value is left out: reasons have 32 bits.
                    let low = u32::try_from(number(value, 4)?).ok()?;
                    Some((self.string(number(value, 0)?)?, low))
                });
                visit(name, &mut values);
            }
        }
    }

    fn string(&self, offset: usize) -> Option<&'a str> {
        let tail = match offset.checked_sub(self.base_strings.len()) {
            Some(own) => self.strings.get(own..)?,
            None => self.base_strings.get(offset..)?,
        };
        let end = tail.iter().position(|byte| *byte == 0)?;
        std::str::from_utf8(&tail[..end]).ok()
    }
}

/// Bytes after the 12 common ones, by kind and number of members.
fn extra_length(kind: u32, count: usize) -> Option<usize> {
    Some(match kind {
        // INT, VAR, DECL_TAG
        1 | 14 | 17 => 4,
        // ARRAY
        3 => 12,
        // STRUCT, UNION, DATASEC, ENUM64
        4 | 5 | 15 | ENUM64 => 12 * count,
        // ENUM, FUNC_PROTO
        ENUM | 13 => 8 * count,
        // PTR, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FLOAT, TYPE_TAG
        2 | 7..=12 | 16 | 18 => 0,
        _ => return None,
    })
}

fn number(bytes: &[u8], offset: usize) -> Option<usize> {
    let word = bytes.get(offset..offset + 4)?;
    usize::try_from(u32::from_ne_bytes(word.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(types: &[u32], strings: &[u8]) -> Vec<u8> {
        let type_length = u32::try_from(types.len() * 4).unwrap();
        let string_length = u32::try_from(strings.len()).unwrap();
        let mut bytes = Vec::new();
        bytes.extend(MAGIC.to_ne_bytes());
        bytes.extend([1, 0]);
        for field in [24, 0, type_length, type_length, string_length] {
            bytes.extend(field.to_ne_bytes());
        }
        for word in types {
            bytes.extend(word.to_ne_bytes());
        }
        bytes.extend(strings);
        bytes
    }

    fn collect(reader: &EnumReader<'_>) -> Vec<(String, Vec<(String, u32)>)> {
        let mut all = Vec::new();
        reader.for_each_enum(|name, values| {
            all.push((
                name.to_owned(),
                values
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
            ));
        });
        all
    }

    #[test]
    fn reads_enums_of_kernel_and_module_and_stops_at_the_unknown() {
        let base = blob(
            &[
                0,
                1 << 24,
                4,
                32,
                1,
                6 << 24 | 2,
                4,
                3,
                7,
                5,
                9,
                0,
                31 << 24,
                0,
            ],
            b"\0a\0b\0c\0",
        );
        let base = EnumReader::new(&base, None).unwrap();
        let values = vec![("b".to_owned(), 7), ("c".to_owned(), 9)];
        assert_eq!(collect(&base), [("a".to_owned(), values)]);
        // Offset 7 is the module's first string; 1 is the kernel's "a".
        let module = blob(&[8, 19 << 24 | 1, 8, 1, 5, 6], b"\0m\0");
        let module = EnumReader::new(&module, Some(&base)).unwrap();
        assert_eq!(
            collect(&module),
            [("m".to_owned(), vec![("a".to_owned(), 5)])]
        );
    }

    #[test]
    fn every_cut_is_read_without_panic() {
        let bytes = blob(&[1, 6 << 24 | 2, 4, 3, 7, 5, 9], b"\0a\0b\0c\0");
        for length in 0..bytes.len() {
            assert!(EnumReader::new(&bytes[..length], None).is_none());
        }
        let full = EnumReader::new(&bytes, None).unwrap();
        assert_eq!(collect(&full).len(), 1);
    }
}
