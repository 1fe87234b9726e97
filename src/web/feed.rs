//! The page of a feed, which anybody may look at who knows its address, and which may be in a frame of another page.
//!
//! It is the same for every feed: its script reads what to show at the same address with `.json` at its end (`feed/`), and
//! says so if nothing is there.

use rocket::Request;
use rocket::http::uri::Origin;
use rocket::response::{self, Redirect, Responder};
use rocket::{Either, State, get};

use super::files::File;
use super::protect::policy;
use crate::app::App;
use crate::model::AddressSecret;

/// The page, with the origins of the pages that may have it in a frame.
pub(super) struct Page {
    file: File,
    ancestors: String,
}

/// After the routes of `feed/`, whose addresses have an ending.
#[get("/feed/<secret>", rank = 2)]
pub(super) fn page(
    secret: &str,
    uri: &Origin<'_>,
    app: &State<App>,
) -> Option<Either<Redirect, Page>> {
    let secret = AddressSecret::read(secret)?;
    // The links of the page are relative.
    if uri.path().ends_with('/') {
        return Some(Either::Left(Redirect::permanent(format!("../{}", secret.as_str()))));
    }
    let ancestors = app.frame_ancestors.join(" ");
    Some(Either::Right(Page { file: File::page("feed/index.html")?, ancestors }))
}

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = self.file.respond_to(request)?;
        response.set_raw_header("X-Robots-Tag", "noindex");
        // Its address is a secret.
        response.set_raw_header("Cache-Control", "private, no-cache");
        if !self.ancestors.is_empty() {
            response.set_raw_header("Content-Security-Policy", policy(&self.ancestors));
        }
        Ok(response)
    }
}
