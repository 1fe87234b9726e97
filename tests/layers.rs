//! The arrows of the house point down: which part of the source may name which other, and which crate
//! only one part may name. `ARCHITECTURE.md` draws the picture.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

/// Each part of `src/`, by its path, with the parts that it may name beside itself. A part inside
/// another follows it.
const MAY_NAME: [(&str, &[&str]); 19] = [
    ("error", &[]),
    ("model", &["error"]),
    ("clock", &["error", "model"]),
    ("config", &["error", "model"]),
    ("store", &["error", "model"]),
    ("store/engine", &["error"]),
    ("store/tables", &["error", "model", "store/engine"]),
    ("store/maintenance", &["error", "model", "store/engine", "store/tables"]),
    ("domain", &["error", "model", "store"]),
    ("http", &["error"]),
    ("app", &["clock", "domain", "error", "http", "model", "store"]),
    ("api", &["app", "domain", "error", "http", "model", "store"]),
    ("web", &["app", "error", "http", "model"]),
    ("server", &["api", "app", "web"]),
    ("backups", &["clock", "config", "error", "model", "store"]),
    ("run", &["app", "backups", "clock", "config", "domain", "error", "server", "store"]),
    ("cli", &["api", "backups", "clock", "config", "domain", "error", "model", "run", "store"]),
    ("lib", &[]),
    ("main", &[]),
];

/// Crates that only these parts may name.
const ONLY_IN: [(&str, &[&str]); 6] = [
    ("rusqlite", &["store"]),
    ("refinery", &["store"]),
    ("rocket", &["api", "app", "cli", "config", "run", "server", "web"]),
    ("clap", &["cli"]),
    ("jsonwebtoken", &["domain"]),
    ("utoipa", &["api"]),
];

struct Source {
    /// Below `src/`, without the ending.
    path: String,
    /// Without its tests, comments and visibilities.
    code: String,
}

impl Source {
    /// The part that this file belongs to.
    fn part(&self) -> &'static str {
        let within = |part: &str| self.path == part || self.path.starts_with(&format!("{part}/"));
        let parts = MAY_NAME.iter().map(|(part, _)| *part).filter(|part| within(part));
        let part = parts.max_by_key(|part| part.len());
        part.unwrap_or_else(|| panic!("src/{} belongs to no part: name it here", self.path))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    // Comments, and how far something is seen.
    let aside = Regex::new(r"(?m)^\s*//.*$|\bpub\(in [^)]*\)").unwrap();
    files
        .iter()
        .map(|file| {
            let inside = file.strip_prefix(&root).unwrap().with_extension("");
            let text = fs::read_to_string(file).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code = aside.replace_all(code, "").into_owned();
            Source { path: inside.to_str().unwrap().to_owned(), code }
        })
        // Query plans are tests as a whole.
        .filter(|source| source.path != "store/tables/plans")
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The parts that a file names by `crate::…`, also in a list of one level. No other way leads out of a
/// part: `super::super::` is not used, which a test below holds.
fn named(source: &Source) -> BTreeSet<String> {
    let path = Regex::new(r"\bcrate::((?:[a-z_]+::)*)(\{[^}]*\}|\w+)").unwrap();
    let mut found = BTreeSet::new();
    for captures in path.captures_iter(&source.code) {
        let (modules, last) = (&captures[1], &captures[2]);
        let inner = last.trim_start_matches('{').trim_end_matches('}').split(',');
        for last in inner.map(str::trim).filter(|last| !last.is_empty()) {
            found.insert(part_of(&format!("{modules}{last}").replace("::", "/")));
        }
    }
    found
}

/// The longest part that `path` begins with.
fn part_of(path: &str) -> String {
    let begins = |part: &str| path == part || path.starts_with(&format!("{part}/"));
    let parts = MAY_NAME.iter().map(|(part, _)| *part).filter(|part| begins(part));
    parts.max_by_key(|part| part.len()).map_or_else(|| path.to_owned(), str::to_owned)
}

#[test]
fn no_part_names_one_that_it_may_not() {
    let mut arrows = 0;
    for source in sources() {
        let part = source.part();
        let (_, may) = MAY_NAME.iter().find(|(name, _)| *name == part).unwrap();
        for other in named(&source) {
            arrows += 1;
            // What stands on top of a wing may name all of it.
            let own = other == part || part == "store" && other.starts_with("store/");
            assert!(own || may.contains(&other.as_str()), "src/{}.rs names {other}", source.path);
        }
    }
    assert!(arrows > 200, "only {arrows} arrows were found");
}

#[test]
fn no_part_names_a_crate_that_belongs_to_another() {
    for (name, parts) in ONLY_IN {
        let used = Regex::new(&format!(r"\b{name}::")).unwrap();
        let mut found = false;
        for source in sources().iter().filter(|source| used.is_match(&source.code)) {
            let part = source.part().split('/').next().unwrap();
            assert!(parts.contains(&part), "src/{}.rs names {name}", source.path);
            found = true;
        }
        assert!(found, "{name} is named nowhere");
    }
}

#[test]
fn no_parts_name_each_other() {
    for (part, names) in MAY_NAME {
        for other in names {
            let back = MAY_NAME.iter().find(|(name, _)| name == other).unwrap();
            assert!(!back.1.contains(&part), "{part} and {other}");
        }
    }
}

#[test]
fn no_file_climbs_out_of_its_folder_by_super() {
    for source in sources() {
        assert!(!source.code.contains("super::super::"), "src/{}.rs", source.path);
    }
}
