//! Statements of specifications, one a line: the section that makes it, a request, and what has to come of it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::app::{App, FORM, QUERY, Reply, TURTLE, UPDATE, WRITE};

/// What every statement finds in the store: two named graphs, and the unnamed one.
const DATASET: &str = "<http://a/d> <http://a/p> 4 . \
    <http://example.org/g> { <http://a/s> <http://a/p> 1, 2 ; <http://a/name> '昆明'@zh } \
    <http://example.org/h> { <http://a/t> <http://a/p> 3 }";

/// A condition on a response.
type Holds = fn(&Reply) -> bool;

/// A statement with the request that shows it.
pub struct Statement {
    section: &'static str,
    says: &'static str,
    method: &'static str,
    uri: String,
    headers: Vec<(&'static str, String)>,
    body: String,
    status: Vec<u16>,
    holds: Vec<(&'static str, Holds)>,
    after: Vec<(&'static str, &'static str)>,
}

/// Begins a statement: its section, and what it says in a few words of ours.
pub fn says(section: &'static str, says: &'static str) -> Statement {
    Statement {
        section,
        says,
        method: "GET",
        uri: "/sparql".into(),
        headers: Vec::new(),
        body: String::new(),
        status: vec![200],
        holds: Vec::new(),
        after: Vec::new(),
    }
}

/// Names and values as a query string or a form.
pub fn encoded(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

impl Statement {
    pub fn method(mut self, method: &'static str, uri: &str) -> Self {
        (self.method, self.uri) = (method, uri.to_owned());
        self
    }

    /// A GET of `/sparql` with these parameters.
    pub fn get(self, pairs: &[(&str, &str)]) -> Self {
        self.method("GET", &format!("/sparql?{}", encoded(pairs)))
    }

    /// A POST of a form with these parameters.
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        self.method("POST", "/sparql").header(FORM.0, FORM.1).body(encoded(pairs))
    }

    /// A POST of a query as it is, with parameters in the address.
    pub fn query(self, pairs: &[(&str, &str)], query: &str) -> Self {
        self.method("POST", &format!("/sparql?{}", encoded(pairs))).header(QUERY.0, QUERY.1).body(query)
    }

    /// A POST of an update as it is, with parameters in the address and the token that allows it.
    pub fn update(self, pairs: &[(&str, &str)], update: &str) -> Self {
        let post = self.method("POST", &format!("/sparql?{}", encoded(pairs)));
        post.header(UPDATE.0, UPDATE.1).writing().body(update)
    }

    /// A change of a graph by a document in Turtle.
    pub fn turtle(self, method: &'static str, uri: &str, body: &str) -> Self {
        self.method(method, uri).header(TURTLE.0, TURTLE.1).writing().body(body)
    }

    pub fn writing(self) -> Self {
        self.header(WRITE.0, WRITE.1)
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn accept(self, value: &str) -> Self {
        self.header("accept", value)
    }

    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    /// The status that has to come; 200 where nothing is said.
    pub fn is(self, status: u16) -> Self {
        self.gives_one_of(&[status])
    }

    pub fn gives_one_of(mut self, status: &[u16]) -> Self {
        self.status = status.to_vec();
        self
    }

    /// A condition on the response; `what` names it where it fails.
    pub fn and(mut self, what: &'static str, holds: Holds) -> Self {
        self.holds.push((what, holds));
        self
    }

    /// What a query gives afterwards, in CSV without its first line and line ends.
    pub fn then(mut self, query: &'static str, values: &'static str) -> Self {
        self.after.push((query, values));
        self
    }

    /// Shows the statement on a store of its own; `Err` tells what is not so.
    pub async fn show(&self) -> Result<(), String> {
        let app = app().await;
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = app.send(self.method, &self.uri, &headers, self.body.clone()).await;
        let told = |what: String| {
            Err(format!("{} {}: {what}\n{} {} gave {reply:#?}", self.section, self.says, self.method, self.uri))
        };
        if !self.status.contains(&reply.status) {
            return told(format!("the status is {}, not {:?}", reply.status, self.status));
        }
        if let Some((what, _)) = self.holds.iter().find(|(_, holds)| !holds(&reply)) {
            return told(format!("not so: {what}"));
        }
        for (query, values) in &self.after {
            let found = values_of(&app.csv(query).await);
            if found != *values {
                return told(format!("{query} gives {found}, not {values}"));
            }
        }
        Ok(())
    }
}

async fn app() -> App {
    let app = App::new();
    let reply = app.send("POST", "/graphs", &[WRITE, ("content-type", "application/trig")], DATASET).await;
    assert_eq!(reply.status, 204);
    app
}

/// The rows of a result in CSV, in order, a space between them; an answer to ASK as it is.
pub fn values_of(reply: &Reply) -> String {
    let mut lines: Vec<&str> = reply.text().lines().collect();
    if lines.len() > 1 {
        lines.remove(0);
    }
    lines.join(" ")
}

/// Shows all statements and tells of every one that does not hold.
pub async fn hold(statements: Vec<Statement>) {
    let mut wrong = Vec::new();
    for statement in &statements {
        wrong.extend(statement.show().await.err());
    }
    assert!(wrong.is_empty(), "{} of {} do not hold:\n\n{}", wrong.len(), statements.len(), wrong.join("\n\n"));
}
