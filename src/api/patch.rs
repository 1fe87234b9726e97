//! A parameter that a request may leave out, take away with `null`, or give.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Visitor};

use crate::model::Patch;

/// By this name, a reader of parameters knows that `null` means something.
pub(super) const NULLABLE: &str = "$nullable";

/// What a request says of a parameter.
pub(super) struct Given<T>(pub(super) Patch<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_newtype_struct(NULLABLE, Said(PhantomData)).map(Self)
    }
}

struct Said<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Said<T> {
    type Value = Patch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Patch::Keep)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Patch::Clear)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        T::deserialize(from).map(Patch::Set)
    }
}
