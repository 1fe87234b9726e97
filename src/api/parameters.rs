//! The parameters of a body or a query, read into a type of the call's own.
//!
//! That type derives `Deserialize`. The description in `openapi/` is derived from the same fields.
//! serde's own reading would name the wrong parameter: it follows the order of the request, and
//! finds a missing parameter only at the end. Here the fields are read in the order in which the
//! type declares them, a missing one is refused in its turn, and an error names the parameter that
//! it is about. Unknown parameters are ignored. A field that is a struct itself takes its
//! parameters from the same request.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::patch::NULLABLE;
use crate::error::{Error, Result};

/// A type that a call's parameters are read into.
pub(super) trait Parameters: DeserializeOwned {
    /// A parameter, then the other names that it may have, since the published reference has them. The
    /// first that is given counts, and an error names that one.
    const ALIASES: &'static [&'static str] = &[];

    /// Reads the parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`] or [`Error::Malformed`] about the first parameter that is wrong.
    fn read(from: &dyn Source) -> Result<Self> {
        Self::deserialize(Reader { from, aliases: Self::ALIASES }).map_err(Refused::into_error)
    }
}

/// Where parameters come from.
pub(super) trait Source {
    /// The value of the parameter `name`, if it is given.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the parameters cannot be read at all.
    fn get(&self, name: &str) -> Result<Option<Given<'_>>>;
}

/// A value as it was sent.
pub(super) enum Given<'a> {
    /// From a body. A value is checked only when its parameter is read, so the value of an unknown
    /// parameter may be anything.
    Json(&'a RawValue),
    /// From a query, decoded.
    Text(Cow<'a, str>),
}

/// Why a parameter was refused.
#[derive(Debug)]
enum Refused {
    /// What was expected; the parameter's name is added on the way up.
    Expected(String),
    /// Why its JSON cannot be read; the name is added as well.
    NotJson(String),
    /// With the name of its parameter.
    Named(Error),
}

impl Refused {
    fn of(self, name: &str) -> Self {
        match self {
            Self::Expected(what) => Self::Named(Error::Invalid(format!("{name}: {what}"))),
            Self::NotJson(what) => Self::Named(Error::Malformed(format!("{name}: {what}"))),
            named @ Self::Named(_) => named,
        }
    }

    fn into_error(self) -> Error {
        match self {
            Self::Named(error) => error,
            Self::Expected(what) | Self::NotJson(what) => Error::Internal(what),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(what) | Self::NotJson(what) => f.write_str(what),
            Self::Named(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refused {}

impl serde::de::Error for Refused {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self::Expected(what.to_string())
    }
}

type Read<T> = std::result::Result<T, Refused>;

/// Reads a struct from all parameters.
#[derive(Clone, Copy)]
struct Reader<'a> {
    from: &'a dyn Source,
    aliases: &'static [&'static str],
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
        Err(Refused::Expected("parameters can only be read into a struct".into()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_map(Fields { reader: self, left: fields.iter(), name: "" })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Visits every declared field in order, whether it is given or not.
struct Fields<'a> {
    reader: Reader<'a>,
    left: std::slice::Iter<'static, &'static str>,
    name: &'static str,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        let Some(name) = self.left.next() else { return Ok(None) };
        self.name = name;
        let name: StrDeserializer<'_, Refused> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        let names = match self.reader.aliases {
            names @ [name, ..] if *name == self.name => names,
            _ => std::slice::from_ref(&self.name),
        };
        let (mut name, mut given) = (self.name, None);
        for alias in names {
            given = self.reader.from.get(alias).map_err(Refused::Named)?;
            if given.is_some() {
                name = alias;
                break;
            }
        }
        let value = Value { given, from: self.reader.from };
        seed.deserialize(value).map_err(|refused| refused.of(name))
    }
}

/// Reads one value, or finds it missing.
struct Value<'a> {
    given: Option<Given<'a>>,
    from: &'a dyn Source,
}

impl Value<'_> {
    fn text(self) -> Read<String> {
        let text = match self.given {
            None => return Err(Refused::Expected(MISSING.into())),
            Some(Given::Text(text)) => text.into_owned(),
            Some(Given::Json(json)) => {
                serde_json::from_str(json.get()).map_err(|error| match error.classify() {
                    Category::Data => Refused::Expected("expected a string".into()),
                    _ => Refused::NotJson(format!("expected a JSON string ({error})")),
                })?
            }
        };
        if text.contains('\0') {
            return Err(Refused::Expected("expected text without U+0000".into()));
        }
        Ok(text)
    }

    fn integer(self) -> Read<i64> {
        // JSON that parses as an `i64` is an integer without a fraction or an exponent.
        let parsed = match self.given {
            None => return Err(Refused::Expected(MISSING.into())),
            Some(Given::Text(text)) => text.parse(),
            Some(Given::Json(json)) => json.get().parse(),
        };
        parsed.map_err(|_| Refused::Expected("expected an integer of 64 bits".into()))
    }

    /// An array of integers: the only arrays that are taken.
    fn integers(self) -> Read<Vec<i64>> {
        match self.given {
            None => Err(Refused::Expected(MISSING.into())),
            Some(Given::Text(_)) => Err(Refused::Expected("expected an array".into())),
            Some(Given::Json(json)) => serde_json::from_str(json.get())
                .map_err(|_| Refused::Expected("expected an array of integers".into())),
        }
    }

    fn boolean(self) -> Read<bool> {
        let parsed = match self.given {
            None => return Err(Refused::Expected(MISSING.into())),
            Some(Given::Text(text)) => text.parse(),
            Some(Given::Json(json)) => json.get().parse(),
        };
        parsed.map_err(|_| Refused::Expected("expected true or false".into()))
    }
}

const MISSING: &str = "required, but missing";

/// The error of a parameter that is missing.
pub(super) fn missing(name: &str) -> Error {
    Error::Invalid(format!("{name}: {MISSING}"))
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
        Err(Refused::Expected("a parameter can only be a string, an integer or a boolean".into()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_i64(self.integer()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_bool(self.boolean()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.given.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        Reader { from: self.from, aliases: &[] }.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        match &self.given {
            None if name == NULLABLE => visitor.visit_none(),
            Some(Given::Json(json)) if name == NULLABLE && json.get() == "null" => {
                visitor.visit_unit()
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_seq(SeqDeserializer::<_, Refused>::new(self.integers()?.into_iter()))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct
        tuple tuple_struct map enum identifier ignored_any
    }
}
