//! A request that is to be answered, with who sends it.

use rocket::request::Request;

use super::paths::Hrefs;
use super::properties::Teller;
use super::sign_in::SignedIn;
use crate::app::{App, exchange};
use crate::domain::Setting;
use crate::error::Result;

/// How deep a request goes (RFC 4918, 10.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Zero,
    One,
    Infinity,
}

/// A request that is to be answered.
pub(super) struct Call<'r> {
    pub(super) app: &'r App,
    pub(super) signed_in: SignedIn,
    pub(super) request: &'r Request<'r>,
    pub(super) body: Vec<u8>,
    pub(super) depth: Option<Depth>,
    /// Whether what is not there is left out (RFC 7240, `return=minimal`; Apple's `Brief: t`).
    pub(super) minimal: bool,
}

impl Call<'_> {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get_one(name)
    }

    pub(super) fn hrefs(&self) -> Hrefs {
        Hrefs::new(exchange::prefix_of(self.request), &self.signed_in.email)
    }

    pub(super) fn teller(&self) -> Teller {
        Teller {
            hrefs: self.hrefs(),
            email: self.signed_in.email.clone(),
            writes: self.signed_in.writes,
            zone: self.app.clock.zone().clone(),
        }
    }

    /// The same for what changes something.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::error::Error::Internal) if there is no time.
    pub(super) fn setting(&self) -> Result<Setting<'_>> {
        let (now, zone) = (self.app.clock.now()?, self.app.clock.zone());
        Ok(Setting { now, zone, bounds: self.app.bounds })
    }
}
