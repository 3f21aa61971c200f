//! The `jit-dispatch` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    jit::front::cli::dispatch_main()
}
