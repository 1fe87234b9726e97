//! The binary: all it does is in [`calendar_server::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    calendar_server::cli::main()
}
