//! Tells cargo what the binary embeds beside its source: on stable Rust the macro that embeds a
//! folder cannot.

fn main() {
    for folder in ["migrations", "src/web/static"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
