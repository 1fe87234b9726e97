//! `openapi`: the description of the API, for those who have the binary and no server.

use super::output;
use crate::api::openapi;
use crate::error::Result;

/// Prints what `GET /api/v1/openapi.json` answers.
pub(super) fn run() -> Result<()> {
    output::document(&openapi::json()?)
}
