//! Expression translation: expressions of the algebra: conditions, sort keys, aggregates, and the EXISTS within them.

use std::rc::Rc;

use oxrdf::Variable;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};

use super::node::{Active, Aggregate, Condition, Expr, Node, Var, Vars};
use super::translate::{Translated, Translator};
use crate::eval::children::children_mut;

impl Translator<'_> {
    pub fn aggregation(
        &mut self,
        inner: &GraphPattern,
        keys: &[Variable],
        aggregates: &[(Variable, AggregateExpression)],
        scope: usize,
        active: Active,
    ) -> Translated<Node> {
        let inner = self.pattern(inner, scope, active)?;
        let all: Vec<_> = inner.possible().iter().filter(|var| self.names.is_visible(scope, *var)).collect();
        let aggregates = aggregates.iter().map(|(variable, aggregate)| {
            let var = self.names.var(scope, variable);
            Ok(match aggregate {
                AggregateExpression::CountSolutions { distinct } => {
                    Aggregate { var, function: None, expr: None, distinct: *distinct, all: all.clone() }
                }
                AggregateExpression::FunctionCall { name, expr, distinct } => Aggregate {
                    var,
                    function: Some(name.clone()),
                    expr: Some(self.expr(expr, scope, active)?),
                    distinct: *distinct,
                    all: Vec::new(),
                },
            })
        });
        let aggregates = aggregates.collect::<Translated<Vec<_>>>()?;
        let keys = keys.iter().map(|variable| self.names.var(scope, variable)).collect();
        Ok(Node::Aggregation { inner: Box::new(inner), keys, aggregates })
    }

    pub fn sort_key(&mut self, key: &OrderExpression, scope: usize, active: Active) -> Translated<(Expr, bool)> {
        Ok(match key {
            OrderExpression::Asc(expression) => (self.expr(expression, scope, active)?, false),
            OrderExpression::Desc(expression) => (self.expr(expression, scope, active)?, true),
        })
    }

    /// An expression that must be true, as its conjuncts.
    pub fn conditions(&mut self, expression: &Expression, scope: usize, active: Active) -> Translated<Vec<Condition>> {
        Ok(match expression {
            Expression::And(a, b) => {
                let mut all = self.conditions(a, scope, active)?;
                all.extend(self.conditions(b, scope, active)?);
                all
            }
            Expression::Exists(pattern) => {
                vec![Condition::Exists { pattern: self.pattern(pattern, scope, active)?, negated: false }]
            }
            Expression::Not(inner) if matches!(**inner, Expression::Exists(_)) => {
                let mut inner = self.conditions(inner, scope, active)?;
                if let Some(Condition::Exists { negated, .. }) = inner.first_mut() {
                    *negated = true;
                }
                inner
            }
            other => vec![Condition::Expr(self.expr(other, scope, active)?)],
        })
    }

    pub fn expr(&mut self, expression: &Expression, scope: usize, active: Active) -> Translated<Expr> {
        let mut expression = expression.clone();
        let (mut exists, mut vars) = (Vec::new(), Vars::new());
        self.without_exists(&mut expression, scope, active, &mut exists, &mut vars)?;
        Ok(Expr { expression: Rc::new(expression), scope, vars, exists })
    }

    fn without_exists(
        &mut self,
        expression: &mut Expression,
        scope: usize,
        active: Active,
        exists: &mut Vec<(Var, Node)>,
        vars: &mut Vars,
    ) -> Translated<()> {
        if let Expression::Exists(pattern) = expression {
            let node = self.pattern(pattern, scope, active)?;
            vars.add(&node.mentioned());
            self.exists += 1;
            let name = Variable::new_unchecked(format!(" exists{}", self.exists));
            exists.push((self.names.var(scope, &name), node));
            *expression = Expression::Bound(name);
        } else if let Expression::Variable(variable) | Expression::Bound(variable) = expression {
            vars.insert(self.names.var(scope, variable));
        }
        children_mut(expression)
            .into_iter()
            .try_for_each(|child| self.without_exists(child, scope, active, exists, vars))
    }
}
