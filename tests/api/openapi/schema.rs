//! As much of JSON Schema as the document uses. A keyword that is not known here fails.

use regex_lite::Regex;
use serde_json::Value;

/// The schemas of a document.
pub(crate) struct Schemas<'d>(pub(crate) &'d Value);

impl<'d> Schemas<'d> {
    /// `schema`, or what it refers to.
    pub(crate) fn resolve<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'd: 's,
    {
        match schema["$ref"].as_str() {
            Some(reference) => self.0.pointer(&reference[1..]).unwrap(),
            None => schema,
        }
    }

    /// The first keyword of `schema` that `value` breaks.
    pub(crate) fn check(&self, schema: &Value, value: &Value) -> Option<String> {
        let schema = self.resolve(schema).as_object().unwrap();
        schema.iter().find_map(|(keyword, says)| {
            let holds = match keyword.as_str() {
                "type" => types(says).any(|name| is(name, value)),
                "enum" => says.as_array().unwrap().contains(value),
                "oneOf" => self.matching(says, value) == 1,
                "anyOf" => self.matching(says, value) > 0,
                "required" => value.as_object().is_none_or(|object| {
                    says.as_array()
                        .unwrap()
                        .iter()
                        .all(|n| object.contains_key(n.as_str().unwrap()))
                }),
                "properties" => return self.check_properties(says, value),
                "additionalProperties" => {
                    assert_eq!(says, false);
                    let known = schema["properties"].as_object().unwrap();
                    value.as_object().unwrap().keys().all(|name| known.contains_key(name))
                }
                "items" => {
                    return value
                        .as_array()
                        .into_iter()
                        .flatten()
                        .find_map(|v| self.check(says, v));
                }
                "maxItems" => value
                    .as_array()
                    .is_none_or(|items| items.len() as u64 <= says.as_u64().unwrap()),
                "minLength" => length(value).is_none_or(|n| n >= says.as_u64().unwrap()),
                "maxLength" => length(value).is_none_or(|n| n <= says.as_u64().unwrap()),
                "minimum" => value.as_i64().is_none_or(|n| n >= says.as_i64().unwrap()),
                // `as_i64` gives nothing for a number beyond `i64`.
                "maximum" => {
                    !value.is_u64() || value.as_i64().is_some_and(|n| n <= says.as_i64().unwrap())
                }
                "pattern" => value
                    .as_str()
                    .is_none_or(|text| Regex::new(says.as_str().unwrap()).unwrap().is_match(text)),
                "description" | "examples" | "format" => true,
                other => panic!("the keyword {other} is not known here"),
            };
            (!holds).then(|| format!("{keyword} {says}: {value}"))
        })
    }

    fn check_properties(&self, properties: &Value, value: &Value) -> Option<String> {
        let object = value.as_object()?;
        let given = |name: &String| object.get(name);
        properties
            .as_object()
            .unwrap()
            .iter()
            .find_map(|(name, schema)| given(name).and_then(|value| self.check(schema, value)))
    }

    fn matching(&self, schemas: &Value, value: &Value) -> usize {
        let schemas = schemas.as_array().unwrap().iter();
        schemas.filter(|schema| self.check(schema, value).is_none()).count()
    }
}

fn types(says: &Value) -> impl Iterator<Item = &str> {
    let one = says.as_str().into_iter();
    one.chain(says.as_array().into_iter().flatten().filter_map(Value::as_str))
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the type {other} is not known here"),
    }
}

/// How many characters a text has; `None` for anything else.
fn length(value: &Value) -> Option<u64> {
    value.as_str().map(|text| text.chars().count().try_into().unwrap())
}
