//! The documents and what is in them.

use std::fs;
use std::path::{Path, PathBuf};

/// A Markdown file of the repository.
pub(crate) struct Document {
    /// Its path from the root of the repository.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A printed command and what is printed below it.
pub(crate) struct Step {
    /// The command's line in the document, counted from 1.
    pub(crate) line: usize,
    pub(crate) command: String,
    pub(crate) output: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document: those at the top, those in `docs/`, and the README of the benches.
pub(crate) fn all() -> Vec<Document> {
    let mut paths: Vec<PathBuf> = vec![root().join("benches/README.md")];
    for folder in [root().to_owned(), root().join("docs")] {
        paths.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    paths.iter().map(|path| Document::read(path)).collect()
}

impl Document {
    pub(crate) fn named(name: &str) -> Self {
        Self::read(&root().join(name))
    }

    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name, text }
    }

    pub(crate) fn is_korean(&self) -> bool {
        self.name.ends_with(".ko.md")
    }

    /// The blocks that are fenced as `language`: the number of the first line, and the lines.
    pub(crate) fn blocks(&self, language: &str) -> Vec<(usize, Vec<&str>)> {
        let mut blocks = Vec::new();
        let mut lines = self.text.lines().zip(1..);
        while let Some((fence, line)) = lines.find(|(line, _)| line.starts_with("```")) {
            let block = lines.by_ref().map(|(line, _)| line).take_while(|line| *line != "```");
            let block = block.collect();
            if fence.trim_start_matches('`') == language {
                blocks.push((line + 1, block));
            }
        }
        blocks
    }

    /// The lines outside fenced blocks.
    pub(crate) fn prose(&self) -> impl Iterator<Item = &str> {
        let mut fenced = false;
        self.text.lines().filter(move |line| {
            let fence = line.starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        })
    }

    /// The printed commands, by block.
    pub(crate) fn sessions(&self) -> Vec<Vec<Step>> {
        let block = |(first, lines)| self.steps(first, lines);
        self.blocks("console").into_iter().map(block).collect()
    }

    fn steps(&self, first: usize, lines: Vec<&str>) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for (text, line) in lines.into_iter().zip(first..) {
            match (text.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => {
                    steps.push(Step { line, command: command.into(), output: String::new() });
                }
                (None, Some(step)) if step.command.ends_with('\\') && step.output.is_empty() => {
                    let name = &self.name;
                    assert!(text.starts_with("  "), "{name}:{line}: expected two spaces of indent");
                    step.command += "\n";
                    step.command += text;
                }
                (None, Some(step)) => step.output += &format!("{text}\n"),
                (None, None) => panic!("{}:{line}: expected a command", self.name),
            }
        }
        steps
    }

    /// The rows of all tables, each a list of cells without white space at either end.
    pub(crate) fn rows(&self) -> Vec<Vec<&str>> {
        let rows = self.prose().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
        rows.map(|row| row.split('|').map(str::trim).collect()).collect()
    }
}

/// What stands between backticks.
pub(crate) fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}
