//! The headers that protect a page in the browser.

use rocket::Response;

/// The Content Security Policy: a page may load only files of this server, and nothing inline, so that a
/// subject that got into a page as HTML could do nothing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Sets the headers of every answer outside `/api/`.
pub(crate) fn protect(response: &mut Response<'_>) {
    for (name, value) in [
        ("Content-Security-Policy", POLICY),
        ("Cache-Control", "no-store"),
        // Rocket itself sets X-Content-Type-Options: nosniff.
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
        if name == "X-Frame-Options" || !response.headers().contains(name) {
            response.set_raw_header(name, value);
        }
    }
}
