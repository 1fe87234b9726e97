//! One call, on the way to the operation of OpenAPI that describes it.

use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, Paths};
use utoipa::openapi::security::SecurityRequirement;

use super::answers::{JSON, Named, done, known, location, refused, responses, tag};
use super::schemas::{Any, Schemas, named};
use crate::api::envelope::Code;

/// One call.
pub(super) struct Call {
    pub(super) method: HttpMethod,
    path: &'static str,
    pub(super) id: &'static str,
    /// All of it but the responses that have a body.
    pub(super) operation: Operation,
    /// The parameter that is missing if none is given.
    pub(super) first: Option<String>,
    /// What it answers when it is done.
    pub(super) done: Any,
    /// The media type of that.
    pub(super) media: &'static str,
    /// What that answer has beside it.
    headers: Vec<Named>,
    /// In any order; one that is there twice counts once.
    pub(super) refusals: Vec<Code>,
    /// What its operation refers to.
    pub(super) schemas: Schemas,
}

impl Call {
    /// A call without a token that takes nothing and gives no data.
    pub(super) fn new(method: HttpMethod, path: &'static str, id: &'static str) -> Self {
        let tag = path.split(['/', '.']).nth(1).unwrap_or_default();
        let operation = OperationBuilder::new()
            .tag(tag)
            .operation_id(Some(id))
            .securities(Some(Vec::<SecurityRequirement>::new()))
            .build();
        Self {
            method,
            path,
            id,
            operation,
            first: None,
            done: named("Done"),
            media: JSON,
            headers: Vec::new(),
            refusals: vec![Code::INTERNAL, Code::UNAVAILABLE],
            schemas: Schemas::default(),
        }
    }

    pub(super) fn about(mut self, summary: &str) -> Self {
        self.operation.summary = Some(summary.to_owned());
        self
    }

    pub(super) fn says(mut self, description: &str) -> Self {
        self.operation.description = Some(description.to_owned());
        self
    }

    /// A header `Location` of the form `pattern` says where what it made can be read.
    pub(super) fn made_at(mut self, pattern: &str) -> Self {
        self.headers.push(location(pattern));
        self
    }

    /// Some codes have the status 200: they stand beside the answer of a call that is done.
    pub(super) fn refuses(mut self, codes: &[Code]) -> Self {
        self.refusals.extend(codes);
        self
    }

    /// Adds what it takes beside a body.
    pub(super) fn take(&mut self, parameter: ParameterBuilder) {
        let parameters = self.operation.parameters.get_or_insert_default();
        parameters.push(parameter.build().into());
    }

    /// The answer of a call that is done has a header beside it.
    pub(super) fn gives(&mut self, header: Named) {
        self.headers.push(header);
    }

    /// It gives an entity tag, and 304 to a client that has it.
    pub(super) fn gives_tag(&mut self) {
        self.headers.push(tag());
        self.operation.responses.responses.insert("304".to_owned(), known().into());
    }

    /// Adds its operation to `paths`; gives the schemas that this refers to.
    pub(super) fn add_to(mut self, paths: &mut Paths) -> Schemas {
        let first = self.first.unwrap_or_default();
        let mut answers = vec![done(self.id, self.done, self.media, self.headers)];
        answers.extend(refused(self.id, &first, &self.refusals));
        self.operation.responses.responses.extend(responses(answers));
        paths.add_path_operation(self.path, vec![self.method], self.operation);
        self.schemas
    }
}
