//! The `jit` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    jit::front::cli::main()
}
