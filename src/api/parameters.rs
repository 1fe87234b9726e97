//! Parameters, of a body or of a query, read into a type of a call's own.
//!
//! Such a type derives `Deserialize`, and its description in `openapi/` from the same fields. serde
//! alone would name the wrong parameter: it reads in the order of the request, and finds out at the end
//! what is missing. Here the fields are read in the order in which the type declares them, what is
//! missing in its place, and an error names the parameter that it is about. Unknown ones are ignored.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// What a call takes.
pub(super) trait Parameters: DeserializeOwned {
    /// Other names that a parameter is read under too, since the published reference has them: the name
    /// itself and then those. The first that is given counts.
    const ALIASES: &'static [&'static str] = &[];
}

/// What can be read from parameters: what a call takes, or two such things one after the other.
pub(super) trait FromParameters: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`Error::Invalid`] or [`Error::Malformed`], of the first parameter that is not as it has to be.
    fn read(from: &dyn Source) -> Result<Self>;
}

impl<T: Parameters> FromParameters for T {
    fn read(from: &dyn Source) -> Result<Self> {
        let reader = Reader { from, aliases: T::ALIASES };
        Self::deserialize(reader).map_err(Refused::into_error)
    }
}

impl<A: Parameters, B: Parameters> FromParameters for (A, B) {
    fn read(from: &dyn Source) -> Result<Self> {
        Ok((A::read(from)?, B::read(from)?))
    }
}

/// Where parameters come from.
pub(super) trait Source {
    /// The value of the parameter `name`, if it is given.
    ///
    /// # Errors
    /// [`Error::Malformed`] if they cannot be read at all.
    fn get(&self, name: &str) -> Result<Option<Given<'_>>>;
}

/// A value as it was sent.
pub(super) enum Given<'a> {
    /// In a body, where it is looked at when it is asked for: only its parameter can refuse it.
    Json(&'a RawValue),
    /// In a query, decoded.
    Text(Cow<'a, str>),
}

/// Why a parameter was refused.
#[derive(Debug)]
enum Refused {
    /// What was expected of the parameter, whose name is added on the way up.
    Expected(String),
    /// It is no JSON of the kind that was expected.
    NotJson(String),
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

/// Reads a struct.
struct Reader<'a> {
    from: &'a dyn Source,
    aliases: &'static [&'static str],
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
        Err(Refused::Expected("parameters are read into a struct alone".into()))
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

/// Visits every field in its turn, whether it is given or not.
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
        let aliases = match self.reader.aliases {
            names @ [name, ..] if *name == self.name => names,
            _ => std::slice::from_ref(&self.name),
        };
        for name in aliases {
            if let Some(given) = self.reader.from.get(name).map_err(Refused::Named)? {
                return seed.deserialize(Value(Some(given))).map_err(|refused| refused.of(name));
            }
        }
        seed.deserialize(Value(None)).map_err(|refused| refused.of(self.name))
    }
}

/// Reads one value, or finds it missing.
struct Value<'a>(Option<Given<'a>>);

impl Value<'_> {
    fn text(self) -> Read<String> {
        let text = match self.0 {
            None => return Err(missing()),
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
        // What is JSON and reads as an integer is one, without a fraction or an exponent.
        let parsed = match self.0 {
            None => return Err(missing()),
            Some(Given::Text(text)) => text.parse(),
            Some(Given::Json(json)) => json.get().parse(),
        };
        parsed.map_err(|_| Refused::Expected("expected an integer of 64 bits".into()))
    }
}

fn missing() -> Refused {
    Refused::Expected("required, but missing".into())
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
        Err(Refused::Expected("a parameter is a string or an integer".into()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_i64(self.integer()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.0.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}
