//! The published vocabulary as it stands in `ontology/`, carried inside the program.

/// Classes and properties, Turtle.
pub const CITYPACT: &str = include_str!("../ontology/citypact.ttl");
/// The SKOS schemes of kinds, codes and variables, Turtle.
pub const SCHEMES: &str = include_str!("../ontology/schemes.ttl");
/// The SHACL shapes, Turtle.
pub const SHAPES: &str = include_str!("../ontology/shapes.ttl");
/// Alignments with Wikidata, schema.org and DBpedia, Turtle.
pub const ALIGNMENTS: &str = include_str!("../ontology/alignments.ttl");
/// The JSON-LD context.
pub const CONTEXT: &str = include_str!("../ontology/context.jsonld");
/// The curated register of places, records of type `place`, JSON Lines.
pub const PLACES: &str = include_str!("../ontology/places.jsonl");

/// The languages in which this crate speaks, in the order of the columns of its tables of texts.
pub(crate) const LANGUAGES: [&str; 4] = ["en", "zh-Hans", "zh-Hant", "ja"];

/// Which of [`LANGUAGES`] a language tag (BCP 47) means; English for all others. Chinese of Taiwan, Hong Kong and Macao is
/// written in Traditional characters, unless the tag says otherwise.
pub(crate) fn language(tag: &str) -> usize {
    let tag = tag.to_ascii_lowercase().replace('_', "-");
    let parts: Vec<&str> = tag.split('-').collect();
    let traditional = || !parts.contains(&"hans") && parts.iter().any(|part| ["hant", "tw", "hk", "mo"].contains(part));
    match parts[0] {
        "zh" if traditional() => 2,
        "zh" => 1,
        "ja" => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_mean_the_nearest_language_that_is_spoken() {
        let cases = [
            ("en-GB", "en"),
            ("fr", "en"),
            ("", "en"),
            ("zh", "zh-Hans"),
            ("zh-CN", "zh-Hans"),
            ("zh_CN", "zh-Hans"),
            ("zh-Hans-HK", "zh-Hans"),
            ("zh-TW", "zh-Hant"),
            ("ZH-HANT-TW", "zh-Hant"),
            ("ja-JP", "ja"),
        ];
        for (tag, spoken) in cases {
            assert_eq!(LANGUAGES[language(tag)], spoken, "{tag}");
        }
    }
}
