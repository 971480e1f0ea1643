//! The tables of folding: letters spelt out, kana in one spelling, characters that the converter lacks.

/// Latin letters without a canonical decomposition, spelt in plain ones.
pub(crate) fn spelt_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' | 'ǽ' => "ae",
        'œ' => "oe",
        'ø' | 'ǿ' => "o",
        'đ' | 'ð' | 'ɖ' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        'ŋ' => "ng",
        'ə' | 'ǝ' => "a",
        'ŧ' => "t",
        'ƙ' => "k",
        'ɓ' => "b",
        'ƴ' => "y",
        _ => return None,
    })
}

/// The one spelling of a kana: katakana, large, the v row as the b row; no letter for the long-vowel mark.
///
/// `None` where the character is no kana.
pub(crate) fn kana(c: char) -> Option<Option<char>> {
    let katakana = match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + 0x60)?,
        'ァ'..='ヺ' => c,
        'ー' => return Some(None),
        _ => return None,
    };
    Some(Some(match katakana {
        'ァ' => 'ア',
        'ィ' | 'ヰ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' | 'ヱ' => 'エ',
        'ォ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ヂ' => 'ジ',
        'ヅ' => 'ズ',
        'ヷ' => 'バ',
        'ヸ' => 'ビ',
        'ヹ' => 'ベ',
        'ヺ' => 'ボ',
        other => other,
    }))
}

/// `ヴ` with its vowel (large already) as the b row.
pub(crate) fn v_row(name: String) -> String {
    if !name.contains('ヴ') {
        return name;
    }
    let rows = [("ヴア", "バ"), ("ヴイ", "ビ"), ("ヴエ", "ベ"), ("ヴオ", "ボ"), ("ヴユ", "ビユ"), ("ヴ", "ブ")];
    rows.iter().fold(name, |name, (v, b)| name.replace(v, b))
}

/// Forms of characters that the converter leaves apart although names use them for one another.
pub(crate) fn character(c: char) -> char {
    match c {
        '陜' => '陕',
        '臺' | '檯' => '台',
        '裡' | '裏' => '里',
        '緬' => '缅',
        '侖' => '仑',
        '峯' => '峰',
        '姊' => '姐',
        '羣' => '群',
        '髙' => '高',
        '﨑' | '嵜' => '崎',
        '嶋' | '嶌' => '岛',
        '籠' => '笼',
        '舘' => '馆',
        '鍚' => '锡',
        '咀' => '嘴',
        '淨' => '净',
        other => other,
    }
}

/// Whether a word of Taiwan for a state is part of a longer name, of that state in other words, of another, or of a
/// people's county: the converter would lengthen it there too, `塔吉克` to `塔吉克斯坦`.
pub(crate) fn is_part_of_name(traditional: &str) -> bool {
    const WORDS: &[&str] = &["哈薩克", "塔吉克", "烏茲別克", "吉爾吉斯", "土庫曼", "厄瓜多", "尼日"];
    WORDS.iter().any(|word| traditional.contains(word) && traditional != *word)
}

/// Other keys worth looking up for a name whose key is `key`.
pub(crate) fn alternatives(name: &str, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    if name.contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü']) {
        found.push(super::fold(&umlauts(name)));
    }
    for (long, short) in [("ou", "o"), ("oo", "o"), ("uu", "u"), ("ō", "o")] {
        if key.is_ascii() && key.contains(long) {
            found.push(key.replace(long, short));
        }
    }
    found.retain(|other| other != key);
    found.dedup();
    found
}

fn umlauts(name: &str) -> String {
    let spelt = [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue")];
    spelt.iter().fold(name.to_owned(), |name, (letter, spelt)| name.replace(letter, spelt))
}
