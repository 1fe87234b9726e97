//! What goes in and out: the parameters with their limits, and the data of the answers.
//!
//! What goes in is described so that whatever fits is taken: a text's limit is that without the white
//! space at either end, which is cut off. What does not fit into a schema stands in words: that `edate`
//! is not before `sdate`, that 29 February is in leap years alone, and that `1.0` is no integer, which
//! it is to JSON Schema.

use serde_json::{Value, json};
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type,
};
use utoipa::openapi::{ArrayBuilder, Ref, RefOr, Schema};

use crate::model::{Email, Password, ShortText};

type Any = RefOr<Schema>;

/// White space in the sense of Unicode, which is what is cut off a text's ends.
macro_rules! white {
    () => {
        r"\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
    };
}
/// Control characters in the sense of Unicode.
macro_rules! control {
    () => {
        r"\u0000-\u001F\u007F-\u009F"
    };
}
/// A year from 0001 to 9999.
macro_rules! year {
    () => {
        "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
    };
}
macro_rules! day {
    () => {
        concat!(
            year!(),
            "-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)",
            "|02-(0[1-9]|[12][0-9]))"
        )
    };
}
macro_rules! clock {
    () => {
        " ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    };
}

const TEXT: &str = concat!("[^", white!(), "]");
const EMAIL: &str = concat!("^[^@", white!(), control!(), "]+@[^@", white!(), control!(), "]+$");
const MONTH: &str = concat!("^", year!(), "-(0[1-9]|1[0-2])$");
const DAY: &str = concat!("^", day!(), "$");
const TIME: &str = concat!("^", day!(), clock!(), "$");
const DAY_OR_TIME: &str = concat!("^", day!(), "(", clock!(), ")?$");
const PRINTED: &str = "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (0[1-9]|[12][0-9]|3[01]) \
    (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} \
    ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9] GMT$";
const IDS: &str =
    concat!("^[", white!(), "]*(0|[1-9][0-9]{0,18}( *, *[1-9][0-9]{0,18})*)[", white!(), "]*$");
const SELECTED: &str = "^(0|[1-9][0-9]{0,18}(,[1-9][0-9]{0,18})*)$";

/// A schema among [`all`].
pub(super) fn named(name: &str) -> Any {
    Ref::from_schema_name(name).into()
}

/// An array of the schema of that name.
pub(super) fn list_of(name: &str) -> Any {
    ArrayBuilder::new().items(named(name)).into()
}

/// Every schema of a parameter, of a body and of what is returned, by name.
pub(super) fn all() -> Vec<(&'static str, Any)> {
    [values(), bodies(), returned()].into_iter().flatten().collect()
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// An integer of 64 bits from `minimum` on.
fn integer(minimum: i64) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(minimum))
        .maximum(Some(i64::MAX))
}

fn form(pattern: &str, example: &str, about: &str) -> Any {
    string().pattern(Some(pattern)).examples([example]).description(Some(about)).into()
}

fn values() -> Vec<(&'static str, Any)> {
    let about_id = "An id, without a fraction or an exponent. One that nothing has, 0 and negative \
                    ones among them, is not found.";
    let id = integer(i64::MIN).description(Some(about_id));
    let email = "Has one `@` with something on both sides, no white space and no control \
                 characters. White space at either end is cut off and does not count. Compared \
                 without regard to case.";
    let text = "Has something other than white space. White space at either end is cut off and \
                does not count. A character is a Unicode scalar value.";
    vec![
        ("Id", id.into()),
        (
            "Email",
            string()
                .min_length(Some(3))
                .max_length(Some(Email::MAX_CHARS))
                .pattern(Some(EMAIL))
                .examples(["park@jungi.me"])
                .description(Some(email))
                .into(),
        ),
        (
            "Password",
            string()
                .min_length(Some(Password::MIN_CHARS))
                .max_length(Some(Password::MAX_CHARS))
                .description(Some("Any characters, white space among them."))
                .into(),
        ),
        (
            "Text",
            string()
                .min_length(Some(1))
                .max_length(Some(ShortText::MAX_CHARS))
                .pattern(Some(TEXT))
                .examples(["테스트 일정"])
                .description(Some(text))
                .into(),
        ),
        ("Month", form(MONTH, "2017-06", "`YYYY-MM`, years 0001 to 9999.")),
        ("Day", form(DAY, "2017-06-22", "A real date, `YYYY-MM-DD`, years 0001 to 9999.")),
        (
            "Time",
            form(
                TIME,
                "2017-06-20 09:00:00",
                "A real date and time, `YYYY-MM-DD HH:MM:SS`, years 0001 to 9999.",
            ),
        ),
        (
            "DayOrTime",
            form(
                DAY_OR_TIME,
                "1990-06-22",
                "A date, or a date and time, of which the date counts.",
            ),
        ),
        (
            "GroupIds",
            form(
                IDS,
                "1,2,3",
                "Group ids of 64 bits joined by commas, spaces allowed; `0` alone for none.",
            ),
        ),
    ]
}

/// An object with these properties, all of them required but those of `optional`.
fn object(required: &[(&str, &str)], optional: &[(&str, Any)]) -> ObjectBuilder {
    let mut object = ObjectBuilder::new();
    for (name, schema) in required {
        object = object.property(*name, named(schema)).required(*name);
    }
    for (name, schema) in optional {
        object = object.property(*name, schema.clone());
    }
    object
}

fn bodies() -> Vec<(&'static str, Any)> {
    let times = [("sdate", "Time"), ("edate", "Time"), ("subject", "Text")];
    let event = |key: &[(&'static str, &'static str)]| -> Any {
        object(&[key, &times].concat(), &[])
            .description(Some("`edate` is not before `sdate`: 40001."))
            .into()
    };
    let any_string = |about: &str| -> Any { string().description(Some(about)).into() };
    let registration = |name| object(&[(name, "Email")], &[("password", named("Password"))]);
    let spelt = |about: &str, objects: Vec<ObjectBuilder>| -> Any {
        let any_of = AnyOfBuilder::new().description(Some(about));
        objects.into_iter().fold(any_of, AnyOfBuilder::item).into()
    };
    vec![
        (
            "Registration",
            spelt(
                "`usereamil` is read as well, since the published reference spells it so in an \
                 example.",
                vec![registration("useremail"), registration("usereamil")],
            ),
        ),
        (
            "SignIn",
            ObjectBuilder::new()
                .property("useremail", any_string("As it was registered, in any case."))
                .required("useremail")
                .property("password", any_string(""))
                .required("password")
                .into(),
        ),
        (
            "PasswordChange",
            object(
                &[("password", "Password")],
                &[("old_password", any_string("Needed where there is one."))],
            )
            .into(),
        ),
        ("Selection", object(&[("selected_group", "GroupIds")], &[]).into()),
        ("NewEvent", event(&[])),
        ("ChangedEvent", event(&[("event_id", "Id")])),
        ("NewGroupEvent", event(&[("group_id", "Id")])),
        ("WhichEvent", object(&[("event_id", "Id")], &[]).into()),
        (
            "Birthday",
            spelt(
                "`brithday` and `sdate` are read as well, since the published reference has both.",
                ["birthday", "brithday", "sdate"]
                    .map(|name| object(&[(name, "DayOrTime")], &[]))
                    .into(),
            ),
        ),
        ("NewGroup", object(&[("group_name", "Text")], &[]).into()),
        ("ChangedGroup", object(&[("group_id", "Id"), ("group_name", "Text")], &[]).into()),
        ("WhichGroup", object(&[("group_id", "Id")], &[]).into()),
    ]
}

/// An object of an answer: it has all of these properties and no others.
pub(super) fn exactly(properties: &[(&str, Any)]) -> ObjectBuilder {
    let mut object =
        ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
    for (name, schema) in properties {
        object = object.property(*name, schema.clone()).required(*name);
    }
    object
}

fn returned() -> Vec<(&'static str, Any)> {
    let id = || -> Any { integer(1).into() };
    let nullable = || {
        string().schema_type(
            [Type::String, Type::Null].into_iter().collect::<utoipa::openapi::schema::SchemaType>(),
        )
    };
    let (at, email) = (|| named("PrintedTime"), || named("PrintedEmail"));
    let updated = || -> Any {
        nullable().pattern(Some(PRINTED)).description(Some("`null` until the first change.")).into()
    };
    let name = string().min_length(Some(1)).max_length(Some(ShortText::MAX_CHARS));
    let group = [
        ("id", id()),
        ("name", name.into()),
        ("creator_email", email()),
        ("created", at()),
        ("updated", updated()),
    ];
    // A birthday's subject is its owner's email, a space and the word for it, of two characters.
    let subject = string().min_length(Some(1)).max_length(Some(Email::MAX_CHARS + 3));
    let birthday = nullable().enum_values(Some([json!("1"), Value::Null]));
    vec![
        (
            "PrintedTime",
            form(
                PRINTED,
                "Tue, 20 Jun 2017 09:00:00 GMT",
                "The wall-clock digits as they came in; `GMT` belongs to the form and shifts \
                 nothing.",
            ),
        ),
        (
            "PrintedEmail",
            string()
                .min_length(Some(3))
                .max_length(Some(Email::MAX_CHARS))
                .pattern(Some(EMAIL))
                .into(),
        ),
        (
            "Event",
            exactly(&[
                ("id", id()),
                ("email", email()),
                ("useremail", email()),
                ("subject", subject.into()),
                (
                    "group",
                    nullable()
                        .pattern(Some("^[1-9][0-9]{0,18}$"))
                        .description(Some("The group's id; `null` for a personal event."))
                        .into(),
                ),
                ("sdate", at()),
                ("edate", at()),
                ("created", at()),
                ("updated", updated()),
                ("birthday", birthday.description(Some("`\"1\"` for a birthday.")).into()),
            ])
            .description(Some("`email` and `useremail` are the same: who registered it."))
            .into(),
        ),
        ("Group", exactly(&group).into()),
        (
            "OneGroup",
            exactly(&group)
                .property("events", integer(0).description(Some("How many are in the group.")))
                .required("events")
                .into(),
        ),
        (
            "Token",
            exactly(&[("token", string().pattern(Some(r"^[\w-]+\.[\w-]+\.[\w-]+$")).into())])
                .description(Some("A JSON Web Token, for the header `X-calendar-access-token`."))
                .into(),
        ),
        (
            "Me",
            exactly(&[
                ("useremail", email()),
                ("created", at()),
                (
                    "timezone",
                    string()
                        .min_length(Some(1))
                        .examples(["Asia/Seoul"])
                        .description(Some(
                            "The zone of the server's wall clock: its IANA name or, where it has \
                             none, its offset from UTC now, as in `+09:00`.",
                        ))
                        .into(),
                ),
            ])
            .into(),
        ),
        (
            "SelectedGroups",
            exactly(&[("selected_group", string().pattern(Some(SELECTED)).into())])
                .description(Some("In the order of the ids; `0` for none."))
                .into(),
        ),
    ]
}
