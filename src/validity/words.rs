//! Reasons in words, in the languages of the interface.

use crate::ontology;

/// The words of a language; `{}` stands for a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "a text's name says what it is")]
#[non_exhaustive]
pub struct Words {
    pub stated: &'static str,
    pub stated_elsewhere: &'static str,
    pub until: &'static str,
    pub intent: &'static str,
    pub not_done: &'static str,
    pub since: &'static str,
    pub attested: &'static str,
    pub nothing: &'static str,
    pub not_before: &'static str,
    pub over_by: &'static str,
    pub within: &'static str,
    pub contradictory: &'static str,
    pub start_open: &'static str,
    pub end_open: &'static str,
    pub end_coarse: &'static str,
    pub both_open: &'static str,
}

impl Words {
    /// English.
    pub const EN: Self = Self {
        stated: "stated",
        stated_elsewhere: "stated in another document",
        until: "until {}",
        intent: "a letter of intent",
        not_done: "not done yet",
        since: "since {}, no end told",
        attested: "attested {}, no end told",
        nothing: "neither start nor end told",
        not_before: "not before {}",
        over_by: "over by {}",
        within: "begun by {}, not over before {}",
        contradictory: "what is told of it contradicts itself",
        start_open: "its start may be later",
        end_open: "begun by {}, its end not told",
        end_coarse: "begun by {}, its end may be earlier",
        both_open: "neither start nor end known well enough",
    };

    /// Simplified Chinese.
    pub const ZH_HANS: Self = Self {
        stated: "文中写明",
        stated_elsewhere: "另一文献写明",
        until: "至 {} 为止",
        intent: "意向书",
        not_done: "尚未实现",
        since: "自 {} 起，未提终止",
        attested: "{} 有记载，未提终止",
        nothing: "起止均未提及",
        not_before: "不早于 {} 开始",
        over_by: "最迟 {} 已终止",
        within: "最迟 {} 已开始，{} 前未终止",
        contradictory: "记载互相矛盾",
        start_open: "可能更晚才开始",
        end_open: "最迟 {} 已开始，终止日期不明",
        end_coarse: "最迟 {} 已开始，可能更早终止",
        both_open: "起止日期均不够明确",
    };

    /// Traditional Chinese.
    pub const ZH_HANT: Self = Self {
        stated: "文中寫明",
        stated_elsewhere: "另一文獻寫明",
        until: "至 {} 為止",
        intent: "意向書",
        not_done: "尚未實現",
        since: "自 {} 起，未提終止",
        attested: "{} 有記載，未提終止",
        nothing: "起止均未提及",
        not_before: "不早於 {} 開始",
        over_by: "最遲 {} 已終止",
        within: "最遲 {} 已開始，{} 前未終止",
        contradictory: "記載互相矛盾",
        start_open: "可能更晚才開始",
        end_open: "最遲 {} 已開始，終止日期不明",
        end_coarse: "最遲 {} 已開始，可能更早終止",
        both_open: "起止日期均不夠明確",
    };

    /// Japanese.
    pub const JA: Self = Self {
        stated: "文書に明記",
        stated_elsewhere: "別の文書に明記",
        until: "{} まで",
        intent: "意向書",
        not_done: "未実現",
        since: "{} から、終了の記述なし",
        attested: "{} に記録、終了の記述なし",
        nothing: "開始も終了も記述なし",
        not_before: "開始は {} 以降",
        over_by: "遅くとも {} に終了",
        within: "遅くとも {} に開始、{} より前に終了せず",
        contradictory: "記述が互いに矛盾",
        start_open: "開始がより遅い可能性あり",
        end_open: "遅くとも {} に開始、終了は不明",
        end_coarse: "遅くとも {} に開始、より早く終了した可能性あり",
        both_open: "開始も終了も十分に分からない",
    };

    /// The words for a language tag (BCP 47), English where there are none.
    #[must_use]
    pub fn of(tag: &str) -> &'static Self {
        const ALL: [Words; 4] = [Words::EN, Words::ZH_HANS, Words::ZH_HANT, Words::JA];
        &ALL[ontology::language(tag)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_leaves_room_for_the_same_dates() {
        let all = |words: &Words| {
            let Words { stated, stated_elsewhere, until, intent, not_done, since, attested, nothing, .. } = *words;
            let Words {
                not_before, over_by, within, contradictory, start_open, end_open, end_coarse, both_open, ..
            } = *words;
            let statuses = [stated, stated_elsewhere, until, intent, not_done, since, attested, nothing];
            let in_force = [not_before, over_by, within, contradictory, start_open, end_open, end_coarse, both_open];
            statuses.into_iter().chain(in_force).map(|text| text.matches("{}").count()).collect::<Vec<_>>()
        };
        for words in [Words::ZH_HANS, Words::ZH_HANT, Words::JA] {
            assert_eq!(all(&words), all(&Words::EN));
        }
    }

    #[test]
    fn tags_have_their_words() {
        for (tag, words) in [("fr", Words::EN), ("zh", Words::ZH_HANS), ("zh-TW", Words::ZH_HANT), ("ja-JP", Words::JA)]
        {
            assert_eq!(*Words::of(tag), words, "{tag}");
        }
    }
}
