//! Records of a type that came before, read in one pass.

use super::LogRecord;
use super::name::FieldName;
use crate::gob::{GobError, Item, Layout, ReadFields, Take, TypeTable, Value};

/// The layout of a type whose values are records, or have one as their only field.
#[derive(Clone, Debug)]
pub(crate) struct LogLayout {
    layout: Layout<FieldName>,
    is_wrapped: bool,
}

impl LogLayout {
    /// That of the type of a value; `None` where it is no record, or cannot be read in one pass.
    ///
    /// # Errors
    /// Where types are nested too deep.
    pub(crate) fn of(value: &Value<'_>) -> Result<Option<Self>, GobError> {
        if LogRecord::read(value).is_none() {
            return Ok(None);
        }
        let is_wrapped = value.declares("LogRecord");
        if is_wrapped && value.declares("Type") {
            // Whether it is one, or has one, depends on the value.
            return Ok(None);
        }
        let layout = Layout::of_value(value, FieldName::of)?;
        Ok(layout.map(|layout| Self { layout, is_wrapped }))
    }

    /// Reads the record in a message with a value of the type into a new one. `None` where it has
    /// none, or where something is wrong with it.
    pub(crate) fn read<'a>(
        &self,
        types: &'a TypeTable,
        message: &'a [u8],
        record: &mut LogRecord<'a>,
    ) -> Option<()> {
        if self.is_wrapped {
            let mut wrapper = Wrapper {
                record,
                is_there: false,
            };
            self.layout.read(types, message, &mut wrapper)?;
            wrapper.is_there.then_some(())
        } else {
            self.layout.read(types, message, record)
        }
    }
}

/// What has a record as its only field.
struct Wrapper<'r, 'a> {
    record: &'r mut LogRecord<'a>,
    is_there: bool,
}

impl<'a> Take<'a, FieldName> for Wrapper<'_, 'a> {
    fn enters(name: FieldName) -> bool {
        name == FieldName::LogRecord
    }

    fn take(&mut self, _name: FieldName, _item: Item<'a>) {}

    #[inline]
    fn enter<F: ReadFields<'a, FieldName>>(
        &mut self,
        _name: FieldName,
        fields: F,
    ) -> Option<F::Read> {
        self.is_there = true;
        fields.read(self.record)
    }
}
