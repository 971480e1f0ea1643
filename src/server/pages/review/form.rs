//! The form in which a person judges a conflict: a POST that works without scripts. The token is typed into it, and nothing else
//! lets it through, so that no other site can send it in a reader's name.

use maud::{Markup, html};

use crate::check::{Conflict, of_vocabulary};
use crate::record::Verdict;
use crate::server::pages::view::View;
use crate::vocab::CODE;

/// The fields of the form.
pub const CONFLICT: &str = "conflict";
/// A code of the scheme; empty to take a verdict back.
pub const VERDICT: &str = "verdict";
/// Who judges.
pub const BY: &str = "by";
/// What else there is to say.
pub const NOTE: &str = "note";
/// The writing token.
pub const TOKEN: &str = "token";

/// Where a conflict stands on the page.
pub fn anchor(conflict: &Conflict) -> &str {
    conflict.assessment.as_str().rsplit('/').next().unwrap_or_default()
}

/// The part of the page that the form is on: it is sent there, and leads back there.
pub fn back(view: &View) -> String {
    view.here_with(TOKEN, None)
}

/// Who judged, and when.
pub fn signed(view: &View, by: Option<&str>, on: Option<&str>) -> Markup {
    html! {
        @if let Some(by) = by { " · " (view.texts().review.by) " " (by) }
        @if let Some(on) = on { " · " time datetime=(on) { (on.split('T').next().unwrap_or_default()) } }
    }
}

/// The form for a conflict.
pub fn form(view: &View, conflict: &Conflict) -> Markup {
    let texts = &view.texts().review;
    let language = crate::ontology::language(view.language.tag());
    let chosen = conflict.verdict().as_str().strip_prefix(CODE);
    let name = |field: &str| format!("{field}-{}", anchor(conflict));
    html! {
        details.judge {
            summary { (texts.judge) }
            form method="post" action=(back(view)) {
                input type="hidden" name=(CONFLICT) value=(conflict.assessment.as_str());
                p {
                    label for=(name(VERDICT)) { (texts.verdict) }
                    select id=(name(VERDICT)) name=(VERDICT) {
                        @for code in Verdict::ALL {
                            option value=(code.as_str()) selected[Some(code.as_str()) == chosen] {
                                (of_vocabulary(&format!("{CODE}{code}"), language).unwrap_or(code.as_str()))
                            }
                        }
                        @if !conflict.reviews.is_empty() { option value="" { (texts.withdraw) } }
                    }
                }
                p {
                    label for=(name(BY)) { (texts.your_name) }
                    input id=(name(BY)) name=(BY) required autocomplete="name" maxlength="200";
                }
                p {
                    label for=(name(NOTE)) { (texts.your_note) }
                    textarea id=(name(NOTE)) name=(NOTE) rows="2" maxlength="2000" {}
                }
                p {
                    label for=(name(TOKEN)) { (texts.token) }
                    input id=(name(TOKEN)) name=(TOKEN) type="password" required autocomplete="off";
                }
                p { button type="submit" { (texts.save) } }
            }
        }
    }
}
