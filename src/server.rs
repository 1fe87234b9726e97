//! Builds the server: the protocols, mounted in Rocket over an [`App`].

use std::sync::Arc;

use rocket::data::Data;
use rocket::fairing::{AdHoc, Fairing, Info, Kind};
use rocket::figment::Figment;
use rocket::http::{ContentType, Method};
use rocket::shield::Shield;
use rocket::{Build, Request, Rocket, State};

use crate::api;
use crate::app::{App, Metrics, exchange};
use crate::caldav;
use crate::feed;
use crate::web;

/// The server, ready to launch. `rocket` holds only Rocket's own settings.
pub fn build(rocket: Figment, app: App) -> Rocket<Build> {
    let origins = app.cors_origins.clone();
    rocket::custom(rocket)
        .manage(app)
        .mount(api::BASE, api::routes())
        .register("/api", api::catchers())
        .mount("/", feed::routes())
        .mount("/", caldav::routes())
        .mount("/", web::routes())
        .register("/", web::catchers())
        // Without one, Rocket attaches its own, which sets other headers than those below.
        .attach(Shield::new())
        .attach(Arrival)
        .attach(AdHoc::on_response("headers", move |request, response| {
            response.set_raw_header("X-Request-Id", exchange::id_of(request).to_string());
            if is_api(request) {
                for (name, value) in api::HEADERS {
                    response.set_raw_header(name, value);
                }
                if !origins.is_empty() {
                    response.adjoin_raw_header("Vary", "Origin");
                }
                for (name, value) in api::sender(request).allow(&origins) {
                    response.set_raw_header(name, value);
                }
            } else {
                web::protect(response);
            }
            Box::pin(async {})
        }))
        .attach(AdHoc::on_response("log", |request, response| {
            exchange::log(request, response.status());
            Box::pin(async {})
        }))
}

/// Gives `request` a method that Rocket does not know, as the listener does for what comes over a connection: Rocket's own
/// client knows nine. The request itself is made with [`Method::Trace`].
pub fn set_method(request: &Request<'_>, method: &str) {
    exchange::has_method(request, method);
}

/// The server of the metrics. It has its own address, since metrics are not for users.
#[must_use]
pub fn metrics(rocket: Figment, metrics: Arc<Metrics>) -> Rocket<Build> {
    rocket::custom(rocket).manage(metrics).mount("/", rocket::routes![metrics_text])
}

#[rocket::get("/metrics")]
fn metrics_text(metrics: &State<Arc<Metrics>>) -> Option<(ContentType, String)> {
    let kind = ContentType::new("application", "openmetrics-text");
    Some((kind.with_params([("version", "1.0.0"), ("charset", "utf-8")]), metrics.text().ok()?))
}

/// Handles a request before it is routed.
struct Arrival;

#[rocket::async_trait]
impl Fairing for Arrival {
    fn info(&self) -> Info {
        Info { name: "arrival", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        exchange::arrived(request);
        // Rocket changes the method of a POST to that in a form's field `_method`. The API has no forms, so
        // the method is changed back; the body is then malformed JSON.
        let form = request.content_type().is_some_and(|content| content.is_form());
        if form && taken_from(data.peek(20).await) == Some(request.method()) {
            request.set_method(Method::Post);
        }
    }
}

/// The method in a form that begins with `_method`.
fn taken_from(form: &[u8]) -> Option<Method> {
    let value = form.strip_prefix(b"_method=")?.split(|byte| *byte == b'&').next()?;
    str::from_utf8(value).ok()?.parse().ok()
}

fn is_api(request: &Request<'_>) -> bool {
    request.uri().path().segments().next() == Some("api")
}
