//! Puts the house together: what is configured, the store and the clock, as a Rocket.

use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::{Build, Request, Rocket};

use crate::api::{self, cors};
use crate::app::App;
use crate::trace;
use crate::web;

/// The server, ready to be launched. `rocket` holds Rocket's own settings and nothing else.
pub fn build(rocket: Figment, app: App) -> Rocket<Build> {
    let origins = app.cors_origins.clone();
    rocket::custom(rocket)
        .manage(app)
        .mount(api::BASE, api::routes())
        .register("/api", api::catchers())
        .mount("/", web::routes())
        .register("/", web::catchers())
        .attach(AdHoc::on_request("arrival", |request, _| {
            trace::arrived(request);
            Box::pin(async {})
        }))
        .attach(AdHoc::on_response("headers", move |request, response| {
            if is_api(request) {
                cors::allow(request, &origins, response);
            }
            Box::pin(async {})
        }))
        .attach(AdHoc::on_response("log", |request, response| {
            trace::log(request, response.status());
            Box::pin(async {})
        }))
}

fn is_api(request: &Request<'_>) -> bool {
    request.uri().path().segments().next() == Some("api")
}
