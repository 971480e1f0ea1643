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

use std::sync::{Arc, OnceLock};

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, Term};

use crate::eval::Functions;
use crate::place::fold::{Folded, fold, fold_with_reasons};
use crate::place::{Mention, Register, Resolution};
use crate::query::algebra::language_tags;
use crate::rdf::canonical_tag;
use crate::record::Date;
use crate::vocab;

/// The functions' local names in the namespace of the vocabulary.
pub const FUNCTIONS: &[&str] = &["fold", "sameName", "find", "earliest", "latest", "during"];

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
    let value = literal.value();
    let value = if literal.datatype() == xsd::DATE_TIME { value.split('T').next()? } else { value };
    value.parse().ok()
}

fn day(date: Date) -> Term {
    Literal::new_typed_literal(date.to_string(), xsd::DATE).into()
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

    fn dated(value: &str) -> Term {
        Literal::new_simple_literal(value).into()
    }

    #[test]
    fn during_knows_what_it_does_not_know() {
        let during = |a: &str, b: &str| during(&[dated(a), dated(b)]);
        assert_eq!(during("1979-10-08", "1979-10"), Some(true));
        assert_eq!(during("1979-10", "1979"), Some(true));
        assert_eq!(during("1979", "1979-10"), None);
        assert_eq!(during("1982", "1979-10"), Some(false));
        assert_eq!(during("soon", "1979"), None);
    }

    #[test]
    fn names_are_the_same_across_scripts() {
        let same = |a: &str, b: &str| same_name(&[dated(a), dated(b)]);
        assert_eq!(same("撒馬爾罕市", "撒马尔罕市"), Some(true));
        assert_eq!(same("Zürich", "zurich"), Some(true));
        assert_eq!(same("Qingdao", "Kunming"), Some(false));
        assert_eq!(same("", ""), Some(false));
    }
}
