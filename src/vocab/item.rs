//! Items of Wikidata: Q numbers, and the IRIs that name them.

use super::wd;

/// The Q number of an item: of its IRI (<https://www.wikidata.org/wiki/Wikidata:Data_access#Linked_Data_Interface_(URI)>), by
/// whichever scheme, or of itself.
#[must_use]
pub fn item(text: &str) -> Option<&str> {
    let number = match text.split_once("://") {
        Some((scheme, rest)) => {
            let (_, entities) = wd::NS.split_once("://")?;
            rest.strip_prefix(entities).filter(|_| matches!(scheme, "http" | "https"))?
        }
        None => text,
    };
    let digits = number.strip_prefix('Q')?;
    let is_number = !digits.is_empty() && digits.len() < 12 && digits.bytes().all(|digit| digit.is_ascii_digit());
    (is_number && !digits.starts_with('0')).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_numbers_of_wikidata() {
        for text in ["http://www.wikidata.org/entity/Q182852", "https://www.wikidata.org/entity/Q182852", "Q182852"] {
            assert_eq!(item(text), Some("Q182852"), "{text}");
        }
        let others =
            ["http://dbpedia.org/resource/Q1", "P190", "Q", "Q1a", "Q0", "q1", "http://www.wikidata.org/entity/Q1#x"];
        for other in others {
            assert_eq!(item(other), None, "{other}");
        }
    }
}
