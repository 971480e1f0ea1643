//! What went wrong, told to people.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::cause;
use super::layout::{self, Page};
use super::view::View;
use crate::server::http::problem::Problem;

/// The page of a problem, as HTML: what happened in the reader's language, and what to do next. What is of no kind is told
/// in the server's own words, too.
pub fn page(view: &View, problem: &Problem) -> String {
    let texts = &view.texts().error;
    let (title, more) = match problem.status() {
        StatusCode::NOT_FOUND => (texts.not_found, texts.not_found_more),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => (texts.busy, texts.busy_more),
        StatusCode::BAD_REQUEST => (texts.bad, texts.bad_more),
        status if status.is_server_error() => (texts.failed, texts.failed_more),
        _ => (texts.other, texts.bad_more),
    };
    let main = html! {
        h1 { (title) }
        @match problem.kind() {
            Some(kind) => {
                p.lead { (cause::told(kind, view.texts())) }
                @if problem.status() == StatusCode::NOT_FOUND { p { (more) } }
            }
            None => {
                p.lead { (more) }
                section.notice {
                    h2 { (texts.details) }
                    (own_words(problem))
                }
            }
        }
        h2 { (texts.try_search) }
        (layout::search_form(view))
        p { a href=(view.at("/")) { (texts.to_home) } span.quiet { " · " (problem.status().as_u16()) } }
    };
    layout::render(&Page { has_search: true, ..Page::titled(title, view, main) }, view)
}

/// What the server says of a problem, in its own language.
pub fn own_words(problem: &Problem) -> Markup {
    html! {
        p lang="en" { (problem.detail()) }
        @if let Some(hint) = problem.advice() { p lang="en" { (hint) } }
    }
}
