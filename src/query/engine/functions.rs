//! Extension functions: functions that queries may call beside SPARQL's own: those of the vocabulary's namespace, and
//! GeoSPARQL's.
//!
//! | function | value |
//! | --- | --- |
//! | `pact:fold(?name)` | the key under which spellings of a name compare equal, in any script |
//! | `pact:sameName(?a, ?b)` | whether two names are spellings of one |
//! | `pact:find(?name)` | the place of the register that a name means, if it means one |
//! | `pact:earliest(?date)`, `pact:latest(?date)` | the first and the last day that a day, month or year can mean |
//! | `pact:during(?date, ?period)` | true if it surely lies in it, false if it surely does not, else no value |
//! | `pact:anniversary(?date, ?year)` | the anniversary of a day, month or year in a year, as precise as the date |
//! | `pact:inForce(?day, ?kinds, ?statuses, ?sinces, ?untils, ?attested)` | whether a tie was in force: `certainly`, `possibly`, `not` |
//! | `pact:inForceReason(…, ?lang)` | of the same, and a language: why |
//!
//! The last two take what all documents tell: each argument but the first and the language is a text of dates or IRIs with spaces
//! between, as `GROUP_CONCAT(DISTINCT STR(?since))` gives it, empty where nothing is told.

use std::sync::{Arc, OnceLock};

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, Term};

use crate::eval::Functions;
use crate::mapping::datatype;
use crate::place::fold::{Folded, fold, fold_with_reasons};
use crate::place::{Mention, Register, Resolution};
use crate::query::algebra::language_tags;
use crate::rdf::canonical_tag;
use crate::record::Date;
use crate::validity::{Certainty, Tie, Why, Words, anniversary};
use crate::vocab;

/// The functions' local names in the namespace of the vocabulary.
pub const FUNCTIONS: &[&str] =
    &["fold", "sameName", "find", "earliest", "latest", "during", "anniversary", "inForce", "inForceReason"];

/// A register that is opened when it is first asked.
pub(in crate::query) struct LazyRegister {
    base: String,
    given: Option<Arc<Register>>,
    shipped: OnceLock<Register>,
}

impl LazyRegister {
    pub(in crate::query) fn new(base: impl Into<String>, given: Option<Arc<Register>>) -> Self {
        Self { base: base.into(), given, shipped: OnceLock::new() }
    }

    fn find(&self, name: &str) -> Option<Term> {
        let register = self.given.as_deref().unwrap_or_else(|| self.shipped.get_or_init(Register::builtin));
        match register.resolve(&Mention::named(name)) {
            Resolution::One { id, .. } => NamedNode::new(format!("{}place/{id}", self.base)).ok().map(Term::from),
            _ => None,
        }
    }
}

/// The functions of the vocabulary, whose places are found in `places`, and GeoSPARQL's.
pub(in crate::query) fn functions(places: LazyRegister) -> Functions {
    let mut all = Functions::default();
    for (name, function) in spargeo::GEOSPARQL_EXTENSION_FUNCTIONS {
        all.add(name.into_owned(), function);
    }
    all.add(ours("fold"), |terms| Some(Literal::new_simple_literal(fold(text(one(terms)?)?)).into()));
    all.add(ours("sameName"), |terms| Some(Literal::from(same_name(terms)?).into()));
    all.add(ours("find"), move |terms| places.find(text(one(terms)?)?));
    all.add(ours("earliest"), |terms| Some(day(date(one(terms)?)?.earliest())));
    all.add(ours("latest"), |terms| Some(day(date(one(terms)?)?.latest())));
    all.add(ours("during"), |terms| Some(Literal::from(during(terms)?).into()));
    all.add(ours("anniversary"), |terms| {
        let [since, year] = terms else { return None };
        anniversary(date(since)?, date(year)?.year()).map(dated)
    });
    all.add(ours("inForce"), |terms| Some(Literal::new_simple_literal(in_force(terms)?.0.as_str()).into()));
    all.add(ours("inForceReason"), |terms| {
        let (language, told) = terms.split_last()?;
        let why = in_force(told)?.1;
        Some(Literal::new_simple_literal(why.text(Words::of(text(language)?))).into())
    });
    all.add(language_tags::RECOMMENDED.into_owned(), |terms| {
        Some(Literal::new_simple_literal(canonical_tag(text(one(terms)?)?)).into())
    });
    all
}

fn ours(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{}{name}", vocab::NS))
}

fn one(terms: &[Term]) -> Option<&Term> {
    match terms {
        [term] => Some(term),
        _ => None,
    }
}

fn text(term: &Term) -> Option<&str> {
    match term {
        Term::Literal(literal) => Some(literal.value()),
        _ => None,
    }
}

fn same_name(terms: &[Term]) -> Option<bool> {
    let [a, b] = terms else { return None };
    let (a, b) = (fold_with_reasons(text(a)?), fold_with_reasons(text(b)?));
    let keys = |folded: &Folded| [&folded.key].into_iter().chain(&folded.alternatives).cloned().collect::<Vec<_>>();
    let (a, b) = (keys(&a), keys(&b));
    Some(a.iter().any(|key| !key.is_empty() && b.contains(key)))
}

/// A date of any precision, or the day of a date-time.
fn date(term: &Term) -> Option<Date> {
    let Term::Literal(literal) = term else { return None };
    Date::in_rdf(literal.value())
}

fn day(date: Date) -> Term {
    Literal::new_typed_literal(date.to_string(), xsd::DATE).into()
}

/// A date of the datatype that its precision has.
fn dated(date: Date) -> Term {
    Literal::new_typed_literal(date.to_string(), datatype(date)).into()
}

/// Whether the tie of which the arguments tell was in force on the day that the first is, and why.
fn in_force(terms: &[Term]) -> Option<(Certainty, Why)> {
    let [day, kinds, statuses, since, until, attested] = terms else { return None };
    let codes = |term| Some(text(term)?.split_whitespace().map(str::to_owned).collect());
    let dates = |term| text(term)?.split_whitespace().map(Date::in_rdf).collect::<Option<Vec<Date>>>();
    let tie = Tie {
        since: dates(since)?,
        until: dates(until)?,
        attested: dates(attested)?,
        kinds: codes(kinds)?,
        statuses: codes(statuses)?,
    };
    Some(tie.on(date(day)?))
}

fn during(terms: &[Term]) -> Option<bool> {
    let [inner, outer] = terms else { return None };
    let (inner, outer) = (date(inner)?, date(outer)?);
    if outer.earliest() <= inner.earliest() && inner.latest() <= outer.latest() {
        return Some(true);
    }
    let apart = inner.latest() < outer.earliest() || outer.latest() < inner.earliest();
    apart.then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: &str) -> Term {
        Literal::new_simple_literal(value).into()
    }

    #[test]
    fn an_anniversary_has_the_datatype_of_its_start() {
        let functions = functions(LazyRegister::new(vocab::ID, None));
        let ask = |since: &str, year: &str| functions.get(&ours("anniversary")).unwrap()(&[plain(since), plain(year)]);
        assert_eq!(
            ask("1979-10", "2029").unwrap().to_string(),
            "\"2029-10\"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>"
        );
        assert_eq!(ask("1982", "1982"), None);
    }

    #[test]
    fn during_knows_what_it_does_not_know() {
        let during = |a: &str, b: &str| during(&[plain(a), plain(b)]);
        assert_eq!(during("1979-10-08", "1979-10"), Some(true));
        assert_eq!(during("1979-10", "1979"), Some(true));
        assert_eq!(during("1979", "1979-10"), None);
        assert_eq!(during("1982", "1979-10"), Some(false));
        assert_eq!(during("soon", "1979"), None);
    }

    #[test]
    fn names_are_the_same_across_scripts() {
        let same = |a: &str, b: &str| same_name(&[plain(a), plain(b)]);
        assert_eq!(same("撒馬爾罕市", "撒马尔罕市"), Some(true));
        assert_eq!(same("Zürich", "zurich"), Some(true));
        assert_eq!(same("Qingdao", "Kunming"), Some(false));
        assert_eq!(same("", ""), Some(false));
    }
}
