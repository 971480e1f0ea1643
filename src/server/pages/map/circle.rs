//! Great circles: the shortest way between two places, split where it leaves the map at one edge and comes back at the other.

use std::fmt::Write as _;

use super::Spot;
use super::projection::{at, from_centre};

/// Degrees of arc from one point of a path to the next.
const STEP: f64 = 5.0;

/// The shortest way between two places on the map.
pub struct Way {
    /// Its path, in the coordinates of the map.
    pub path: String,
    /// How far up and down it goes.
    pub reach: (f64, f64),
}

impl Way {
    fn step(&mut self, command: char, (x, y): (f64, f64)) {
        // Writing to a string cannot fail.
        let _ = write!(self.path, "{command}{x:.1} {y:.1}");
        self.reach = (self.reach.0.min(y), self.reach.1.max(y));
    }
}

/// The shortest way between two places.
pub fn way(from: &Spot, to: &Spot) -> Way {
    let points = points((from.longitude, from.latitude), (to.longitude, to.latitude));
    let mut way = Way { path: String::new(), reach: (f64::INFINITY, f64::NEG_INFINITY) };
    let mut last: Option<(f64, f64)> = None;
    for (east, latitude) in points {
        match last {
            Some((before, latitude_before)) if (east - before).abs() > 180.0 => {
                // Over the seam: to the edge on this side, on from the edge on the other.
                let edge = if before > 0.0 { 180.0 } else { -180.0 };
                let whole = (edge - before).abs() + (edge + east).abs();
                let part = if whole > 0.0 { (edge - before).abs() / whole } else { 0.0 };
                let crossing = latitude_before + part * (latitude - latitude_before);
                way.step('L', at(edge, crossing));
                way.step('M', at(-edge, crossing));
                way.step('L', at(east, latitude));
            }
            Some(_) => way.step('L', at(east, latitude)),
            None => way.step('M', at(east, latitude)),
        }
        last = Some((east, latitude));
    }
    way
}

/// Points of the way: degrees east of the middle of the map, and latitudes.
fn points(from: (f64, f64), to: (f64, f64)) -> Vec<(f64, f64)> {
    let (start, end) = (vector(from), vector(to));
    let angle = start.iter().zip(end).map(|(a, b)| a * b).sum::<f64>().clamp(-1.0, 1.0).acos();
    if angle < 1e-6 {
        return vec![(from_centre(from.0), from.1), (from_centre(to.0), to.1)];
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "36 at most")]
    let steps = (angle.to_degrees() / STEP).ceil().max(2.0) as usize;
    let point = |step: usize| {
        #[expect(clippy::cast_precision_loss, reason = "36 at most")]
        let part = step as f64 / steps as f64;
        // Opposite points have no shortest way; any will do.
        let sine = angle.sin().max(1e-9);
        let (near, far) = (((1.0 - part) * angle).sin() / sine, (part * angle).sin() / sine);
        let [x, y, z] = [0, 1, 2].map(|axis| near * start[axis] + far * end[axis]);
        (from_centre(y.atan2(x).to_degrees()), z.atan2(x.hypot(y)).to_degrees())
    };
    (0..=steps).map(point).collect()
}

fn vector((longitude, latitude): (f64, f64)) -> [f64; 3] {
    let (lambda, phi) = (longitude.to_radians(), latitude.to_radians());
    [phi.cos() * lambda.cos(), phi.cos() * lambda.sin(), phi.sin()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::pages::labels::Label;

    fn spot(longitude: f64, latitude: f64) -> Spot {
        Spot { longitude, latitude, label: Label::plain("") }
    }

    #[test]
    fn a_way_begins_and_ends_at_its_places() {
        let path = way(&spot(120.38, 36.07), &spot(-118.19, 33.77)).path;
        assert!(path.starts_with("M422.9 128.7") && path.ends_with("L741.1 136.1"), "{path}");
        // Over the North Pacific, north of both.
        let highest = path.split(['M', 'L']).filter_map(|point| point.split_once(' ')?.1.parse::<f64>().ok());
        assert!(highest.fold(f64::MAX, f64::min) < 100.0, "{path}");
        assert_eq!(path.matches('M').count(), 1);
    }

    #[test]
    fn a_way_over_the_edge_is_split() {
        let split = way(&spot(-9.1, 38.7), &spot(-46.6, -23.5)).path;
        assert_eq!(split.matches('M').count(), 2, "{split}");
    }

    #[test]
    fn ways_without_a_direction_have_a_path() {
        for (from, to) in [((5.0, 5.0), (5.0, 5.0)), ((0.0, 0.0), (180.0, 0.0)), ((10.0, 90.0), (20.0, -90.0))] {
            let path = way(&spot(from.0, from.1), &spot(to.0, to.1)).path;
            assert!(path.starts_with('M') && !path.contains("NaN") && !path.contains("inf"), "{path}");
        }
    }

    #[test]
    fn a_way_over_a_pole_says_how_far_it_reaches() {
        let (north, _) = way(&spot(-74.0, 40.7), &spot(116.4, 39.9)).reach;
        let (_, south) = way(&spot(-58.4, -34.6), &spot(151.2, -33.9)).reach;
        assert!(north < 10.0 && south > 450.0, "{north} {south}");
    }
}
