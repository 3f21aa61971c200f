//! How fast jit is, each figure beside what plain git needs for the like in the same run.
//! `docs/performance.md` says how to run it and what it told.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a benchmark drives programs and prints what it measures"
)]

#[path = "performance/bulk.rs"]
mod bulk;
#[path = "performance/duel.rs"]
mod duel;
#[path = "performance/events.rs"]
mod events;
#[path = "performance/machine.rs"]
mod machine;
#[path = "performance/options.rs"]
mod options;
#[path = "performance/plain.rs"]
mod plain;
#[path = "performance/reads.rs"]
mod reads;
#[path = "performance/scene.rs"]
mod scene;
#[path = "performance/syncs.rs"]
mod syncs;
#[path = "performance/system.rs"]
mod system;
#[path = "performance/writes.rs"]
mod writes;

use options::Options;
use scene::Scene;

fn main() {
    let mut args = std::env::args().skip(1).peekable();
    if args.peek().is_some_and(|first| first == machine::MEASURE_MEMORY) {
        return machine::measure_memory(args.skip(1));
    }
    let options = Options::read(args);
    let scene = Scene::new(&options);
    println!("{}", machine::describe(&scene));
    println!("{}", duel::HEADER);
    system::start_up(&options, &scene);
    reads::run(&options, &scene);
    writes::run(&options, &scene);
    bulk::run(&options, &scene);
    syncs::run(&options, &scene);
    events::run(&options, &scene);
    system::run(&options, &scene);
    println!("{}", machine::load());
}
