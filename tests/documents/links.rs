//! The links between the documents lead somewhere, and the READMEs stay short.

use std::path::{Component, Path, PathBuf};

use regex_lite::Regex;

use crate::document::{self, Document, root};

#[test]
fn every_link_leads_to_a_file_or_a_heading() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let documents = document::all();
    let mut broken = Vec::new();
    for document in &documents {
        for found in document.prose().flat_map(|line| link.captures_iter(line)) {
            let target = found[1].to_owned();
            if !target.starts_with("https://") && !leads_somewhere(document, &target, &documents) {
                broken.push(format!("{}: {target}", document.name));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

fn leads_somewhere(from: &Document, target: &str, documents: &[Document]) -> bool {
    let (path, anchor) = target.split_once('#').map_or((target, None), |(p, a)| (p, Some(a)));
    let path = match path {
        "" => PathBuf::from(&from.name),
        _ => flat(&Path::new(&from.name).parent().unwrap().join(path)),
    };
    match anchor {
        None => root().join(path).exists(),
        Some(anchor) => documents
            .iter()
            .filter(|document| Path::new(&document.name) == path)
            .any(|document| anchors(document).any(|own| own == anchor)),
    }
}

/// `path` without `..`.
fn flat(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut flat, component| {
        match component {
            Component::ParentDir => drop(flat.pop()),
            other => flat.push(other),
        }
        flat
    })
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(document: &Document) -> impl Iterator<Item = String> {
    let headings = document.prose().filter(|line| line.starts_with('#'));
    headings.map(|heading| {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[test]
fn every_document_is_linked_from_the_readme_of_its_language() {
    let in_readme = |name: &str| ["README.md", "README.ko.md", "benches/README.md"].contains(&name);
    for document in document::all().iter().filter(|document| !in_readme(&document.name)) {
        let readme = if document.is_korean() { "README.ko.md" } else { "README.md" };
        let linked = Document::named(readme).text.contains(&format!("]({})", document.name));
        assert!(linked, "{readme} has no link to {}", document.name);
    }
}

#[test]
fn the_readmes_are_short() {
    for name in ["README.md", "README.ko.md"] {
        let lines = Document::named(name).text.lines().count();
        assert!(lines <= 150, "{name} has {lines} lines: put details into docs/");
    }
}
