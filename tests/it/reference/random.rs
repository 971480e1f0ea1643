//! Random data and queries: few terms, so that much collides. The same in every run.

use oxrdf::vocab::xsd;
use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term, Triple};

/// Numbers that are chosen, as long as there are any, and pseudo-random ones from then on.
pub struct Dice {
    chosen: std::vec::IntoIter<u8>,
    state: u64,
}

/// Within what a pattern is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Plain,
    /// Within EXISTS: the substitution of 18.6 says nothing of BIND, VALUES and MINUS that name a variable it replaces.
    Exists,
}

/// What is said of a query beside its text.
pub struct Text {
    pub text: String,
    /// The variables of ORDER BY, all of them shown, and whether they go down.
    pub order: Vec<(String, bool)>,
    /// OFFSET and LIMIT.
    pub slice: (usize, Option<usize>),
    /// One of several equal values may be given.
    pub loose: bool,
    pub reduced: bool,
}

const VARIABLES: &[&str] = &["?a", "?b", "?c", "?d"];
const GRAPHS: &[&str] = &["g0", "g1", "g2"];

const CONSTANTS: &[&str] = &[
    "x:s0",
    "x:s1",
    "x:absent",
    "1",
    "1.0",
    "1e0",
    "2",
    "2.5",
    "\"1\"",
    "\"a\"",
    "\"\"",
    "\"a\"@en",
    "\"a\"@EN",
    "\"ab\"@en-GB",
    "true",
    "\"2000-01-01\"^^xsd:date",
    "\"2000-01-01T00:00:00Z\"^^xsd:dateTime",
    "\"2000-01-01T01:00:00+01:00\"^^xsd:dateTime",
    "\"2000-01-01T06:00:00\"^^xsd:dateTime",
    "\"a\"^^x:type",
    "\"z\"^^xsd:integer",
    "\"01\"^^xsd:integer",
    "\"1\"^^xsd:int",
    "\"NaN\"^^xsd:double",
    "<<( x:s0 x:p 1 )>>",
    "<<( x:s1 x:q \"a\"@en )>>",
];

fn node(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://x/{name}"))
}

impl Dice {
    /// Pseudo-random numbers, the same ones for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { chosen: Vec::new().into_iter(), state: seed }
    }

    /// These first.
    pub fn choosing(chosen: &[u8]) -> Self {
        Self { chosen: Vec::from(chosen).into_iter(), state: 0 }
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        if let Some(chosen) = self.chosen.next() {
            return usize::from(chosen) % sides;
        }
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap() % sides
    }

    fn of<'a>(&mut self, choice: &[&'a str]) -> &'a str {
        choice[self.roll(choice.len())]
    }

    fn object(&mut self) -> Term {
        let typed = |value: &str, datatype| Literal::new_typed_literal(value, datatype).into();
        let tagged = |value: &str, tag: &str| Literal::new_language_tagged_literal(value, tag).unwrap().into();
        match self.roll(26) {
            0..=4 => node(&format!("s{}", self.roll(5))).into(),
            5 => BlankNode::new_unchecked("b0").into(),
            6 => BlankNode::new_unchecked("b1").into(),
            7 | 8 => Literal::from(1).into(),
            9 => typed(self.of(&["1.0", "2.5"]), xsd::DECIMAL),
            10 => typed(self.of(&["1", "2.5E0", "NaN", "INF"]), xsd::DOUBLE),
            11 => typed(self.of(&["1", "0.5"]), xsd::FLOAT),
            12 => typed(self.of(&["01", "2", "z", "-3"]), xsd::INTEGER),
            13 => typed(self.of(&["1", "7"]), xsd::INT),
            14 => Literal::new_simple_literal(self.of(&["1", "a", "ab", ""])).into(),
            15 | 16 => tagged(self.of(&["a", "ab"]), self.of(&["en", "EN", "en-GB", "zh"])),
            17 => typed(self.of(&["true", "0", "maybe"]), xsd::BOOLEAN),
            18 | 19 => typed(self.of(&["2000-01-01", "2000-01-01Z", "1999-12-31", "2000-02-30"]), xsd::DATE),
            20 | 21 => typed(
                self.of(&[
                    "2000-01-01T00:00:00Z",
                    "2000-01-01T01:00:00+01:00",
                    "2000-01-01T06:00:00",
                    "2000-01-01T00:00:00.500Z",
                ]),
                xsd::DATE_TIME,
            ),
            22 => Literal::new_typed_literal(self.of(&["a", "b"]), node("type")).into(),
            23 => typed(self.of(&["a", "b"]), xsd::STRING),
            _ => {
                let object = match self.roll(3) {
                    0 => Literal::from(1).into(),
                    1 => tagged("a", "en"),
                    _ => node("s0").into(),
                };
                Triple::new(node(self.of(&["s0", "s1"])), node(self.of(&["p", "q"])), object).into()
            }
        }
    }

    /// Some twenty quads, some of them copies in other graphs.
    pub fn quads(&mut self) -> Vec<Quad> {
        let mut quads: Vec<Quad> = Vec::new();
        for _ in 0..8 + self.roll(12) {
            let graph: GraphName = match self.roll(9) {
                0 => GraphName::DefaultGraph,
                other => node(GRAPHS[other % 3]).into(),
            };
            let copy = quads.get(self.roll(quads.len() + 4)).cloned();
            quads.push(match copy {
                Some(quad) => Quad { graph_name: graph, ..quad },
                None => {
                    let subject: NamedOrBlankNode = match self.roll(6) {
                        5 => BlankNode::new_unchecked("b0").into(),
                        other => node(&format!("s{other}")).into(),
                    };
                    Quad::new(subject, node(self.of(&["p", "q", "r"])), self.object(), graph)
                }
            });
        }
        quads
    }

    pub fn query(&mut self) -> Text {
        let mut text = Writer { dice: self, patterns: 4, fresh: 0 };
        text.query()
    }
}

/// Makes one query.
struct Writer<'a> {
    dice: &'a mut Dice,
    /// Triple patterns and paths that may still come.
    patterns: usize,
    /// Variables made for BIND and aggregates.
    fresh: usize,
}

impl Writer<'_> {
    fn query(&mut self) -> Text {
        let dataset = match self.dice.roll(6) {
            0 => "FROM x:g0 FROM x:g1 FROM NAMED x:g1 FROM NAMED x:g2 ",
            1 => "FROM x:g0 FROM NAMED x:g0 ",
            _ => "",
        };
        let (head, tail, known) = match self.dice.roll(12) {
            0 => ("ASK ".to_owned(), String::new(), Known::default()),
            1 => ("CONSTRUCT { ?a x:made ?b . ?a ?c ?d } ".to_owned(), String::new(), Known::default()),
            2..=4 => self.grouped(),
            _ => self.plain(),
        };
        let text = format!("{head}{dataset}WHERE {{ {}}}{tail}", self.pattern(3, Scope::Plain));
        let Known { order, slice, loose, reduced } = known;
        Text { text, order, slice, loose, reduced }
    }

    fn plain(&mut self) -> (String, String, Known) {
        let shown: Vec<&str> = VARIABLES.iter().copied().filter(|_| self.dice.roll(4) > 0).collect();
        let shown = if shown.is_empty() { vec!["?a"] } else { shown };
        let select = self.dice.of(&["", "", "DISTINCT ", "REDUCED "]);
        let mut known = Known { reduced: select == "REDUCED ", ..Known::default() };
        if known.reduced || self.dice.roll(2) == 0 {
            return (format!("SELECT {select}{} ", shown.join(" ")), String::new(), known);
        }
        let mut tail = " ORDER BY".to_owned();
        for _ in 0..1 + self.dice.roll(2) {
            let (key, down) = (self.dice.of(&shown), self.dice.roll(2) == 0);
            tail += &if down { format!(" DESC({key})") } else { format!(" {key}") };
            known.order.push((key[1..].to_owned(), down));
        }
        if self.dice.roll(2) == 0 {
            known.slice = (self.dice.roll(3), Some(self.dice.roll(5)));
            tail += &format!(" OFFSET {} LIMIT {}", known.slice.0, known.slice.1.unwrap());
        }
        (format!("SELECT {select}{} ", shown.join(" ")), tail, known)
    }

    fn grouped(&mut self) -> (String, String, Known) {
        let keys: Vec<&str> = ["?a", "?b"].into_iter().filter(|_| self.dice.roll(2) == 0).collect();
        let mut head = format!("SELECT {} ", keys.join(" "));
        let mut known = Known::default();
        for number in 0..1 + self.dice.roll(2) {
            let aggregate = self.aggregate();
            known.loose |= aggregate.contains("MIN(") || aggregate.contains("MAX(");
            head += &format!("({aggregate} AS ?n{number}) ");
        }
        let mut tail = if keys.is_empty() { String::new() } else { format!(" GROUP BY {}", keys.join(" ")) };
        if self.dice.roll(4) == 0 {
            tail += &format!(" HAVING(COUNT(?c) {} 1)", self.dice.of(&[">", "<", "="]));
        }
        (head, tail, known)
    }

    fn aggregate(&mut self) -> String {
        let of = match self.dice.roll(4) {
            0 => self.expression(1),
            1 => "xsd:double(?c)".to_owned(),
            _ => self.dice.of(VARIABLES).to_owned(),
        };
        let distinct = self.dice.of(&["", "DISTINCT "]);
        match self.dice.roll(9) {
            0 => format!("COUNT({distinct}*)"),
            1 | 2 => format!("COUNT({distinct}{of})"),
            3 => format!("SUM({distinct}{of})"),
            4 => format!("AVG({distinct}{of})"),
            5 => format!("MIN({of})"),
            6 => format!("MAX({of})"),
            7 => format!("STRLEN(GROUP_CONCAT({distinct}STR({of}); SEPARATOR=\"--\"))"),
            _ => format!("SUM({distinct}COALESCE(xsd:integer({of}), 0)) + COUNT(*)"),
        }
    }

    fn pattern(&mut self, depth: usize, scope: Scope) -> String {
        let mut text = if self.dice.roll(8) == 0 { String::new() } else { self.triple() };
        for _ in 0..self.dice.roll(4) {
            text += &self.part(depth, scope);
        }
        text
    }

    fn part(&mut self, depth: usize, scope: Scope) -> String {
        if depth == 0 {
            return self.triple();
        }
        let inner = depth - 1;
        match self.dice.roll(18) {
            0 | 1 => self.triple(),
            2 | 3 => format!("OPTIONAL {{ {}}} ", self.pattern(inner, scope)),
            4 => format!("{{ {}}} UNION {{ {}}} ", self.pattern(inner, scope), self.pattern(inner, scope)),
            5 | 6 if scope == Scope::Plain => format!("MINUS {{ {}}} ", self.pattern(inner, scope)),
            7..=9 => format!("FILTER({}) ", self.expression(2)),
            10 if scope == Scope::Plain => {
                self.fresh += 1;
                let expression = self.expression(2);
                let target = if self.dice.roll(2) == 0 { "?d".to_owned() } else { format!("?x{}", self.fresh) };
                format!("BIND({expression} AS {target}) ")
            }
            11 if scope == Scope::Plain => self.values(),
            12 | 13 => {
                let name = self.dice.of(&["?g", "?g", "?a", "x:g0", "x:g1", "x:absent"]);
                format!("GRAPH {name} {{ {}}} ", self.pattern(inner, scope))
            }
            14 => self.subquery(inner, scope),
            15 => {
                let not = self.dice.of(&["", "NOT "]);
                format!("FILTER {not}EXISTS {{ {}}} ", self.pattern(inner, Scope::Exists))
            }
            16 if scope == Scope::Plain => format!("LATERAL {{ {}}} ", self.pattern(inner, Scope::Exists)),
            17 if scope == Scope::Plain => format!("LATERAL {{ {}}} ", self.subquery(inner, Scope::Exists)),
            _ => format!("{{ {}}} ", self.pattern(inner, scope)),
        }
    }

    fn values(&mut self) -> String {
        let value = |writer: &mut Self| match writer.dice.roll(4) {
            0 => "UNDEF".to_owned(),
            _ => writer.dice.of(CONSTANTS).to_owned(),
        };
        let rows: Vec<String> =
            (0..1 + self.dice.roll(3)).map(|_| format!("({} {})", value(self), value(self))).collect();
        format!("VALUES ({}) {{ {} }} ", self.dice.of(&["?a ?b", "?b ?c", "?c ?g"]), rows.join(" "))
    }

    fn subquery(&mut self, depth: usize, scope: Scope) -> String {
        let pattern = self.pattern(depth, scope);
        let (a, b) = (self.dice.of(&["?a", "?b"]), self.dice.of(&["?c", "?d"]));
        self.fresh += 1;
        let n = self.fresh;
        match self.dice.roll(4) {
            0 => format!("{{ SELECT {a} (COUNT(*) AS ?n{n}x) {{ {pattern}}} GROUP BY {a} }} "),
            1 => format!("{{ SELECT (COUNT({b}) AS ?n{n}x) {{ {pattern}}} }} "),
            2 => format!("{{ SELECT DISTINCT {a} {b} {{ {pattern}}} }} "),
            // A total order.
            _ => format!(
                "{{ SELECT {a} {{ {pattern}}} ORDER BY STR({a}) DATATYPE({a}) LANG({a}) {a} LIMIT {} }} ",
                self.dice.roll(4)
            ),
        }
    }

    fn triple(&mut self) -> String {
        if self.patterns == 0 {
            return String::new();
        }
        self.patterns -= 1;
        let subject = self.dice.of(&["?a", "?a", "?b", "?c", "x:s0", "x:s1", "x:absent", "_:n0", "[]"]).to_owned();
        // A label belongs to one basic graph pattern.
        let subject = subject.replace("n0", &format!("n{}", self.patterns));
        let predicate = match self.dice.roll(8) {
            0 => "?c".to_owned(),
            1..=3 => self.path(2),
            _ => self.dice.of(&["x:p", "x:q", "x:r"]).to_owned(),
        };
        let object = match self.dice.roll(8) {
            0 => self.dice.of(CONSTANTS),
            1 => self.dice.of(&["[]", "<<( ?a x:p ?d )>>", "<<( ?a ?c ?d )>>", "<<( x:s0 ?b [] )>>"]),
            _ => self.dice.of(VARIABLES),
        };
        format!("{subject} {predicate} {object} . ")
    }

    fn path(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.dice.of(&["x:p", "x:q", "x:r", "!x:p", "!(x:p|^x:q)"]).to_owned();
        }
        let inner = depth - 1;
        match self.dice.roll(8) {
            0 | 1 => format!("({}/{})", self.path(inner), self.path(inner)),
            2 => format!("({}|{})", self.path(inner), self.path(inner)),
            3 => format!("^{}", self.path(0)),
            4 => format!("({})*", self.path(inner)),
            5 => format!("({})+", self.path(inner)),
            6 => format!("({})?", self.path(inner)),
            _ => self.path(0),
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.dice.roll(5) {
                0 | 1 => self.dice.of(CONSTANTS),
                _ => self.dice.of(&["?a", "?b", "?c", "?d", "?g", "?nobody"]),
            }
            .to_owned();
        }
        let mut inner = || self.expression(depth - 1);
        let (a, b, c) = (inner(), inner(), inner());
        match self.dice.roll(20) {
            0..=4 => format!("({a} {} {b})", self.dice.of(&["=", "!=", "<", ">", "<=", ">="])),
            5 => format!("({a} {} {b})", self.dice.of(&["+", "-", "*", "/"])),
            6 => format!("({a} && {b})"),
            7 => format!("({a} || {b})"),
            8 => format!("(!{a})"),
            9 => format!("({a} {}IN ({b}, {c}))", self.dice.of(&["", "NOT "])),
            10 => format!("BOUND({})", self.dice.of(VARIABLES)),
            11 => format!("IF({a}, {b}, {c})"),
            12 => format!("COALESCE({a}, {b})"),
            13 => format!("sameTerm({a}, {b})"),
            14 if self.patterns > 0 => format!("EXISTS {{ {}}}", self.pattern(1, Scope::Exists)),
            15 => format!("{}({a}, {b})", self.dice.of(TWO)),
            16 => format!("CONCAT({a}, {b}, STR({c}))"),
            17 => format!("SUBSTR({a}, {}, {})", self.dice.of(&["-1", "0", "1", "2"]), self.dice.roll(3)),
            _ => format!("{}({a})", self.dice.of(ONE)),
        }
    }
}

/// How an answer can be checked.
#[derive(Default)]
struct Known {
    order: Vec<(String, bool)>,
    slice: (usize, Option<usize>),
    loose: bool,
    reduced: bool,
}

const ONE: &[&str] = &[
    "STR",
    "LANG",
    "DATATYPE",
    "IRI",
    "isIRI",
    "isBLANK",
    "isLITERAL",
    "isNUMERIC",
    "isTRIPLE",
    "SUBJECT",
    "PREDICATE",
    "OBJECT",
    "ABS",
    "CEIL",
    "FLOOR",
    "ROUND",
    "STRLEN",
    "UCASE",
    "LCASE",
    "YEAR",
    "MONTH",
    "DAY",
    "HOURS",
    "MINUTES",
    "SECONDS",
    "TZ",
    "hasLANG",
    "xsd:integer",
    "xsd:decimal",
    "xsd:double",
    "xsd:float",
    "xsd:boolean",
    "xsd:string",
    "xsd:dateTime",
    "xsd:date",
    "-",
    "+",
];

const TWO: &[&str] = &["CONTAINS", "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER", "langMatches", "STRLANG", "STRDT"];
