//! Clones that work and share through a real remote, in any order, offline and online, while
//! the remote is there, read-only or away: all end up with the same sound tracker, every
//! accepted value is accounted for, and no issue is ever held by two at the remote.
//!
//! What happens between two commands is up to chance; what happens between the fetch and
//! the push of one is for the races of `tests/sync/race.rs`.

mod acts;
mod fixture;
mod history;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use self::acts::steps;
use self::world::World;

/// Each case takes some hundred git processes; `PROPTEST_CASES` asks for more.
const CASES: u32 = 6;

/// Without `PROPTEST_CASES` the same few games are played each time; with it, so many new ones.
fn runner() -> TestRunner {
    let asked = ProptestConfig::default().cases;
    // The crate's own default says nothing about what was asked for.
    let is_asked = asked != 256;
    let config = ProptestConfig {
        cases: if is_asked { asked } else { CASES },
        failure_persistence: None,
        max_shrink_iters: 60,
        ..ProptestConfig::default()
    };
    if is_asked {
        return TestRunner::new(config);
    }
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

#[test]
fn clones_of_a_real_remote_converge_and_lose_nothing() {
    let played = runner().run(&steps(), |steps| {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.settle();
        history::check(&world);
        Ok(())
    });
    if let Err(error) = played {
        panic!("{error}");
    }
}
