//! What a place is: its names in every language, its level, what it lies in, where it stands, what others call it.

use std::collections::BTreeMap;

use maud::{Markup, html};
use oxrdf::{Literal, NamedNode, Term};
use serde_json::{Value, json};

use crate::place::Place;
use crate::server::http::problem::Problem;
use crate::server::pages::data::{Reading, Slot};
use crate::server::pages::labels::{Label, Names, named};
use crate::server::pages::literal;
use crate::server::pages::show;
use crate::server::pages::view::View;
use crate::server::pages::vocabulary::prefixed;
use crate::vocab::{item, wd};

const ABOUT: &str = "SELECT DISTINCT ?property ?value ?scheme WHERE {
  { $place ?property ?value }
  UNION { $place schema:identifier ?id . ?id schema:propertyID ?scheme ; schema:value ?value }
}";

/// What is said of a place itself.
#[derive(Debug, Default)]
pub struct About {
    names: Vec<Label>,
    links: BTreeMap<String, Vec<String>>,
    notes: Vec<Literal>,
    codes: Vec<(String, String)>,
    position: Option<(f64, f64)>,
    level: Option<String>,
}

/// Properties whose values are links that the page shows.
const LINKS: [&str; 5] =
    ["schema:containedInPlace", "pact:sovereignState", "owl:sameAs", "owl:differentFrom", "pact:level"];

impl About {
    /// Reads it.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn read(reading: &Reading<'_>, place: &NamedNode) -> Result<Self, Problem> {
        let rows = reading.ask(ABOUT, &[("place", Slot::Node(place))])?;
        let mut about = Self::default();
        let (mut latitude, mut longitude) = (None, None);
        for row in rows.iter() {
            if let (Some(scheme), Some(code)) = (row.text("scheme"), row.text("value")) {
                about.codes.push((scheme.to_owned(), code.to_owned()));
                continue;
            }
            let name = row.iri("property").map(prefixed).unwrap_or_default();
            match (name.as_str(), row.term("value")) {
                ("skos:prefLabel" | "skos:altLabel" | "skos:hiddenLabel", Some(Term::Literal(text))) => {
                    about.names.push(Label::of(text));
                }
                ("skos:note", Some(Term::Literal(text))) => about.notes.push(text.clone()),
                ("schema:latitude", _) => latitude = row.decimal("value"),
                ("schema:longitude", _) => longitude = row.decimal("value"),
                (link, Some(Term::NamedNode(node))) if LINKS.contains(&link) => {
                    about.links.entry(link.to_owned()).or_default().push(node.as_str().to_owned());
                }
                _ => {}
            }
        }
        about.position = latitude.zip(longitude);
        about.level = about.links.remove("pact:level").and_then(|mut levels| levels.pop());
        about.codes.sort_unstable();
        Ok(about)
    }

    /// What the register says of a place.
    pub fn of_register(known: &Place) -> Self {
        Self {
            names: known.names.iter().map(|(tag, name)| named(tag, name)).collect(),
            links: BTreeMap::from([("owl:sameAs".to_owned(), known.same_as.clone())]),
            codes: known.codes.iter().map(|(scheme, code)| (scheme.clone(), code.clone())).collect(),
            position: known.lat.zip(known.long),
            ..Self::default()
        }
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.links.is_empty() && self.position.is_none() && self.level.is_none()
    }

    /// What it names, for its labels.
    pub fn iris(&self) -> impl Iterator<Item = &str> {
        self.links.values().flatten().map(String::as_str).chain(self.level.as_deref())
    }

    fn linked(&self, property: &str) -> &[String] {
        self.links.get(property).map_or(&[], Vec::as_slice)
    }

    /// The units that it lies in, and its level.
    pub fn crumbs(&self, names: &Names<'_>, view: &View) -> Markup {
        let within = self.linked("schema:containedInPlace");
        let states = self.linked("pact:sovereignState").iter().filter(|state| !within.contains(state));
        html! {
            p.crumbs {
                @for unit in within { (show::link(names, view, unit)) " · " }
                @for state in states { (show::link(names, view, state)) " · " }
                @if let Some(level) = &self.level { (show::tag(names, view, level)) }
            }
        }
    }

    /// Its names but the one in the heading, each with its language, one language a row.
    pub fn other_names(&self, view: &View, title: &Label) -> Markup {
        let mut by_tag: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in &self.names {
            let names = by_tag.entry(name.tag.as_deref().unwrap_or_default()).or_default();
            if !names.contains(&name.text.as_str()) {
                names.push(&name.text);
            }
        }
        if by_tag.values().flatten().all(|name| *name == title.text) {
            return html! {};
        }
        html! {
            dl.facts {
                @for (tag, names) in by_tag {
                    dt { (language_name(view, tag)) }
                    dd { ul.inline { @for name in names { li { (literal::text(name, Some(tag))) } } } }
                }
            }
        }
    }

    /// Where it stands and what others call it.
    pub fn section(&self, names: &Names<'_>, view: &View) -> Markup {
        let texts = &view.texts().common;
        let different = self.linked("owl:differentFrom");
        html! {
            h2 { (texts.identifiers) }
            dl.facts {
                (self.elsewhere(view))
                @if !different.is_empty() {
                    dt { (view.texts().property("owl:differentFrom").unwrap_or_default()) }
                    dd { @for other in different { div { (show::link(names, view, other)) } } }
                }
                @if !self.notes.is_empty() {
                    dt { (texts.note) }
                    dd { @for note in &self.notes { div { (literal::literal(note)) } } }
                }
            }
        }
    }

    /// The same of a place of the register.
    pub fn register_facts(&self, view: &View) -> Markup {
        html! {
            h2 { (view.texts().common.identifiers) }
            dl.facts { (self.elsewhere(view)) }
        }
    }

    fn elsewhere(&self, view: &View) -> Markup {
        let texts = &view.texts().common;
        let same = self.linked("owl:sameAs");
        html! {
            @if let Some((latitude, longitude)) = self.position {
                dt { (texts.coordinates) }
                dd { span.number { (format!("{latitude:.4}, {longitude:.4}")) } }
            }
            @for (scheme, code) in &self.codes {
                dt { (scheme) }
                @match item(code).filter(|_| scheme == "wikidata") {
                    Some(item) => dd { (show::named_link(view, &format!("{}{item}", wd::NS), &Label::plain(item))) },
                    None => dd { code { (code) } },
                }
            }
            @if !same.is_empty() {
                dt { (texts.same_as) }
                dd { @for other in same { div { (show::named_link(view, other, &Label::plain(prefixed(other)))) } } }
            }
        }
    }

    /// The place for programs, in the words of schema.org.
    pub fn json_ld(&self, place: &NamedNode, title: &Label) -> Value {
        let names: Vec<Value> = self
            .names
            .iter()
            .filter(|name| name.text != title.text)
            .map(|name| match &name.tag {
                Some(tag) => json!({ "@value": name.text, "@language": tag }),
                None => json!(name.text),
            })
            .collect();
        let mut value = json!({
            "@context": "https://schema.org", "@type": "AdministrativeArea", "@id": place.as_str(),
            "name": title.text, "alternateName": names, "sameAs": self.linked("owl:sameAs"),
        });
        if let Some((latitude, longitude)) = self.position {
            value["geo"] = json!({ "@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude });
        }
        value
    }
}

/// What a language is called by those who speak it.
fn language_name(view: &View, tag: &str) -> Markup {
    let name = match tag.to_ascii_lowercase().as_str() {
        "zh-hans" => "简体中文",
        "zh-hant" => "繁體中文",
        "zh-hant-tw" => "繁體中文（臺灣）",
        "zh-hant-hk" => "繁體中文（香港）",
        "zh-hant-cn" => "繁體中文（大陸用語）",
        "zh" => "中文",
        "zh-latn-pinyin" | "zh-latn" => "拼音",
        "ja" => "日本語",
        "ja-hira" => "ひらがな",
        "ja-latn" => "ローマ字",
        "en" => "English",
        "ko" => "한국어",
        "vi" => "Tiếng Việt",
        "th" => "ไทย",
        "ru" => "Русский",
        "fr" => "Français",
        "de" => "Deutsch",
        "es" => "Español",
        "" => return html! { (view.texts().common.other_language) },
        _ => return html! { code { (tag) } },
    };
    literal::text(name, Some(tag))
}
