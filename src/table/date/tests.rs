use super::*;

fn read(text: &str) -> String {
    match DateStyle::Usual(None).read(text) {
        Some(Reading::One(date) | Reading::Plain(date, _)) => date.to_string(),
        Some(Reading::Either(one, other)) => format!("{one} or {other}"),
        None => "none".to_owned(),
    }
}

#[test]
fn the_usual_ways_are_read() {
    for (text, date) in [
        ("1979年10月3日", "1979-10-03"),
        ("1979 年 10 月 3 日", "1979-10-03"),
        ("１９７９年１０月３日", "1979-10-03"),
        ("一九七九年十月二十三日", "1979-10-23"),
        ("二〇〇五年十一月", "2005-11"),
        ("1979年10月", "1979-10"),
        ("1979年", "1979"),
        ("昭和54年10月3日", "1979-10-03"),
        ("昭和五十四年十月三日", "1979-10-03"),
        ("S54.10.3", "1979-10-03"),
        ("s54/10/3", "1979-10-03"),
        ("昭54.10.3", "1979-10-03"),
        ("H2.5", "1990-05"),
        ("平成元年5月1日", "1989-05-01"),
        ("令和元年5月", "2019-05"),
        ("令和3年", "2021"),
        ("民國68年10月3日", "1979-10-03"),
        ("民國前3年", "1909"),
        ("1983.1.14签约", "1983-01-14"),
        ("1983年1月（締結）", "1983-01"),
        ("签约", "none"),
        ("昭和64年1月7日", "1989-01-07"),
        ("昭和70年2月1日", "none"),
        ("S70.2.1", "none"),
        ("平成元.5.1", "1989-05-01"),
        ("民國 68.10.03", "1979-10-03"),
        ("1979년 10월 3일", "1979-10-03"),
        ("1979. 10. 3.", "1979-10-03"),
        ("1979.10", "1979-10"),
        ("1979/10/3", "1979-10-03"),
        ("1979-10-03", "1979-10-03"),
        ("19791003", "1979-10-03"),
        ("1979", "1979"),
        ("3.10.1979", "1979-10-03"),
        ("03.04.1985", "1985-04-03"),
        ("23/10/1979", "1979-10-23"),
        ("10/23/1979", "1979-10-23"),
        ("03/03/1985", "1985-03-03"),
        ("03/04/1985", "1985-04-03 or 1985-03-04"),
        ("3 October 1979", "1979-10-03"),
        ("October 3rd, 1979", "1979-10-03"),
        ("Oct. 1979", "1979-10"),
        ("3-Oct-1979", "1979-10-03"),
        ("3. Oktober 1979", "1979-10-03"),
        ("1er mai 1985", "1985-05-01"),
        ("3 ottobre 1979", "1979-10-03"),
        ("3 de octubre de 1979", "1979-10-03"),
        ("11/1979", "1979-11"),
        ("1979-10-03T00:00:00Z", "1979-10-03"),
        ("+1979-00-00T00:00:00Z", "1979"),
        ("29131", "1979-10-03"),
        ("29131.5", "1979-10-03"),
        ("1979年13月", "none"),
        ("31.2.1979", "none"),
        ("85.3.4", "none"),
        ("since the war", "none"),
        ("奈良市", "none"),
        ("123456", "none"),
        ("", "none"),
    ] {
        assert_eq!(read(text), date, "{text}");
    }
}

#[test]
fn patterns_read_what_they_say_and_nothing_else() {
    let pattern = |text: &str| Pattern::new(text).unwrap();
    let style = DateStyle::Patterns(vec![pattern("%d/%m/%Y"), pattern("%B %Y")]);
    assert_eq!(style.read("03/04/1985"), Some(Reading::One(Date::Day(1985, 4, 3))));
    assert_eq!(style.read(" ０３／４／１９８５ "), Some(Reading::One(Date::Day(1985, 4, 3))));
    assert_eq!(style.read("mai 1985"), Some(Reading::One(Date::Month(1985, 5))));
    assert_eq!(style.read("1985-04-03"), None);
    assert!(Pattern::new("%d.%m.%y").unwrap_err().contains("%y"));
    assert!(Pattern::new("%d.%m").unwrap_err().contains("%Y"));
}

#[test]
fn serials_count_from_1900_or_1904() {
    for (text, late, date) in [
        ("1", false, "1900-01-01"),
        ("59", false, "1900-02-28"),
        ("61", false, "1900-03-01"),
        ("29131", false, "1979-10-03"),
        ("27669", true, "1979-10-03"),
        ("45351", false, "2024-02-29"),
    ] {
        assert_eq!(serial(text, late).unwrap().to_string(), date, "{text}");
    }
    assert_eq!(serial("-3", false), None);
    assert_eq!(serial("NaN", false), None);
}

#[test]
fn precision_is_kept_and_cut() {
    let day = Date::Day(1979, 1, 1);
    assert_eq!(at_precision(day, 11), Some(day));
    assert_eq!(at_precision(day, 10), Some(Date::Month(1979, 1)));
    assert_eq!(at_precision(day, 9), Some(Date::Year(1979)));
    assert_eq!(at_precision(day, 7), None);
    assert!(is_no_date("不详") && is_no_date("—") && !is_no_date("1979"));
}
