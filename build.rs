//! Prepares the files of `src/web/static/` that the binary embeds.
//!
//! One hash of all files stands in the URL of each. So a browser can cache them for ever, and modules
//! import one another by relative paths. Text is compressed here once, not for each request.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

const SOURCE: &str = "src/web/static";

fn main() -> io::Result<()> {
    // On stable Rust the macros that embed a folder cannot tell cargo to watch it.
    for folder in ["migrations", SOURCE] {
        println!("cargo:rerun-if-changed={folder}");
    }
    let mut paths = Vec::new();
    list(Path::new(SOURCE), &mut paths)?;
    paths.sort();
    let hash = hash(&paths)?;
    println!("cargo:rustc-env=STATIC_HASH={hash}");
    let out = PathBuf::from(variable("OUT_DIR")?).join("static");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    for path in paths {
        let inside = path.strip_prefix(SOURCE).map_err(io::Error::other)?;
        embed(&path, &out.join(inside), &hash)?;
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

/// A hash of all files, their paths and the version, since the pages show the version.
fn hash(paths: &[PathBuf]) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(variable("CARGO_PKG_VERSION")?);
    for path in paths {
        let content = fs::read(path)?;
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
fn embed(from: &Path, to: &Path, hash: &str) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut text = match String::from_utf8(fs::read(from)?) {
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
