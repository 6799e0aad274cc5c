//! A sink that lets only selected fields through.

use core::fmt;

use super::{Mask, Selection};
use crate::encode::ExtensionForm;
use crate::encode::sink::{Field, Sink, Walk};

/// Hands the selected fields on.
pub(crate) struct Masked<'m, S> {
    inner: S,
    level: &'m Selection,
}

impl<'m, S> Masked<'m, S> {
    /// For the fields of `flow.Flow`.
    pub(crate) const fn of_flow(inner: S, mask: &'m Mask) -> Self {
        Self {
            inner,
            level: &mask.flow,
        }
    }

    /// For the fields of the event around it.
    pub(crate) const fn of_event(inner: S, mask: &'m Mask) -> Self {
        Self {
            inner,
            level: &mask.event,
        }
    }

    fn wants(&self, field: Field) -> bool {
        self.level.of(field.number).is_some()
    }
}

/// Fields without fields of their own: passed on where they are wanted.
macro_rules! pass {
    ($($name:ident($value:ty)),+) => { $(
        fn $name(&mut self, field: Field, value: $value) {
            if self.wants(field) {
                self.inner.$name(field, value);
            }
        }
    )+ };
}

impl<'m, S: Sink> Sink for Masked<'m, S> {
    type Mark = (S::Mark, &'m Selection);

    fn open(&mut self, field: Field) -> Option<Self::Mark> {
        let below = self.level.of(field.number)?;
        let mark = self.inner.open(field)?;
        Some((mark, core::mem::replace(&mut self.level, below)))
    }

    fn close(&mut self, (mark, level): Self::Mark) {
        self.inner.close(mark);
        self.level = level;
    }

    fn open_large(&mut self, field: Field) -> Option<Self::Mark> {
        let below = self.level.of(field.number)?;
        let mark = self.inner.open_large(field)?;
        Some((mark, core::mem::replace(&mut self.level, below)))
    }

    fn close_large(&mut self, (mark, level): Self::Mark) {
        self.inner.close_large(mark);
        self.level = level;
    }

    fn open_list(&mut self, field: Field) -> Option<Self::Mark> {
        let below = self.level.of(field.number)?;
        let mark = self.inner.open_list(field)?;
        Some((mark, core::mem::replace(&mut self.level, below)))
    }

    fn open_item(&mut self, field: Field) -> Self::Mark {
        // A list is taken whole.
        (self.inner.open_item(field), self.level)
    }

    fn close_list(&mut self, (mark, level): Self::Mark) {
        self.inner.close_list(mark);
        self.level = level;
    }

    pass!(
        uint(u32),
        some_uint(u32),
        int(i32),
        long(u64),
        flag(bool),
        some_flag(bool),
        valid(&[u8]),
        lossy(&[u8]),
        time(u64),
        duration(u64)
    );

    fn choice(&mut self, field: Field, number: i32, name: impl Fn(i32) -> Option<&'static str>) {
        if self.wants(field) {
            self.inner.choice(field, number, name);
        }
    }

    fn choices(
        &mut self,
        field: Field,
        numbers: impl Iterator<Item = i32> + Clone,
        name: impl Fn(i32) -> Option<&'static str>,
    ) {
        if self.wants(field) {
            self.inner.choices(field, numbers, name);
        }
    }

    fn valid_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>) {
        if self.wants(field) {
            self.inner.valid_list(field, values);
        }
    }

    fn lossy_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>) {
        if self.wants(field) {
            self.inner.lossy_list(field, values);
        }
    }

    fn shown(&mut self, field: Field, value: &impl fmt::Display) {
        if self.wants(field) {
            self.inner.shown(field, value);
        }
    }

    fn any(&mut self, field: Field, form: ExtensionForm, message: &impl Walk) {
        if self.wants(field) {
            self.inner.any(field, form, message);
        }
    }
}
