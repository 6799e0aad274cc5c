//! Names of the values of enumerations.

/// A function that returns the name of an enumeration's value, if the number has one.
macro_rules! name_of {
    ($enumeration:ty) => {
        |number: i32| {
            <$enumeration>::try_from(number)
                .ok()
                .map(|value| value.as_str_name())
        }
    };
}
pub(super) use name_of;
