//! A SPARQL 1.1 endpoint in the embedded store's place: queries and updates by the
//! [SPARQL Protocol](https://www.w3.org/TR/sparql11-protocol/), graphs by the
//! [Graph Store Protocol](https://www.w3.org/TR/sparql11-http-rdf-update/) where the server has it.
//!
//! A server of this program takes a document in one request, which is one transaction there. What other remote stores cannot
//! promise: each graph of a document is a request of its own, and one that is too large for a request several. What a load changes is told by comparing with what was
//! there before. Where the default graph of queries is the union of all graphs, and nothing gives the graph without a name
//! alone, a triple that stands in it and in a named graph is read from the named graph only.

mod answers;
mod batches;
mod client;
mod credentials;
mod describe;
mod difference;
mod documents;
mod reading;
mod response;
mod service;
mod updating;
mod virtuoso;

use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use oxigraph::sparql::QueryResults;
use oxrdf::{GraphNameRef, NamedNodeRef, Quad};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::counts::{self, Counts};
use super::document::{Change, Document};
use super::error::StoreError;
use super::writing::BulkOptions;
use super::{QuadStream, Store};

use answers::{accepted, results};
use batches::Batches;
pub use client::Endpoint;
use client::{Bounds, Call, Client};
pub(crate) use client::{Ended, ended};
pub use credentials::Credentials;
use response::Answer;
pub use service::Scope;
use service::{Program, Service, Unnamed};

/// The media type of [`query_form`].
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// The header in which a server of this program tells how often its store has changed.
pub const EPOCH: &str = "citypact-epoch";
/// The header in which a server of this program tells what an update did: `inserted=3, removed=0`.
pub const CHANGE: &str = "citypact-change";

/// How a text is put.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asking {
    /// What the default graph is to be, where the text names no dataset itself.
    pub scope: Option<Scope>,
    /// The longest that the answer may take, to its last byte.
    pub time: Option<Duration>,
    /// Bytes of an answer that are taken.
    pub bytes: Option<u64>,
}

impl Asking {
    /// Over the default graph that is asked for, within no bounds.
    pub const fn over(scope: Scope) -> Self {
        Self { scope: Some(scope), time: None, bytes: None }
    }

    const fn bounds(self) -> Bounds {
        Bounds { time: self.time, bytes: self.bytes }
    }
}

/// A store behind a SPARQL endpoint. Clones share what is known of it.
#[derive(Clone)]
pub struct Remote {
    endpoint: Endpoint,
    client: Client,
    service: Arc<OnceLock<Service>>,
    unnamed: Arc<OnceLock<Unnamed>>,
}

impl Remote {
    /// The store at an endpoint. No request is made yet.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { client: Client::new(&endpoint), endpoint, service: Arc::default(), unnamed: Arc::default() }
    }

    /// What answers there.
    fn service(&self) -> &Service {
        self.service.get_or_init(|| Service::discover(&self.endpoint, &self.client))
    }

    /// How its graph without a name is told from the others.
    fn unnamed(&self) -> Result<Unnamed, StoreError> {
        if let Some(known) = self.unnamed.get() {
            return Ok(*known);
        }
        let found = self.service().unnamed(|query| self.ask(query))?;
        Ok(*self.unnamed.get_or_init(|| found))
    }

    /// The address of queries; no request is made to it here.
    pub fn address(&self) -> &str {
        &self.endpoint.query
    }

    /// What answers there, as people call it.
    pub fn engine(&self) -> &'static str {
        self.service().program.name()
    }

    /// Whether it knows the functions of this program's vocabulary.
    pub fn knows_own_functions(&self) -> bool {
        self.service().program == Program::Citypact
    }

    /// Whether it knows LATERAL.
    pub fn knows_lateral(&self) -> bool {
        matches!(self.service().program, Program::Citypact | Program::Oxigraph)
    }

    /// Whether a triple that stands in several graphs is found once for each of them in their union.
    pub fn repeats_triples(&self) -> bool {
        self.service().program == Program::Oxigraph
    }

    /// Whether it refuses to drop a graph that came to be by what was put into it, unless it is told to do so silently.
    pub fn drops_created_graphs_only(&self) -> bool {
        self.service().program == Program::Virtuoso
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn is_there(&self, time: Duration) -> Result<(), StoreError> {
        self.query_over("ASK {}", Asking { time: Some(time), ..Asking::default() }).map(drop)
    }

    /// Whether the default graph of a query can be the union of all graphs.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn has_union(&self) -> Result<bool, StoreError> {
        Ok(match self.service().program {
            Program::Citypact | Program::Oxigraph | Program::Virtuoso => true,
            Program::Other => self.unnamed()? == Unnamed::Rest,
        })
    }

    /// Runs a query as it is written; the server may know more than this crate's grammar. Its results are read as they
    /// come.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Refused`], [`StoreError::Answer`]
    pub fn query_text(&self, query: &str) -> Result<QueryResults<'static>, StoreError> {
        self.query_over(query, Asking::default())
    }

    /// As [`Self::query_text`], with the default graph that is asked for where the server lets its client choose. Servers of this
    /// program are told the time, too.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn query_over(&self, query: &str, how: Asking) -> Result<QueryResults<'static>, StoreError> {
        let url = with(&self.endpoint.query, self.parameters(how, Service::of_query));
        let (own, answer) = (&self.endpoint.query, self.asked_at(&url, query, how.bounds())?);
        if self.service().program == Program::Virtuoso {
            let most = virtuoso::most(&answer);
            let results = virtuoso::boolean(results(own, virtuoso::standard(own, answer)?)?);
            return Ok(virtuoso::whole(results, most, own));
        }
        results(own, answer)
    }

    /// The parameters of an address that say how a text is put.
    fn parameters(
        &self,
        how: Asking,
        of: fn(&Service, Scope) -> Option<&'static str>,
    ) -> impl Iterator<Item = String> + use<> {
        let service = self.service();
        let time = how.time.filter(|_| service.program == Program::Citypact);
        let time = time.map(|time| format!("timeout={}", time.as_secs_f64()));
        let scope = how.scope.and_then(|scope| of(service, scope)).map(str::to_owned);
        scope.into_iter().chain(time)
    }

    fn asked_at(&self, url: &str, query: &str, bounds: Bounds) -> Result<Answer, StoreError> {
        let accept = accepted(query);
        let post = |content_type, body: &str| {
            self.client.send(&Call::post(url, content_type, &accept, body).repeatable(true).within(bounds))
        };
        if self.service().takes_plain_queries() {
            post("application/sparql-query", query)
        } else {
            post(FORM, &query_form(query))
        }
    }

    /// What the store holds, in numbers; with how often it has changed, where the server tells it: then both are of one moment.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn counts_and_epoch(&self) -> Result<(Counts, Option<u64>), StoreError> {
        let service = self.service();
        let unnamed = match self.unnamed()? {
            _ if service.program == Program::Citypact => return self.counts_at_once(),
            Unnamed::Nowhere => 0,
            Unnamed::ByGraphStore => self.graph(GraphNameRef::DefaultGraph)?.count() as u64,
            Unnamed::Apart => self.count("{ ?s ?p ?o }")?,
            Unnamed::Rest => self.count(reading::REST)?,
        };
        Ok((Counts::gather(self, unnamed, service.own_graphs())?, None))
    }

    /// By one query, whose answer says of which state it is.
    fn counts_at_once(&self) -> Result<(Counts, Option<u64>), StoreError> {
        let parameters = self.service().of_query(Scope::Unnamed).map(str::to_owned);
        let url = with(&self.endpoint.query, parameters.into_iter());
        let answer = self.asked_at(&url, &counts::all(), Bounds::default())?;
        let epoch = answer.header(EPOCH).parse().ok();
        Ok((Counts::of_all(results(&self.endpoint.query, answer)?)?, epoch))
    }

    /// Whether everything comes in one response, so that it is of one moment.
    pub fn gives_all_at_once(&self) -> bool {
        self.service().whole_store().is_some()
    }

    /// Quads as updates that the server takes.
    fn batches(&self) -> Batches {
        Batches::new(self.endpoint.batch.min(self.service().largest_update()))
    }

    /// How a server of this program evaluates a query, in JSON; none where the server is another.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn explain(&self, query: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let service = self.service();
        if service.program != Program::Citypact {
            return Ok(None);
        }
        let parameters = service.of_query(Scope::Union).into_iter().chain(["explain=true"]).map(str::to_owned);
        let url = with(&self.endpoint.query, parameters);
        let call = Call::post(&url, "application/sparql-query", "application/json", query).repeatable(true);
        let mut answer = self.client.send(&call)?;
        let mut bytes = Vec::new();
        let read = answer.body.read_to_end(&mut bytes);
        read.map(|_| Some(bytes)).map_err(|error| StoreError::answer(&self.endpoint.query, error))
    }

    /// How often the store has changed, where the server tells it.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn epoch(&self) -> Result<Option<u64>, StoreError> {
        if self.service().program != Program::Citypact {
            return Ok(None);
        }
        let answer = self.client.send(&Call::get(&self.endpoint.query, "text/turtle"))?;
        let epoch = answer.header(EPOCH).parse().ok();
        answer.read_out()?;
        Ok(epoch)
    }

    /// Has a server of this program do what its address `/admin/…` stands for; none where the server is another.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn administer(&self, what: &str) -> Result<Option<String>, StoreError> {
        let base = self.endpoint.query.strip_suffix("/sparql");
        let Some(base) = base.filter(|_| self.service().program == Program::Citypact) else { return Ok(None) };
        let url = format!("{base}/admin/{what}");
        let mut answer = self.client.send(&Call::post(&url, FORM, "application/json", ""))?;
        let mut text = String::new();
        answer.body.read_to_string(&mut text).map_err(|error| StoreError::answer(&url, error))?;
        Ok(Some(text))
    }

    /// Whether anything is known to stand in no named graph. Where only a comparison of all graphs could tell, nothing is.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn holds_unnamed(&self) -> Result<bool, StoreError> {
        match self.unnamed()? {
            Unnamed::Apart => self.ask("ASK { ?s ?p ?o }"),
            Unnamed::ByGraphStore => Ok(self.graph(GraphNameRef::DefaultGraph)?.next().transpose()?.is_some()),
            Unnamed::Rest | Unnamed::Nowhere => Ok(false),
        }
    }

    /// Asks where the default graph is the unnamed one, if the server lets its client choose.
    fn ask(&self, query: &str) -> Result<bool, StoreError> {
        match self.query_over(query, Asking::over(Scope::Unnamed))? {
            QueryResults::Boolean(answer) => Ok(answer),
            _ => Err(StoreError::answer(&self.endpoint.query, "no boolean in answer to an ASK")),
        }
    }
}

impl StoreError {
    fn answer(url: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Answer { url: url.to_owned(), source: source.into() }
    }
}

impl Store for Remote {
    fn run_query(&self, query: spargebra::Query) -> Result<QueryResults<'static>, StoreError> {
        let scope = query.dataset().is_none().then_some(Scope::Unnamed);
        self.query_over(&query.to_string(), Asking { scope, ..Asking::default() })
    }

    fn run_update(&self, update: spargebra::Update) -> Result<(), StoreError> {
        self.update_over(&update.to_string(), Asking::over(Scope::Unnamed)).map(drop)
    }

    fn load(&self, document: &Document) -> Result<Change, StoreError> {
        self.bring(document)
    }

    fn read(&self, graph: Option<GraphNameRef<'_>>) -> Result<QuadStream, StoreError> {
        graph.map_or_else(|| self.all(), |graph| self.graph(graph))
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        Ok(self.counts_and_epoch()?.0)
    }

    fn count_quads(&self) -> Result<u64, StoreError> {
        Ok(self.counts()?.quads)
    }

    /// Always false: documents are gathered and sent one by one, since a server promises nothing over many requests.
    fn is_new(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn has_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        self.ask(&format!("ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}"))
    }

    fn adds_at_once(&self) -> bool {
        false
    }

    fn add_all(
        &self,
        quads: &mut dyn Iterator<Item = Result<Quad, StoreError>>,
        _options: BulkOptions,
    ) -> Result<u64, StoreError> {
        let mut batches = self.batches();
        let mut count = 0;
        for quad in quads {
            batches.take(&quad?);
            count += 1;
            batches.full().iter().try_for_each(|batch| self.insert_batch(batch))?;
        }
        batches.finish().iter().try_for_each(|batch| self.insert_batch(batch))?;
        Ok(count)
    }
}

/// Whether a server, or whoever stands before it, does not let anybody to an address beside its endpoint.
const fn is_closed(error: &StoreError) -> bool {
    matches!(error, StoreError::Refused { status: 401 | 403 | 404 | 405, .. })
}

/// A query as the body of a form (SPARQL 1.1 Protocol §2.1.2).
pub(crate) fn query_form(query: &str) -> String {
    form("query", query)
}

fn form(name: &str, text: &str) -> String {
    format!("{name}={}", utf8_percent_encode(text, NON_ALPHANUMERIC))
}

/// An address with parameters.
fn with(url: &str, parameters: impl Iterator<Item = String>) -> String {
    parameters.fold(url.to_owned(), |url, parameter| {
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{parameter}")
    })
}

fn graph_url(store: &str, graph: NamedNodeRef<'_>) -> String {
    let name = utf8_percent_encode(graph.as_str(), NON_ALPHANUMERIC);
    with(store, std::iter::once(format!("graph={name}")))
}

fn triples_text(quads: &[&Quad]) -> String {
    quads.iter().map(|quad| format!("{} {} {} .\n", quad.subject, quad.predicate, quad.object)).collect()
}
