//! The printed commands are run, in every document that has some, and print what is printed.
//!
//! The server is the one that the README of the document's language starts, with a fresh database for
//! each document. The start command is run on its own, and `scripts/test` not at all, since it is what
//! runs this.

use std::fmt::Write as _;

use crate::document::{self, Document, Step};
use crate::server::Server;
use crate::session::{self, PRINTED_ADDRESS};

#[test]
fn what_the_english_documents_print_is_what_happens() {
    follow_all("README.md", |document| !document.is_korean());
}

#[test]
fn what_the_korean_documents_print_is_what_happens() {
    follow_all("README.ko.md", Document::is_korean);
}

fn follow_all(readme: &str, of_language: impl Fn(&Document) -> bool) {
    let start = start_command(readme);
    let documents: Vec<Document> = document::all().into_iter().filter(of_language).collect();
    let followed = documents.iter().filter(|document| follow(document, &start)).count();
    assert!(followed >= 3, "only {followed} documents print commands");
}

/// The command that starts the server, which `readme` prints in a block of its own.
fn start_command(readme: &str) -> Step {
    let mut blocks = Document::named(readme).sessions();
    assert!(
        blocks.iter().flatten().any(|step| step.command == "scripts/test"),
        "{readme} does not say how to test"
    );
    let found = blocks.iter().position(|block| block.iter().any(starts_a_server));
    let mut block =
        blocks.swap_remove(found.unwrap_or_else(|| panic!("{readme} starts no server")));
    assert_eq!(block.len(), 1, "{readme}: the start command stands alone");
    block.remove(0)
}

fn starts_a_server(step: &Step) -> bool {
    step.command.starts_with("cargo run ")
}

/// Does what a document says, in its order, and compares what is printed. Gives whether it says
/// anything.
fn follow(document: &Document, start: &Step) -> bool {
    let name = &document.name;
    let (own_start, mut steps): (Vec<Step>, Vec<Step>) =
        document.sessions().into_iter().flatten().partition(starts_a_server);
    steps.retain(|step| step.command != "scripts/test");
    let needs_server =
        !own_start.is_empty() || steps.iter().any(|step| step.command.contains(PRINTED_ADDRESS));

    let mut server = needs_server.then(|| Server::start(&start.command));
    if let Some(server) = &server {
        let said = server.said.replace(&server.address, PRINTED_ADDRESS);
        assert!(own_start.iter().all(|step| step.output == said), "{name}: it printed {said}");
    }
    let address = server.as_ref().map_or(PRINTED_ADDRESS, |server| &server.address);
    let outputs = session::run(&steps, address);
    let ended = server.as_mut().map(Server::stop);

    let mut wrong = String::new();
    for (Step { line, command, output }, got) in steps.iter().zip(&outputs) {
        if !session::is_as_printed(output, got) {
            write!(wrong, "\n{name}:{line}\n$ {command}\nexpected:\n{output}got:\n{got}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(outputs.len(), steps.len(), "{name}: the session ended early");
    if let Some(ended) = ended {
        assert_eq!(ended.code(), Some(0), "{name}: told to stop, the server ended with {ended}");
    }
    needs_server || !steps.is_empty()
}
