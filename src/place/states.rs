//! States by what they are called in German, French, Italian and Spanish: for a text that can mean a state and nothing else, such
//! as the column of a table. A bare name is not looked up here, for what is a state in one language is a town in another.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fold::fold;

const TEXT: &str = include_str!("states.tsv");

/// Ids of states by the folded names.
static STATES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let lines = TEXT.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'));
    lines.flat_map(|(id, names)| names.split('|').map(move |name| (fold(name), id))).collect()
});

/// The id of the state of a name.
pub(super) fn id(name: &str) -> Option<&'static str> {
    STATES.get(&fold(name)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Level, Register};

    #[test]
    fn every_name_is_of_a_state_of_the_register() {
        let register = Register::builtin();
        for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
            let (id, names) = line.split_once('\t').unwrap();
            assert!(register.get(id).is_some_and(|place| place.level == Level::State), "{line}");
            for name in names.split('|') {
                assert_eq!(super::id(name), Some(id), "{name} stands twice");
                // Where the register's own names know it, they mean the same.
                assert_eq!(register.state_id(name).as_deref(), Some(id), "{name}");
            }
        }
        for (name, id) in
            [("Italie", "it"), ("DÄNEMARK", "dk"), ("Estados Unidos", "us"), ("Giappone", "jp"), ("Etats Unis", "us")]
        {
            assert_eq!(register.state_id(name).as_deref(), Some(id), "{name}");
        }
        assert_eq!(register.state_id("Granada"), None);
    }
}
