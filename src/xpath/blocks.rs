//! Blocks of Unicode by the names that patterns use: without blanks and underscores, hyphens kept.

use std::sync::OnceLock;

/// Blocks begin at multiples of this.
const STEP: u32 = 16;

/// The first and the last character of a block.
pub(super) fn range(name: &str) -> Option<(u32, u32)> {
    // Blocks of Unicode 3, whose names changed since.
    let wanted = match name {
        "Greek" => "GreekandCoptic",
        "CombiningMarksforSymbols" => "CombiningDiacriticalMarksforSymbols",
        "PrivateUse" => "PrivateUseArea",
        same => same,
    };
    all().iter().find(|(name, ..)| name == wanted).map(|(_, first, last)| (*first, *last))
}

/// All blocks; the crate lists none, but knows that of each character.
fn all() -> &'static [(String, u32, u32)] {
    static ALL: OnceLock<Vec<(String, u32, u32)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let (mut blocks, mut at) = (Vec::new(), 0);
        while at <= u32::from(char::MAX) {
            at = match char::from_u32(at).and_then(unicode_blocks::find_unicode_block) {
                Some(block) => {
                    let name = block.name().chars().filter(|letter| !matches!(letter, ' ' | '_')).collect();
                    blocks.push((name, block.start(), block.end()));
                    block.end() + 1
                }
                None => at + STEP,
            };
        }
        blocks
    })
}
