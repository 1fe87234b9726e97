//! The headers that protect a page in the browser.

use rocket::Response;

/// The Content Security Policy: a page may load only files of this server, and nothing inline, so that a
/// subject that got into a page as HTML could do nothing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The same for a page that those of `ancestors` may have in a frame, as the policy names origins.
pub(super) fn policy(ancestors: &str) -> String {
    POLICY.replace("frame-ancestors 'none'", &format!("frame-ancestors {ancestors}"))
}

/// The headers of every answer outside `/api/`, unless it has others of its own.
pub(super) const HEADERS: [(&str, &str); 7] = [
    ("Content-Security-Policy", POLICY),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
];

/// Sets them.
pub(crate) fn protect(response: &mut Response<'_>) {
    // A policy of its own says who may have it in a frame, which this header cannot.
    let framed = response.headers().contains("Content-Security-Policy");
    for (name, value) in HEADERS {
        if framed && name == "X-Frame-Options" {
            continue;
        }
        if !response.headers().contains(name) {
            response.set_raw_header(name, value);
        }
    }
}
