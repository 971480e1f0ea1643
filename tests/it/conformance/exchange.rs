//! Exchanges of requests and responses: the protocol, the graph store, the service description.

use std::collections::HashMap;

use oxrdf::{Graph, Triple};
use oxrdfio::{RdfFormat, RdfParser};

use super::Verdict;
use super::manifest::{Entry, MF, Node, UT};
use super::query::load_all;
use super::results;
use crate::server::app::{App, Reply, WRITE};

const HT: &str = "http://www.w3.org/2011/http#";
const CNT: &str = "http://www.w3.org/2011/content#";

pub async fn protocol(entry: &Entry) -> Verdict {
    let app = super::app();
    load_all(&app, &entry.node, UT).await;
    exchange(&app, entry, |path| path.replacen("/sparql/", "/sparql", 1)).await
}

pub async fn graph_store(entry: &Entry) -> Verdict {
    if entry.node.get(MF, "action").is_none() {
        return Err("the test is words alone".into());
    }
    exchange(&super::app(), entry, |path| path.replacen("/gsp", "/graphs", 1)).await
}

/// Sends the requests in turn; what a response says of `Location` goes into the requests after it.
async fn exchange(app: &App, entry: &Entry, place: impl Fn(&str) -> String) -> Verdict {
    let action = entry.node.get(MF, "action").unwrap();
    let mut locations: HashMap<String, String> = HashMap::new();
    for (number, request) in action.get(HT, "requests").unwrap().list().iter().enumerate() {
        let filled =
            |text: &str| locations.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        let path = place(&filled(request.get(HT, "absolutePath").unwrap().text()));
        let path = path.strip_prefix("http://www.example").unwrap_or(&path).to_owned();
        let reply = send(app, request, &path, &filled(&body(request).unwrap_or_default())).await;
        let response = request.get(HT, "resp").unwrap();
        judge(&response, &reply, &filled)
            .map_err(|reason| format!("request {number}, {path}: {reason}\n{}", reply.text()))?;
        if let Some(name) = response.get(MF, "expectedLocation") {
            let location = reply.header("location");
            if location.is_empty() {
                return Err(format!("request {number}: no Location"));
            }
            locations.insert(name.text().to_owned(), location.to_owned());
        }
    }
    Ok(())
}

fn headers(message: &Node) -> Vec<(String, String)> {
    let fields = message.all(HT, "headers").iter().flat_map(Node::list).collect::<Vec<_>>();
    let field = |field: &Node| {
        (field.get(HT, "fieldName").unwrap().text().to_owned(), field.get(HT, "fieldValue").unwrap().text().to_owned())
    };
    fields.iter().map(field).collect()
}

/// The text of a body; graphs are named by where they are.
fn body(message: &Node) -> Option<String> {
    let text = message.get(HT, "body")?.get(CNT, "chars")?.text().to_owned();
    Some(text.replace("http://www.example/gsp", "http://www.example/graphs"))
}

async fn send(app: &App, request: &Node, path: &str, body: &str) -> Reply {
    let method = request.get(HT, "methodName").unwrap();
    let encoding = request.get(HT, "body").and_then(|body| body.get(CNT, "characterEncoding"));
    let headers = headers(request);
    let mut fields: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend([WRITE, ("host", "www.example")]);
    app.send(method.text(), path, &fields, encoded(body, encoding.as_ref().map(Node::text))).await
}

fn encoded(text: &str, encoding: Option<&str>) -> Vec<u8> {
    match encoding {
        Some("UTF-16") => [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

fn judge(response: &Node, reply: &Reply, filled: &dyn Fn(&str) -> String) -> Verdict {
    let wanted: Vec<String> =
        response.all(MF, "expectedStatus").iter().map(|status| status.text().to_owned()).collect();
    if !wanted.is_empty() && !wanted.iter().any(|status| is_status(status, reply.status)) {
        return Err(format!("status {}, wanted one of {wanted:?}", reply.status));
    }
    let media_type = reply.header("content-type");
    if let Some(format) = response.get(MF, "expectedFormat") {
        let is_results = ["sparql-results", "csv", "tab-separated"].iter().any(|part| media_type.contains(part));
        if is_results == (format.text() == "RDF") {
            return Err(format!("{media_type} came, {} was wanted", format.text()));
        }
    }
    if let Some(answer) = response.get(MF, "expectedBoolean")
        && reply.text().contains("true") != (answer.text() == "true")
    {
        return Err(format!("the answer is not {}", answer.text()));
    }
    match body(response) {
        Some(turtle) => same_graph(&filled(&turtle), reply),
        None => Ok(()),
    }
}

fn is_status(name: &str, status: u16) -> bool {
    let name = name.rsplit('#').next().unwrap_or_default();
    match name {
        "OK" => status == 200,
        "Created" => status == 201,
        "NoContent" => status == 204,
        "NotFound" => status == 404,
        "BadRequest" => status == 400,
        _ => match name.strip_prefix("StatusCode").and_then(|class| class.strip_suffix("xx")) {
            Some(class) => class.parse() == Ok(status / 100),
            None => panic!("the status {name} is not known"),
        },
    }
}

fn same_graph(turtle: &str, reply: &Reply) -> Verdict {
    let format = RdfFormat::from_media_type(reply.header("content-type")).ok_or("no RDF came")?;
    let read = |format: RdfFormat, bytes: &[u8]| -> Result<Graph, String> {
        let parser = RdfParser::from_format(format).with_base_iri("http://www.example/").unwrap().for_slice(bytes);
        parser.map(|quad| quad.map(Triple::from)).collect::<Result<_, _>>().map_err(|error| error.to_string())
    };
    let (wanted, found) = (read(RdfFormat::Turtle, turtle.as_bytes())?, read(format, &reply.body)?);
    results::same_graphs(&results::quads(&wanted), &results::quads(&found))
}

pub async fn service_description(entry: &Entry) -> Verdict {
    let reply = super::app().send("GET", "/sparql", &[("host", "www.example"), ("accept", "text/turtle")], "").await;
    if reply.status != 200 || !reply.header("content-type").starts_with("text/turtle") {
        return Err(format!("{} {}", reply.status, reply.header("content-type")));
    }
    let parser = RdfParser::from_format(RdfFormat::Turtle).for_slice(&reply.body);
    let triples: Vec<Triple> =
        parser.map(|quad| quad.map(Triple::from)).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let objects = |name: &str| {
        let of = format!("http://www.w3.org/ns/sparql-service-description#{name}");
        triples
            .iter()
            .filter(|triple| triple.predicate.as_str() == of)
            .map(|triple| triple.object.to_string())
            .collect::<Vec<_>>()
    };
    match entry.iri.rsplit('#').next().unwrap_or_default() {
        "returns-rdf" => Ok(()),
        "has-endpoint-triple" if objects("endpoint") == ["<http://www.example/sparql>"] => Ok(()),
        // §3.4: what a service must and should say, with values of the right kind.
        "conforms-to-schema"
            if ["supportedLanguage", "feature", "defaultDataset", "resultFormat"].iter().all(|name| {
                !objects(name).is_empty() && objects(name).iter().all(|object| !object.starts_with('"'))
            }) =>
        {
            Ok(())
        }
        _ => Err(reply.text().to_owned()),
    }
}
