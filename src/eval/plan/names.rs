//! Variable numbering: the variables of a query by their names.

use std::collections::HashMap;

use oxrdf::Variable;

use super::node::Var;

/// The variables' names.
#[derive(Default, Debug)]
pub struct Names {
    numbers: HashMap<(usize, Variable), Var>,
    names: Vec<Option<Variable>>,
    scopes: usize,
}

impl Names {
    /// A scope that shares the given variables with another.
    pub fn scope(&mut self, outer: usize, shared: &[Variable]) -> usize {
        self.scopes += 1;
        for variable in shared {
            let var = self.var(outer, variable);
            self.numbers.insert((self.scopes, variable.clone()), var);
        }
        self.scopes
    }

    /// The number of a name in a scope.
    pub fn var(&mut self, scope: usize, variable: &Variable) -> Var {
        if let Some(var) = self.numbers.get(&(scope, variable.clone())) {
            return *var;
        }
        let var = self.push(Some(variable.clone()));
        self.numbers.insert((scope, variable.clone()), var);
        var
    }

    /// A number without a name.
    pub fn fresh(&mut self) -> Var {
        self.push(None)
    }

    fn push(&mut self, name: Option<Variable>) -> Var {
        self.names.push(name);
        Var(u32::try_from(self.names.len() - 1).unwrap_or(u32::MAX))
    }

    /// The number of a name that has one.
    pub fn find(&self, scope: usize, variable: &Variable) -> Option<Var> {
        self.numbers.get(&(scope, variable.clone())).copied()
    }

    /// How many variables there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.names.len()).unwrap_or(u32::MAX)
    }

    /// How a variable is shown.
    pub fn name(&self, var: Var) -> String {
        match self.names.get(var.0 as usize) {
            Some(Some(name)) => name.to_string(),
            _ => format!("?_{}", var.0),
        }
    }

    /// How some variables are shown.
    pub fn list(&self, vars: &[Var]) -> String {
        vars.iter().map(|var| self.name(*var)).collect::<Vec<_>>().join(" ")
    }

    /// Whether the asker named it, in this scope.
    pub fn is_visible(&self, scope: usize, var: Var) -> bool {
        match self.names.get(var.0 as usize) {
            Some(Some(name)) => !name.as_str().starts_with(' ') && self.find(scope, name) == Some(var),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_another_variable_in_a_scope_that_does_not_share_it() {
        let [a, b] = ["a", "b"].map(Variable::new_unchecked);
        let mut names = Names::default();
        let (outer_a, outer_b) = (names.var(0, &a), names.var(0, &b));
        let inner = names.scope(0, std::slice::from_ref(&a));
        assert_eq!((names.var(inner, &a), names.var(0, &a)), (outer_a, outer_a));
        assert_eq!(names.find(inner, &b), None, "nobody has asked for it there");
        let inner_b = names.var(inner, &b);
        assert_ne!(inner_b, outer_b);
        assert!(names.is_visible(0, outer_b) && !names.is_visible(0, inner_b) && names.is_visible(inner, inner_b));
        let fresh = names.fresh();
        assert!(!names.is_visible(0, fresh));
        assert_eq!(names.list(&[outer_a, inner_b, fresh]), format!("?a ?b ?_{}", fresh.0));
        assert_eq!(names.len(), 4);
        assert_ne!(names.scope(0, &[]), inner);
    }
}
