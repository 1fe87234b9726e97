//! The binary: all it does is in [`calendar_server::cli`].

use std::process::ExitCode;

/// A request allocates on one thread what another frees, the writer's or a worker's. The allocator
/// of the C library has them wait for each other's locks there; this one has none.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    calendar_server::cli::main()
}
