//! Hash functions: MD5 and SHA (17.4.6), by the evaluator that has them.

use oxrdf::Term;
use spareval::QueryEvaluator;
use spargebra::algebra::Function as Builtin;
use sparopt::algebra::Expression;

use super::value::{Value, simple};

pub(super) fn call(function: &Builtin, values: Vec<Value>) -> Option<Value> {
    let text = simple(values.into_iter().next()?)?;
    let argument = Expression::Literal(oxrdf::Literal::new_simple_literal(text));
    let call = Expression::FunctionCall(function.clone(), vec![argument]);
    let term: Term = QueryEvaluator::new().evaluate_expression(&call, [])?;
    Some(term.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specifications_examples() {
        let of = |function: Builtin| {
            let value = call(&function, vec![Value::StringLiteral("abc".into())]).unwrap();
            super::super::value::lexical(value).unwrap()
        };
        assert_eq!(of(Builtin::Md5), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(of(Builtin::Sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(of(Builtin::Sha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(
            of(Builtin::Sha384).starts_with("cb00753f45a35e8b") && of(Builtin::Sha512).starts_with("ddaf35a193617aba")
        );
        let tagged = Value::LangStringLiteral { value: "abc".into(), language: "en".into() };
        assert!(call(&Builtin::Md5, vec![tagged]).is_none());
    }
}
