//! The arrows of the house point down: which part of the source may name which other, and which crate
//! only one part may name. `ARCHITECTURE.md` draws the picture.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

/// Each part of `src/`, by its path, with the parts that it may name beside itself. A part inside
/// another follows it.
const MAY_NAME: [(&str, &[&str]); 28] = [
    ("error", &[]),
    ("model", &["error"]),
    ("ical", &["error", "model"]),
    ("fetch", &["error", "model"]),
    ("archive", &["error"]),
    ("holidays", &["ical"]),
    ("clock", &["error", "model"]),
    ("config", &["error", "model"]),
    ("store", &["error", "model"]),
    ("store/engine", &["error", "model"]),
    ("store/tables", &["error", "model", "store/engine"]),
    ("store/maintenance", &["error", "model", "store/engine", "store/tables"]),
    ("domain", &["error", "ical", "model", "store"]),
    ("http", &["error"]),
    ("app", &["clock", "domain", "error", "http", "model", "store"]),
    ("api", &["app", "archive", "domain", "error", "holidays", "http", "model", "store"]),
    ("feed", &["app", "domain", "error", "http", "model", "store"]),
    ("caldav", &["app", "domain", "error", "http", "ical", "model", "store"]),
    ("web", &["app", "error", "http", "model"]),
    ("server", &["api", "app", "caldav", "feed", "web"]),
    ("front", &["api", "app", "caldav", "config", "error", "http", "web"]),
    ("backups", &["clock", "config", "error", "model", "store"]),
    ("subscriptions", &["app", "clock", "domain", "error", "fetch", "holidays", "model", "store"]),
    ("pruning", &["app", "clock", "error", "store"]),
    (
        "run",
        &[
            "app",
            "backups",
            "clock",
            "config",
            "domain",
            "error",
            "fetch",
            "front",
            "model",
            "pruning",
            "server",
            "store",
            "subscriptions",
        ],
    ),
    (
        "cli",
        &[
            "api", "archive", "backups", "clock", "config", "domain", "error", "model", "run",
            "store",
        ],
    ),
    ("lib", &[]),
    ("main", &[]),
];

/// Crates that only these parts may name.
const ONLY_IN: [(&str, &[&str]); 14] = [
    ("hyper", &["front"]),
    ("tokio_rustls", &["fetch", "front", "store"]),
    ("ureq", &["fetch"]),
    ("rusqlite", &["store"]),
    ("tokio_postgres", &["store"]),
    ("tokio_postgres_rustls", &["store"]),
    ("refinery", &["store"]),
    ("quick_xml", &["caldav"]),
    ("rocket", &["api", "app", "caldav", "cli", "config", "feed", "front", "run", "server", "web"]),
    ("clap", &["cli"]),
    ("jsonwebtoken", &["domain"]),
    ("utoipa", &["api"]),
    ("ical", &["ical"]),
    ("zip", &["archive"]),
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
        .filter(|source| !source.path.ends_with("plans"))
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
        // `crate::ical::` is the part that is named as its crate is.
        let used = Regex::new(&format!(r"(?:^|[^:\w])(?:::)?{name}::")).unwrap();
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

/// The modules of the source by path (`store/engine`, `store/engine/writer`), the crate itself by the
/// empty one, each with its code.
struct Modules(BTreeMap<String, String>);

impl Modules {
    fn read() -> Self {
        let named = |path: &str| match path {
            "lib" => String::new(),
            _ => path.strip_suffix("/mod").unwrap_or(path).to_owned(),
        };
        let binary = |source: &Source| source.path == "main";
        let sources = sources().into_iter().filter(|source| !binary(source));
        Self(sources.map(|source| (named(&source.path), source.code)).collect())
    }

    /// The module in which the item at a path is defined, seen from `here`. None outside this crate.
    fn of_item(&self, here: &str, path: &str) -> Option<String> {
        let mut segments = path.split("::").map(str::trim).peekable();
        let parent =
            |module: &str| module.rsplit_once('/').map_or("", |(above, _)| above).to_owned();
        let mut at = match *segments.peek()? {
            "crate" => String::new(),
            "super" => parent(here),
            child if self.0.contains_key(&below(here, child)) => below(here, child),
            _ => return None,
        };
        segments.next();
        for segment in segments {
            let child = below(&at, segment);
            if self.0.contains_key(&child) {
                at = child;
            } else {
                return Some(self.exported(&at, segment).unwrap_or(at));
            }
        }
        Some(at)
    }

    /// Where an item is defined that `module` only exports again.
    fn exported(&self, module: &str, item: &str) -> Option<String> {
        let exports = Regex::new(r"(?m)^pub(?:\([a-z]+\))? use ([^;]+);").unwrap();
        let paths = exports.captures_iter(&self.0[module]).flat_map(|found| each(&found[1]));
        let mut of_item = paths.filter(|path| path.rsplit("::").next() == Some(item));
        of_item.find_map(|path| self.of_item(module, &path))
    }

    /// The modules whose items `module` uses itself.
    fn used_by(&self, module: &str) -> BTreeSet<String> {
        let exports = Regex::new(r"(?m)^pub(?:\([a-z]+\))? use [^;]+;").unwrap();
        let path = Regex::new(r"\b(?:[a-z_]+::)+(?:\{[^{}]*\}|\w+)").unwrap();
        let code = exports.replace_all(&self.0[module], "");
        let paths = path.find_iter(&code).flat_map(|found| each(found.as_str()));
        paths.filter_map(|path| self.of_item(module, &path)).filter(|used| used != module).collect()
    }
}

fn below(module: &str, child: &str) -> String {
    if module.is_empty() { child.to_owned() } else { format!("{module}/{child}") }
}

/// Each path of a list: `a::{b, c}` is `a::b` and `a::c`.
fn each(path: &str) -> Vec<String> {
    let Some((before, list)) = path.split_once('{') else { return vec![path.to_owned()] };
    let items = list.trim_end_matches('}').split(',').map(str::trim);
    let items = items.filter(|item| !item.is_empty());
    items.map(|item| format!("{before}{}", item.trim_end_matches("::self"))).collect()
}

#[test]
fn no_modules_name_each_other_in_a_circle() {
    let modules = Modules::read();
    let mut uses: BTreeMap<_, _> =
        modules.0.keys().map(|module| (module.clone(), modules.used_by(module))).collect();
    let arrows: usize = uses.values().map(BTreeSet::len).sum();
    assert!(arrows > 300, "only {arrows} arrows were found");
    // A module that names none of those left is in no circle.
    while let Some(module) =
        uses.iter().find(|(_, used)| used.is_empty()).map(|(name, _)| name.clone())
    {
        uses.remove(&module);
        for used in uses.values_mut() {
            used.remove(&module);
        }
    }
    assert!(uses.is_empty(), "in a circle, or above one: {uses:#?}");
}
