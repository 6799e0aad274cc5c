//! Maps of lists of text.

use super::kind::Kind;
use super::layout::{text, uint};
use super::types::Definition;
use super::value::Value;

/// Each text of a map's lists, with its name.
#[derive(Clone, Debug)]
pub(crate) struct TextLists<'a> {
    bytes: &'a [u8],
    /// Lists that are left.
    lists: u64,
    name: &'a [u8],
    /// Texts that are left of a list.
    texts: u64,
}

impl<'a> Value<'a> {
    /// The texts of a map of lists of text; `None` where it is none.
    pub(crate) fn text_lists(&self) -> Option<TextLists<'a>> {
        let (types, id) = self.of_type();
        let is_text = |id| matches!(types.kind(id), Some(Kind::String | Kind::Bytes));
        match types.get(id)? {
            Definition::Map { key, element } if is_text(*key) => match types.get(*element)? {
                Definition::Slice { element } if is_text(*element) => {
                    let (lists, bytes) = uint(self.bytes())?;
                    Some(TextLists {
                        bytes,
                        lists,
                        name: &[],
                        texts: 0,
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Number of values of a list or pairs of a map; 0 of what is neither.
    pub(crate) fn count(&self) -> u64 {
        match self.kind() {
            Kind::Slice | Kind::Map => uint(self.bytes()).map_or(0, |(count, _)| count),
            _ => 0,
        }
    }
}

impl<'a> Iterator for TextLists<'a> {
    type Item = (&'a [u8], &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while self.texts == 0 {
            self.lists = self.lists.checked_sub(1)?;
            (self.name, self.bytes) = text(self.bytes)?;
            (self.texts, self.bytes) = uint(self.bytes)?;
        }
        self.texts -= 1;
        let value;
        (value, self.bytes) = text(self.bytes)?;
        Some((self.name, value))
    }
}
