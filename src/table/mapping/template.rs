//! Texts with columns in them.

use super::Named;

/// A text with columns in it: `{City}` takes a cell, `{#3}` the third; `{{` and `}}` are braces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
    /// The line of the mapping, from 1.
    pub line: usize,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A text.
    Text(String),
    /// The cell of a column.
    Column(String),
}

impl Template {
    /// A template of nothing but a column.
    pub fn column(name: &str, line: usize) -> Self {
        Self { pieces: vec![Piece::Column(name.to_owned())], line }
    }

    /// Takes a text apart.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn parse(text: &str, line: usize) -> Result<Self, String> {
        let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let Some((name, after)) = rest.split_once('}').filter(|_| brace == "{") else {
                return Err(format!(
                    "a brace of `{text}` has no partner; a brace that belongs to the text is written twice"
                ));
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Column(name.trim().to_owned()));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self { pieces, line })
    }

    /// The text, where it has no columns in it.
    pub fn constant(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The columns in it.
    pub fn columns(&self) -> impl Iterator<Item = Named> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Column(name) => Some(Named { name: name.clone(), line: self.line }),
            Piece::Text(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_hold_columns() {
        let parsed = Template::parse("{城市}, {{x}} {#3}", 1).unwrap();
        assert_eq!(
            parsed.pieces,
            [Piece::Column("城市".into()), Piece::Text(", {x} ".into()), Piece::Column("#3".into()),]
        );
        assert_eq!(Template::parse("cn-xian", 1).unwrap().constant(), Some("cn-xian"));
        assert!(Template::parse("{a", 1).is_err() && Template::parse("a}", 1).is_err());
    }
}
