//! Maps: land, arcs along great circles, dots with names; drawn here as SVG, without borders, without another's tiles. Each
//! stands beside a table that says the same.

mod circle;
mod labels;
mod projection;

use maud::{Markup, html};
use serde_json::{Value, json};

use super::assets;
use super::labels::Label;
use super::texts::fill;
use super::view::View;
use circle::Way;
use labels::{Area, Placed, place};
use projection::project;

/// A place on a map.
#[derive(Debug, Clone)]
pub struct Spot {
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
    /// Its name.
    pub label: Label,
}

/// What a map shows.
pub struct Map<'m> {
    /// What it says, for those who do not see it.
    pub title: &'m str,
    /// The places.
    pub spots: Vec<Spot>,
    /// Pairs of places that are joined.
    pub arcs: Vec<(usize, usize)>,
    /// The place that the page is about.
    pub here: Option<usize>,
}

/// A part of the world with the picture of its land.
struct Sheet {
    name: &'static str,
    asset: &'static str,
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

const WORLD: Sheet = Sheet { name: "world", asset: "land.svg", left: 0.0, top: 10.0, width: 1000.0, height: 440.0 };
const ASIA: Sheet = Sheet { name: "asia", asset: "land-asia.svg", left: 230.0, top: 60.0, width: 310.0, height: 250.0 };

impl Sheet {
    fn holds(&self, (x, y): (f64, f64)) -> bool {
        // Names need room at the edges.
        let margin = self.width / 20.0;
        (self.left + margin..self.left + self.width - margin).contains(&x)
            && (self.top + margin..self.top + self.height - margin).contains(&y)
    }

    /// Whether a point is on it at all.
    fn has(&self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.left + self.width).contains(&x) && (self.top..=self.top + self.height).contains(&y)
    }

    /// What is shown of it.
    fn area(&self, top: f64, height: f64) -> Area {
        Area { left: self.left, top, right: self.left + self.width, bottom: top + height }
    }

    fn holds_way(&self, way: &Way) -> bool {
        self.top <= way.reach.0 && way.reach.1 <= self.top + self.height
    }

    /// Where its frame begins and how high it is, so that ways over the poles stay within.
    fn frame(&self, ways: &[Way]) -> (f64, f64) {
        let room = self.width / 100.0;
        let bottom = self.top + self.height;
        let reach = ways.iter().map(|way| way.reach);
        let (up, down) =
            reach.fold((self.top + room, bottom - room), |(up, down), (top, low)| (up.min(top), down.max(low)));
        (up - room, down - up + 2.0 * room)
    }
}

/// What a script needs to put places on the map of the world as they are put here.
pub fn world(view: &View) -> Value {
    json!({
        "land": view.at(&assets::path(WORLD.asset)),
        "sheet": [WORLD.left, WORLD.top, WORLD.width, WORLD.height],
        "meridian": projection::CENTRE,
        "scale": projection::SCALE,
        "middle": [projection::MIDDLE.0, projection::MIDDLE.1],
    })
}

/// More arcs than this are drawn fainter.
const MANY: usize = 60;
/// Dots that get their name written beside them, at most.
const NAMED: usize = 24;

/// So many dots of a map of the world lie in East Asia before that is drawn in more detail beside it.
const INSET: usize = 3;
/// The height of letters of a map that is 1000 units wide.
const LETTERS: f64 = 15.0;
const LETTERS_ON_A_PHONE: f64 = 32.0;
/// How much larger names and dots are on each of two maps side by side.
const BESIDE: (f64, f64) = (1.3, 2.4);

/// A map with its caption; where it is of the world and much of it is in East Asia, with that in more detail beside it.
pub fn figure(map: &Map<'_>, view: &View, caption: &Markup) -> Markup {
    let points: Vec<(f64, f64)> = map.spots.iter().map(|spot| project(spot.longitude, spot.latitude)).collect();
    let arcs = map.arcs.iter().filter_map(|(from, to)| Some((map.spots.get(*from)?, map.spots.get(*to)?)));
    let ways: Vec<Way> = arcs.map(|(from, to)| circle::way(from, to)).collect();
    let near = points.iter().filter(|point| ASIA.holds(**point)).count();
    let all_near = near > 0 && near == points.len() && ways.iter().all(|way| ASIA.holds_way(way));
    let (sheet, inset) = (if all_near { &ASIA } else { &WORLD }, !all_near && near >= INSET);
    let (top, height) = sheet.frame(&ways);
    let arcs = html! {
        g #arcs.arcs.many[ways.len() > MANY] { @for way in &ways { path.arc d=(way.path) {} } }
    };
    let larger = if inset { BESIDE } else { (1.0, 1.0) };
    html! {
        figure.map {
            div.sheets.two[inset] {
                @let whole = html! { (arcs) (marks(map, &points, sheet, &sheet.area(top, height), larger.0)) };
                (drawn(view, sheet, (top, height), map.title, &whole))
                @if inset {
                    @let title = fill(view.texts().site.east_asia, &[map.title]);
                    @let area = ASIA.area(ASIA.top, ASIA.height);
                    @let part = html! { use href="#arcs" {} (marks(map, &points, &ASIA, &area, larger.1)) };
                    (drawn(view, &ASIA, (ASIA.top, ASIA.height), &title, &part))
                }
            }
            figcaption { (caption) }
        }
    }
}

/// A sheet from `top` on with what is on it.
fn drawn(view: &View, sheet: &Sheet, (top, height): (f64, f64), title: &str, on_it: &Markup) -> Markup {
    html! {
        svg role="img" aria-label=(title) class=(sheet.name) viewBox={ (sheet.left) " " (tenths(top)) " " (sheet.width) " " (tenths(height)) }
            width="1000" height=(format!("{:.0}", 1000.0 * height / sheet.width)) {
            image href=(view.at(&assets::path(sheet.asset))) x=(sheet.left) y=(sheet.top) width=(sheet.width) height=(sheet.height) {}
            (on_it)
        }
    }
}

/// The dots on a sheet, and their names as far as there is room in what is shown of it.
fn marks(map: &Map<'_>, points: &[(f64, f64)], sheet: &Sheet, shown: &Area, larger: f64) -> Markup {
    // Sizes are of a map that is 1000 units wide.
    let unit = sheet.width / 1000.0 * larger;
    let on_sheet: Vec<usize> = (0..points.len()).filter(|at| sheet.has(points[*at])).collect();
    let names = names(map, points, &on_sheet, (unit * LETTERS, shown));
    let on_a_phone = own_name(map, points, &on_sheet, (sheet.width / 1000.0 * LETTERS_ON_A_PHONE, shown));
    let tag = |at: usize| map.spots[at].label.tag.as_deref().unwrap_or_default();
    let written = |name: &Placed, class: Option<&str>| {
        html! {
            text class=[class] x=(tenths(name.x)) y=(tenths(name.y)) lang=(tag(name.spot)) font-size=(tenths(name.size))
                stroke-width=(tenths(name.size / 5.0)) {
                (map.spots[name.spot].label.text)
            }
        }
    };
    html! {
        @for &at in &on_sheet {
            @let here = map.here == Some(at);
            circle.dot[!here].here[here] cx=(tenths(points[at].0)) cy=(tenths(points[at].1)) r=(tenths(unit * radius(here, points.len()))) {
                title lang=(tag(at)) { (map.spots[at].label.text) }
            }
        }
        @for name in &names {
            (written(name, None))
        }
        @if let Some(name) = &on_a_phone { (written(name, Some("phone"))) }
    }
}

fn radius(here: bool, count: usize) -> f64 {
    match (here, count > MANY) {
        (true, _) => 6.0,
        (false, true) => 2.0,
        (false, false) => 4.0,
    }
}

/// Names beside dots, as far as they do not run into each other; that of the page's own place first.
fn names(map: &Map<'_>, points: &[(f64, f64)], on_sheet: &[usize], (size, shown): (f64, &Area)) -> Vec<Placed> {
    let here = map.here.filter(|here| on_sheet.contains(here));
    let order = here.into_iter().chain(on_sheet.iter().copied().filter(|at| map.here != Some(*at)));
    let wanted = if on_sheet.len() > MANY { usize::from(here.is_some()) } else { NAMED };
    let dots: Vec<(f64, f64)> = on_sheet.iter().map(|at| points[*at]).collect();
    place(order.take(wanted).map(|at| (at, points[at], map.spots[at].label.text.as_str())), &dots, size, shown)
}

/// The name of the page's own place, which is the only one that a small screen shows, in letters that can be read there.
fn own_name(map: &Map<'_>, points: &[(f64, f64)], on_sheet: &[usize], (size, shown): (f64, &Area)) -> Option<Placed> {
    let here = map.here.filter(|here| on_sheet.contains(here))?;
    let name = (here, points[here], map.spots[here].label.text.as_str());
    place(std::iter::once(name), &[], size, shown).pop()
}

/// A coordinate to a tenth.
fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
