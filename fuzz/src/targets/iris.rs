//! IRIs: whatever the keys, they are valid, short enough, under their path, and those of other keys are others.

use citypact::mapping::iri::{Key, LIMIT, fragment};
use citypact::vocab::BaseIri;
use iri_string::types::IriStr;

/// Two lists of keys, a key a line, an empty line between them.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (one, other) = text.split_once("\n\n").unwrap_or((text, ""));
    let keys = |text: &str| text.split('\n').map(|key| Key::Id(key.to_owned().into())).collect::<Vec<_>>();
    let (one, other) = (keys(one), keys(other));
    let path =
        |keys: &[Key<'_>]| checked(BaseIri::default().path("tie").keys(keys).finish(), BaseIri::default().as_str());
    let owner = "https://w3id.org/citypact/id/event/a";
    let part = |keys: &[Key<'_>]| checked(fragment(owner, "outcome", keys), &format!("{owner}#"));
    let single =
        |keys: &[Key<'_>]| keys.first().map(|key| checked(BaseIri::default().path("place").key(key).finish(), ""));
    if one == other {
        return;
    }
    assert_ne!(path(&one), path(&other), "{one:?} and {other:?}");
    assert_ne!(part(&one), part(&other), "{one:?} and {other:?}");
    assert!(one.first() == other.first() || single(&one) != single(&other), "{one:?} and {other:?}");
}

fn checked(iri: String, base: &str) -> String {
    assert!(IriStr::new(&iri).is_ok(), "{iri:?} is no IRI");
    assert!(oxiri::Iri::parse(iri.as_str()).is_ok(), "{iri:?} is no IRI to oxiri");
    let rest = iri.strip_prefix(base).unwrap_or_else(|| panic!("{iri:?} is not under {base}"));
    assert!(base.is_empty() || rest.chars().count() <= LIMIT, "{iri:?} is too long");
    assert!(!rest.split('/').any(|segment| [".", ".."].contains(&segment)), "{iri:?} leads elsewhere");
    iri
}
