//! What kind of thing went wrong, in the language of the reader.

use super::literal::grouped;
use super::texts::{Texts, fill};
use crate::server::http::cause::Cause;

/// What people are told of it.
pub fn told(cause: &Cause, texts: &Texts) -> String {
    let texts = &texts.cause;
    let number = |number: u64| grouped(&number.to_string());
    match cause {
        Cause::NothingKnown(name) => fill(texts.nothing_known, &[name]),
        Cause::NoAddress => texts.no_address.to_owned(),
        Cause::NoMethod => texts.no_method.to_owned(),
        Cause::Time(seconds) => fill(texts.time_limit, &[&seconds.to_string()]),
        Cause::Rows(rows) => fill(texts.row_limit, &[&number(*rows)]),
        Cause::Bytes(bytes) => fill(texts.size_limit, &[&number(*bytes)]),
        Cause::Memory(bytes) => fill(texts.memory_limit, &[&number(*bytes)]),
        Cause::Busy => texts.busy.to_owned(),
        Cause::Cancelled => texts.cancelled.to_owned(),
        Cause::ReadOnly => texts.read_only.to_owned(),
        Cause::Token => texts.token.to_owned(),
        Cause::NoRoom => texts.no_room.to_owned(),
        Cause::TooLarge(bytes) => fill(texts.too_large, &[&number(*bytes)]),
        Cause::NoFormat => texts.no_format.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::pages::language::Language;

    #[test]
    fn each_is_told_in_every_language() {
        let all = [
            Cause::NothingKnown("x".to_owned()),
            Cause::NoAddress,
            Cause::NoMethod,
            Cause::Time(0.5),
            Cause::Rows(1_000),
            Cause::Bytes(1_000),
            Cause::Memory(1_000),
            Cause::Busy,
            Cause::Cancelled,
            Cause::ReadOnly,
            Cause::Token,
            Cause::NoRoom,
            Cause::TooLarge(1_000),
            Cause::NoFormat,
        ];
        let texts: std::collections::BTreeSet<String> = all
            .iter()
            .flat_map(|cause| Language::ALL.map(|language| told(cause, language.texts())))
            .inspect(|text| assert!(!text.contains("{}"), "{text}"))
            .collect();
        assert_eq!(texts.len(), all.len() * Language::ALL.len(), "{texts:?}");
        // What a script looks for by the code is there.
        let texts = serde_json::to_value(&Language::En.texts().cause).unwrap();
        assert!(all.iter().all(|cause| texts[cause.code().replace('-', "_")].is_string()));
    }
}
