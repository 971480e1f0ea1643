//! Variable sets: variables, and sets of them.

use std::collections::BTreeSet;
use std::ops::{BitAnd, BitOr, Sub};

/// A variable of one query. Variables of one name that SPARQL's scopes keep apart have different numbers.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Var(pub u32);

/// How many variables have a bit.
const BITS: u32 = u128::BITS;

/// Some variables. A plan asks for many such sets; the first 128 variables are bits, as few queries have more.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Vars {
    bits: u128,
    more: BTreeSet<Var>,
}

impl Vars {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn contains(&self, var: &Var) -> bool {
        if var.0 < BITS { self.bits >> var.0 & 1 == 1 } else { self.more.contains(var) }
    }

    pub fn insert(&mut self, var: Var) {
        if var.0 < BITS {
            self.bits |= 1 << var.0;
        } else {
            self.more.insert(var);
        }
    }

    /// From the smallest number on.
    pub fn iter(&self) -> impl Iterator<Item = Var> + '_ {
        let mut bits = self.bits;
        let few = std::iter::from_fn(move || {
            let next = (bits != 0).then(|| bits.trailing_zeros())?;
            bits &= bits - 1;
            Some(Var(next))
        });
        few.chain(self.more.iter().copied())
    }

    pub fn first(&self) -> Option<Var> {
        self.iter().next()
    }

    pub fn is_empty(&self) -> bool {
        self.bits == 0 && self.more.is_empty()
    }

    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.bits & other.bits == 0 && self.more.is_disjoint(&other.more)
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        self.bits & !other.bits == 0 && self.more.is_subset(&other.more)
    }

    /// Takes in another set.
    pub fn add(&mut self, other: &Self) {
        self.bits |= other.bits;
        self.more.extend(&other.more);
    }
}

impl<const N: usize> From<[Var; N]> for Vars {
    fn from(vars: [Var; N]) -> Self {
        vars.into_iter().collect()
    }
}

impl FromIterator<Var> for Vars {
    fn from_iter<I: IntoIterator<Item = Var>>(vars: I) -> Self {
        let mut all = Self::new();
        all.extend(vars);
        all
    }
}

impl Extend<Var> for Vars {
    fn extend<I: IntoIterator<Item = Var>>(&mut self, vars: I) {
        vars.into_iter().for_each(|var| self.insert(var));
    }
}

impl<'a> Extend<&'a Var> for Vars {
    fn extend<I: IntoIterator<Item = &'a Var>>(&mut self, vars: I) {
        self.extend(vars.into_iter().copied());
    }
}

impl IntoIterator for &Vars {
    type Item = Var;
    type IntoIter = std::vec::IntoIter<Var>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().collect::<Vec<_>>().into_iter()
    }
}

impl BitAnd for &Vars {
    type Output = Vars;

    fn bitand(self, other: Self) -> Vars {
        Vars { bits: self.bits & other.bits, more: &self.more & &other.more }
    }
}

impl BitOr for &Vars {
    type Output = Vars;

    fn bitor(self, other: Self) -> Vars {
        Vars { bits: self.bits | other.bits, more: &self.more | &other.more }
    }
}

impl Sub for &Vars {
    type Output = Vars;

    fn sub(self, other: Self) -> Vars {
        Vars { bits: self.bits & !other.bits, more: &self.more - &other.more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(numbers: &[u32]) -> Vars {
        numbers.iter().map(|number| Var(*number)).collect()
    }

    fn numbers(vars: &Vars) -> Vec<u32> {
        vars.iter().map(|var| var.0).collect()
    }

    #[test]
    fn sets_of_few_and_of_many_variables_are_the_same() {
        let (a, b) = (vars(&[300, 3, 0, 127, 128, 3]), vars(&[127, 4, 128, 1_000]));
        assert_eq!(numbers(&a), [0, 3, 127, 128, 300]);
        assert_eq!(numbers(&(&a & &b)), [127, 128]);
        assert_eq!(numbers(&(&a - &b)), [0, 3, 300]);
        assert_eq!(numbers(&(&a | &b)), [0, 3, 4, 127, 128, 300, 1_000]);
        let mut all = a.clone();
        all.add(&b);
        assert_eq!(all, &a | &b);
        assert!(a.is_subset(&all) && b.is_subset(&all) && !all.is_subset(&a));
        assert!(!a.is_disjoint(&b) && a.is_disjoint(&vars(&[1, 129])) && vars(&[]).is_disjoint(&a));
        assert!([0, 3, 127, 128, 300].iter().all(|number| a.contains(&Var(*number))));
        assert!(!a.contains(&Var(1)) && !a.contains(&Var(129)));
        assert_eq!((a.first(), vars(&[]).first(), vars(&[500]).first()), (Some(Var(0)), None, Some(Var(500))));
        assert!(vars(&[]).is_empty() && !vars(&[500]).is_empty());
    }
}
