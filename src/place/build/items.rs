//! Wikidata's items of states and units, out of country-coder, which knows them by their ISO codes.

use serde_json::Value;

use super::draft::{Draft, Drafts};
use super::{BuildError, Sources, json};

/// Gives states the items that bear their ISO 3166-1 codes, and units those that bear their ISO 3166-2 codes and their names: EC-W is
/// a province, and not the islands that it consists of. Cities have none there. The code of a realm is that of the country that bears
/// its name, where that has an item of its own: NL is the Netherlands, and not the Kingdom of the Netherlands.
pub(crate) fn items(sources: &Sources, drafts: &mut Drafts) -> Result<(), BuildError> {
    let borders: Value = json(&sources.country_coder.join("src").join("data").join("borders.json"))?;
    let features = || borders["features"].as_array().into_iter().flatten().map(|feature| &feature["properties"]);
    let item = |feature: &Value| feature["wikidata"].as_str()?.strip_prefix('Q')?.parse().ok();
    for feature in features() {
        give(drafts, feature["iso1A2"].as_str().unwrap_or_default(), item(feature), |_| true);
    }
    for feature in features() {
        let name = feature["nameEn"].as_str().unwrap_or_default();
        // Units bear their codes among other names; codes of two letters among them are old ones of states.
        let aliases = feature["aliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for code in aliases.filter(|code| code.contains('-')).chain(feature["country"].as_str()) {
            give(drafts, code, item(feature), |place| place.english() == name);
        }
    }
    Ok(())
}

fn give(drafts: &mut Drafts, code: &str, item: Option<u32>, is_it: impl Fn(&Draft) -> bool) {
    if let (Some(&at), Some(item)) = (drafts.by_iso.get(code), item)
        && is_it(&drafts.all[at])
    {
        drafts.all[at].wikidata = item;
    }
}
