//! Administrative suffixes: what `市`, `-do` or `Province` says of the level, and the name without it.

use crate::record::Level;

/// A set of levels that a name may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Levels(u8);

impl Levels {
    /// No level at all.
    pub(crate) const NONE: Self = Self(0);
    /// Any level.
    pub(crate) const ANY: Self = Self(0x7f);
    const STATE: Self = Self::of(Level::State);
    const FIRST: Self = Self::of(Level::FirstLevel);
    const SECOND: Self = Self::of(Level::SecondLevel);
    const CITY: Self = Self::of(Level::Municipality);
    const COUNTY: Self = Self::of(Level::County);
    const DISTRICT: Self = Self::of(Level::District);
    const REGION: Self = Self::of(Level::Region);
    /// What a gazetteer's city may be.
    pub(crate) const SETTLEMENT: Self = Self::CITY.or(Self::COUNTY).or(Self::DISTRICT);
    const UNIT: Self = Self::FIRST.or(Self::SECOND).or(Self::REGION);

    /// The set of one level.
    pub(crate) const fn of(level: Level) -> Self {
        Self(1 << level as u8)
    }

    /// Both sets together.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets share a level.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What a mention of this level may name: the level itself, and those that sources confuse with it.
    pub(crate) const fn meant_by(level: Level) -> Self {
        match level {
            Level::SecondLevel => Self::SECOND.or(Self::CITY).or(Self::REGION),
            Level::County => Self::COUNTY.or(Self::DISTRICT).or(Self::SECOND),
            Level::District => Self::DISTRICT.or(Self::COUNTY),
            Level::Region => Self::REGION.or(Self::UNIT),
            _ => Self::of(level),
        }
    }
}

/// A name taken apart into stem and administrative word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parted<'a> {
    /// The name without the word; spaced as the name was.
    pub(crate) stem: &'a str,
    /// The levels it may stand for.
    pub(crate) levels: Levels,
    row: &'static Row,
}

impl Parted<'_> {
    /// The levels that the word stands for in a state.
    pub(crate) fn levels_in(&self, state: Option<&str>) -> Levels {
        levels(self.row, state)
    }
}

/// Ways to take an administrative word off a folded, spaced name; longest word first.
///
/// `state` (a lower-case ISO 3166-1 code) decides what `县` means: first-level in Japan, county in China.
pub(crate) fn part<'a>(spaced: &'a str, state: Option<&str>) -> Option<Parted<'a>> {
    match spaced.as_bytes().last()? {
        0..0x80 => latin(spaced),
        _ => trailing(spaced, state),
    }
}

/// What a word at the start of a folded text says, where units stand before names: its length in bytes and levels.
pub(crate) fn leading(text: &str, state: Option<&str>) -> Option<(usize, Levels)> {
    let word = HAN.iter().chain(HANGUL).find(|row| text.starts_with(row.0))?;
    Some((word.0.len(), levels(word, state)))
}

/// Whether a name is another one to the letter, or that with one more character, as `大阪市` is `大阪`.
pub(crate) fn is_or_begins(own: &str, name: &str) -> bool {
    own.strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || ["市", "省", "州", "县", "縣", "県", "府", "道"].contains(&rest))
}

type Row = (&'static str, Levels);

fn levels(row: &Row, state: Option<&str>) -> Levels {
    match (row.0, state) {
        ("县", Some("cn")) | ("郡", Some("kr" | "kp" | "jp")) => Levels::COUNTY,
        ("县", Some("jp" | "tw")) => Levels::FIRST,
        _ => row.1,
    }
}

/// Chinese and Japanese words in folded characters; longer ones before those they end in.
const HAN: &[Row] = &[
    ("特别自治市", Levels::CITY),
    ("特别行政区", Levels::FIRST),
    ("特别自治道", Levels::FIRST),
    ("特别自治区", Levels::UNIT),
    ("联邦直辖区", Levels::FIRST),
    ("自治共和国", Levels::FIRST),
    ("自治专区", Levels::FIRST),
    ("自治省", Levels::FIRST),
    ("自治市", Levels::CITY),
    ("自治州", Levels::SECOND.or(Levels::FIRST)),
    ("自治县", Levels::COUNTY),
    ("自治旗", Levels::COUNTY),
    ("自治区", Levels::UNIT),
    ("直辖市", Levels::CITY),
    ("特别市", Levels::CITY),
    ("广域市", Levels::CITY),
    ("文化市", Levels::CITY),
    ("首都区", Levels::UNIT),
    ("首都圈", Levels::UNIT),
    ("都会区", Levels::UNIT),
    ("边疆区", Levels::FIRST),
    ("行政区", Levels::UNIT.or(Levels::DISTRICT)),
    ("大行政区", Levels::FIRST),
    ("大区", Levels::UNIT),
    ("地区", Levels::UNIT.or(Levels::DISTRICT).or(Levels::COUNTY)),
    ("专区", Levels::UNIT),
    ("新区", Levels::DISTRICT),
    ("领地", Levels::FIRST),
    ("联邦", Levels::STATE),
    ("王国", Levels::STATE),
    ("公国", Levels::STATE),
    ("共和国", Levels::STATE.or(Levels::FIRST)),
    ("国", Levels::STATE),
    ("市", Levels::CITY),
    ("省", Levels::FIRST),
    ("州", Levels::UNIT),
    ("邦", Levels::FIRST),
    ("府", Levels::FIRST.or(Levels::SECOND)),
    ("都", Levels::FIRST),
    ("道", Levels::FIRST),
    ("盟", Levels::SECOND),
    ("旗", Levels::COUNTY),
    ("县", Levels::FIRST.or(Levels::SECOND).or(Levels::COUNTY).or(Levels::DISTRICT)),
    ("郡", Levels::FIRST.or(Levels::SECOND).or(Levels::COUNTY).or(Levels::DISTRICT)),
    ("区", Levels::DISTRICT.or(Levels::UNIT)),
    ("町", Levels::CITY.or(Levels::DISTRICT)),
    ("村", Levels::CITY.or(Levels::DISTRICT)),
    ("镇", Levels::CITY.or(Levels::DISTRICT)),
    ("城", Levels::CITY),
];

const HANGUL: &[Row] = &[
    ("특별자치시", Levels::CITY),
    ("특별자치도", Levels::FIRST),
    ("특별시", Levels::CITY),
    ("광역시", Levels::CITY),
    ("직할시", Levels::CITY),
    ("자치구", Levels::UNIT),
    ("자치주", Levels::SECOND.or(Levels::FIRST)),
    ("공화국", Levels::STATE.or(Levels::FIRST)),
    ("시", Levels::CITY),
    ("도", Levels::FIRST),
    ("성", Levels::FIRST),
    ("주", Levels::UNIT),
    ("현", Levels::UNIT.or(Levels::COUNTY)),
    ("부", Levels::FIRST),
    ("군", Levels::COUNTY.or(Levels::SECOND)),
    ("구", Levels::DISTRICT.or(Levels::UNIT)),
];

/// Peoples in the names of China's autonomous units, taken off with the word: `新疆维吾尔自治区` is `新疆`.
const PEOPLES: &[&str] = &[
    "维吾尔",
    "回族",
    "壮族",
    "藏族",
    "彝族",
    "苗族",
    "侗族",
    "白族",
    "傣族",
    "哈尼族",
    "景颇族",
    "傈僳族",
    "土家族",
    "布依族",
    "朝鲜族",
    "蒙古族",
    "满族",
    "羌族",
    "瑶族",
    "黎族",
    "佤族",
    "拉祜族",
    "纳西族",
    "塔吉克",
    "哈萨克",
    "柯尔克孜",
    "蒙古",
    "独龙族",
    "怒族",
    "普米族",
    "仡佬族",
    "水族",
    "畲族",
    "撒拉族",
    "土族",
    "保安族",
    "东乡族",
];

/// Names whose last character is no administrative word.
const WHOLE: &[&str] = &[
    "北海道",
    "京都",
    "成都",
    "昌都",
    "花都",
    "武都",
    "于都",
    "宁都",
    "首都",
    "新都",
    "三都",
    "美国",
    "英国",
    "法国",
    "德国",
    "中国",
];

fn trailing<'a>(name: &'a str, state: Option<&str>) -> Option<Parted<'a>> {
    if WHOLE.contains(&name) {
        return None;
    }
    let row = HAN.iter().chain(HANGUL).find(|row| name.ends_with(row.0))?;
    let mut stem = name[..name.len() - row.0.len()].trim_end();
    if row.0.starts_with("自治") {
        stem = without_peoples(stem);
    }
    let enough = stem.chars().count() >= 2;
    enough.then_some(Parted { stem, levels: levels(row, state), row })
}

fn without_peoples(stem: &str) -> &str {
    let people =
        PEOPLES.iter().find(|people| stem.ends_with(*people) && stem.chars().count() >= people.chars().count() + 2);
    people.map_or(stem, |people| without_peoples(&stem[..stem.len() - people.len()]))
}

const LATIN: &[Row] = &[
    ("special self governing province", Levels::FIRST),
    ("special administrative region", Levels::FIRST),
    ("special self governing city", Levels::CITY),
    ("metropolitan city", Levels::CITY),
    ("metropolitan municipality", Levels::CITY),
    ("special city", Levels::CITY),
    ("autonomous region", Levels::UNIT),
    ("autonomous republic", Levels::FIRST),
    ("autonomous prefecture", Levels::SECOND),
    ("autonomous oblast", Levels::FIRST),
    ("autonomous okrug", Levels::FIRST),
    ("autonomous county", Levels::COUNTY),
    ("autonomous community", Levels::FIRST),
    ("federal district", Levels::FIRST),
    ("capital region", Levels::UNIT),
    ("district municipality", Levels::SECOND.or(Levels::DISTRICT)),
    ("municipality", Levels::CITY),
    ("city", Levels::CITY),
    ("town", Levels::CITY),
    ("shi", Levels::CITY),
    ("si", Levels::CITY),
    ("province", Levels::FIRST),
    ("prefecture", Levels::FIRST.or(Levels::SECOND)),
    ("region", Levels::UNIT),
    ("regiao", Levels::UNIT),
    ("oblast", Levels::FIRST),
    ("krai", Levels::FIRST),
    ("kray", Levels::FIRST),
    ("state", Levels::FIRST),
    ("canton", Levels::FIRST),
    ("governorate", Levels::FIRST),
    ("department", Levels::FIRST.or(Levels::SECOND)),
    ("voivodeship", Levels::FIRST),
    ("emirate", Levels::FIRST),
    ("division", Levels::FIRST),
    ("territory", Levels::FIRST),
    ("republic", Levels::STATE.or(Levels::FIRST)),
    ("aimag", Levels::FIRST),
    ("viloyati", Levels::FIRST),
    ("viloyat", Levels::FIRST),
    ("sheng", Levels::FIRST),
    ("ken", Levels::FIRST),
    ("fu", Levels::FIRST),
    ("do", Levels::FIRST),
    ("to", Levels::FIRST),
    ("county", Levels::FIRST.or(Levels::SECOND).or(Levels::COUNTY)),
    ("parish", Levels::FIRST.or(Levels::COUNTY)),
    ("xian", Levels::COUNTY),
    ("gun", Levels::COUNTY),
    ("district", Levels::DISTRICT.or(Levels::UNIT).or(Levels::COUNTY)),
    ("rayon", Levels::DISTRICT.or(Levels::COUNTY)),
    ("raion", Levels::DISTRICT.or(Levels::COUNTY)),
    ("qu", Levels::DISTRICT),
    ("gu", Levels::DISTRICT),
    ("ku", Levels::DISTRICT),
];

const LATIN_FIRST: &[Row] = &[
    ("city of", Levels::CITY),
    ("town of", Levels::CITY),
    ("municipality of", Levels::CITY),
    ("ciudad de", Levels::CITY),
    ("ville de", Levels::CITY),
    ("stadt", Levels::CITY),
    ("province of", Levels::FIRST),
    ("state of", Levels::FIRST.or(Levels::STATE)),
    ("region of", Levels::UNIT),
    ("canton of", Levels::FIRST),
    ("prefecture of", Levels::FIRST.or(Levels::SECOND)),
    ("department of", Levels::FIRST.or(Levels::SECOND)),
    ("emirate of", Levels::FIRST),
    ("county of", Levels::FIRST.or(Levels::SECOND).or(Levels::COUNTY)),
    ("district of", Levels::DISTRICT.or(Levels::UNIT)),
    ("kingdom of", Levels::STATE),
    ("republic of", Levels::STATE.or(Levels::FIRST)),
];

fn latin(name: &str) -> Option<Parted<'_>> {
    first_words(name).or_else(|| last_words(name))
}

fn first_words(name: &str) -> Option<Parted<'_>> {
    LATIN_FIRST.iter().find_map(|row| {
        let stem = name.strip_prefix(row.0)?.strip_prefix(' ')?;
        Some(Parted { stem, levels: row.1, row })
    })
}

fn last_words(name: &str) -> Option<Parted<'_>> {
    if !name.contains(' ') {
        return None;
    }
    LATIN.iter().find_map(|row| {
        let stem = name.strip_suffix(row.0)?.strip_suffix(' ')?;
        (stem.len() >= 2).then_some(Parted { stem, levels: row.1, row })
    })
}
