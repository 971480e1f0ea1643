//! A query to its answer: from the cache where it is there, else by an evaluation whose results stream out.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};

use super::cache::{Found, Key, Lead};
use super::inline::Small;
use crate::format::{AnswerFormat, Unsayable};
use crate::output::{ResultsWriter, Style};
use crate::query::{Cancel, Dataset, DefaultGraph, Form, Limits, Query, QueryError, Request, State};
use crate::server::admission::deadline::Deadline;
use crate::server::admission::running::Kind;
use crate::server::endpoint::Endpoint;
use crate::server::failure;
use crate::server::http::conditional::{self, Tag};
use crate::server::http::offered;
use crate::server::http::problem::Problem;
use crate::server::http::stream::{self, Chunks, Producing};
use crate::server::ops::log;
use crate::server::ops::metrics::count;
use crate::store::EPOCH;

/// Time beyond the limit of an evaluation in which its last results may still leave.
const GRACE: Duration = Duration::from_secs(1);

/// A question with all that shapes its answer.
pub struct Question {
    /// The state that it is put to.
    pub state: State,
    /// How much time it has: what the client gives it, at most as much as the server.
    pub deadline: Deadline,
    /// The query.
    pub query: Query,
    /// Its text, for lists and logs.
    pub text: String,
    /// The graphs that the request names.
    pub dataset: Dataset,
    /// What the default graph is where no dataset is named.
    pub default_graph: DefaultGraph,
    /// The names of formats that the client gives.
    pub formats: Vec<String>,
    /// Whether it was asked by GET: then the address stands for the answer, which has a tag and heeds conditions. The
    /// answer to a POST represents no resource (RFC 9110 §13.2.1).
    pub is_get: bool,
}

/// The format in which a query of this form is answered.
fn choose(form: Form, headers: &HeaderMap, names: &[String]) -> Result<AnswerFormat, Problem> {
    match form {
        Form::Select | Form::Ask => offered::solutions(headers, names).map(AnswerFormat::Results),
        Form::Construct | Form::Describe => offered::triples(headers, names).map(AnswerFormat::Triples),
    }
}

/// Answers a question.
///
/// # Errors
/// 406 where no format fits, 503 where a limit is reached before the first results leave, and what else the query deserves.
pub async fn answer(
    endpoint: &Arc<Endpoint>,
    headers: &HeaderMap,
    question: Question,
) -> Result<Response<Body>, Problem> {
    let format = choose(question.query.form(), headers, &question.formats)?;
    let (deadline, epoch) = (question.deadline, question.state.epoch());
    if !question.query.is_deterministic() {
        let body = evaluate(endpoint, question, format, None).await?;
        return Ok(response((format, epoch), body, "citypact; fwd=bypass"));
    }
    let key = Key {
        query: Arc::clone(question.query.key()),
        dataset: question.dataset.clone(),
        default_graph: question.default_graph,
        format: format.name(),
        epoch: question.state.number(),
        arrangement: question.state.arrangement(),
    };
    let tag = question.is_get.then(|| tag(endpoint, &key));
    if let Some(response) = tag.as_ref().map(|tag| conditional::unchanged(headers, tag)).transpose()?.flatten() {
        return Ok(response);
    }
    let (body, status) = match deadline.wait(endpoint.cache.look(&key)).await? {
        Found::Hit(bytes) => {
            count(&endpoint.metrics.hits);
            (Body::from(bytes), "citypact; hit")
        }
        Found::Failed(problem) => return Err(problem),
        Found::Lead(lead) => (evaluate(endpoint, question, format, Some(lead)).await?, "citypact; fwd=miss"),
        Found::Alone => (evaluate(endpoint, question, format, None).await?, "citypact; fwd=miss"),
    };
    let mut response = response((format, epoch), body, status);
    if let Some(tag) = &tag {
        conditional::mark(&mut response, tag);
    }
    Ok(response)
}

fn tag(endpoint: &Endpoint, key: &Key) -> Tag {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.query.as_bytes());
    let state = format!("{}{}{:?}", endpoint.store.id(), key.epoch, key.arrangement);
    hasher.update(format!("{:?}{:?}{state}", key.dataset, key.default_graph).as_bytes());
    Tag::new(&hasher.finalize().to_hex()[..32], key.format)
}

fn response((format, epoch): (AnswerFormat, Option<u64>), body: Body, cache_status: &'static str) -> Response<Body> {
    let media_type = match format {
        AnswerFormat::Results(format) => format.media_type(),
        AnswerFormat::Triples(syntax) => offered::media_type(syntax),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Some(epoch) = epoch {
        headers.insert(EPOCH, HeaderValue::from(epoch));
    }
    headers.insert("cache-status", HeaderValue::from_static(cache_status));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    // Ask again, but with the tag: the data may change at any time.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

async fn evaluate(
    endpoint: &Arc<Endpoint>,
    question: Question,
    format: AnswerFormat,
    lead: Option<Lead>,
) -> Result<Body, Problem> {
    let deadline = question.deadline;
    let place = deadline.wait(endpoint.admission.take()).await??;
    count(&endpoint.metrics.queries);
    if let Some(all) = at_once(endpoint, &question, format) {
        if let Some(lead) = lead {
            lead.found((all.len() <= endpoint.cache.largest()).then(|| all.clone()));
        }
        return Ok(Body::from(all));
    }
    let cancel = Cancel::new();
    let lead = lead.map(Arc::new);
    let how = Producing {
        cancel: cancel.clone(),
        deadline: deadline.end().and_then(|end| end.checked_add(GRACE)),
        copy_limit: lead.as_ref().map_or(0, |_| endpoint.cache.largest()),
        hurry: lead.clone().map(|lead| Box::new(move || lead.alone()) as Box<_>),
        place,
    };
    let endpoint = Arc::clone(endpoint);
    let ticket = endpoint.running.enter(Kind::Query, &question.text, cancel.clone());
    let work = move |chunks: &mut Chunks| {
        let _ticket = ticket;
        let started = Instant::now();
        let result = write(&endpoint, &question, format, &cancel, chunks);
        let outcome = result.as_ref().map_or_else(Problem::detail, |()| "done");
        log::slow(&endpoint, &question.text, started.elapsed(), outcome);
        result
    };
    let finished = move |result: Result<Option<Vec<u8>>, &Problem>| match (lead, result) {
        (Some(lead), Ok(copy)) => lead.found(copy),
        (Some(lead), Err(problem)) if !problem.is_personal() => lead.failed(problem),
        _ => {}
    };
    Ok(stream::produce(how, work, finished).await?.body)
}

/// The whole answer, if it is the work of a moment. Who asks others waits for them, and for an engine elsewhere.
fn at_once(endpoint: &Endpoint, question: &Question, format: AnswerFormat) -> Option<Vec<u8>> {
    if question.query.asks_others().is_some() || question.state.local().is_none() {
        return None;
    }
    let started = Instant::now();
    let evaluate = |cancel: &Cancel, out: &mut Small| written(endpoint, question, format, cancel, out);
    let all = endpoint.known_long.try_now(question.query.key(), evaluate)?;
    log::slow(endpoint, &question.text, started.elapsed(), "done");
    Some(all)
}

fn write(
    endpoint: &Endpoint,
    question: &Question,
    format: AnswerFormat,
    cancel: &Cancel,
    chunks: &mut Chunks,
) -> Result<(), Problem> {
    written(endpoint, question, format, cancel, chunks).map_err(|unwritten| match unwritten {
        Unwritten::Query(error) => counted(endpoint, &question.deadline.told(error)),
        Unwritten::Output(error) => {
            if Unsayable::of(&error).is_none() {
                count(&endpoint.metrics.cancelled);
            }
            failure::of_output(error)
        }
    })
}

/// Why there is no answer, or a part of one.
enum Unwritten {
    Query(QueryError),
    Output(io::Error),
}

fn written(
    endpoint: &Endpoint,
    question: &Question,
    format: AnswerFormat,
    cancel: &Cancel,
    out: impl io::Write + Send,
) -> Result<(), Unwritten> {
    let deadline = question.deadline;
    let mut writer = ResultsWriter::of_format(format, Style::default(), out);
    let mut failed = None;
    let limits = Limits { timeout: deadline.left(), ..endpoint.settings.evaluation };
    let request = Request { query: &question.query, dataset: &question.dataset, limits: &limits, cancel };
    let engine = endpoint.engine(deadline.end()).with_default_graph(question.default_graph);
    let result = question.state.run(&engine, request, &mut |event| {
        writer.take(event).map_or_else(
            |error| {
                failed = Some(error);
                ControlFlow::Break(())
            },
            ControlFlow::Continue,
        )
    });
    if let Some(error) = failed {
        return Err(Unwritten::Output(error));
    }
    result.map_err(Unwritten::Query)?;
    writer.finish().map(drop).map_err(Unwritten::Output)
}

/// The problem of a failed evaluation, counted by its kind.
pub fn counted(endpoint: &Endpoint, error: &QueryError) -> Problem {
    match error {
        QueryError::Limit(_) => count(&endpoint.metrics.limited),
        QueryError::Cancelled => count(&endpoint.metrics.cancelled),
        _ => {}
    }
    failure::of_query(error)
}
