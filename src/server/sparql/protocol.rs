//! What a request asks for under the SPARQL 1.1 Protocol (§2.1, §2.2): pure, without a socket.

use std::time::Duration;

use percent_encoding::percent_decode_str;

/// One request as far as the protocol looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Whether the method is POST; else it is GET (or HEAD, which asks the same).
    pub post: bool,
    /// The query string without its `?`.
    pub query_string: &'a str,
    /// The value of `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// An operation of the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Evaluate a query.
    Query(Text),
    /// Execute an update.
    Update(Text),
    /// No operation named: the service describes itself (SPARQL 1.1 Service Description §2).
    Describe,
}

/// The text of a query or an update, with what else the request says of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The text itself.
    pub text: String,
    /// `default-graph-uri` or `using-graph-uri`.
    pub default_graphs: Vec<String>,
    /// `named-graph-uri` or `using-named-graph-uri`.
    pub named_graphs: Vec<String>,
    /// `format`, `output` and `results`: names of formats, of which the first that fits outweighs `Accept`.
    pub formats: Vec<String>,
    /// `timeout` in seconds, as written.
    pub timeout: Option<String>,
    /// `default-graph`: what the default graph is where no dataset is named, instead of what the server has set.
    pub default_graph: Option<String>,
    /// `explain`: whether to tell how the query is evaluated, and not its results.
    pub explain: bool,
}

/// Why a request is none of the protocol's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A name or value whose percent-encoding does not give UTF-8.
    #[error("{0} is not UTF-8 once percent-decoded")]
    NotUtf8(&'static str),
    /// A parameter that may stand once stands twice.
    #[error("the parameter `{0}` is given more than once")]
    Repeated(&'static str),
    /// A parameter that this operation does not take.
    #[error("the parameter `{0}` does not go with this operation")]
    Misplaced(&'static str),
    /// A `timeout` that is no time.
    #[error("`timeout` is a number of seconds above 0")]
    Timeout,
    /// A POST of a form that names no operation.
    #[error("the form has neither `query` nor `update`")]
    NoOperation,
    /// A POST whose media type the protocol does not know; the value is what was sent.
    #[error(
        "a POST takes application/x-www-form-urlencoded, application/sparql-query or application/sparql-update, not {0}"
    )]
    MediaType(String),
    /// Parameters that came as something else than a form; the value is what was sent.
    #[error("parameters come as application/x-www-form-urlencoded, not {0}")]
    NoForm(String),
    /// A charset other than UTF-8.
    #[error("the body's charset is `{0}`; it must be UTF-8")]
    Charset(String),
}

impl ProtocolError {
    /// The status code that tells the client so (RFC 9110 §15.5).
    pub const fn status(&self) -> u16 {
        match self {
            Self::MediaType(_) | Self::NoForm(_) | Self::Charset(_) => 415,
            _ => 400,
        }
    }
}

/// Pairs of a query string or a form, decoded strictly: what is not UTF-8 is an error, never a replacement character.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, ProtocolError> {
    let decode = |part: &str, what| {
        let spaced = part.replace('+', " ");
        percent_decode_str(&spaced)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| ProtocolError::NotUtf8(what))
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name, "a parameter's name")?, decode(value, "a parameter's value")?))
        })
        .collect()
}

/// The parameters that name a format, in the words of several services. Clients give all of them at once, and some twice.
pub const FORMATS: [&str; 3] = ["format", "output", "results"];

/// The names of formats in a query string.
pub fn formats(query_string: &str) -> Result<Vec<String>, ProtocolError> {
    let named = |(name, value): (String, String)| FORMATS.contains(&name.as_str()).then_some(value);
    Ok(pairs(query_string)?.into_iter().filter_map(named).collect())
}

#[derive(Default)]
struct Parameters {
    query: Option<String>,
    update: Option<String>,
    default_graphs: Vec<String>,
    named_graphs: Vec<String>,
    using_graphs: Vec<String>,
    using_named_graphs: Vec<String>,
    formats: Vec<String>,
    timeout: Option<String>,
    default_graph: Option<String>,
    explain: Option<String>,
}

impl Parameters {
    /// Adds the pairs of a query string or form; parameters of nobody's are passed over, as other services do.
    fn read(&mut self, text: &str) -> Result<(), ProtocolError> {
        for (name, value) in pairs(text)? {
            match name.as_str() {
                "query" => once(&mut self.query, value, "query")?,
                "update" => once(&mut self.update, value, "update")?,
                "timeout" => once(&mut self.timeout, value, "timeout")?,
                "default-graph" => once(&mut self.default_graph, value, "default-graph")?,
                "explain" => once(&mut self.explain, value, "explain")?,
                "default-graph-uri" => self.default_graphs.push(value),
                "named-graph-uri" => self.named_graphs.push(value),
                "using-graph-uri" => self.using_graphs.push(value),
                "using-named-graph-uri" => self.using_named_graphs.push(value),
                name if FORMATS.contains(&name) => self.formats.push(value),
                _ => {}
            }
        }
        Ok(())
    }

    fn query(self, text: String) -> Result<Operation, ProtocolError> {
        refuse(self.update.is_some(), "update")?;
        refuse(!self.using_graphs.is_empty(), "using-graph-uri")?;
        refuse(!self.using_named_graphs.is_empty(), "using-named-graph-uri")?;
        Ok(Operation::Query(Text {
            text,
            default_graphs: self.default_graphs,
            named_graphs: self.named_graphs,
            formats: self.formats,
            timeout: self.timeout,
            default_graph: self.default_graph,
            explain: self.explain.is_some_and(|value| !matches!(value.as_str(), "false" | "0")),
        }))
    }

    fn update(self, text: String) -> Result<Operation, ProtocolError> {
        refuse(self.query.is_some(), "query")?;
        refuse(!self.default_graphs.is_empty(), "default-graph-uri")?;
        refuse(!self.named_graphs.is_empty(), "named-graph-uri")?;
        Ok(Operation::Update(Text {
            text,
            default_graphs: self.using_graphs,
            named_graphs: self.using_named_graphs,
            formats: self.formats,
            timeout: self.timeout,
            default_graph: self.default_graph,
            explain: false,
        }))
    }
}

fn once(slot: &mut Option<String>, value: String, name: &'static str) -> Result<(), ProtocolError> {
    if slot.replace(value).is_some() { Err(ProtocolError::Repeated(name)) } else { Ok(()) }
}

const fn refuse(stands: bool, name: &'static str) -> Result<(), ProtocolError> {
    if stands { Err(ProtocolError::Misplaced(name)) } else { Ok(()) }
}

/// The time that `timeout` gives: a number of seconds above 0.
pub fn timeout(value: &str) -> Result<Duration, ProtocolError> {
    let seconds = value.parse().ok().filter(|seconds: &f64| *seconds > 0.0);
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or(ProtocolError::Timeout)
}

/// The operation that a request asks for.
pub fn operation(request: Request<'_>) -> Result<Operation, ProtocolError> {
    let mut parameters = Parameters::default();
    parameters.read(request.query_string)?;
    if request.post { posted(request, parameters) } else { gotten(parameters) }
}

fn gotten(mut parameters: Parameters) -> Result<Operation, ProtocolError> {
    refuse(parameters.update.is_some(), "update")?;
    match parameters.query.take() {
        Some(text) => parameters.query(text),
        None => Ok(Operation::Describe),
    }
}

fn posted(request: Request<'_>, mut parameters: Parameters) -> Result<Operation, ProtocolError> {
    let content_type = request.content_type.unwrap_or("nothing");
    let (essence, rest) = essence(content_type);
    if ![FORM, "application/sparql-query", UPDATE].contains(&&*essence) {
        return Err(ProtocolError::MediaType(content_type.to_owned()));
    }
    charset(rest)?;
    let body = std::str::from_utf8(request.body).map_err(|_| ProtocolError::NotUtf8("the body"))?;
    match essence.as_str() {
        "application/sparql-query" => {
            refuse(parameters.query.is_some(), "query")?;
            parameters.query(body.to_owned())
        }
        UPDATE => {
            refuse(parameters.update.is_some(), "update")?;
            parameters.update(body.to_owned())
        }
        _ => {
            parameters.read(body)?;
            form(parameters)
        }
    }
}

fn form(mut parameters: Parameters) -> Result<Operation, ProtocolError> {
    match (parameters.query.take(), parameters.update.take()) {
        (Some(_), Some(_)) => Err(ProtocolError::Misplaced("update")),
        (Some(text), None) => parameters.query(text),
        (None, Some(text)) => parameters.update(text),
        (None, None) => Err(ProtocolError::NoOperation),
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const UPDATE: &str = "application/sparql-update";

/// Whether a media type says that the body is an update (§2.2.2).
pub fn is_update(content_type: &str) -> bool {
    essence(content_type).0 == UPDATE
}

/// Bytes of a body that are worth reading where a text of at most `length` bytes is taken.
pub fn most(content_type: Option<&str>, length: usize) -> usize {
    if content_type.is_some_and(|content_type| essence(content_type).0 == FORM) { encoded(length) } else { length }
}

/// Bytes that a form takes at most whose values have `length` bytes: three a byte that is percent-encoded, and a few for
/// the parameters beside.
pub const fn encoded(length: usize) -> usize {
    length.saturating_mul(3).saturating_add(64 << 10)
}

/// A media type in lower case, and its parameters.
fn essence(content_type: &str) -> (String, &str) {
    let (essence, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    (essence.trim().to_ascii_lowercase(), rest)
}

/// The parameters of a form that holds nothing else.
///
/// # Errors
/// [`ProtocolError::NoForm`], [`ProtocolError::Charset`], [`ProtocolError::NotUtf8`]
pub fn form_pairs(content_type: Option<&str>, body: &[u8]) -> Result<Vec<(String, String)>, ProtocolError> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let content_type = content_type.unwrap_or("nothing");
    let (essence, rest) = essence(content_type);
    if essence != FORM {
        return Err(ProtocolError::NoForm(content_type.to_owned()));
    }
    charset(rest)?;
    pairs(std::str::from_utf8(body).map_err(|_| ProtocolError::NotUtf8("the body"))?)
}

fn charset(parameters: &str) -> Result<(), ProtocolError> {
    for parameter in parameters.split(';') {
        if let Some((name, value)) = parameter.split_once('=')
            && name.trim().eq_ignore_ascii_case("charset")
        {
            let value = value.trim().trim_matches('"');
            if !value.eq_ignore_ascii_case("utf-8") && !value.eq_ignore_ascii_case("utf8") {
                return Err(ProtocolError::Charset(value.to_owned()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

    fn get(query_string: &str) -> Result<Operation, ProtocolError> {
        operation(Request { post: false, query_string, content_type: None, body: b"" })
    }

    fn post(content_type: Option<&str>, query_string: &str, body: &[u8]) -> Result<Operation, ProtocolError> {
        operation(Request { post: true, query_string, content_type, body })
    }

    #[test]
    fn reads_the_three_ways_of_asking() {
        let wanted = Text { text: "ASK {}".into(), default_graphs: vec!["http://a/".into()], ..Text::default() };
        let query = Ok(Operation::Query(wanted));
        assert_eq!(get("query=ASK+%7B%7D&default-graph-uri=http%3A%2F%2Fa%2F"), query);
        assert_eq!(post(FORM, "", b"query=ASK%20{}&default-graph-uri=http://a/"), query);
        assert_eq!(
            post(Some("application/sparql-query; charset=UTF-8"), "default-graph-uri=http://a/", b"ASK {}"),
            query
        );
        assert_eq!(get(""), Ok(Operation::Describe));
    }

    #[test]
    fn refuses_what_the_protocol_forbids() {
        let query = Some("application/sparql-query");
        let update = Some("application/sparql-update");
        for (result, status) in [
            (get("update=CLEAR%20ALL"), 400),
            (get("query=ASK{}&query=ASK{}"), 400),
            (get("query=%ff"), 400),
            (get("query=ASK{}&using-graph-uri=http://a/"), 400),
            (post(None, "", b"query=ASK{}"), 415),
            (post(Some("text/plain"), "", b"ASK {}"), 415),
            (post(Some("application/sparql-query; charset=utf-16"), "", b"ASK {}"), 415),
            (post(query, "", b"ASK {\xff}"), 400),
            (post(query, "update=x", b"ASK {}"), 400),
            (post(update, "default-graph-uri=http://a/", b"CLEAR ALL"), 400),
            (post(FORM, "", b"query=ASK{}&update=CLEAR+ALL"), 400),
            (post(FORM, "", b""), 400),
        ] {
            assert_eq!(result.map_err(|error| error.status()), Err(status));
        }
    }
}
