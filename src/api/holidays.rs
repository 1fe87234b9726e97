//! `/holidays`: the countries whose holidays the server has with it, to subscribe to.

use rocket::{State, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::envelope::{Answer, List};
use super::refusal::Result;
use crate::app::App;
use crate::holidays;
use crate::model::Room;

/// The public holidays of a country.
#[derive(Serialize, ToSchema)]
pub(super) struct Holidays {
    /// Its code (ISO 3166-1).
    #[schema(pattern = "^[A-Z]{2}$")]
    country: &'static str,
    /// Its name in English.
    #[schema(min_length = 1)]
    name: &'static str,
    /// The address to subscribe to.
    #[schema(pattern = "^holidays:[A-Z]{2}$")]
    url: String,
}

impl Holidays {
    fn of(country: &holidays::Country) -> Self {
        let url = format!("holidays:{}", country.code);
        Self { country: country.code, name: country.name, url }
    }
}

/// The countries whose holidays can be subscribed to, by their codes.
#[get("/holidays")]
pub(super) async fn list(caller: Caller, app: &State<App>) -> Result<Answer<List<Holidays>>> {
    let list = caller.read_inline(app, (), |_, _, ()| {
        let countries: Vec<_> = holidays::countries().collect();
        let write = |known: &Holidays, out: &mut Vec<u8>| serde_json::to_writer(out, known);
        Answer::list(
            countries.len() * 64,
            Room::in_list(),
            countries.iter().map(Holidays::of),
            write,
        )
    });
    list.await
}
