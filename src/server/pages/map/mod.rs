//! Maps: land, arcs along great circles, dots with names; drawn here as SVG, without borders, without another's tiles. Each
//! stands beside a table that says the same.

mod circle;
mod labels;
mod projection;

use maud::{Markup, html};
use serde_json::{Value, json};

use super::assets;
use super::labels::Label;
use super::view::View;
use labels::{Placed, place};
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

/// A map with its caption.
pub fn figure(map: &Map<'_>, view: &View, caption: &Markup) -> Markup {
    let points: Vec<(f64, f64)> = map.spots.iter().map(|spot| project(spot.longitude, spot.latitude)).collect();
    let near = !points.is_empty() && points.iter().all(|point| ASIA.holds(*point));
    let sheet = if near { &ASIA } else { &WORLD };
    // Sizes are of a map that is 1000 units wide.
    let unit = sheet.width / 1000.0;
    let arcs = map.arcs.iter().filter_map(|(from, to)| Some((map.spots.get(*from)?, map.spots.get(*to)?)));
    let paths: Vec<String> = arcs.map(|(from, to)| circle::path(from, to)).collect();
    let names = names(map, &points, sheet, unit);
    html! {
        figure.map {
            svg role="img" aria-label=(map.title) class=(sheet.name) viewBox={ (sheet.left) " " (sheet.top) " " (sheet.width) " " (sheet.height) }
                width="1000" height=(format!("{:.0}", 1000.0 * sheet.height / sheet.width)) {
                image href=(view.at(&assets::path(sheet.asset))) x=(sheet.left) y=(sheet.top) width=(sheet.width) height=(sheet.height) {}
                g.arcs.many[paths.len() > MANY] {
                    @for path in &paths { path.arc d=(path) {} }
                }
                @for (at, (x, y)) in points.iter().enumerate() {
                    @let here = map.here == Some(at);
                    circle.dot[!here].here[here] cx=(tenths(*x)) cy=(tenths(*y)) r=(tenths(unit * radius(here, points.len()))) {
                        title lang=(map.spots[at].label.tag.as_deref().unwrap_or_default()) { (map.spots[at].label.text) }
                    }
                }
                @for name in &names {
                    text.own[map.here == Some(name.spot)] x=(tenths(name.x)) y=(tenths(name.y)) lang=(map.spots[name.spot].label.tag.as_deref().unwrap_or_default())
                        font-size=(tenths(name.size)) stroke-width=(tenths(unit * 3.0)) {
                        (map.spots[name.spot].label.text)
                    }
                }
            }
            figcaption { (caption) }
        }
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
fn names(map: &Map<'_>, points: &[(f64, f64)], sheet: &Sheet, unit: f64) -> Vec<Placed> {
    let order = map.here.into_iter().chain((0..points.len()).filter(|at| map.here != Some(*at)));
    let wanted = if points.len() > MANY { usize::from(map.here.is_some()) } else { NAMED };
    let right = sheet.left + sheet.width;
    place(order.take(wanted).map(|at| (at, points[at], map.spots[at].label.text.as_str())), unit * 15.0, right)
}

/// A coordinate to a tenth.
fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
