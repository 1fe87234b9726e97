//! CORS (Fetch standard): lets pages of other origins call the API from a browser. The key
//! `cors_origins` lists the origins; by default there are none.

/// The headers by which a browser describes the page that sends a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender<'a> {
    /// The header `Origin`.
    pub(crate) origin: Option<&'a str>,
    /// Whether it is an `OPTIONS` with the header `Access-Control-Request-Method`.
    pub(crate) asks: bool,
}

impl<'a> Sender<'a> {
    /// The origin, if it is one of `origins`; `*` among them stands for all.
    fn allowed(self, origins: &[String]) -> Option<&'a str> {
        let origin = self.origin?;
        origins.iter().any(|allowed| allowed == "*" || allowed == origin).then_some(origin)
    }

    /// Whether this is a preflight for a page of one of `origins`: the browser asks whether it may send the
    /// real request.
    pub(crate) fn is_preflight(self, origins: &[String]) -> bool {
        self.asks && self.allowed(origins).is_some()
    }

    /// The headers that let a page of one of `origins` read the answer; none for any other.
    pub(crate) fn allow(self, origins: &[String]) -> Vec<(&'static str, String)> {
        let Some(origin) = self.allowed(origins) else { return Vec::new() };
        let mut headers = vec![("Access-Control-Allow-Origin", origin.to_owned())];
        let mut add = |name, value: &str| headers.push((name, value.to_owned()));
        if self.asks {
            add("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE");
            add(
                "Access-Control-Allow-Headers",
                "Content-Type, Idempotency-Key, If-Match, If-None-Match, X-calendar-access-token",
            );
            add("Access-Control-Max-Age", "600");
        } else {
            add(
                "Access-Control-Expose-Headers",
                "Content-Disposition, ETag, Location, Retry-After, X-Calendar-Entry, X-Request-Id",
            );
        }
        headers
    }
}
