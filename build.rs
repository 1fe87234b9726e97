//! Prepares the files of `src/web/static/` that the binary embeds.
//!
//! One hash of all files stands in the URL of each. So a browser can cache them for ever, and modules
//! import one another by relative paths. Text is compressed here once, not for each request, and our own
//! scripts and style sheets are stripped of their comments before.

#[path = "build/strip.rs"]
mod strip;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

const SOURCE: &str = "src/web/static";

fn main() -> io::Result<()> {
    // On stable Rust the macros that embed a folder cannot tell cargo to watch it.
    for folder in ["assets", "migrations", SOURCE] {
        println!("cargo:rerun-if-changed={folder}");
    }
    let mut paths = Vec::new();
    list(Path::new(SOURCE), &mut paths)?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let content = content(&path)?;
        files.push((path, content));
    }
    let hash = hash(&files)?;
    println!("cargo:rustc-env=STATIC_HASH={hash}");
    let out = PathBuf::from(variable("OUT_DIR")?).join("static");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    for (path, content) in files {
        let inside = path.strip_prefix(SOURCE).map_err(io::Error::other)?;
        embed(&path, content, &out.join(inside), &hash)?;
    }
    Ok(())
}

fn variable(name: &str) -> io::Result<String> {
    std::env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // An editor's swap or backup files.
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        if path.is_dir() { list(&path, paths)? } else { paths.push(path) }
    }
    Ok(())
}

/// What is embedded of a file. Those of `vendor/` stay as they were published.
fn content(path: &Path) -> io::Result<Vec<u8>> {
    let content = fs::read(path)?;
    if path.components().any(|part| part.as_os_str() == "vendor") {
        return Ok(content);
    }
    let strip = match path.extension().and_then(|extension| extension.to_str()) {
        Some("js") => strip::script,
        Some("css") => strip::style,
        _ => return Ok(content),
    };
    let text = String::from_utf8(content).map_err(io::Error::other)?;
    let stripped = strip(&text);
    stripped
        .map(String::into_bytes)
        .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}

/// A hash of all files, their paths and the version, since the pages show the version.
fn hash(files: &[(PathBuf, Vec<u8>)]) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(variable("CARGO_PKG_VERSION")?);
    for (path, content) in files {
        hash.update(format!("\n{} {}\n", path.display(), content.len()));
        hash.update(content);
    }
    let mut digits = String::new();
    for byte in &hash.finalize()[..8] {
        let _ = write!(digits, "{byte:02x}");
    }
    Ok(digits)
}

/// Writes a file to where it is embedded from: text is compressed and named `.gz`, anything else is
/// copied.
fn embed(from: &Path, content: Vec<u8>, to: &Path, hash: &str) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut text = match String::from_utf8(content) {
        Ok(text) => text,
        Err(other) => return fs::write(to, other.into_bytes()),
    };
    if from.extension().is_some_and(|extension| extension == "html") || from.ends_with("sw.js") {
        // Relative, since a proxy may serve the pages below a path of its own.
        let version = variable("CARGO_PKG_VERSION")?;
        text = text.replace("{{static}}", &format!("static/{hash}"));
        text = text.replace("{{version}}", &version);
    }
    // The gzip header has no time and no name, so that the build is reproducible.
    let name = format!("{}.gz", to.display());
    let mut gzip = GzBuilder::new().mtime(0).write(fs::File::create(name)?, Compression::best());
    gzip.write_all(text.as_bytes())?;
    gzip.finish().map(drop)
}
