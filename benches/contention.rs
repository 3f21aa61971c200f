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
        unrelated(&options);
    }
    if options.queue {
        println!("(b) one list: everybody loops claim-next and done until nothing is left");
        println!("{}", Figures::HEADER);
        for clones in &options.clones {
            println!("{}", work::queue(&options, *clones, options.issues_for(*clones)).row());
        }
    }
}

/// Measures unrelated claims in rounds, each with a lone clone and with git alone, and prints what
/// all rounds told.
fn unrelated(options: &Options) {
    let rounds: Vec<Round> = (0..options.rounds).map(|_| Round::measure(options)).collect();
    let mut jit = Vec::new();
    let mut git = Vec::new();
    for round in rounds {
        pool(&mut jit, round.jit, Figures::add);
        pool(&mut git, round.git, Times::add);
    }
    let lone = (&jit[0].0.claims, &git[0].0);
    println!("(a) unrelated claims: each clone claims and finishes issues of its own");
    println!("{}", Figures::HEADER);
    let mut slower = Vec::new();
    for (figures, each) in &jit {
        let times = times(&figures.claims, lone.0);
        println!("{}  p95 {times:.1}x that of a lone clone (rounds: {})", figures.row(), list(each));
        slower.push(times);
    }
    println!();
    println!("(a) by git alone: each clone pushes commits to references of its own, and fetches");
    println!("{}", floor::HEADER);
    for (((figures, _), (git, each)), jit) in jit.iter().zip(&git).zip(slower) {
        let times = times(git, lone.1);
        let row = floor::row(figures.clones, git);
        let apart = jit / times;
        println!(
            "{row}  p95 {times:.1}x that of a lone clone (rounds: {}); jit slows down {apart:.2}x as much",
            list(each)
        );
    }
    println!();
}

/// What one round told: a lone clone first, then each number of clones. With each how many times as
/// long as the lone clone's its claims took.
struct Round {
    jit: Vec<(Figures, f64)>,
    git: Vec<(Times, f64)>,
}

impl Round {
    fn measure(options: &Options) -> Self {
        let counts: Vec<(usize, usize)> =
            std::iter::once((1, LONE)).chain(options.clones.iter().map(|clones| (*clones, OWN))).collect();
        let jit: Vec<Figures> =
            counts.iter().map(|(clones, each)| work::unrelated(options, *clones, *each)).collect();
        let git: Vec<Times> =
            counts.iter().map(|(clones, each)| floor::own_references(&options.jit, *clones, *each)).collect();
        let slower: Vec<f64> = jit.iter().map(|some| times(&some.claims, &jit[0].claims)).collect();
        let git_slower: Vec<f64> = git.iter().map(|some| times(some, &git[0])).collect();
        Self { jit: jit.into_iter().zip(slower).collect(), git: git.into_iter().zip(git_slower).collect() }
    }
}

/// Adds what a round told to what those before it did.
fn pool<T>(all: &mut Vec<(T, Vec<f64>)>, round: Vec<(T, f64)>, add: impl Fn(&mut T, T)) {
    if all.is_empty() {
        all.extend(round.into_iter().map(|(told, times)| (told, vec![times])));
        return;
    }
    for ((all, each), (told, times)) in all.iter_mut().zip(round) {
        add(all, told);
        each.push(times);
    }
}

/// Ratios, separated.
fn list(ratios: &[f64]) -> String {
    let ratios: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.1}")).collect();
    ratios.join(" ")
}

/// How many times as long as those of `lone` they took, at the 95th percentile.
fn times(some: &Times, lone: &Times) -> f64 {
    some.p95().as_secs_f64() / lone.p95().as_secs_f64()
}
