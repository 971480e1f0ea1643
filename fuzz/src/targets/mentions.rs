//! Mentions of places: a name, a state, a unit and a level of any text get an answer that is the same each time.

use citypact::place::{Mention, Register, Resolution};
use citypact::record::Level;

use super::line;

pub fn run(bytes: &[u8]) {
    thread_local!(static REGISTER: Register = Register::curated());
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (name, rest) = line(text);
    let (state, within) = line(rest);
    let level = [None, Some(Level::State), Some(Level::Municipality)][name.len() % 3];
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let mention = Mention { name, state: some(state), level, within: some(within), ..Mention::default() };
    REGISTER.with(|register| {
        let answer = register.resolve(&mention);
        assert_eq!(answer, register.resolve(&mention), "{mention:?}");
        assert!(!register.minted_key(&mention).is_empty(), "{mention:?}");
        match &answer {
            Resolution::One { id, score, .. } => {
                assert!(register.contains(id) && (0.0..=1.0).contains(score), "{mention:?}: {answer:?}");
            }
            Resolution::Ambiguous { candidates } => assert!(candidates.len() > 1, "{mention:?}: {answer:?}"),
            Resolution::Unknown { .. } => {}
        }
        for candidate in answer.candidates() {
            assert!(
                register.contains(&candidate.id) && (0.0..=1.0).contains(&candidate.score),
                "{mention:?}: {candidate:?}"
            );
        }
    });
}
