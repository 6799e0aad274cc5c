//! Texts, truth values, numbers and enumerations.

use std::fmt;
use std::marker::PhantomData;
use std::string::String;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::kind::Kind;
use super::notes::Notes;

/// The kind of a text.
pub(crate) struct Text;

impl Kind for Text {
    type Value = String;

    fn read<'de, D: Deserializer<'de>>(input: D, _: &Notes) -> Result<Option<String>, D::Error> {
        String::deserialize(input).map(Some)
    }
}

/// The kind of a truth value.
pub(crate) struct Bool;

impl Kind for Bool {
    type Value = bool;

    fn read<'de, D: Deserializer<'de>>(input: D, _: &Notes) -> Result<Option<bool>, D::Error> {
        bool::deserialize(input).map(Some)
    }
}

/// An integer as a number or as text, without a fraction.
struct Integer;

impl Visitor<'_> for Integer {
    type Value = i128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_u64<E>(self, number: u64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<i128, E> {
        if number.fract() != 0.0 {
            return Err(E::custom(format_args!(
                "expected an integer, found {number}"
            )));
        }
        // Saturates, which is out of every range.
        Ok(number as i128)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<i128, E> {
        let fail = |_| E::custom(format_args!("expected an integer, found {text:?}"));
        match text.parse() {
            Ok(number) => Ok(number),
            Err(_) if text.trim() != text => Err(fail(())),
            Err(_) => self.visit_f64(text.parse().map_err(|_| fail(()))?),
        }
    }
}

macro_rules! integers {
    ($($(#[$doc:meta])* $kind:ident: $type:ty;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $kind;

        impl Kind for $kind {
            type Value = $type;

            fn read<'de, D: Deserializer<'de>>(
                input: D,
                _: &Notes,
            ) -> Result<Option<$type>, D::Error> {
                let number = input.deserialize_any(Integer)?;
                match <$type>::try_from(number) {
                    Ok(number) => Ok(Some(number)),
                    Err(_) => Err(D::Error::custom(format_args!(
                        "expected a number from {} to {}, found {number}", <$type>::MIN, <$type>::MAX
                    ))),
                }
            }
        }
    )+};
}

integers! {
    /// The kind of a signed number of 32 bits.
    Int32: i32;
    /// The kind of an unsigned number of 32 bits.
    Uint32: u32;
    /// The kind of a signed number of 64 bits.
    Int64: i64;
    /// The kind of an unsigned number of 64 bits.
    Uint64: u64;
}

/// The kind of a floating-point number.
pub(crate) struct Double;

impl Kind for Double {
    type Value = f64;

    fn read<'de, D: Deserializer<'de>>(input: D, _: &Notes) -> Result<Option<f64>, D::Error> {
        input.deserialize_any(Float).map(Some)
    }
}

struct Float;

impl Visitor<'_> for Float {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_i64<E>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_f64<E>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        match text {
            "NaN" => Ok(f64::NAN),
            "Infinity" => Ok(f64::INFINITY),
            "-Infinity" => Ok(f64::NEG_INFINITY),
            _ => text
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .ok_or_else(|| E::custom(format_args!("expected a number, found {text:?}"))),
        }
    }
}

/// An enumeration whose values have names.
pub(crate) trait EnumName {
    /// Full name of the enumeration.
    const NAME: &'static str;

    /// Returns the number of a value.
    fn number(name: &str) -> Option<i32>;
}

/// The kind of an enumeration's values: a name or a number.
pub(crate) struct Enum<E>(PhantomData<E>);

impl<T: EnumName> Kind for Enum<T> {
    type Value = i32;

    fn read<'de, D: Deserializer<'de>>(input: D, notes: &Notes) -> Result<Option<i32>, D::Error> {
        input.deserialize_any(NameOrNumber(notes, PhantomData::<T>))
    }
}

struct NameOrNumber<'n, T>(&'n Notes, PhantomData<T>);

impl<T: EnumName> Visitor<'_> for NameOrNumber<'_, T> {
    type Value = Option<i32>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a name or number of {}", T::NAME)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<i32>, E> {
        i32::try_from(number).map(Some).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<i32>, E> {
        i32::try_from(number).map(Some).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Option<i32>, E> {
        let number: i128 = Integer.visit_f64(number)?;
        i32::try_from(number).map(Some).map_err(E::custom)
    }

    fn visit_str<E>(self, name: &str) -> Result<Option<i32>, E> {
        let number = T::number(name);
        if number.is_none() {
            let part = || std::format!("unrecognized enum value '{name}' of {}", T::NAME);
            self.0.note(part);
        }
        Ok(number)
    }
}
