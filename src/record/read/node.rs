//! A record as a tree that knows where each value stands. Only what went wrong is read this way: the tree says
//! exactly where, can be mended, and be read again to find what else is wrong.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::fault::{Fault, Step};

/// How deep values may lie in each other.
const DEEPEST: usize = 100;

/// A value and where it begins, in bytes.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    /// In the order written, with what occurs twice.
    Object(Vec<Member>),
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) at: usize,
    pub(super) value: Node,
}

/// What a tree cannot be made of, and where.
#[derive(Debug)]
pub(super) enum Unreadable {
    TooDeep { at: usize },
    Literal { at: usize, error: serde_json::Error },
}

impl Node {
    /// The tree of `json`, which is known to be well-formed.
    pub(super) fn parse(json: &str) -> Result<Self, Unreadable> {
        Reader { json, at: 0, depth: 0 }.node()
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// The value of a member.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let Value::Object(members) = &self.value else {
            return None;
        };
        members.iter().find(|member| member.key == key).map(|member| &member.value)
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The node that the path leads to, as far as there is one.
    pub(super) fn walk(&self, path: &[Step]) -> &Node {
        let next = path.first().and_then(|step| match (step, &self.value) {
            (Step::Index(index), Value::List(list)) => list.get(*index),
            (Step::Member(index, _), Value::Object(members)) => members.get(*index).map(|member| &member.value),
            _ => None,
        });
        next.map_or(self, |next| next.walk(&path[1..]))
    }

    /// The node that a JSON pointer leads to, as far as there is one.
    pub(super) fn seek(&self, pointer: &str) -> &Node {
        let mut node = self;
        for segment in pointer.split('/').skip(1) {
            let key = segment.replace("~1", "/").replace("~0", "~");
            let next = match &node.value {
                Value::List(list) => key.parse::<usize>().ok().and_then(|index| list.get(index)),
                _ => node.get(&key),
            };
            let Some(next) = next else { return node };
            node = next;
        }
        node
    }

    fn walk_mut(&mut self, path: &[Step]) -> Option<&mut Node> {
        let Some((step, rest)) = path.split_first() else { return Some(self) };
        match (step, &mut self.value) {
            (Step::Member(index, _), Value::Object(members)) => members.get_mut(*index)?.value.walk_mut(rest),
            (Step::Index(index), Value::List(list)) => list.get_mut(*index)?.walk_mut(rest),
            _ => None,
        }
    }

    /// Makes what the path leads to nothing; `false` where it was that already.
    pub(super) fn nullify(&mut self, path: &[Step]) -> bool {
        self.walk_mut(path).is_some_and(|node| !matches!(std::mem::replace(&mut node.value, Value::Null), Value::Null))
    }

    /// Takes the member away that the path leads to; `false` where there is none.
    pub(super) fn remove(&mut self, path: &[Step]) -> bool {
        let [around @ .., Step::Member(index, _)] = path else { return false };
        match self.walk_mut(around).map(|node| &mut node.value) {
            Some(Value::Object(members)) if *index < members.len() => {
                members.remove(*index);
                true
            }
            _ => false,
        }
    }

    /// Takes all members away from the object that the path leads to but those that `known` names.
    pub(super) fn prune(&mut self, path: &[Step], known: &[&str]) {
        if let Some(Value::Object(members)) = self.walk_mut(path).map(|node| &mut node.value) {
            members.retain(|member| known.contains(&member.key.as_str()));
        }
    }
}

/// Reads well-formed JSON, so it need not look for faults but in the literals. Of any other text it makes something, or an
/// error.
struct Reader<'j> {
    json: &'j str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> u8 {
        let rest = self.json.as_bytes().get(self.at..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.at += blank;
        rest.get(blank).copied().unwrap_or(0)
    }

    fn node(&mut self) -> Result<Node, Unreadable> {
        let first = self.peek();
        let at = self.at;
        let value = match first {
            b'{' | b'[' if self.depth == DEEPEST => return Err(Unreadable::TooDeep { at }),
            b'{' => self.nested(Self::object)?,
            b'[' => self.nested(Self::list)?,
            b'"' => Value::Text(self.string()?),
            b't' => self.word(4, Value::Bool(true)),
            b'f' => self.word(5, Value::Bool(false)),
            b'n' => self.word(4, Value::Null),
            _ => Value::Number(self.number()?),
        };
        Ok(Node { at, value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Unreadable>) -> Result<Value, Unreadable> {
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.at += 1;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Value, Unreadable> {
        let mut members = Vec::new();
        while self.peek() == b'"' {
            let at = self.at;
            let key = self.string()?;
            self.pass(b':');
            members.push(Member { key, at, value: self.node()? });
            self.pass(b',');
        }
        Ok(Value::Object(members))
    }

    fn list(&mut self) -> Result<Value, Unreadable> {
        let mut list = Vec::new();
        while !matches!(self.peek(), b']' | 0) {
            list.push(self.node()?);
            self.pass(b',');
        }
        Ok(Value::List(list))
    }

    fn pass(&mut self, byte: u8) {
        self.at += usize::from(self.peek() == byte);
    }

    fn word(&mut self, length: usize, value: Value) -> Value {
        self.at += length;
        value
    }

    fn string(&mut self) -> Result<String, Unreadable> {
        let rest = &self.json.as_bytes()[self.at..];
        let mut end = 1;
        while let Some(found) = rest.get(end..).and_then(|tail| memchr::memchr2(b'"', b'\\', tail)) {
            end += found + 1;
            if rest[end - 1] == b'"' {
                break;
            }
            end += 1;
        }
        self.literal(end.min(rest.len()))
    }

    fn number(&mut self) -> Result<Number, Unreadable> {
        let rest = &self.json.as_bytes()[self.at..];
        let length = rest.iter().take_while(|byte| matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9' | b'e' | b'E'));
        self.literal(length.count())
    }

    fn literal<T: serde::de::DeserializeOwned>(&mut self, length: usize) -> Result<T, Unreadable> {
        let at = self.at;
        self.at += length;
        // Bytes, since a text that was found not to be well-formed may lead into a character.
        serde_json::from_slice(&self.json.as_bytes()[at..self.at]).map_err(|error| Unreadable::Literal { at, error })
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(bool) => visitor.visit_bool(*bool),
            Value::Number(number) => visit_number(number, visitor),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(list) => visitor.visit_seq(Elements { list, next: 0 }),
            Value::Object(members) => visitor.visit_map(Members { members, next: 0 }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if matches!(self.value, Value::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Text(text) => StrDeserializer::<Fault>::new(text).deserialize_enum(name, variants, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Fault> {
    match (number.as_u64(), number.as_i64()) {
        (Some(unsigned), _) => visitor.visit_u64(unsigned),
        (None, Some(signed)) => visitor.visit_i64(signed),
        (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
    }
}

struct Elements<'de> {
    list: &'de [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.list.get(self.next) else {
            return Ok(None);
        };
        let index = self.next;
        self.next += 1;
        seed.deserialize(node).map(Some).map_err(|fault| fault.within(Step::Index(index)))
    }
}

struct Members<'de> {
    members: &'de [Member],
    /// One more than the index of the member whose key was given last.
    next: usize,
}

impl Members<'_> {
    fn step(&self) -> Step {
        let index = self.next.saturating_sub(1);
        Step::Member(index, self.members.get(index).map(|member| member.key.clone()).unwrap_or_default())
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(member) = self.members.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        let key: StrDeserializer<'_, Fault> = member.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|fault| fault.within(self.step()))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(member) = self.members.get(self.next.saturating_sub(1)) else {
            return Err(serde::de::Error::custom("a value before its key"));
        };
        seed.deserialize(&member.value).map_err(|fault| fault.within(self.step()))
    }
}
