//! The binary, a call of [`calendar_server::cli`].

use std::process::ExitCode;

/// Memory allocated on one thread is often freed on another: a worker's by the writer, and the other
/// way round. The C library's allocator takes a lock for that; mimalloc does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    calendar_server::cli::main()
}
