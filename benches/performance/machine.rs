//! What is measured on, and how much memory a program takes.

use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::resource::{UsageWho, getrusage};

use super::scene::{Scene, answer};

/// The first argument by which this program measures another one: what a child takes at
/// most is told only to a parent, and only of all children together.
pub const MEASURE_MEMORY: &str = "--measure-memory-of";

/// Runs a program to its end, and prints how many bytes of memory it held at most.
pub fn measure_memory(mut args: impl Iterator<Item = String>) {
    let mut command = Command::new(args.next().expect("a program is named"));
    let status = command.args(args).stdout(Stdio::null()).status().expect("it starts");
    assert!(status.success());
    // In kilobytes.
    let most = getrusage(UsageWho::RUSAGE_CHILDREN).expect("it is always known").max_rss() * 1024;
    println!("{most}");
}

/// The bytes of memory that jit holds at most, run in `dir`.
pub fn memory_of(scene: &Scene, dir: &Path, args: &[&str]) -> u64 {
    let this = std::env::current_exe().expect("it was started from a file");
    let jit = scene.program().to_str().expect("it is plain text").to_owned();
    // The same environment as all others have.
    let mut command = scene.git(dir, &[]);
    let environment: Vec<_> =
        command.get_envs().map(|(key, value)| (key.to_owned(), value.map(ToOwned::to_owned))).collect();
    command = Command::new(this);
    command.env_clear().current_dir(dir).stdin(Stdio::null()).args([MEASURE_MEMORY, &jit]).args(args);
    command.envs(environment.into_iter().filter_map(|(key, value)| Some((key, value?))));
    answer(command).trim().parse().expect("it is a number")
}

/// The machine and the programs.
pub fn describe(scene: &Scene) -> String {
    let git = answer(scene.git(Path::new("."), &["--version"]));
    let jit = answer(scene.jit(Path::new("."), &["--version"]));
    let bytes = std::fs::metadata(scene.program()).expect("it is there").len();
    let cores = std::thread::available_parallelism().map_or(0, Into::into);
    format!("{}, {bytes} bytes; {}; {cores} cores; {}", jit.trim(), git.trim(), load())
}

/// How busy the machine is.
pub fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    format!("load {}", load.join(" "))
}
