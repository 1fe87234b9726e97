//! The schemas that the types of parameters and answers derive, as components of the description.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, AnyOfBuilder, Object, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

use crate::api::parameters::Parameters;

/// A schema, or a reference to one.
pub(super) type Any = RefOr<Schema>;

/// The schemas, by name.
#[derive(Default)]
pub(super) struct Schemas(pub(super) BTreeMap<String, Any>);

impl Schemas {
    /// Adds the schema of a value; gives a reference to it.
    pub(super) fn value<T: ToSchema>(&mut self) -> Any {
        self.insert::<T>(T::schema())
    }

    /// Adds the schema of an answer's data: it has no other properties. Gives a reference to it.
    pub(super) fn data<T: ToSchema>(&mut self) -> Any {
        let mut object = flat(T::schema());
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        self.insert::<T>(Schema::Object(object).into())
    }

    /// Adds the schema of a body; gives a reference to it, and the name of its first parameter.
    pub(super) fn body<T: Parameters + ToSchema>(&mut self) -> (Any, Option<String>) {
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

    /// The parameters of a query, each with whether it is required: those first, in their order. Adds the schemas
    /// that they refer to.
    pub(super) fn query<T: Parameters + ToSchema>(&mut self) -> Vec<(String, Any, bool)> {
        self.insert_references::<T>();
        let object = flat(T::schema());
        let place = |name: &String| object.required.iter().position(|required| required == name);
        let mut named: Vec<_> = object.properties.iter().collect();
        named.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
        let named = named.into_iter();
        named.map(|(name, schema)| (name.clone(), schema.clone(), place(name).is_some())).collect()
    }

    fn insert<T: ToSchema>(&mut self, schema: Any) -> Any {
        self.insert_references::<T>();
        self.0.insert(T::name().into_owned(), schema);
        named(&T::name())
    }

    fn insert_references<T: ToSchema>(&mut self) {
        let mut references = Vec::new();
        T::schemas(&mut references);
        self.0.extend(references);
    }
}

/// A reference to the schema of that name.
pub(super) fn named(name: &str) -> Any {
    Ref::from_schema_name(name).into()
}

/// A string.
pub(super) fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A string of the form `pattern`.
pub(super) fn form(pattern: &str) -> ObjectBuilder {
    string().pattern(Some(pattern))
}

/// The object of a struct. The properties of a struct inside it, which are not nested on the wire, are
/// its own.
fn flat(schema: Any) -> Object {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            let inner: BTreeMap<_, _> =
                object.properties.extract_if(.., |_, schema| is_struct(schema)).collect();
            object.required.retain(|name| !inner.contains_key(name));
            inner.into_values().for_each(|part| add(&mut object, part));
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

fn is_struct(schema: &Any) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if !object.properties.is_empty())
}

fn add(object: &mut Object, part: Any) {
    let part = flat(part);
    object.properties.extend(part.properties);
    object.required.extend(part.required);
}

/// `object` with the property `name` called `alias`.
fn renamed(object: &Object, name: &str, alias: &str) -> Object {
    let mut renamed = object.clone();
    renamed.description = None;
    for required in renamed.required.iter_mut().filter(|required| *required == name) {
        alias.clone_into(required);
    }
    if let Some(schema) = renamed.properties.remove(name) {
        renamed.properties.insert(alias.to_owned(), schema);
    }
    renamed
}
