//! The answers when no handler answers: the path does not take the method, there is no such path, the
//! request could not be read, a handler panicked.
//!
//! Rocket 0.5 treats a wrong method like a path that does not exist. So every path gets an extra
//! route for each method that it does not take, made from the list of real routes. These rank
//! behind the real routes of the same kind. Those of fixed paths rank before paths with an id, so
//! that `GET /group/event` is refused by `/group/event` and `event` is not read as an id.

use std::collections::BTreeMap;

use rocket::catcher::{self, Catcher};
use rocket::data::Data;
use rocket::http::{Method, Status};
use rocket::outcome::Outcome;
use rocket::response::Responder;
use rocket::route::{self, Handler, Route};
use rocket::{Request, State};

use super::envelope::Answer;
use super::path;
use super::refusal::{self, Refusal};
use crate::app::App;
use crate::error::Error;
use crate::http::cors::Sender;

const METHODS: [Method; 9] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Delete,
    Method::Patch,
    Method::Options,
    Method::Trace,
    Method::Connect,
];

/// Between Rocket's own ranks for fixed paths (-12 to -9) and for paths with an id (-8 and up).
const RANK_OF_FIXED: isize = -8;
const RANK_OF_DYNAMIC: isize = 1;

/// A route for every method that a path of `routes` does not take.
pub(super) fn refusals(routes: &[Route]) -> Vec<Route> {
    let mut taken: BTreeMap<&str, Vec<Method>> = BTreeMap::new();
    for route in routes {
        let methods = taken.entry(route.uri.path()).or_default();
        methods.push(route.method);
        if route.method == Method::Get {
            methods.push(Method::Head);
        }
    }
    let mut refusals = Vec::new();
    for (path, taken) in taken {
        let allow = METHODS.iter().filter(|method| taken.contains(method));
        let allow = allow.map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
        let dynamic = path.contains('<');
        let rank = if dynamic { RANK_OF_DYNAMIC } else { RANK_OF_FIXED };
        for method in METHODS.into_iter().filter(|method| !taken.contains(method)) {
            let refuse = Refuse { allow: allow.clone() };
            let mut refusal = Route::ranked(rank, method, path, refuse);
            // Told apart from a call by its name, where the routes are listed.
            refusal.name = Some("refusal".into());
            refusals.push(refusal);
        }
    }
    refusals
}

#[derive(Clone)]
struct Refuse {
    allow: String,
}

#[rocket::async_trait]
impl Handler for Refuse {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> route::Outcome<'r> {
        if !path::has_ids(request) {
            return Outcome::Forward((data, Status::NotFound));
        }
        let preflight = match request.guard::<&State<App>>().await.succeeded() {
            Some(app) => sender(request).is_preflight(&app.cors_origins),
            None => false,
        };
        if preflight {
            // A fairing sets the CORS headers, as on every other answer.
            return route::Outcome::from(request, Answer::done());
        }
        route::Outcome::from(request, Refusal::MethodNotAllowed(self.allow.clone()))
    }
}

/// What `request` says about the page that sends it.
pub(crate) fn sender<'r>(request: &'r Request<'_>) -> Sender<'r> {
    let headers = request.headers();
    let asks =
        request.method() == Method::Options && headers.contains("Access-Control-Request-Method");
    Sender { origin: headers.get_one("Origin"), asks }
}

pub(super) fn catchers() -> Vec<Catcher> {
    vec![Catcher::new(None, answer)]
}

/// Answers for a request that no handler answered.
fn answer<'r>(status: Status, request: &'r Request<'_>) -> catcher::BoxFuture<'r> {
    let refusal = refusal::take(request).unwrap_or_else(|| unanswered(status));
    Box::pin(async move { refusal.respond_to(request) })
}

fn unanswered(status: Status) -> Refusal {
    match status.code {
        404 | 422 => Refusal::NoSuchPath,
        413 => Refusal::TooLarge("the request is too large".into()),
        503 => Error::Unavailable("the server is shutting down".into()).into(),
        _ => Error::Internal(format!("no handler answered, or one panicked: {status}")).into(),
    }
}
