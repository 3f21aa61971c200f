//! How many clones can work from one remote: real processes, real repositories, and a count
//! of what they ask of the remote. `docs/benchmarks.md` says how to run it and what it told.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a benchmark drives programs and prints what it measures"
)]

#[path = "contention/audit.rs"]
mod audit;
#[path = "contention/figures.rs"]
mod figures;
#[path = "contention/floor.rs"]
mod floor;
#[path = "contention/options.rs"]
mod options;
#[path = "contention/scene.rs"]
mod scene;
#[path = "contention/work.rs"]
mod work;

use figures::{Figures, Times};
use options::Options;

/// Issues that the lone clone claims, which everybody else is compared with.
const LONE: usize = 20;
/// Issues that each clone claims where nobody wants the same ones.
const OWN: usize = 5;

fn main() {
    let options = Options::read(std::env::args().skip(1));
    if options.unrelated {
        println!("(a) unrelated claims: each clone claims and finishes issues of its own");
        println!("{}", Figures::HEADER);
        let lone = work::unrelated(&options, 1, LONE);
        println!("{}", lone.row());
        let mut jit = Vec::new();
        for clones in &options.clones {
            let figures = work::unrelated(&options, *clones, OWN);
            let slower = times(&figures.claims, &lone.claims);
            println!("{}  p95 {slower:.1}x that of a lone clone", figures.row());
            jit.push(slower);
        }
        println!();
        println!("(a) by git alone: each clone pushes commits to references of its own, and fetches");
        println!("{}", floor::HEADER);
        let lone = floor::own_references(&options.jit, 1, LONE);
        println!("{}", floor::row(1, &lone));
        for (clones, jit) in options.clones.iter().zip(jit) {
            let git = floor::own_references(&options.jit, *clones, OWN);
            let slower = times(&git, &lone);
            let apart = jit / slower;
            let row = floor::row(*clones, &git);
            println!("{row}  p95 {slower:.1}x that of a lone clone; jit slows down {apart:.2}x as much");
        }
        println!();
    }
    if options.queue {
        println!("(b) one list: everybody loops claim-next and done until nothing is left");
        println!("{}", Figures::HEADER);
        for clones in &options.clones {
            println!("{}", work::queue(&options, *clones, options.issues_for(*clones)).row());
        }
    }
}

/// How many times as long as those of `lone` they took, at the 95th percentile.
fn times(some: &Times, lone: &Times) -> f64 {
    some.p95().as_secs_f64() / lone.p95().as_secs_f64()
}
