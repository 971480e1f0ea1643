//! `kill -9` at random moments of everything that writes: what was acknowledged is there, and nothing is there by half.
//!
//! A few rounds by default. `make test-crash` is the long form: CITYPACT_CRASH_ROUNDS says how many rounds, CITYPACT_CRASH_SEED
//! repeats the same ones (the moments of the kills are as random as the machine).

mod rounds;
mod serving;
mod world;

use std::time::{SystemTime, UNIX_EPOCH};

use crate::reference::random::Dice;
use rounds::{KINDS, Rounds};

/// Every kind once, with a kill in each.
const SHORT: usize = KINDS.len();

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

#[test]
fn nothing_is_lost_and_nothing_half_done_when_the_program_is_killed() {
    let asked = setting("CITYPACT_CRASH_ROUNDS").map(|rounds| usize::try_from(rounds).unwrap());
    let clock = || u64::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos());
    let seed = setting("CITYPACT_CRASH_SEED").unwrap_or_else(clock);
    let count = asked.unwrap_or(SHORT);
    println!("{count} rounds with CITYPACT_CRASH_SEED={seed}");
    let mut rounds = Rounds::new(Dice::new(seed));
    for round in 0..count {
        let kind = KINDS.get(round).copied().unwrap_or_else(|| KINDS[rounds.dice.roll(KINDS.len())]);
        rounds.play(kind, round);
    }
    println!("{}", rounds.told());
}
