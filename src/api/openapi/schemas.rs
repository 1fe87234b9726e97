//! The schemas that the types of parameters and answers derive, as components of the description.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, AnyOfBuilder, Object};
use utoipa::openapi::{Ref, RefOr, Schema};

use crate::api::parameters::Parameters;

/// The schemas, by name.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Adds the schema of a value; gives a reference to it.
    pub(super) fn value<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.insert::<T>(T::schema())
    }

    /// Adds the schema of an answer's data: it has no other properties. Gives a reference to it.
    pub(super) fn data<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let mut object = flat(T::schema());
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        self.insert::<T>(Schema::Object(object).into())
    }

    /// Adds the schema of a body; gives a reference to it, and the name of its first parameter.
    pub(super) fn body<T: Parameters + ToSchema>(&mut self) -> (RefOr<Schema>, Option<String>) {
        let object = flat(T::schema());
        let first = object.required.first().cloned();
        let schema = match T::ALIASES {
            [] => Schema::Object(object),
            [name, ..] => {
                let about = object.description.clone();
                let spellings = T::ALIASES.iter().map(|alias| renamed(&object, name, alias));
                let any_of = spellings.fold(AnyOfBuilder::new(), AnyOfBuilder::item);
                Schema::AnyOf(any_of.description(about).build())
            }
        };
        (self.insert::<T>(schema.into()), first)
    }

    /// The parameters of a query, by name. Adds the schemas that they refer to.
    pub(super) fn query<T: Parameters + ToSchema>(&mut self) -> Vec<(String, RefOr<Schema>)> {
        self.insert_references::<T>();
        flat(T::schema()).properties.into_iter().collect()
    }

    fn insert<T: ToSchema>(&mut self, schema: RefOr<Schema>) -> RefOr<Schema> {
        self.insert_references::<T>();
        self.0.insert(T::name().into_owned(), schema);
        named(&T::name())
    }

    fn insert_references<T: ToSchema>(&mut self) {
        let mut references = Vec::new();
        T::schemas(&mut references);
        self.0.extend(references);
    }

    pub(super) fn into_iter(self) -> impl Iterator<Item = (String, RefOr<Schema>)> {
        self.0.into_iter()
    }
}

/// A reference to the schema of that name.
pub(super) fn named(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

/// The object of a struct. The properties of a struct inside it, which are not nested on the wire, are
/// its own.
fn flat(schema: RefOr<Schema>) -> Object {
    let is_struct = |schema: &RefOr<Schema>| matches!(schema, RefOr::T(Schema::Object(object)) if !object.properties.is_empty());
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            let inner = object.properties.iter().find(|(_, schema)| is_struct(schema));
            if let Some((name, inner)) = inner.map(|(name, inner)| (name.clone(), inner.clone())) {
                object.properties.remove(&name);
                object.required.retain(|required| *required != name);
                add(&mut object, inner);
            }
            object
        }
        RefOr::T(Schema::AllOf(all)) => {
            let mut object = Object::new();
            object.description = all.description;
            all.items.into_iter().for_each(|part| add(&mut object, part));
            object
        }
        _ => Object::new(),
    }
}

fn add(object: &mut Object, part: RefOr<Schema>) {
    let part = flat(part);
    object.properties.extend(part.properties);
    object.required.extend(part.required);
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
