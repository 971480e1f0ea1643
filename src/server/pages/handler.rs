//! From a request to a page: whether one is wanted, in which language, of which state.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use oxrdf::NamedNode;

use super::data::{self, Reading};
use super::layout::{self, Page};
use super::list::{List, kinds};
use super::view::{LABELS, LANGUAGE, View};
use super::{assets, compare, concept, dataset, graph, home, list, ontology, place, review, search, thing};
use crate::query::{self, Dataset};
use crate::server::admission::admitted;
use crate::server::admission::deadline::Deadline;
use crate::server::endpoint::Endpoint;

use crate::server::http::cause::Cause;
use crate::server::http::conditional::{self, Tag};
use crate::server::http::negotiation::{self, Name};
use crate::server::http::problem::Problem;
use crate::server::http::response;

use crate::server::http::{iri, offered};
use crate::server::linked_data::{self, description};
use crate::server::sparql::cache::{Found, Key};
use crate::server::state::current_state;

/// What a page varies by beside its address.
const VARY: &str = "Accept, Accept-Language, Cookie";
/// Seconds for which a language is remembered.
const YEAR: u32 = 31_536_000;

/// Whether a client wants a page rather than data: one that names `text/html` and weighs nothing that is data more, or asks
/// for `format=html`.
pub fn wants_page(headers: &HeaderMap, query: Option<&str>) -> bool {
    if let Some(format) = query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("format="))) {
        return format.eq_ignore_ascii_case("html");
    }
    let offers = [
        ("text/html", Name::Alias, true),
        ("application/xhtml+xml", Name::Alias, true),
        ("text/turtle", Name::Own, false),
        ("application/ld+json", Name::Own, false),
        ("application/json", Name::Alias, false),
        ("application/rdf+xml", Name::Own, false),
        ("application/n-triples", Name::Own, false),
        ("application/trig", Name::Own, false),
        ("application/n-quads", Name::Own, false),
    ];
    negotiation::choose(offered::accept(headers).as_deref(), offers).unwrap_or(false)
}

/// Makes a page of the present state, in the language of the request.
///
/// # Errors
/// Those of `make`; 412 where the request insists on another page; 503 where the server is busy.
pub async fn respond(
    endpoint: &Arc<Endpoint>,
    request: Request,
    make: impl FnOnce(&Reading<'_>, &View) -> Result<Page, Problem> + Send + 'static,
) -> Result<Response<Body>, Problem> {
    let (parts, _) = request.into_parts();
    respond_to(endpoint, parts, make).await
}

/// As [`respond`], to a request whose body has been read.
///
/// # Errors
/// As [`respond`].
pub async fn respond_to(
    endpoint: &Arc<Endpoint>,
    parts: Parts,
    make: impl FnOnce(&Reading<'_>, &View) -> Result<Page, Problem> + Send + 'static,
) -> Result<Response<Body>, Problem> {
    let view = View::new(endpoint, &parts.headers, &parts.uri);
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, None);
    let state = current_state(endpoint, deadline).await?;
    let key = key(endpoint, &state, &view, &parts.uri);
    let tag = tag(endpoint, &key);
    // Who names the tag of this page has had it: it is there, and need not be made to find out.
    if names_tags(&parts.headers)
        && let Some(response) = conditional::unchanged(&parts.headers, &tag)?
    {
        return Ok(dressed(response, &view));
    }
    let lead = match deadline.wait(endpoint.cache.look(&key)).await? {
        Found::Hit(page) => return sent(&parts.headers, page, &tag, &view),
        Found::Failed(problem) => return Err(problem),
        Found::Lead(lead) => Some(lead),
        Found::Alone => None,
    };
    admitted(endpoint, deadline, move |endpoint, cancel| {
        let made = make(&Reading::new(endpoint, state, deadline, cancel), &view);
        let page = match (made, lead) {
            (Ok(Page { redirect: Some(address), .. }), _) => {
                return Ok(dressed(description::see_other(&address), &view));
            }
            (Ok(page), lead) => {
                let page = Bytes::from(layout::render(&page, &view));
                lead.into_iter().for_each(|lead| lead.found(Some(page.to_vec())));
                page
            }
            (Err(problem), lead) => {
                lead.filter(|_| !problem.is_personal()).into_iter().for_each(|lead| lead.failed(&problem));
                return Err(problem);
            }
        };
        sent(&parts.headers, page, &tag, &view)
    })
    .await
}

/// Makes a page that answers a POST: it represents no resource, so that it has no tag and is not kept.
///
/// # Errors
/// Those of `make`; 503 where the server is busy.
pub async fn respond_once(
    endpoint: &Arc<Endpoint>,
    parts: &Parts,
    make: impl FnOnce(&Reading<'_>, &View) -> Result<Page, Problem> + Send + 'static,
) -> Result<Response<Body>, Problem> {
    let view = View::new(endpoint, &parts.headers, &parts.uri);
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, None);
    let state = current_state(endpoint, deadline).await?;
    admitted(endpoint, deadline, move |endpoint, cancel| {
        let page = make(&Reading::new(endpoint, state, deadline, cancel), &view)?;
        Ok(dressed(response::whole("text/html; charset=utf-8", layout::render(&page, &view)), &view))
    })
    .await
}

/// A page to a client, or 304.
fn sent(headers: &HeaderMap, page: Bytes, tag: &Tag, view: &View) -> Result<Response<Body>, Problem> {
    if let Some(response) = conditional::unchanged(headers, tag)? {
        return Ok(dressed(response, view));
    }
    let mut response = response::whole("text/html; charset=utf-8", page);
    conditional::mark(&mut response, tag);
    Ok(dressed(response, view))
}

/// What a page is kept by: all that it is made from.
fn key(endpoint: &Endpoint, state: &query::State, view: &View, uri: &Uri) -> Key {
    Key {
        query: format!("page {} {} {} {uri}", data::today(endpoint), view.labels.tag(), view.root).into(),
        dataset: Dataset::default(),
        default_graph: endpoint.settings.default_graph,
        format: view.language.tag(),
        epoch: state.number(),
        arrangement: state.arrangement(),
    }
}

/// Whether a request says nothing of tags but which ones its client has.
fn names_tags(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::IF_MATCH) && headers.get(header::IF_NONE_MATCH).is_some_and(|known| known != "*")
}

/// The tag of a page: it changes with the data, the program, the day and the language.
fn tag(endpoint: &Endpoint, key: &Key) -> Tag {
    let state = format!("{} {} {} {:?}", endpoint.store.id(), assets::version(), key.epoch, key.arrangement);
    let hash = blake3::hash(format!("{state} {}", key.query).as_bytes()).to_hex();
    Tag::new(&hash[..32], &format!("html-{}", key.format))
}

/// With the headers that pages have in common.
fn dressed(mut response: Response<Body>, view: &View) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static(VARY));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(view.language.tag()));
    for (name, value) in &view.chosen {
        let path = if view.base().is_empty() { "/" } else { view.base() };
        let secure = if view.root.starts_with("https:") { "; Secure" } else { "" };
        let age = if value.is_empty() { 0 } else { YEAR };
        let cookie = format!("{name}={value}; Path={path}; Max-Age={age}; SameSite=Lax; HttpOnly{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// `/`: the home page.
///
/// # Errors
/// As [`respond`].
pub async fn home(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    respond(&endpoint, request, home::page).await
}

/// `/search`: what bears a name, or the page of the only thing that does.
///
/// # Errors
/// As [`respond`].
pub async fn find(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    respond(&endpoint, request, search::page).await
}

/// `/places`, `/ties` and the other lists.
///
/// # Errors
/// As [`respond`].
async fn listed(endpoint: &Arc<Endpoint>, request: Request, list: &'static List) -> Result<Response<Body>, Problem> {
    respond(endpoint, request, move |reading, view| list::page(reading, view, list)).await
}

/// The handlers of lists.
macro_rules! lists {
    ($($(#[$meta:meta])* $name:ident: $list:ident),* $(,)?) => {
        $(
            $(#[$meta])*
            ///
            /// # Errors
            /// As [`respond`].
            pub async fn $name(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
                listed(&endpoint, request, &kinds::$list).await
            }
        )*
    };
}

lists! {
    /// `/places`: those that have ties.
    places: PLACES,
    /// `/ties`
    ties: TIES,
    /// `/agreements`
    agreements: AGREEMENTS,
    /// `/awards`: those conferred.
    awards: AWARDS,
    /// `/events`
    events: EVENTS,
    /// `/documents`
    documents: DOCUMENTS,
}

/// `/compare`: places side by side.
///
/// # Errors
/// As [`respond`].
pub async fn compare(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    respond(&endpoint, request, compare::page).await
}

/// `/review`: what documents disagree about.
///
/// # Errors
/// As [`respond`].
pub async fn review(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    respond(&endpoint, request, review::page).await
}

/// `/ontology`: the vocabulary for people; `/ns` has it for programs.
///
/// # Errors
/// As [`respond`].
pub async fn ontology(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    respond(&endpoint, request, ontology::page).await
}

/// `/dataset`: what the data is, for people.
///
/// # Errors
/// As [`respond`].
pub async fn dataset(endpoint: &Arc<Endpoint>, request: Request) -> Result<Response<Body>, Problem> {
    respond(endpoint, request, dataset::page).await
}

/// `/doc/…`: the page of a thing.
///
/// # Errors
/// 404 where neither the data nor the register knows it; else as [`respond`].
pub async fn document(endpoint: &Arc<Endpoint>, request: Request) -> Result<Response<Body>, Problem> {
    let namespace = endpoint.settings.namespace.clone();
    let path = iri::to_uri(request.uri().path());
    let query = request.uri().query().filter(|query| !is_of_pages(query)).unwrap_or_default().to_owned();
    respond(endpoint, request, move |reading, view| {
        let names = linked_data::names(&namespace, path.strip_prefix("/doc/").unwrap_or_default(), &query);
        for look in [thing_page, graph::page] {
            for name in &names {
                if let Some(page) = look(reading, view, name)? {
                    return Ok(page);
                }
            }
        }
        let known = names.iter().find_map(|name| place::registered(reading, view, name));
        known.ok_or_else(|| match names.last() {
            Some(name) => Problem::not_found(format!("nothing is known of {name}"))
                .of_kind(Cause::NothingKnown(name.as_str().to_owned())),
            None => Problem::not_found("the address stands for no IRI").of_kind(Cause::NoAddress),
        })
    })
    .await
}

/// The page of what is said of something, by its kind.
fn thing_page(reading: &Reading<'_>, view: &View, name: &NamedNode) -> Result<Option<Page>, Problem> {
    if is_place(name.as_str(), &view.namespace) {
        return place::page(reading, view, name);
    }
    concept::page(reading, view, name)?.map_or_else(|| thing::page(reading, view, name), |page| Ok(Some(page)))
}

/// Whether the parameters of an address are those of pages, and so no part of an IRI.
fn is_of_pages(query: &str) -> bool {
    let names = [LANGUAGE, LABELS, place::ON, "page", "format"];
    query.split('&').all(|pair| names.contains(&pair.split('=').next().unwrap_or_default()))
}

fn is_place(iri: &str, namespace: &str) -> bool {
    iri.strip_prefix(namespace).is_some_and(|local| local.starts_with("id/place/") && !local.contains('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_want_pages_and_programs_do_not() {
        let wants = |accept: &str, query: Option<&str>| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(accept).unwrap())]);
            wants_page(&headers, query)
        };
        assert!(wants("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", None));
        assert!(wants("text/html", None) && wants("text/turtle", Some("format=html")));
        for accept in ["*/*", "text/*", "text/turtle, text/html;q=0.5", "application/ld+json, */*;q=0.1", "image/png"] {
            assert!(!wants(accept, None), "{accept}");
        }
        assert!(!wants("text/html", Some("a=b&format=turtle")));
        assert!(!wants_page(&HeaderMap::new(), None));
    }
}
