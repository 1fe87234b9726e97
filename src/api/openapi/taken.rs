//! How the types of parameters and answers come into the description: by the schemas that they derive.

use std::collections::BTreeMap;

use utoipa::openapi::schema::{AnyOfBuilder, Object, ObjectBuilder};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::api::parameters::Parameters;

/// The schemas of the description, by name.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Adds the schema of `T` and those that it names; gives what refers to it.
    pub(super) fn add<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.add_named_by::<T>();
        let name = T::name().into_owned();
        let reference = named(&name);
        self.0.insert(name, T::schema());
        reference
    }

    fn add_named_by<T: ToSchema>(&mut self) {
        let mut named = Vec::new();
        T::schemas(&mut named);
        self.0.extend(named);
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn into_iter(self) -> impl Iterator<Item = (String, RefOr<Schema>)> {
        self.0.into_iter()
    }
}

/// A reference to the schema of that name.
pub(super) fn named(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

/// What a call takes in its body.
pub(super) trait Taken {
    /// Its schema; those that it names are added to `schemas`.
    fn describe(schemas: &mut Schemas) -> RefOr<Schema>;
}

impl<T: Parameters + ToSchema> Taken for T {
    fn describe(schemas: &mut Schemas) -> RefOr<Schema> {
        let [name, aliases @ ..] = T::ALIASES else { return schemas.add::<T>() };
        schemas.add_named_by::<T>();
        let object = object_of::<T>();
        let spelt = aliases.iter().map(|alias| renamed(&object, name, alias));
        let any_of = AnyOfBuilder::new().description(object.description.clone());
        let objects = std::iter::once(object.clone()).chain(spelt);
        objects.fold(any_of, AnyOfBuilder::item).into()
    }
}

/// The parameters of both in one object.
impl<A: Parameters + ToSchema, B: Parameters + ToSchema> Taken for (A, B) {
    fn describe(schemas: &mut Schemas) -> RefOr<Schema> {
        schemas.add_named_by::<A>();
        schemas.add_named_by::<B>();
        let (mut both, more) = (object_of::<A>(), object_of::<B>());
        both.properties.extend(more.properties);
        both.required.extend(more.required);
        both.description = more.description;
        Schema::Object(both).into()
    }
}

/// The schema of a struct, which is an object.
fn object_of<T: PartialSchema>() -> Object {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object,
        _ => ObjectBuilder::new().build(),
    }
}

/// `object` with the property `name` called `alias`.
fn renamed(object: &Object, name: &str, alias: &str) -> Object {
    let spelling = |property: &str| if property == name { alias } else { property }.to_owned();
    let mut renamed = object.clone();
    renamed.description = None;
    renamed.required = object.required.iter().map(|name| spelling(name)).collect();
    let properties = object.properties.iter();
    renamed.properties =
        properties.map(|(name, schema)| (spelling(name), schema.clone())).collect();
    renamed
}
