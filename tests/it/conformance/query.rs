//! Queries: what they give, and whether they are queries.

use citypact::server::Settings;
use citypact::server::listen::ConnectionLimits;
use oxrdf::Term;
use spargebra::SparqlParser;

use super::Verdict;
use super::manifest::{self, Entry, MF, Node, QT, RDFS};
use super::results::{self, Results};
use crate::server::app::{App, QUERY, Server, WRITE, settings};

/// Puts a file into a graph of the endpoint.
pub async fn load(app: &App, file: &Node, target: &str) {
    put(app, &file.file(), file.text(), target, &Services(Vec::new())).await;
}

/// As data that names the endpoints of a test by their addresses.
async fn put(app: &App, path: &std::path::Path, base: &str, target: &str, services: &Services) {
    if matches!(path.extension().and_then(|suffix| suffix.to_str()), Some("trig" | "nq")) {
        let bytes = std::fs::read(path).unwrap();
        let media_type = if path.extension().unwrap() == "nq" { "application/n-quads" } else { "application/trig" };
        let reply = app.send("POST", "/graphs", &[WRITE, ("content-type", media_type)], bytes).await;
        assert_eq!(reply.status, 204, "{}: {}", path.display(), reply.text());
        return;
    }
    // As N-Triples, so that relative IRIs are those of the file.
    let graph = manifest::graph(path, base);
    let lines: String = graph.iter().map(|triple| format!("{triple} .\n")).collect();
    let lines = services.rename(&lines);
    let reply = app.send("POST", target, &[WRITE, ("content-type", "application/n-triples")], lines).await;
    assert!([201, 204].contains(&reply.status), "{}: {}", path.display(), reply.text());
}

pub fn named(iri: &str) -> String {
    format!("/graphs?graph={}", percent_encoding::utf8_percent_encode(iri, percent_encoding::NON_ALPHANUMERIC))
}

/// Everything that an action or a result holds: the default graph and the named graphs.
pub async fn load_all(app: &App, node: &Node, namespace: &str) {
    load_default(app, node, namespace, &Services(Vec::new())).await;
    load_named(app, node, namespace).await;
}

async fn load_default(app: &App, node: &Node, namespace: &str, services: &Services) {
    for data in node.all(namespace, "data") {
        put(app, &data.file(), data.text(), "/graphs?default", services).await;
    }
}

async fn load_named(app: &App, node: &Node, namespace: &str) {
    for data in node.all(namespace, "graphData") {
        match data.get(namespace, "graph") {
            Some(file) => load(app, &file, &named(data.get(RDFS, "label").unwrap().text())).await,
            None => load(app, &data, &named(data.text())).await,
        }
    }
}

/// The text of a query or update, its relative IRIs those of its file.
pub fn text(file: &Node) -> String {
    let text = std::fs::read_to_string(file.file()).unwrap();
    format!("BASE <{}>\n{text}", file.text())
}

/// Graphs of FROM and FROM NAMED that are files of the test.
async fn load_dataset(app: &App, text: &str) {
    let Ok(query) = SparqlParser::new().parse_query(text) else { return };
    let Some(dataset) = query.dataset() else { return };
    for graph in dataset.default.iter().chain(dataset.named.iter().flatten()) {
        if graph.as_str().starts_with("file://") {
            put(app, &manifest::path(graph.as_str()), graph.as_str(), &named(graph.as_str()), &Services(Vec::new()))
                .await;
        }
    }
}

pub async fn evaluate(entry: &Entry) -> Verdict {
    let action = entry.node.get(MF, "action").unwrap();
    let file = action.get(QT, "query").unwrap_or_else(|| action.clone());
    let expected = entry.node.get(MF, "result").ok_or("the test has no result")?;
    let services = Services::start(&action).await;
    let text = services.rename(&text(&file));
    let app = App::with(Settings {
        default_graph: citypact::query::DefaultGraph::Empty,
        allowed_services: services.addresses(),
        ..settings()
    });
    load_default(&app, &action, QT, &services).await;
    load_named(&app, &action, QT).await;
    load_dataset(&app, &text).await;
    let lax = entry.node.get(MF, "resultCardinality").is_some_and(|value| value.text().ends_with("LaxCardinality"));
    let expected = services.rename_results(Results::read(&expected.file(), expected.text())?);
    let reply = tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(app.send(
            "POST",
            "/sparql",
            &[QUERY, ("accept", expected.accept())],
            text,
        ))
    });
    if reply.status != 200 {
        return Err(format!("{} {}", reply.status, reply.text()));
    }
    results::compare(&expected, &reply.body, lax)
}

pub async fn syntax(entry: &Entry, is_query: bool) -> Verdict {
    let action = entry.node.get(MF, "action").unwrap();
    let file = action.get(QT, "query").unwrap_or(action);
    // What parses is refused for the format only; what does not parse, before.
    let reply = super::app().send("POST", "/sparql", &[QUERY, ("accept", "image/png")], text(&file)).await;
    match (reply.status, is_query) {
        (406, true) | (400, false) => Ok(()),
        (status, _) => Err(format!("{status} {}", reply.text())),
    }
}

/// Endpoints that a test's SERVICE asks, each with data of its own.
struct Services(Vec<(String, Server)>);

impl Services {
    async fn start(action: &Node) -> Self {
        let mut services = Self(Vec::new());
        let mut all = action.all(QT, "serviceData");
        all.sort_by_key(|data| std::cmp::Reverse(data.get(QT, "endpoint").unwrap().text().to_owned()));
        // An endpoint may ask those with later names.
        for data in all {
            let settings = Settings { allowed_services: services.addresses(), ..settings() };
            let server = tokio::task::block_in_place(|| Server::start(settings, ConnectionLimits::default()));
            let app = App::over(&server.endpoint);
            for file in data.all(QT, "data") {
                load(&app, &file, "/graphs?default").await;
            }
            services.0.push((data.get(QT, "endpoint").unwrap().text().to_owned(), server));
        }
        services
    }

    fn address(server: &Server) -> String {
        format!("http://{}/sparql", server.address)
    }

    fn addresses(&self) -> Vec<String> {
        self.0.iter().map(|(_, server)| Self::address(server)).collect()
    }

    /// The text with the addresses of the test's endpoints in the place of their names.
    fn rename(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, server)| {
            text.replace(&format!("<{name}>"), &format!("<{}>", Self::address(server)))
        })
    }

    fn rename_results(&self, mut results: Results) -> Results {
        let address = |iri: &str| self.0.iter().find(|(name, _)| name == iri).map(|(_, server)| Self::address(server));
        if let Results::Solutions { rows, .. } = &mut results {
            for term in rows.iter_mut().flatten().flat_map(|(_, term)| Some(term)) {
                if let Term::NamedNode(node) = term
                    && let Some(address) = address(node.as_str())
                {
                    *term = oxrdf::NamedNode::new(address).unwrap().into();
                }
            }
        }
        results
    }
}
