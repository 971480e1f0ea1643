//! Folding: the forms of Unicode that mean the same fold to the same key, and so does a name with signs around it.

use citypact::fold::{fold, fold_with_reasons};
use unicode_normalization::UnicodeNormalization as _;

pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let key = fold(text);
    assert!(!key.contains(' '), "{text:?} folds to {key:?}");
    assert_eq!(fold(&format!(" ({text})\u{200b}。")), key, "{text:?} with signs around it");
    let folded = fold_with_reasons(text);
    assert_eq!(folded.key, key, "{text:?}");
    assert!(folded.alternatives.iter().all(|other| *other != key), "{text:?}: {folded:?}");
    let (composed, apart): (String, String) = (text.nfc().collect(), text.nfd().collect());
    for form in [composed, apart] {
        assert_eq!(fold(&form), key, "{text:?} as {form:?}");
    }
}
