//! Functions on terms (17.4.2).

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use oxiri::Iri;
use oxrdf::{BaseDirection, BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use spareval::ExpressionTerm as V;
use spargebra::algebra::Function as Builtin;

use super::value::{Value, is_literal, lexical, simple, string, truth};

pub(super) fn call(function: &Builtin, values: Vec<Value>) -> Option<Value> {
    use Builtin as F;
    let mut values = values.into_iter();
    let first = values.next()?;
    match function {
        F::Str => lexical(first).map(V::StringLiteral),
        F::Lang => literal(first)
            .map(|first| V::StringLiteral(string(first).and_then(|s| s.1).map_or_else(String::new, |l| l.0))),
        F::LangDir => literal(first).map(|first| {
            let direction = string(first).and_then(|(_, language)| language?.1);
            V::StringLiteral(direction.map_or_else(String::new, |direction| direction.to_string()))
        }),
        F::HasLang => Some(truth(matches!(first, V::LangStringLiteral { .. } | V::DirLangStringLiteral { .. }))),
        F::HasLangDir => Some(truth(matches!(first, V::DirLangStringLiteral { .. }))),
        F::Datatype => match Term::from(first) {
            Term::Literal(literal) => Some(V::NamedNode(literal.datatype().into_owned())),
            _ => None,
        },
        F::StrDt => match values.next()? {
            V::NamedNode(datatype) => Some(Term::from(Literal::new_typed_literal(simple(first)?, datatype)).into()),
            _ => None,
        },
        F::StrLang => {
            let language = simple(values.next()?)?;
            Some(Term::from(Literal::new_language_tagged_literal(simple(first)?, language).ok()?).into())
        }
        F::StrLangDir => {
            let (language, direction) = (simple(values.next()?)?, direction(&simple(values.next()?)?)?);
            let text = simple(first)?;
            let literal = Literal::new_directional_language_tagged_literal(text, language, direction);
            Some(Term::from(literal.ok()?).into())
        }
        F::Triple => triple(first, values.next()?, values.next()?),
        F::Subject | F::Predicate | F::Object => part(function, first),
        _ => None,
    }
}

fn literal(value: Value) -> Option<Value> {
    is_literal(&value).then_some(value)
}

fn direction(text: &str) -> Option<BaseDirection> {
    match text {
        "ltr" => Some(BaseDirection::Ltr),
        "rtl" => Some(BaseDirection::Rtl),
        _ => None,
    }
}

fn triple(subject: Value, predicate: Value, object: Value) -> Option<Value> {
    let subject: NamedOrBlankNode = match subject {
        V::NamedNode(node) => node.into(),
        V::BlankNode(node) => node.into(),
        _ => return None,
    };
    let V::NamedNode(predicate) = predicate else { return None };
    Some(Term::from(Triple::new(subject, predicate, Term::from(object))).into())
}

fn part(function: &Builtin, value: Value) -> Option<Value> {
    let Term::Triple(triple) = Term::from(value) else { return None };
    Some(V::from(match function {
        Builtin::Subject => triple.subject.into(),
        Builtin::Predicate => triple.predicate.into(),
        _ => triple.object,
    }))
}

/// IRI: an IRI, or the text of one, resolved against the query's (17.4.2.8).
pub(super) fn iri(values: Vec<Value>, base: Option<&Iri<String>>) -> Option<Value> {
    match values.into_iter().next()? {
        V::NamedNode(node) => Some(V::NamedNode(node)),
        other => {
            let text = simple(other)?;
            let iri = match base {
                Some(base) => base.resolve(&text),
                None => Iri::parse(text),
            };
            Some(V::NamedNode(NamedNode::new_unchecked(iri.ok()?.into_inner())))
        }
    }
}

/// What is new at each call: RAND, UUID, STRUUID and BNODE.
pub(super) fn made(function: &Builtin, values: Vec<Value>) -> Option<Value> {
    Some(match function {
        // 53 bits are what a double between 0 and 1 can tell.
        Builtin::Rand => V::DoubleLiteral(((random() >> 11) as f64 / (1_u64 << 53) as f64).into()),
        Builtin::Uuid => V::NamedNode(NamedNode::new_unchecked(format!("urn:uuid:{}", uuid()))),
        Builtin::StrUuid => V::StringLiteral(uuid()),
        _ if values.is_empty() => V::BlankNode(BlankNode::default()),
        _ => {
            simple(values.into_iter().next()?)?;
            V::BlankNode(BlankNode::default())
        }
    })
}

/// Sixty-four bits that nobody can foretell: each state has keys of its own.
fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

/// A UUID of version 4 (RFC 9562, 5.4).
fn uuid() -> String {
    let (high, low) = (random() & !0xF000 | 0x4000, random() & !(3 << 62) | 2 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::vocab::xsd;

    fn of(function: Builtin, terms: &[Term]) -> Option<Term> {
        call(&function, terms.iter().cloned().map(Value::from).collect()).map(Term::from)
    }

    fn text(value: &str) -> Term {
        Literal::new_simple_literal(value).into()
    }

    fn node(name: &str) -> Term {
        NamedNode::new_unchecked(name).into()
    }

    #[test]
    fn parts_of_literals() {
        let robert: Term = Literal::new_language_tagged_literal("Robert", "en").unwrap().into();
        let number: Term = Literal::new_typed_literal("42", xsd::INTEGER).into();
        assert_eq!(of(Builtin::Lang, std::slice::from_ref(&robert)), Some(text("en")));
        assert_eq!(of(Builtin::Lang, std::slice::from_ref(&number)), Some(text("")));
        assert_eq!(of(Builtin::Lang, &[node("http://x")]), None);
        assert_eq!(of(Builtin::Datatype, std::slice::from_ref(&number)), Some(xsd::INTEGER.into()));
        assert_eq!(of(Builtin::Datatype, &[text("a")]), Some(xsd::STRING.into()));
        assert_eq!(of(Builtin::Datatype, &[robert]), Some(oxrdf::vocab::rdf::LANG_STRING.into()));
        assert_eq!(of(Builtin::Str, &[number]), Some(text("42")));
        assert_eq!(of(Builtin::Str, &[node("mailto:a@b")]), Some(text("mailto:a@b")));
        assert_eq!(of(Builtin::Str, &[BlankNode::default().into()]), None);
    }

    #[test]
    fn literals_are_put_together() {
        let expected = Literal::new_typed_literal("iiii", NamedNode::new_unchecked("http://x/roman"));
        assert_eq!(of(Builtin::StrDt, &[text("iiii"), node("http://x/roman")]), Some(expected.into()));
        let tagged = Literal::new_language_tagged_literal("chat", "en").unwrap();
        assert_eq!(of(Builtin::StrLang, &[text("chat"), text("EN")]), Some(tagged.clone().into()));
        assert_eq!(of(Builtin::StrLang, &[tagged.into(), text("en")]), None);
        assert_eq!(of(Builtin::StrLang, &[text("chat"), text("not a tag")]), None);
        let directed = of(Builtin::StrLangDir, &[text("a"), text("ar"), text("rtl")]).unwrap();
        assert_eq!(of(Builtin::LangDir, std::slice::from_ref(&directed)), Some(text("rtl")));
        assert_eq!(of(Builtin::HasLangDir, &[directed]), Some(Literal::from(true).into()));
        assert_eq!(of(Builtin::StrLangDir, &[text("a"), text("ar"), text("up")]), None);
    }

    #[test]
    fn iris_are_resolved() {
        let base = Iri::parse("http://example/dir/".to_owned()).unwrap();
        let of = |term: Term, base| iri(vec![term.into()], base).map(Term::from);
        assert_eq!(of(text("a"), Some(&base)), Some(node("http://example/dir/a")));
        assert_eq!(of(text("http://x/a"), None), Some(node("http://x/a")));
        assert_eq!(of(text("a"), None), None);
        assert_eq!(of(text("http://x/ a"), Some(&base)), None);
        assert_eq!(of(node("relative"), None), Some(node("relative")));
        assert_eq!(of(Literal::from(1).into(), Some(&base)), None);
    }

    #[test]
    fn triples_are_made_and_taken_apart() {
        let (s, p, o) = (node("http://s"), node("http://p"), text("o"));
        let triple = of(Builtin::Triple, &[s.clone(), p.clone(), o.clone()]).unwrap();
        assert_eq!(of(Builtin::Subject, std::slice::from_ref(&triple)), Some(s.clone()));
        assert_eq!(of(Builtin::Predicate, std::slice::from_ref(&triple)), Some(p.clone()));
        assert_eq!(of(Builtin::Object, &[triple]), Some(o.clone()));
        assert_eq!(of(Builtin::Triple, &[o.clone(), p, s.clone()]), None);
        assert_eq!(of(Builtin::Triple, &[s.clone(), o, s.clone()]), None);
        assert_eq!(of(Builtin::Subject, &[s]), None);
    }

    #[test]
    fn what_is_made_is_new() {
        let uuid = || lexical(made(&Builtin::StrUuid, Vec::new()).unwrap()).unwrap();
        let one = uuid();
        let shape: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(shape, [8, 4, 4, 4, 12]);
        assert!(one.as_bytes()[14] == b'4' && matches!(one.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{one}");
        assert_ne!(one, uuid());
        for _ in 0..100 {
            let Some(V::DoubleLiteral(number)) = made(&Builtin::Rand, Vec::new()) else { panic!() };
            assert!((0.0..1.0).contains(&f64::from(number)));
        }
    }
}
