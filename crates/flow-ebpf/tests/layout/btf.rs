//! Structures and enumerations out of BTF (kernel: `Documentation/bpf/btf.rst`).

const INT: u32 = 1;
const POINTER: u32 = 2;
const ARRAY: u32 = 3;
const STRUCT: u32 = 4;
const UNION: u32 = 5;
const ENUM: u32 = 6;
const VARIABLE: u32 = 14;

/// A field of a structure: place and size in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) offset: usize,
    pub(crate) size: usize,
}

/// One type: its three words, and the words behind them.
struct Type {
    name: u32,
    info: u32,
    size_or_type: u32,
    extra: Vec<u32>,
}

impl Type {
    fn kind(&self) -> u32 {
        self.info >> 24 & 0x1f
    }
}

/// The type information of one object. Panics on any that is not whole: it is the build's own.
pub(crate) struct Btf {
    types: Vec<Type>,
    strings: Vec<u8>,
}

impl Btf {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let word = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!(word(0) & 0xffff, 0xeb9f, "magic");
        let [header, types, types_len, strings, strings_len] =
            [4, 8, 12, 16, 20].map(|at| word(at) as usize);
        let mut found = Vec::new();
        let mut at = header + types;
        while at < header + types + types_len {
            let info = word(at + 4);
            let count = info & 0xffff;
            let words = match info >> 24 & 0x1f {
                INT | VARIABLE | 17 => 1,
                ARRAY => 3,
                STRUCT | UNION | 15 | 19 => 3 * count,
                ENUM | 13 => 2 * count,
                // Pointers, forward declarations, typedefs, qualifiers, functions, floats, tags.
                POINTER | 7..=12 | 16 | 18 => 0,
                kind => panic!("type {} is of the unknown kind {kind}", found.len() + 1),
            } as usize;
            found.push(Type {
                name: word(at),
                info,
                size_or_type: word(at + 8),
                extra: (0..words).map(|index| word(at + 12 + 4 * index)).collect(),
            });
            at += 12 + 4 * words;
        }
        let strings = bytes[header + strings..][..strings_len].to_vec();
        Self {
            types: found,
            strings,
        }
    }

    fn string(&self, offset: u32) -> String {
        let tail = &self.strings[offset as usize..];
        let end = tail
            .iter()
            .position(|byte| *byte == 0)
            .expect("a string without end");
        String::from_utf8(tail[..end].to_vec()).expect("a string that is no text")
    }

    fn find(&self, kind: u32, name: &str) -> &Type {
        let is_it = |found: &&Type| found.kind() == kind && self.string(found.name) == name;
        self.types
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("no type {name} of kind {kind}"))
    }

    /// Size in bytes of the type with this number.
    fn size_of(&self, number: u32) -> usize {
        let found = &self.types[number as usize - 1];
        match found.kind() {
            POINTER => 8,
            ARRAY => self.size_of(found.extra[0]) * found.extra[2] as usize,
            INT | STRUCT | UNION | ENUM => found.size_or_type as usize,
            _ => self.size_of(found.size_or_type),
        }
    }

    /// Size of a structure, and its fields in order.
    pub(crate) fn structure(&self, name: &str) -> (usize, Vec<Field>) {
        let found = self.find(STRUCT, name);
        let fields = found.extra.chunks_exact(3).map(|member| Field {
            name: self.string(member[0]),
            offset: member[2] as usize / 8,
            size: self.size_of(member[1]),
        });
        (found.size_or_type as usize, fields.collect())
    }

    /// Names of the variables that begin so, in order.
    pub(crate) fn variables(&self, prefix: &str) -> Vec<String> {
        let variables = self.types.iter().filter(|found| found.kind() == VARIABLE);
        let names = variables.map(|found| self.string(found.name));
        let mut names: Vec<_> = names.filter(|name| name.starts_with(prefix)).collect();
        names.sort();
        names
    }

    /// Names and values of an enumeration, in order.
    pub(crate) fn enumeration(&self, name: &str) -> Vec<(String, u32)> {
        let found = self.find(ENUM, name);
        found
            .extra
            .chunks_exact(2)
            .map(|value| (self.string(value[0]), value[1]))
            .collect()
    }
}
