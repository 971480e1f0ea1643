//! What went wrong, told to people.

use axum::http::StatusCode;
use maud::html;

use super::layout::{self, Page};
use super::view::View;

/// The page of a problem, as HTML: what happened in the reader's language, what the server says, what to do next.
pub fn page(view: &View, status: StatusCode, detail: &str, hint: Option<&str>) -> String {
    let texts = &view.texts().error;
    let (title, more) = match status {
        StatusCode::NOT_FOUND => (texts.not_found, texts.not_found_more),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => (texts.busy, texts.busy_more),
        StatusCode::BAD_REQUEST => (texts.bad, texts.bad_more),
        status if status.is_server_error() => (texts.failed, texts.failed_more),
        _ => (texts.other, texts.bad_more),
    };
    let main = html! {
        h1 { (title) }
        p { (more) }
        section.notice {
            h2 { (texts.details) }
            p lang="en" { (status.as_u16()) " · " (detail) }
            @if let Some(hint) = hint { p lang="en" { (hint) } }
        }
        h2 { (texts.try_search) }
        (layout::search_form(view))
        p { a href=(view.at("/")) { (texts.to_home) } }
    };
    layout::render(&Page { has_search: true, ..Page::titled(title, view, main) }, view)
}
