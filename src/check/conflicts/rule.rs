//! A conflict rule: a SELECT in a file, whose rows are facts that cannot all be right, with what to say of them and examples
//! that are its tests ([`ConflictRule::read`] has the form).

use std::sync::Arc;

use oxrdf::{NamedNode, Variable};

use crate::ontology::LANGUAGES;
use crate::query::{Delta, LibraryError, NamedQuery, Prepared};
use crate::record::Verdict;
use crate::vocab;

/// Facts that one row may name: `?fact`, `?fact2` … `?fact9`.
const MOST: usize = 9;
/// What a column may say of each fact, by the word that its name begins with.
const OF_FACTS: [&str; 5] = ["fact", "property", "value", "when", "graph"];

/// Why a text is no conflict rule.
#[derive(Debug, thiserror::Error)]
pub enum ConflictRuleError {
    /// The text is no SPARQL, or its head is none.
    #[error("the conflict rule {rule} cannot be read")]
    Query {
        /// The rule's name.
        rule: String,
        /// Why.
        #[source]
        cause: Box<LibraryError>,
        /// What to do about it.
        hint: Option<String>,
    },
    /// It is SPARQL, but no conflict rule.
    #[error("the conflict rule {rule} {reason}")]
    NoRule {
        /// The rule's name.
        rule: String,
        /// Why not.
        reason: String,
        /// What to do about it.
        hint: String,
    },
    /// Two rules have one name.
    #[error("there are two conflict rules named {0}")]
    Twice(String),
}

impl ConflictRuleError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Query { hint, .. } => hint.clone(),
            Self::NoRule { hint, .. } => Some(hint.clone()),
            Self::Twice(_) => Some("rename the file: the name of a rule is that of its file".to_owned()),
        }
    }
}

/// A small graph that a rule is tried on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// Whether the rule finds something in it.
    pub is_flagged: bool,
    /// The data: TriG, in which the prefixes of queries are known and relative IRIs are of the data.
    pub trig: String,
    /// The line of the file that it begins at, from 1.
    pub line: usize,
}

impl Example {
    /// The data with the prefixes declared.
    pub fn document(&self) -> String {
        let prefixes = vocab::PREFIXES.iter().map(|(name, iri)| format!("PREFIX {name}: <{iri}>\n"));
        format!("BASE <{}>\n{}{}", vocab::ID, prefixes.collect::<String>(), self.trig)
    }
}

/// The columns of one of the facts that a row names, by their places.
#[derive(Debug, Clone, Default)]
pub(super) struct FactColumns {
    /// In the order of [`OF_FACTS`].
    pub(super) places: [Option<usize>; OF_FACTS.len()],
}

/// A conflict rule.
#[derive(Debug, Clone)]
pub struct ConflictRule {
    /// Its name: the file's stem.
    pub name: Arc<str>,
    /// What it finds, in a line.
    pub title: String,
    /// More of it.
    pub description: String,
    /// What its findings come to, unless a row says otherwise (`?verdict`).
    pub verdict: NamedNode,
    /// Graphs that it is tried on.
    pub examples: Vec<Example>,
    /// Whether it is a user's own.
    pub is_own: bool,
    /// What to say of a finding, in each of [`LANGUAGES`]; English at least.
    pub(super) sentences: [Option<String>; LANGUAGES.len()],
    /// Columns that with `?about` and `?property` tell findings apart.
    pub(super) key: Vec<(String, usize)>,
    pub(super) facts: Vec<FactColumns>,
    pub(super) about: usize,
    pub(super) property: Option<usize>,
    pub(super) by_row: Option<usize>,
    /// All other columns, for sentences.
    pub(super) others: Vec<(String, usize)>,
    pub(super) query: Prepared,
    /// The same for some things alone.
    pub(super) delta: Delta,
    pub(super) text: String,
}

impl ConflictRule {
    /// Reads a rule from the text of its file: a SELECT, and in comments its head and its examples.
    ///
    /// ```text
    /// # title: One thing, two dates
    /// # description: What it means,
    /// #   in as many lines as it takes.
    /// # verdict: unresolved-conflict
    /// # key: variable scope
    /// # en: {about}: documents give different dates: {values}.
    /// # flagged: what is wrong here
    /// #   graph:a { <tie/x> pact:since "1979"^^xsd:gYear }
    /// # healthy: what is right here
    /// #   graph:a { <tie/x> pact:since "1980"^^xsd:gYear }
    /// ```
    ///
    /// Columns: `?about`, what a finding is of; `?property`, which property of it; `?fact`, `?fact2` …, the nodes that say
    /// something (`?about` where there is none), each with `?value`, `?when`, `?graph` and `?property` of its number. Rows with
    /// one `?about`, `?property` and `key` are one finding. `verdict` is a code of the scheme; `?verdict` is that of a row.
    /// Sentences are given by their languages (`en`, `zh-Hans`, `zh-Hant`, `ja`) with columns in braces; `{values}` is all that
    /// is said. The default graph of the query is what documents and shared graphs state; `GRAPH` reaches every other.
    ///
    /// # Errors
    /// [`ConflictRuleError`]
    pub fn read(name: &str, text: &str) -> Result<Self, ConflictRuleError> {
        let (named, query) = NamedQuery::with_query(name, text).map_err(|error| ConflictRuleError::Query {
            rule: name.to_owned(),
            hint: error.hint(),
            cause: Box::new(error),
        })?;
        let no_rule = |reason: &str, hint: &str| ConflictRuleError::NoRule {
            rule: name.to_owned(),
            reason: reason.to_owned(),
            hint: hint.to_owned(),
        };
        let spargebra::Query::Select { dataset: None, pattern, .. } = query.algebra() else {
            return Err(no_rule("is no SELECT over all data", "a rule is SELECT ?about … WHERE { … } without FROM"));
        };
        let pattern = pattern.clone();
        let head = Head::read(text);
        let verdict = head.verdict.as_deref().unwrap_or_default();
        if !Verdict::ALL.iter().any(|known| known.as_str() == verdict) {
            let all: Vec<&str> = Verdict::ALL.iter().map(|code| code.as_str()).collect();
            return Err(no_rule(
                "has no verdict of the scheme",
                &format!("write `# verdict:` and one of {}", all.join(", ")),
            ));
        }
        if head.sentences[0].is_none() {
            return Err(no_rule(
                "says nothing of what it finds",
                "write `# en:` and a sentence, with {about} and {values}",
            ));
        }
        let prepared = Prepared::from(query);
        let columns = Columns::of(prepared.variables(), &head.key);
        let about = columns.about.ok_or_else(|| no_rule("does not select ?about", "?about is what a finding is of"))?;
        if let Some(missing) = columns.missing {
            return Err(no_rule(&format!("has the key ?{missing}, which it does not select"), "a key is a column"));
        }
        Ok(Self {
            name: name.into(),
            title: if named.title.is_empty() { name.to_owned() } else { named.title },
            description: named.description,
            verdict: NamedNode::new_unchecked(format!("{}{verdict}", vocab::CODE)),
            examples: head.examples,
            is_own: false,
            sentences: head.sentences,
            key: columns.key,
            facts: columns.facts,
            about,
            property: columns.property,
            by_row: columns.verdict,
            others: columns.others,
            delta: Delta::new(&pattern, prepared.variables(), Some(vec![Variable::new_unchecked("about")])),
            query: prepared,
            text: text.to_owned(),
        })
    }

    /// The IRI that assessments name it by: a code of the vocabulary, or `rule/{name}` under the data's base.
    pub fn iri(&self) -> NamedNode {
        let space = if self.is_own { format!("{}rule/", vocab::ID) } else { vocab::CODE.to_owned() };
        NamedNode::new_unchecked(crate::mapping::iri::under(space.trim_end_matches('/')).segment(&self.name).finish())
    }
}

/// What the comments of a file say beside title and description.
#[derive(Default)]
struct Head {
    verdict: Option<String>,
    key: Vec<String>,
    sentences: [Option<String>; LANGUAGES.len()],
    examples: Vec<Example>,
}

impl Head {
    fn read(text: &str) -> Self {
        let mut head = Self::default();
        let mut in_example = false;
        for (number, line) in text.lines().enumerate() {
            let Some(comment) = line.strip_prefix('#') else {
                in_example = false;
                continue;
            };
            if let Some(example) = head.examples.last_mut().filter(|_| in_example && comment.starts_with("  ")) {
                example.trig.push_str(comment.trim());
                example.trig.push('\n');
                continue;
            }
            in_example = head.take(comment, number + 1);
        }
        head
    }

    /// Takes a line; tells whether an example begins with it.
    fn take(&mut self, comment: &str, line: usize) -> bool {
        let Some((key, value)) = comment.split_once(':') else { return false };
        let (key, value) = (key.trim(), value.trim());
        match key {
            "verdict" => self.verdict = Some(value.to_owned()),
            "key" => self.key = value.split_whitespace().map(|name| name.trim_start_matches('?').to_owned()).collect(),
            "flagged" | "healthy" => {
                let title = value.to_owned();
                self.examples.push(Example { title, is_flagged: key == "flagged", trig: String::new(), line });
                return true;
            }
            _ => {
                if let Some(at) = LANGUAGES.iter().position(|language| *language == key) {
                    self.sentences[at] = Some(value.to_owned());
                }
            }
        }
        false
    }
}

/// The columns of a rule by what they are for.
#[derive(Default)]
struct Columns {
    about: Option<usize>,
    property: Option<usize>,
    verdict: Option<usize>,
    key: Vec<(String, usize)>,
    facts: Vec<FactColumns>,
    others: Vec<(String, usize)>,
    missing: Option<String>,
}

impl Columns {
    fn of(variables: &[Variable], key: &[String]) -> Self {
        let place = |name: &str| variables.iter().position(|variable| variable.as_str() == name);
        let mut columns = Self { about: place("about"), verdict: place("verdict"), ..Self::default() };
        for number in 1..=MOST {
            let name = |word: &str| if number == 1 { word.to_owned() } else { format!("{word}{number}") };
            // A key may be one of the facts; what else it names is the same for all of them.
            let of_fact = |word: &str| Some(name(word)).filter(|name| word == "fact" || !key.contains(name));
            let mut places = OF_FACTS.map(|word| of_fact(word).and_then(|name| place(&name)));
            if number == 1 {
                // The first property is that of the finding, unless each fact has its own.
                let is_own = (2..=MOST).any(|number| place(&format!("property{number}")).is_some());
                columns.property = places[1].filter(|_| !is_own);
                places[1] = places[1].filter(|_| is_own);
            }
            if number == 1 || places[0].is_some() || places[2].is_some() {
                columns.facts.push(FactColumns { places });
            }
        }
        for name in key {
            match place(name) {
                Some(at) => columns.key.push((name.clone(), at)),
                None => columns.missing = columns.missing.or(Some(name.clone())),
            }
        }
        let is_of_facts = |at: usize| columns.facts.iter().any(|fact| fact.places.contains(&Some(at)));
        let is_other = |(at, variable): &(usize, &Variable)| {
            !["about", "property", "verdict"].contains(&variable.as_str()) && !is_of_facts(*at)
        };
        let others = variables.iter().enumerate().filter(is_other);
        columns.others = others.map(|(at, variable)| (variable.as_str().to_owned(), at)).collect();
        columns
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::check::conflicts) const RULE: &str = "# title: Two values\n# description: More\n#   of it.\n# verdict: unresolved-conflict\n# key: scope
# en: {about} {values}\n# ja: {values}\nSELECT ?about ?property ?fact ?value ?fact2 ?value2 ?scope ?sum { ?about ?property ?value }
# flagged: one\n#   id:a pact:since 1 .\n#   id:b pact:since 2 .\n# a note\n# healthy: none\n#   id:a pact:since 1 .\n";

    #[test]
    fn a_file_is_a_head_a_query_and_examples() {
        let rule = ConflictRule::read("two", RULE).unwrap();
        assert_eq!((rule.title.as_str(), rule.description.as_str()), ("Two values", "More of it."));
        assert_eq!(rule.verdict.as_str(), "https://w3id.org/citypact/code/unresolved-conflict");
        assert_eq!(rule.sentences, [Some("{about} {values}".into()), None, None, Some("{values}".into())]);
        let examples: Vec<_> = rule.examples.iter().map(|one| (one.is_flagged, one.title.as_str(), one.line)).collect();
        assert_eq!(examples, [(true, "one", 9), (false, "none", 13)]);
        assert_eq!(rule.examples[0].trig, "id:a pact:since 1 .\nid:b pact:since 2 .\n");
        assert_eq!((rule.key.len(), rule.facts.len(), rule.others.len()), (1, 2, 2));
        assert_eq!(rule.iri().as_str(), "https://w3id.org/citypact/code/two");
    }

    #[test]
    fn what_is_no_rule_is_told_with_a_remedy() {
        for (from, to, reason) in [
            ("SELECT ?about", "SELECT ?thing", "does not select ?about"),
            ("# verdict: unresolved-conflict", "# verdict: wrong", "has no verdict of the scheme"),
            ("# en:", "# es:", "says nothing of what it finds"),
            ("# key: scope", "# key: place", "has the key ?place"),
            (
                "{ ?about ?property ?value }",
                "FROM <http://e/> { ?about ?property ?value }",
                "is no SELECT over all data",
            ),
            ("{ ?about ?property ?value }", "{ ?about }", "cannot be read"),
        ] {
            let error = ConflictRule::read("two", &RULE.replacen(from, to, 1)).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
            assert!(error.hint().is_some() || matches!(error, ConflictRuleError::Query { .. }), "{error}");
        }
    }
}
