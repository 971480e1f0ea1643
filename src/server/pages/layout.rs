//! The frame of every page: what stands above and below what it is about.

use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::assets;
use super::embedded;
use super::labels::Label;
use super::language::Language;
use super::literal;
use super::view::{LABELS, LANGUAGE, View};

/// A page without its frame.
pub struct Page {
    /// What it is about: the title, which stands as `h1` too where there is no other.
    pub title: Label,
    /// Its content.
    pub main: Markup,
    /// The same in other formats: media type, name, address.
    pub formats: Vec<(&'static str, &'static str, String)>,
    /// What it says, for programs.
    pub json_ld: Option<Value>,
    /// Style sheets beside that of the site.
    pub styles: &'static [&'static str],
    /// Modules that it runs.
    pub modules: &'static [&'static str],
    /// Whether its content has the search form, which stands above all others.
    pub has_search: bool,
    /// Where to go instead.
    pub redirect: Option<String>,
}

impl Page {
    /// A page of a title and a content.
    pub fn new(title: Label, main: Markup) -> Self {
        let formats = Vec::new();
        Self { title, main, formats, json_ld: None, styles: &[], modules: &[], has_search: false, redirect: None }
    }

    /// No page, but the way to another.
    pub fn elsewhere(address: String) -> Self {
        Self { redirect: Some(address), ..Self::new(Label::plain(""), html! {}) }
    }

    /// A page whose title is of the interface.
    pub fn titled(title: impl Into<String>, view: &View, main: Markup) -> Self {
        Self::new(Label::own(title, view.language), main)
    }
}

/// The whole page.
pub fn render(page: &Page, view: &View) -> String {
    let texts = view.texts();
    let is_home = page.title.text == texts.site.name;
    let document = html! {
        (DOCTYPE)
        html lang=(view.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="description" content=(texts.site.tagline);
                title { (page.title.text) @if !is_home { " · " (texts.site.name) } }
                link rel="icon" type="image/svg+xml" href=(view.at(&assets::path("icon.svg")));
                link rel="stylesheet" href=(view.at(&assets::path("site.css")));
                @for style in page.styles { link rel="stylesheet" href=(view.at(&assets::path(style))); }
                @for (media_type, name, address) in &page.formats {
                    link rel="alternate" type=(media_type) title=(name) href=(address);
                }
                @for language in Language::ALL {
                    link rel="alternate" hreflang=(language.tag()) href=(view.here_with(LANGUAGE, Some(language.tag())));
                }
                @for module in page.modules {
                    script type="module" src=(view.at(&assets::path(module))) {}
                }
                @if let Some(value) = &page.json_ld { (embedded::json("application/ld+json", value)) }
            }
            body {
                a.skip href="#main" { (texts.site.skip) }
                (above(view, page.has_search))
                main #main tabindex="-1" { (page.main) }
                (below(view))
            }
        }
    };
    document.into_string()
}

fn above(view: &View, has_search: bool) -> Markup {
    let texts = view.texts();
    html! {
        header.site {
            div.bar {
                a.brand href=(view.at("/")) {
                    img src=(view.at(&assets::path("icon.svg"))) alt="" width="28" height="28";
                    span { (texts.site.name) }
                }
                @if !has_search { (search_form(view)) }
                nav.languages aria-label=(texts.site.languages) {
                    @for language in Language::ALL {
                        @let current = language == view.language;
                        a href=(view.here_with(LANGUAGE, Some(language.tag()))) lang=(language.tag()) hreflang=(language.tag())
                            aria-current=[current.then_some("true")] { (language.name()) }
                    }
                }
            }
            nav.menu aria-label=(texts.site.menu) {
                @for (path, name) in [
                    ("/places", texts.site.places), ("/ties", texts.site.ties), ("/agreements", texts.site.agreements),
                    ("/awards", texts.site.awards), ("/events", texts.site.events), ("/documents", texts.site.documents),
                    ("/review", texts.site.review), ("/sparql", texts.site.query),
                ] {
                    a href=(view.at(path)) aria-current=[(view.path == path).then_some("page")] { (name) }
                }
            }
        }
    }
}

/// The search form: one on every page.
pub fn search_form(view: &View) -> Markup {
    let texts = &view.texts().site;
    let typed = (view.path == "/search").then(|| view.parameter("q")).flatten();
    html! {
        form.search role="search" method="get" action=(view.at("/search")) {
            label.hidden for="q" { (texts.search) }
            input id="q" type="search" name="q" value=[typed] placeholder=(texts.search_hint) autocomplete="off" spellcheck="false";
            button type="submit" { (texts.search_button) }
        }
    }
}

fn below(view: &View) -> Markup {
    let texts = view.texts();
    html! {
        footer.site {
            p { (texts.site.footer) }
            p {
                a href=(view.at("/dataset")) { (texts.site.dataset) } " · "
                a href=(view.at("/ontology")) { (texts.site.ontology) } " · "
                a href=(view.at("/sparql")) { (texts.site.query) } " · "
                span { (texts.site.licence) }
            }
            (labels_form(view))
            p.small { (texts.site.copyright) }
        }
    }
}

/// The choice of the language of the data's names, which is that of the interface unless chosen otherwise.
fn labels_form(view: &View) -> Markup {
    let texts = &view.texts().site;
    html! {
        form.labels method="get" action=(view.at(&view.path)) {
            @for (name, value) in view.others() { input type="hidden" name=(name) value=(value); }
            // Buttons, not a list: an option of this page is a completion.
            span #labels { (texts.labels) }
            div role="group" aria-labelledby="labels" {
                button.plain name=(LABELS) value="" aria-current=[(view.labels == view.language).then_some("true")] { (texts.labels_same) }
                @for language in Language::ALL.into_iter().filter(|language| *language != view.language) {
                    button.plain name=(LABELS) value=(language.tag()) lang=(language.tag())
                        aria-current=[(view.labels == language).then_some("true")] { (language.name()) }
                }
            }
        }
    }
}

/// A title with its language, as the heading of a page.
pub fn heading(title: &Label) -> Markup {
    html! { h1 { (literal::label(title)) } }
}
