//! The two kinds of work that are measured.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use super::figures::{Figures, Times};
use super::options::Options;
use super::scene::{Ran, Scene};
use super::{audit, floor};

/// jit's exit status if there is nothing to claim.
const NOTHING: i32 = 3;
/// jit's exit status if others were quicker too often.
const CONTENDED: i32 = 7;

/// What one clone measured.
#[derive(Default)]
struct Share {
    claims: Vec<Duration>,
    contended: usize,
}

/// Each clone claims so many issues of its own; then it finishes them.
pub fn unrelated(options: &Options, clones: usize, each: usize) -> Figures {
    let (scene, ids) = Scene::of(options, clones).with_issues(clones, clones * each);
    let started = Instant::now();
    let shares = everybody(clones, |clone| {
        let mut share = Share::default();
        for id in &ids[clone * each..][..each] {
            let ran = share.persist(|| scene.jit(clone, &["claim", id, &agent(clone)]));
            share.claims.push(ran.ok().took);
        }
        share
    });
    let elapsed = started.elapsed();
    let claiming = scene.calls();
    let finished = everybody(clones, |clone| {
        let mut share = Share::default();
        for id in &ids[clone * each..][..each] {
            share.persist(|| scene.jit(clone, &["done", id, "--by", &agent(clone)])).ok();
        }
        share.persist(|| scene.jit(clone, &["sync"])).ok();
        share
    });
    let all = scene.calls();
    audit::remote(&scene, &ids);
    let floor = floor::fetch_and_push(&options.jit, ids.len());
    let contended = shares.iter().chain(&finished).map(|share| share.contended).sum();
    let claims = Times::new(shares.into_iter().flat_map(|share| share.claims).collect());
    Figures { clones, claims, elapsed, claiming, all, floor, contended }
}

/// Every clone claims whatever is next and finishes it, until nothing is left.
pub fn queue(options: &Options, clones: usize, issues: usize) -> Figures {
    let (scene, ids) = Scene::of(options, clones).with_issues(clones, issues);
    let started = Instant::now();
    let shares = everybody(clones, |clone| {
        let agent = agent(clone);
        let mut share = Share::default();
        loop {
            let ran = share.persist(|| scene.jit(clone, &["claim-next", "--to", &agent]));
            if ran.code == NOTHING {
                break;
            }
            let ran = ran.ok();
            share.claims.push(ran.took);
            share.persist(|| scene.jit(clone, &["done", ran.stdout.trim(), "--by", &agent])).ok();
        }
        share
    });
    let elapsed = started.elapsed();
    let working = scene.calls();
    let syncs = everybody(clones, |clone| {
        let mut share = Share::default();
        share.persist(|| scene.jit(clone, &["sync"])).ok();
        share
    });
    let all = scene.calls();
    audit::remote(&scene, &ids);
    let floor = floor::fetch_and_push(&options.jit, ids.len());
    let contended = shares.iter().chain(&syncs).map(|share| share.contended).sum();
    let claims = Times::new(shares.into_iter().flat_map(|share| share.claims).collect());
    Figures { clones, claims, elapsed, claiming: working, all, floor, contended }
}

impl Share {
    /// Repeats a command for as long as others are quicker; how it ended at last, and how
    /// long that took from the first attempt on.
    fn persist(&mut self, attempt: impl Fn() -> Ran) -> Ran {
        let started = Instant::now();
        loop {
            let ran = attempt();
            if ran.code != CONTENDED {
                return Ran { took: started.elapsed(), ..ran };
            }
            self.contended += 1;
        }
    }
}

/// Lets all clones loose at once; what each came back with.
pub fn everybody<T: Send>(clones: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(clones);
    thread::scope(|scope| {
        let (work, start) = (&work, &start);
        let begin = |clone| {
            scope.spawn(move || {
                start.wait();
                work(clone)
            })
        };
        let running: Vec<_> = (0..clones).map(begin).collect();
        running.into_iter().map(|clone| clone.join().expect("no clone panics")).collect()
    })
}

fn agent(clone: usize) -> String {
    format!("agent:clone-{clone}")
}
