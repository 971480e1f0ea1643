//! Content negotiation: what is chosen is acceptable, and saying it twice, or what else would do, changes nothing.

use citypact::server::negotiation::{Name, choose};

const OFFERS: [(&str, Name, usize); 5] = [
    ("application/sparql-results+json", Name::Own, 0),
    ("application/json", Name::Alias, 0),
    ("text/csv", Name::Own, 1),
    ("text/html", Name::Own, 2),
    ("application/xml", Name::Alias, 3),
];

pub fn run(bytes: &[u8]) {
    let Ok(accept) = std::str::from_utf8(bytes) else { return };
    let chosen = choose(Some(accept), OFFERS);
    assert!(chosen.is_some_and(|offer| offer < 4) || chosen.is_none());
    // An open quotation mark takes in what follows.
    if accept.contains('"') {
        return;
    }
    assert_eq!(choose(Some(&format!("{accept}, {accept}")), OFFERS), chosen, "{accept:?} said twice");
    assert_eq!(choose(Some(&format!(" , {accept} ,")), OFFERS), chosen, "{accept:?} in an untidy list");
    assert!(
        choose(Some(&format!("{accept}, image/png")), OFFERS) == chosen || chosen == Some(0),
        "{accept:?} and more"
    );
    if let Some(offer) = chosen {
        let only = OFFERS.iter().filter(|(.., number)| *number == offer).copied();
        assert_eq!(choose(Some(accept), only), Some(offer), "{accept:?} where it is all there is");
    }
}
