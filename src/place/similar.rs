//! Fuzzy matching: keys one letter away from a key: one left out, put in, exchanged, or two neighbours swapped.
//!
//! The first letter must be right (or left out): that keeps the walk through the index to the few branches below it.

use fst::Map;
use fst::raw::{CompiledAddr, Fst, Node, Output};

/// Hands over the values of the keys of an index that are one letter away from `key`.
pub(crate) fn one_letter_away<D: AsRef<[u8]>>(index: &Map<D>, key: &str, take: &mut dyn FnMut(u64)) {
    let fst = index.as_fst();
    let mut at = Some((fst.root().addr(), Output::zero()));
    for (i, c) in key.char_indices() {
        let Some(here) = at else { return };
        let rest = &key[i + c.len_utf8()..];
        let mut walk = Walk { fst, take };
        walk.finish(here, rest);
        walk.swapped(here, c, rest);
        if i > 0 {
            walk.any_letter(here, &mut |walk, after| {
                walk.finish(after, rest);
                walk.finish(after, &key[i..]);
            });
        }
        at = follow(fst, here, c.encode_utf8(&mut [0; 4]));
    }
    if let Some(here) = at {
        let mut walk = Walk { fst, take };
        walk.any_letter(here, &mut |walk, after| walk.finish(after, ""));
    }
}

type At = (CompiledAddr, Output);

struct Walk<'f, 't, D> {
    fst: &'f Fst<D>,
    take: &'t mut dyn FnMut(u64),
}

impl<D: AsRef<[u8]>> Walk<'_, '_, D> {
    /// Takes the value of the key that a text completes.
    fn finish(&mut self, from: At, text: &str) {
        if let Some((addr, output)) = follow(self.fst, from, text) {
            let node = self.fst.node(addr);
            if node.is_final() {
                (self.take)(output.cat(node.final_output()).value());
            }
        }
    }

    fn swapped(&mut self, from: At, c: char, rest: &str) {
        let mut letters = rest.chars();
        if let Some(next) = letters.next().filter(|next| *next != c)
            && let Some(after) = follow(self.fst, from, next.encode_utf8(&mut [0; 4]))
            && let Some(after) = follow(self.fst, after, c.encode_utf8(&mut [0; 4]))
        {
            self.finish(after, letters.as_str());
        }
    }

    /// Goes over every letter that some key has next.
    fn any_letter(&mut self, from: At, go: &mut dyn FnMut(&mut Self, At)) {
        let node = self.fst.node(from.0);
        for (first, after) in steps(&node, from.1) {
            self.rest_of_letter(after, more_bytes(first), go);
        }
    }

    fn rest_of_letter(&mut self, from: At, more: usize, go: &mut dyn FnMut(&mut Self, At)) {
        if more == 0 {
            return go(self, from);
        }
        let node = self.fst.node(from.0);
        for (_, after) in steps(&node, from.1) {
            self.rest_of_letter(after, more - 1, go);
        }
    }
}

fn steps<'n>(node: &'n Node<'_>, output: Output) -> impl Iterator<Item = (u8, At)> + 'n {
    node.transitions().map(move |step| (step.inp, (step.addr, output.cat(step.out))))
}

/// Bytes of a letter after its first one.
fn more_bytes(first: u8) -> usize {
    match first {
        0..0xc0 => 0,
        0xc0..0xe0 => 1,
        0xe0..0xf0 => 2,
        _ => 3,
    }
}

fn follow<D: AsRef<[u8]>>(fst: &Fst<D>, from: At, text: &str) -> Option<At> {
    text.bytes().try_fold(from, |(addr, output), byte| {
        let node = fst.node(addr);
        let step = node.transition(node.find_input(byte)?);
        Some((step.addr, output.cat(step.out)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a key `b` is one letter away from a key `a`, as [`one_letter_away`] means it.
    fn are_one_letter_apart(a: &str, b: &str) -> bool {
        if a.len().abs_diff(b.len()) > 4 || a == b {
            return false;
        }
        let same = a.char_indices().zip(b.chars()).take_while(|((_, x), y)| x == y).last();
        let shared = same.map_or(0, |((at, c), _)| at + c.len_utf8());
        let (a, b) = (&a[shared..], &b[shared..]);
        let tail = |text: &str| text.chars().next().map_or(0, char::len_utf8);
        let (after_a, after_b) = (&a[tail(a)..], &b[tail(b)..]);
        let left_out = after_a == b;
        let put_in_or_exchanged = shared > 0 && (after_b == a || after_a == after_b);
        left_out || put_in_or_exchanged || are_swapped(a, b)
    }

    fn are_swapped(a: &str, b: &str) -> bool {
        let mut letters = a.chars();
        let swapped = [letters.next(), letters.next()];
        let mut others = b.chars();
        let there = [others.next(), others.next()];
        swapped[0].is_some() && swapped[0] == there[1] && swapped[1] == there[0] && letters.as_str() == others.as_str()
    }

    #[test]
    fn the_walk_and_the_comparison_agree() {
        let keys = ["abc", "abcd", "abd", "acb", "bac", "bc", "xbc", "昆明", "昆明市", "昆都", "明昆", "昆"];
        let mut sorted: Vec<&str> = keys.to_vec();
        sorted.sort_unstable();
        let index = Map::from_iter(sorted.iter().enumerate().map(|(i, key)| (*key, i as u64))).expect("sorted keys");
        for key in ["abc", "bc", "昆明", "昆x明", "ab", "昆明市市", "zzz"] {
            let mut found = Vec::new();
            one_letter_away(&index, key, &mut |value| found.push(sorted[value as usize]));
            found.sort_unstable();
            found.dedup();
            found.retain(|near| *near != key);
            let expected: Vec<&str> = sorted.iter().copied().filter(|near| are_one_letter_apart(key, near)).collect();
            assert_eq!(found, expected, "{key}");
        }
    }
}
