//! Expression compiler: from the algebra to a tree over columns.

use oxrdf::{NamedNode, Variable};
use spargebra::algebra::{Expression, Function as Builtin};

use super::super::{Functions, Stop, children};
use super::casts::Cast;
use super::node::{Arithmetic, Comparison, Is, Named, Node};
use super::value::Value;
use super::{Compiled, bnode};
use crate::xpath::{Regex, Replacement};

/// What names in an expression mean.
pub struct Compile<'a> {
    /// The column of a variable; none if no row can bind it.
    pub columns: &'a dyn Fn(&Variable) -> Option<usize>,
    /// Functions by IRI beside the casts.
    pub functions: &'a Functions,
}

/// Compiles an expression.
///
/// A function that nobody knows is an error of the expression (17.6), see [`is_function`].
///
/// # Errors
/// [`Stop::Failed`] for EXISTS, which is the planner's.
pub fn compile(expression: &Expression, cx: &Compile<'_>) -> Result<Compiled, Stop> {
    let mut node = cx.node(expression)?;
    node.remember();
    Ok(Compiled::new(node))
}

/// Whether a function by IRI is one of these or a cast.
pub fn is_function(name: &NamedNode, functions: &Functions) -> bool {
    functions.get(name).is_some() || Cast::of(name).is_some()
}

/// Whether an expression may give another value each time that it is evaluated.
pub fn is_chance(expression: &Expression) -> bool {
    use Builtin as F;
    let own = matches!(expression, Expression::FunctionCall(F::Rand | F::Uuid | F::StrUuid | F::BNode, _));
    own || children(expression).into_iter().any(is_chance)
}

impl Compile<'_> {
    fn node(&self, expression: &Expression) -> Result<Node, Stop> {
        use Expression as E;
        let node = |inner: &Expression| self.node(inner).map(Box::new);
        let both = |a: &Expression, b: &Expression| Ok::<_, Stop>(Box::new([self.node(a)?, self.node(b)?]));
        let compare = |how, a: &Expression, b: &Expression| both(a, b).map(|both| Node::Compare(how, both));
        let reckon = |how, a: &Expression, b: &Expression| both(a, b).map(|both| Node::Reckon(how, both));
        Ok(match expression {
            E::NamedNode(name) => Node::constant(name.clone()),
            E::Literal(literal) => Node::constant(literal.clone()),
            E::Variable(variable) => (self.columns)(variable).map_or(Node::Error, Node::Column),
            E::Bound(variable) => {
                (self.columns)(variable).map_or_else(|| Node::constant(oxrdf::Literal::from(false)), Node::Bound)
            }
            E::Or(..) => Node::Or(self.flat(expression, |e| if let E::Or(a, b) = e { Some((a, b)) } else { None })?),
            E::And(..) => Node::And(self.flat(expression, |e| if let E::And(a, b) = e { Some((a, b)) } else { None })?),
            E::Not(inner) => Node::Not(node(inner)?),
            E::Equal(a, b) => compare(Comparison::Equal, a, b)?,
            E::Less(a, b) => compare(Comparison::Less, a, b)?,
            E::LessOrEqual(a, b) => compare(Comparison::LessOrEqual, a, b)?,
            E::Greater(a, b) => compare(Comparison::Greater, a, b)?,
            E::GreaterOrEqual(a, b) => compare(Comparison::GreaterOrEqual, a, b)?,
            E::SameTerm(a, b) => Node::SameTerm(both(a, b)?),
            E::In(one, all) => Node::In(node(one)?, self.nodes(all)?),
            E::Add(a, b) => reckon(Arithmetic::Add, a, b)?,
            E::Subtract(a, b) => reckon(Arithmetic::Subtract, a, b)?,
            E::Multiply(a, b) => reckon(Arithmetic::Multiply, a, b)?,
            E::Divide(a, b) => reckon(Arithmetic::Divide, a, b)?,
            E::UnaryPlus(inner) => Node::Plus(node(inner)?),
            E::UnaryMinus(inner) => Node::Minus(node(inner)?),
            E::If(a, b, c) => Node::If(Box::new([self.node(a)?, self.node(b)?, self.node(c)?])),
            E::Coalesce(all) => Node::Coalesce(self.nodes(all)?),
            E::FunctionCall(function, arguments) => self.call(function, self.nodes(arguments)?),
            E::Exists(_) => return Err(Stop::internal("EXISTS within an expression")),
        })
    }

    fn nodes(&self, all: &[Expression]) -> Result<Vec<Node>, Stop> {
        all.iter().map(|one| self.node(one)).collect()
    }

    /// The parts of a chain of one operator, in their order. The chain may be long: no recursion along it.
    fn flat<'e>(
        &self,
        expression: &'e Expression,
        split: impl Fn(&'e Expression) -> Option<(&'e Expression, &'e Expression)>,
    ) -> Result<Vec<Node>, Stop> {
        let (mut open, mut parts) = (vec![expression], Vec::new());
        while let Some(next) = open.pop() {
            match split(next) {
                Some((a, b)) => open.extend([b, a]),
                None => parts.push(self.node(next)?),
            }
        }
        Ok(parts)
    }

    fn call(&self, function: &Builtin, mut arguments: Vec<Node>) -> Node {
        match (function, arguments.len()) {
            (Builtin::IsIri, 1) => is(Is::Iri, arguments),
            (Builtin::IsBlank, 1) => is(Is::Blank, arguments),
            (Builtin::IsLiteral, 1) => is(Is::Literal, arguments),
            (Builtin::IsNumeric, 1) => is(Is::Numeric, arguments),
            (Builtin::IsTriple, 1) => is(Is::Triple, arguments),
            (Builtin::Regex, 2 | 3) => match regex(&arguments, 2) {
                Some(regex) => Node::Matches(Box::new(arguments.swap_remove(0)), regex),
                None => Node::Builtin(function.clone(), arguments),
            },
            (Builtin::Replace, 3 | 4) => match regex(&arguments, 3).and_then(|regex| {
                let replacement = Replacement::new(constant(arguments.get(2)?)?, &regex)?;
                Some((regex, replacement))
            }) {
                Some((regex, replacement)) => Node::Replace(Box::new(arguments.swap_remove(0)), regex, replacement),
                None => Node::Builtin(function.clone(), arguments),
            },
            (Builtin::Custom(name), count) => match (self.functions.get(name), Cast::of(name)) {
                _ if bnode::is_own(name) => Node::Named(Named(bnode::function()), arguments),
                (Some(function), _) => Node::Named(Named(function.clone()), arguments),
                (None, Some(cast)) if count == 1 => Node::Cast(cast, Box::new(arguments.swap_remove(0))),
                _ => Node::Error,
            },
            _ => Node::Builtin(function.clone(), arguments),
        }
    }
}

fn is(kind: Is, mut arguments: Vec<Node>) -> Node {
    Node::Is(kind, Box::new(arguments.swap_remove(0)))
}

/// The text of a constant simple literal.
fn constant(node: &Node) -> Option<&str> {
    if let Node::Constant(Value::StringLiteral(text), _) = node { Some(text) } else { None }
}

/// The compiled pattern of REGEX or REPLACE, where it and its flags are constant and right.
fn regex(arguments: &[Node], flags: usize) -> Option<Regex> {
    let flags = arguments.get(flags).map_or(Some(""), constant)?;
    Regex::new(constant(arguments.get(1)?)?, flags).ok()
}
