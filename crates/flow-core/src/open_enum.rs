//! Open enumerations: numbers with names.

/// Declares a transparent number whose known values have names.
///
/// `Display` prints the name, or the number of a value that has none. The crates of this family
/// share it; it needs `zerocopy` among the dependencies of the crate that uses it.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $name:ident($repr:ty) {
            $( $(#[$value_meta:meta])* $constant:ident = $value:literal => $text:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::Immutable, zerocopy::KnownLayout,
        )]
        #[repr(transparent)]
        #[allow(clippy::exhaustive_structs, reason = "a number; its names may become more")]
        pub struct $name(pub $repr);

        impl $name {
            $( $(#[$value_meta])* pub const $constant: Self = Self($value); )+

            /// Every value that has a name, in order of number.
            pub const KNOWN: &'static [Self] = &[$(Self::$constant),+];

            /// The name of this value, or `None` where this version knows none.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some($text), )+
                    #[allow(unreachable_patterns, reason = "some tables are complete")]
                    _ => None,
                }
            }

            /// The value with this name, in any letter case.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                $( if name.eq_ignore_ascii_case($text) { return Some(Self($value)); } )+
                None
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => core::fmt::Display::fmt(&self.0, f),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, concat!(stringify!($name), "({})"), self.0),
                }
            }
        }
    };
}
pub(crate) use open_enum;
