//! Other spellings that a name may have where it is looked up as it is written: cases, and scripts of Chinese and Japanese.

use unicode_normalization::UnicodeNormalization;

use super::is_han;

/// The text, and what it is in other cases and scripts; each once, the text as it is first.
///
/// For sorted lists of names, in which only what begins to the letter is found: `qing` also looks for `Qing` and `QING`,
/// `青岛` for `青島`, `沢` for `澤` and `泽`.
///
/// ```
/// let all = citypact::place::fold::spellings("new yo");
/// assert!(all[0] == "new yo" && all.contains(&"New Yo".to_owned()));
/// ```
pub fn spellings(text: &str) -> Vec<String> {
    let plain: String = text.nfkc().collect();
    let mut found = vec![text.to_owned()];
    let mut add = |spelling: String| {
        if !found.contains(&spelling) {
            found.push(spelling);
        }
    };
    add(capitalised(&plain));
    add(plain.to_lowercase());
    add(plain.to_uppercase());
    if plain.chars().any(is_han) {
        let traditional = hanconv::s2t(hanconv::jp2t(&plain));
        add(hanconv::t2s(&traditional));
        add(hanconv::t2tw(&traditional));
        add(hanconv::t2jp(&traditional));
        add(traditional);
    }
    add(plain);
    found
}

/// With a capital letter at the beginning of each word, and the others as they are.
fn capitalised(text: &str) -> String {
    let mut begins = true;
    let mut capital = String::with_capacity(text.len());
    for letter in text.chars() {
        match begins {
            true => capital.extend(letter.to_uppercase()),
            false => capital.push(letter),
        }
        begins = !letter.is_alphanumeric() && letter != '\'' && letter != '’';
    }
    capital
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_and_scripts() {
        for (typed, written) in [
            ("new yo", "New Yo"),
            ("xi'a", "Xi'a"),
            ("saint-de", "Saint-De"),
            ("青岛", "青島"),
            ("青島", "青岛"),
            ("广島", "広島"),
            ("藤沢", "藤泽"),
            ("ｋｕ", "Ku"),
        ] {
            let all = spellings(typed);
            assert!(all[0] == typed && all.contains(&written.to_owned()), "{typed}: {all:?}");
        }
        assert_eq!(spellings("123"), ["123"]);
        assert_eq!(spellings(""), [""]);
    }
}
