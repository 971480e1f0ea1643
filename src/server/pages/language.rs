//! The languages of the interface, and which of them a request gets.

use super::texts::{self, Texts};
use crate::ontology;

/// A language that the interface speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// 简体中文
    ZhHans,
    /// 繁體中文
    ZhHant,
    /// 日本語
    Ja,
    /// English
    En,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::ZhHans, Self::ZhHant, Self::Ja, Self::En];

    /// Its tag (BCP 47), as `html lang` has it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhHans => "zh-Hans",
            Self::ZhHant => "zh-Hant",
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// What its speakers call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ZhHans => "简体中文",
            Self::ZhHant => "繁體中文",
            Self::Ja => "日本語",
            Self::En => "English",
        }
    }

    /// The words of the interface.
    pub const fn texts(self) -> &'static Texts {
        match self {
            Self::ZhHans => &texts::ZH_HANS,
            Self::ZhHant => &texts::ZH_HANT,
            Self::Ja => &texts::JA,
            Self::En => &texts::EN,
        }
    }

    /// Ranges (RFC 4647) of the labels that its readers understand, the best first; always in this order.
    pub const fn ranges(self) -> &'static [&'static str] {
        match self {
            Self::ZhHans => &["zh-hans", "zh-cn", "zh", "zh-hant", "en", "ja"],
            Self::ZhHant => &["zh-hant", "zh-tw", "zh-hk", "zh", "zh-hans", "en", "ja"],
            Self::Ja => &["ja", "en", "zh-hant", "zh-hans", "zh"],
            Self::En => &["en", "zh-latn", "zh-hans", "zh-hant", "zh", "ja"],
        }
    }

    /// The language that a tag means; none where the interface does not speak it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        if !["zh", "ja", "en"].contains(&primary.as_str()) {
            return None;
        }
        let spoken = ontology::LANGUAGES[ontology::language(tag)];
        Self::ALL.into_iter().find(|language| language.tag() == spoken)
    }

    /// The language that was asked for in the address, else chosen before (a cookie), else preferred (`Accept-Language`,
    /// RFC 9110 §12.5.4), else English.
    pub fn choose(asked: Option<&str>, before: Option<&str>, accepted: Option<&str>) -> Self {
        let chosen = [asked, before].into_iter().flatten().find_map(Self::of_tag);
        chosen.or_else(|| Self::preferred(accepted?)).unwrap_or(Self::En)
    }

    fn preferred(accepted: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in accepted.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse).unwrap_or(0.0);
            if let Some(language) = Self::of_tag(tag.trim())
                && weight > best.map_or(0.0, |(most, _)| most)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_goes_before_what_is_preferred() {
        for (asked, before, accepted, wanted) in [
            (None, None, None, "en"),
            (None, None, Some("fr, de;q=0.5"), "en"),
            (None, None, Some("zh-TW,zh;q=0.9,en;q=0.8"), "zh-Hant"),
            (None, None, Some("zh-CN,zh;q=0.9"), "zh-Hans"),
            (None, None, Some("en;q=0.2, ja;q=0.7"), "ja"),
            (None, None, Some("ja;q=0, en;q=0.1"), "en"),
            (None, None, Some("ja;q=x"), "en"),
            (None, Some("ja"), Some("zh-CN"), "ja"),
            (Some("zh-Hant"), Some("ja"), Some("en"), "zh-Hant"),
            (Some("tlh"), Some("ja"), Some("en"), "ja"),
        ] {
            assert_eq!(Language::choose(asked, before, accepted).tag(), wanted, "{asked:?} {before:?} {accepted:?}");
        }
    }
}
