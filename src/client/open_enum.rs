//! Enums of a service that adds members: what is not known is kept as it came.

/// Defines an open enum: `open_enum! { /// Doc. Name { Variant = "member", … } }`. For generated
/// code alone, which also stands outside of this crate, in its tests.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $member:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $member, "`")] $variant,)+
            /// A member that is not in the description, as it came.
            Other(String),
        }

        impl $name {
            /// The members that are in the descriptions, in the order of the first that has them.
            pub const KNOWN: &'static [&'static str] = &[$($member),+];

            /// The member as it stands in JSON.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $member,)+
                    Self::Other(member) => member,
                }
            }

            fn known(member: &str) -> Option<Self> {
                match member {
                    $($member => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(member: &str) -> Self {
                Self::known(member).unwrap_or_else(|| Self::Other(member.to_owned()))
            }
        }

        impl ::std::convert::From<String> for $name {
            fn from(member: String) -> Self {
                Self::known(&member).unwrap_or(Self::Other(member))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(member: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(member))
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl ::serde::de::Visitor<'_> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(concat!("a member of ", stringify!($name)))
                    }

                    fn visit_str<E: ::serde::de::Error>(self, member: &str) -> Result<$name, E> {
                        Ok($name::from(member))
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }
    };
}
