//! Figures as of a day.

use super::Certainty;
use crate::record::Date;

/// For each of several figures of one thing, by their dates, whether it was the latest known on a day: its date had come, and
/// none surely later had. Several can be: those of
/// one date, and those whose dates are too coarse to be put in order.
#[must_use]
pub fn figures_on(day: Date, dates: &[Date]) -> Vec<Certainty> {
    // What is surely later than a figure is later than its last day: the latest beginning of those that had come decides.
    let come = dates.iter().filter(|date| date.latest() <= day.earliest());
    let newest = come.map(|date| date.earliest()).max();
    let certainty = |date: &Date| {
        if date.earliest() > day.latest() || newest.is_some_and(|newest| newest > date.latest()) {
            Certainty::Not
        } else if date.latest() <= day.earliest() {
            Certainty::Certainly
        } else {
            Certainty::Possibly
        }
    };
    dates.iter().map(certainty).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_by_then_is_current() {
        let on = |day: &str, dates: &[&str]| {
            let dates: Vec<Date> = dates.iter().map(|date| date.parse().unwrap()).collect();
            figures_on(day.parse().unwrap(), &dates).into_iter().map(Certainty::as_str).collect::<Vec<_>>()
        };
        assert_eq!(on("2020-06-01", &["2019-09-23", "2022-11-27"]), ["certainly", "not"]);
        assert_eq!(on("2023-01-01", &["2019-09-23", "2022-11-27"]), ["not", "certainly"]);
        assert_eq!(on("2022-06-01", &["2019-09-23", "2022"]), ["certainly", "possibly"]);
        assert_eq!(on("2023-06-01", &["2022-03-01", "2022"]), ["certainly", "certainly"]);
        assert_eq!(on("2000-01-01", &["2019"]), ["not"]);
    }
}
