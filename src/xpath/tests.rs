//! The specification's examples, and the edges between the two syntaxes.

use super::*;

fn matches(text: &str, pattern: &str, flags: &str) -> bool {
    Regex::new(pattern, flags).unwrap().is_match(text).unwrap()
}

fn replaced(text: &str, pattern: &str, replacement: &str, flags: &str) -> Option<String> {
    let regex = Regex::new(pattern, flags).ok()?;
    regex.replace(text, &Replacement::new(replacement, &regex)?)
}

#[test]
fn the_examples_of_fn_matches() {
    assert!(matches("abracadabra", "bra", ""));
    assert!(matches("abracadabra", "^a.*a$", ""));
    assert!(!matches("abracadabra", "^bra", ""));
    let poem = "Kaum hat dies der Hahn gesehen,\nFängt er auch schon an zu krähen:\nKikeriki! Kikikerikih!!\nTak, tak, tak! - da kommen sie.";
    assert!(!matches(poem, "Kaum.*krähen", ""));
    assert!(matches(poem, "Kaum.*krähen", "s"));
    assert!(matches(poem, "^Kaum.*gesehen,$", "m"));
    assert!(!matches(poem, "^Kaum.*gesehen,$", ""));
    assert!(matches(poem, "kiki", "i"));
    assert!(matches("helloworld", "hello world", "x"));
    assert!(!matches("helloworld", "hello[ ]world", "x"));
    assert!(matches("hello world", "hello\\ sworld", "x"));
    assert!(matches("abcABC", "ABC", ""));
}

#[test]
fn the_examples_of_fn_replace() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(replaced("abracadabra", "bra", "*", ""), some("a*cada*"));
    assert_eq!(replaced("abracadabra", "a.*a", "*", ""), some("*"));
    assert_eq!(replaced("abracadabra", "a.*?a", "*", ""), some("*c*bra"));
    assert_eq!(replaced("abracadabra", "a", "", ""), some("brcdbr"));
    assert_eq!(replaced("abracadabra", "a(.)", "a$1$1", ""), some("abbraccaddabbra"));
    assert_eq!(replaced("abracadabra", ".*?", "$1", ""), None);
    assert_eq!(replaced("AAAA", "A+", "b", ""), some("b"));
    assert_eq!(replaced("AAAA", "A+?", "b", ""), some("bbbb"));
    assert_eq!(replaced("darted", "^(.*?)d(.*)$", "$1c$2", ""), some("carted"));
    assert_eq!(replaced("a\\b\\c", "\\", "\\\\", "q"), some("a\\\\b\\\\c"));
    assert_eq!(replaced("a/b/c", "/", "$", "q"), some("a$b$c"));
}

#[test]
fn groups_and_escapes_of_a_replacement() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(replaced("ab", "(a)", "$1c", ""), some("acb"));
    assert_eq!(replaced("ab", "(a)", "$10", ""), some("a0b"));
    assert_eq!(replaced("ab", "(a)", "[$2]", ""), some("[]b"));
    assert_eq!(replaced("ab", "a", "[$0]", ""), some("[a]b"));
    assert_eq!(replaced("ab", "a", r"\$\\", ""), some(r"$\b"));
    assert_eq!(replaced("ab", "(x)?a", "<$1>", ""), some("<>b"));
    let ten = "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)";
    assert_eq!(replaced("abcdefghij", ten, "$10$1", ""), some("ja"));
    for wrong in ["$", "$a", "${1}", r"\", r"\n", r"\1"] {
        assert_eq!(replaced("ab", "(a)", wrong, ""), None, "{wrong}");
    }
}

#[test]
fn classes_and_their_subtraction() {
    assert!(matches("b", "^[a-z-[aeiou]]$", ""));
    assert!(!matches("e", "^[a-z-[aeiou]]$", ""));
    assert!(matches("e", "^[a-z-[aeiou-[e]]]$", ""));
    assert!(
        matches("7", "^[^a-z-[0-5]]$", "")
            && !matches("3", "^[^a-z-[0-5]]$", "")
            && !matches("b", "^[^a-z-[0-5]]$", "")
    );
    assert!(matches("-", "^[a-]$", "") && matches("-", "^[-a]$", "") && matches("-", r"^[a\-z]$", ""));
    assert!(!matches("b", r"^[a\-z]$", ""));
    assert!(matches("&", "^[a&&b]$", "") && matches("~", "^[a~~b]$", "") && matches("^", "^[a^]$", ""));
    assert!(matches("ä", r"^\i$", "") && !matches("1", r"^\i$", "") && matches("1", r"^\c$", ""));
    assert!(matches(":", r"^[\i]$", "") && !matches(":", r"^[\i-[:]]$", ""));
    assert!(matches("_", r"^\W$", "") && matches("é", r"^\w$", "") && !matches("\u{a0}", r"^\s$", ""));
    assert!(matches("٣", r"^\d$", ""));
}

#[test]
fn categories_and_blocks() {
    assert!(matches("É", r"^\p{Lu}$", "") && !matches("é", r"^\p{Lu}$", "") && !matches("é", r"^\p{Lu}$", "i"));
    assert!(matches("é", r"^\P{Lu}$", "") && matches("é", r"^[\P{Lu}]$", ""));
    assert!(matches("Σ", r"^\p{IsGreek}$", "") && matches("Σ", r"^\p{IsGreekandCoptic}$", ""));
    assert!(matches("a", r"^\p{IsBasicLatin}$", "") && matches("é", r"^\p{IsLatin-1Supplement}$", ""));
    assert!(matches("é", r"^\P{IsBasicLatin}$", "") && matches("北", r"^[\p{IsCJKUnifiedIdeographs}]$", ""));
    for wrong in [r"\p{Greek}", r"\p{IsNowhere}", r"\p{Lu", r"\pL", r"\p{}"] {
        assert!(Regex::new(wrong, "").is_err(), "{wrong}");
    }
}

#[test]
fn back_references() {
    assert!(matches("'a'", r#"^(['"]).*\1$"#, "") && !matches("'a\"", r#"^(['"]).*\1$"#, ""));
    assert!(matches("aa0", r"^(a)\10$", ""));
    assert_eq!(replaced("abab cc", r"(a)(b)\1\2", "<$2$1>", ""), Some("<ba> cc".into()));
    for wrong in [r"\1", r"(a\1)", r"(?:a)\1"] {
        assert!(Regex::new(wrong, "").is_err(), "{wrong}");
    }
    let slow = Regex::new(r"^(a*)*\1b$", "").unwrap();
    assert_ne!(slow.is_match(&"a".repeat(60)), Some(true));
}

#[test]
fn what_is_no_pattern() {
    for wrong in [
        "(",
        ")",
        "[",
        "[]",
        "a**",
        "a{2",
        "a{,2}",
        "a{3,2}",
        "*",
        "?a",
        "a|*",
        "}",
        "]",
        r"\",
        r"\b",
        r"\x41",
        "(?i)a",
        "(?=a)",
        "[b-a]",
        "[a[b]]",
        "[[:alpha:]]",
        r"[\p{L}-z-a]",
        "a{99999999999}",
        "(?<n>a)",
        "a++",
    ] {
        assert!(Regex::new(wrong, "").is_err(), "{wrong}");
    }
    assert_eq!(Regex::new("a", "g").unwrap_err(), RegexError::Flag('g'));
    assert!(matches("x{2}#y", "x\\{2\\}#y", "") && matches("a b", "a b", "") && matches("a#b", "a #b", "x"));
    assert!(matches("a.b", "a.b", "q") && !matches("axb", "a.b", "q") && matches("A.B", "a.b", "qi"));
    assert!(Regex::new("(((((((((((a{1000}){1000}){1000}){1000}))))))))", "").is_err());
}
