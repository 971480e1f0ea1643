//! Dates: the same texts are dates as for XML Schema's parser of another crate, and they come back as they were.

use citypact::record::Date;

pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let date = text.parse::<Date>();
    if let Ok(date) = date {
        assert_eq!(date.to_string(), text);
        assert!(date.earliest() <= date.latest() && matches!(date.latest(), Date::Day(..)));
        assert_eq!(serde_json::from_str::<Date>(&serde_json::to_string(&date).unwrap()).unwrap(), date);
    }
    // Years of four digits without a zone; the year 0 is one of theirs, and none of ours.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && !text.starts_with("0000");
    let other = match text.len() {
        4 => text.parse::<oxsdatatypes::GYear>().is_ok(),
        7 => text.parse::<oxsdatatypes::GYearMonth>().is_ok(),
        10 => text.parse::<oxsdatatypes::Date>().is_ok(),
        _ => false,
    };
    assert_eq!(date.is_ok(), other && is_plain && !text.starts_with('-'), "{text:?}: {date:?}");
}
