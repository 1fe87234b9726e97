//! Which other sites' pages may call the API from a browser (Fetch standard, CORS protocol): the
//! origins of the key `cors_origins`, and none by default.

use rocket::http::{Header, Method};
use rocket::{Request, Response};

/// The origin of `request`, if it is one of `origins`; `*` among them stands for all.
fn allowed<'r>(request: &'r Request<'_>, origins: &[String]) -> Option<&'r str> {
    let origin = request.headers().get_one("Origin")?;
    origins.iter().any(|allowed| allowed == "*" || allowed == origin).then_some(origin)
}

/// Whether `request` is a browser's question, from an origin that may ask it, whether it may send
/// the request that it is about to send.
pub(crate) fn is_preflight(request: &Request<'_>, origins: &[String]) -> bool {
    request.method() == Method::Options
        && request.headers().contains("Access-Control-Request-Method")
        && allowed(request, origins).is_some()
}

/// Lets a page of an allowed origin read `response`.
pub(crate) fn allow(request: &Request<'_>, origins: &[String], response: &mut Response<'_>) {
    if origins.is_empty() {
        return;
    }
    response.adjoin_header(Header::new("Vary", "Origin"));
    let Some(origin) = allowed(request, origins) else { return };
    response.set_raw_header("Access-Control-Allow-Origin", origin.to_owned());
    if is_preflight(request, origins) {
        response.set_raw_header("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE");
        response.set_raw_header(
            "Access-Control-Allow-Headers",
            "Content-Type, If-Match, If-None-Match, X-calendar-access-token",
        );
        response.set_raw_header("Access-Control-Max-Age", "600");
    } else {
        response.set_raw_header(
            "Access-Control-Expose-Headers",
            "ETag, Location, Retry-After, X-Request-Id",
        );
    }
}
