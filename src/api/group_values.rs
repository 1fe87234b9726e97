//! The values in parameters and answers that are of groups and their members; others are in `values.rs`.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::values::{described, form, string, text, value, words};
use crate::model::{self, Expected, GroupDetails, Properties};

words!(
    /// What a member may.
    Role,
    "A `reader` sees the group; a `writer` also registers events, and changes and deletes their own; an `editor` \
     everybody's; an `owner` also changes, shares and deletes the group."
);
value!(
    /// What somebody becomes by an invitation.
    InvitedRole(model::Role),
    model::Role::read_invited,
    string().enum_values(Some(model::Role::INVITED_WORDS.iter().copied())).description(Some(
        "What somebody becomes by an invitation. An owner is made by name, once they are a member."
    ))
);
words!(
    /// What those may who are no members.
    Everyone,
    "What those may who are no members of the group: as a `writer` or a `reader`, or nothing: `none`, where it is private. \
     It must agree with `visibility`."
);
words!(
    /// Who knows of a group.
    Visibility,
    "Whether everybody sees the group, or only its members know of it. It alone makes `everyone` `none`, or `writer` \
     again where that was `none`."
);
value!(
    /// A colour.
    Color(model::Color),
    model::Color::read,
    form("^#[0-9A-Fa-f]{6}$", "#1a73e8", "`#RRGGBB`; in answers in lower case.")
);
value!(
    /// What a group is for.
    About(String),
    Properties::read_location,
    text(GroupDetails::MOST_DESCRIPTION, "What the group is for.")
);
