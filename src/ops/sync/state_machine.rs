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

use self::acts::steps;
use self::world::World;

/// Each case takes some hundred git processes; `PROPTEST_CASES` asks for more.
const CASES: u32 = 6;

fn cases() -> u32 {
    let asked = ProptestConfig::default().cases;
    // The crate's own default says nothing about what was asked for.
    if asked == 256 { CASES } else { asked }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..ProptestConfig::default()
    })]

    #[test]
    fn clones_of_a_real_remote_converge_and_lose_nothing(steps in steps()) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.settle();
        history::check(&world);
    }
}
