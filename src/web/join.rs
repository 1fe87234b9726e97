//! The links of invitations, which lead to the page.
//!
//! The page learns the secret from the part of its address after `#`, which no browser sends: so it is in no line of the
//! log of a proxy but that of the link itself, and in no referrer. The page takes it out of its address at once.

use rocket::get;
use rocket::http::{Header, Status};
use rocket::response::Responder;

use crate::model::AddressSecret;

/// The way to the page, which no search engine is to follow.
#[derive(Responder)]
pub(super) struct ToPage {
    empty: (Status, ()),
    location: Header<'static>,
    robots: Header<'static>,
}

/// The same for every secret, whether or not there is an invitation with it: the page asks.
#[get("/join/<secret>")]
pub(super) fn page(secret: &str) -> Option<ToPage> {
    let secret = AddressSecret::read(secret)?;
    Some(ToPage {
        empty: (Status::SeeOther, ()),
        location: Header::new("Location", format!("/#join/{}", secret.as_str())),
        robots: Header::new("X-Robots-Tag", "noindex"),
    })
}
