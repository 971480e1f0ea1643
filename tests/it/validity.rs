//! Whether a tie was in force, by the definition and by trying every first and last day that what is told allows.

use citypact::record::Date;
use citypact::validity::{Certainty, Tie, Why};
use proptest::prelude::*;

/// Every day from December 1999 to January 2001.
fn days() -> Vec<Date> {
    let months = [(1999, 12)].into_iter().chain((1..=12).map(|month| (2000, month))).chain([(2001, 1)]);
    let of_month = |(year, month)| {
        let Date::Day(_, _, last) = Date::Month(year, month).latest() else { unreachable!() };
        (1..=last).map(move |day| Date::Day(year, month, day)).collect::<Vec<_>>()
    };
    months.flat_map(of_month).collect()
}

/// The numbers of the days that a date can mean.
fn numbers(days: &[Date], date: Date) -> (usize, usize) {
    let at = |day: Date| days.iter().position(|other| *other == day).unwrap();
    (at(date.earliest()), at(date.latest()))
}

/// The days that several tellings of one date allow: those in all, else those between the first and the last in any.
fn allowed(days: &[Date], dates: &[Date]) -> Vec<usize> {
    let spans: Vec<_> = dates.iter().map(|date| numbers(days, *date)).collect();
    let all = |day: &usize| spans.iter().all(|(first, last)| first <= day && day <= last);
    let common: Vec<usize> = (0..days.len()).filter(all).collect();
    match (common.is_empty(), spans.iter().map(|span| span.0).min(), spans.iter().map(|span| span.1).max()) {
        (true, Some(first), Some(last)) => (first..=last).collect(),
        _ => common,
    }
}

/// Whether the tie was in force on a day in all, in some, in none of the ways in which what is told can have been; none where it
/// cannot have been at all.
fn tried(days: &[Date], tie: &Tie, day: Date) -> Option<Certainty> {
    let seen: Vec<_> = tie.attested.iter().map(|date| numbers(days, *date)).collect();
    let (day, _) = numbers(days, day);
    let (mut ways, mut holding) = (0, 0);
    for &start in &allowed(days, &tie.since) {
        for &end in &allowed(days, &tie.until) {
            if start <= end && seen.iter().all(|(first, last)| start.max(*first) <= end.min(*last)) {
                ways += 1;
                holding += u32::from(start <= day && day <= end);
            }
        }
    }
    match (ways, holding) {
        (0, _) => None,
        (_, 0) => Some(Certainty::Not),
        (ways, holding) if ways == holding => Some(Certainty::Certainly),
        _ => Some(Certainty::Possibly),
    }
}

/// Dates of every precision in 2000.
fn date() -> impl Strategy<Value = Date> {
    prop_oneof![
        1 => Just(Date::Year(2000)),
        3 => (1_u8..=12).prop_map(|month| Date::Month(2000, month)),
        4 => (1_u8..=12, 1_u8..=28).prop_map(|(month, day)| Date::Day(2000, month, day)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn certain_is_what_holds_in_every_way(
        since in prop::collection::vec(date(), 0..3),
        until in prop::collection::vec(date(), 0..2),
        attested in prop::collection::vec(date(), 0..3),
        day in (1_u8..=12, 1_u8..=28),
    ) {
        let days = days();
        let tie = Tie { since, until, attested, ..Tie::default() };
        let day = Date::Day(2000, day.0, day.1);
        let (answer, why) = tie.on(day);
        match tried(&days, &tie, day) {
            Some(expected) => prop_assert_eq!(answer, expected, "{:?} on {}: {:?}", tie, day, why),
            None => prop_assert!(answer != Certainty::Certainly, "{:?} cannot have been", tie),
        }
    }
}

#[test]
fn answers_have_their_reasons() {
    let dates = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Date>>();
    let day: Date = "1999-06-30".parse().unwrap();
    let date = |text: &str| -> Date { text.parse().unwrap() };
    for (since, until, attested, answer, why) in [
        (
            &["1981-11-05"][..],
            &[][..],
            &["2019-09-23"][..],
            Certainty::Certainly,
            Why::Within(date("1981-11-05"), date("2019-09-23")),
        ),
        (&["1981-11-05"], &[], &[], Certainty::Possibly, Why::End(date("1981-11-05"))),
        (&["1999"], &[], &["2019"], Certainty::Possibly, Why::Start),
        (&[], &[], &["1990", "2019"], Certainty::Certainly, Why::Within(date("1990-12-31"), date("2019-01-01"))),
        // An attestation of that year may be of an earlier day.
        (&["1990"], &[], &["1999"], Certainty::Possibly, Why::End(date("1990-12-31"))),
        // An end in that year may be on an earlier day.
        (&["1990"], &["1999"], &[], Certainty::Possibly, Why::EndCoarse(date("1990-12-31"))),
        (&["2000"], &[], &[], Certainty::Not, Why::NotBefore(date("2000-01-01"))),
        (&["1990"], &["1998"], &[], Certainty::Not, Why::OverBy(date("1998-12-31"))),
        // The days on which it began and ended are in force.
        (&["1999-06-30"], &[], &[], Certainty::Certainly, Why::Within(date("1999-06-30"), date("1999-06-30"))),
        (&["1990"], &["1999-06-30"], &[], Certainty::Certainly, Why::Within(date("1990-12-31"), date("1999-06-30"))),
        (&[], &[], &[], Certainty::Possibly, Why::Both),
        (&["2005"], &["1990"], &[], Certainty::Possibly, Why::Contradictory),
    ] {
        let tie = Tie { since: dates(since), until: dates(until), attested: dates(attested), ..Tie::default() };
        assert_eq!(tie.on(day), (answer, why), "{tie:?}");
    }
    let meant = Tie {
        kinds: vec!["https://w3id.org/citypact/kind/intent".to_owned()],
        since: dates(&["1990"]),
        ..Tie::default()
    };
    assert_eq!(meant.on(day), (Certainty::Not, Why::Intent));
}

#[test]
fn a_month_is_in_force_where_all_of_it_is() {
    let tie =
        Tie { since: vec!["1999-06-15".parse().unwrap()], attested: vec!["2005".parse().unwrap()], ..Tie::default() };
    let on = |date: &str| tie.on(date.parse().unwrap()).0;
    assert_eq!(
        [on("1999-05"), on("1999-06"), on("1999-07"), on("2000")],
        [Certainty::Not, Certainty::Possibly, Certainty::Certainly, Certainty::Certainly]
    );
}
