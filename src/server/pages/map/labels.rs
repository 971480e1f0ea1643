//! Names on a map, written where there is room for them.

/// A name with its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// The number of its spot.
    pub spot: usize,
    /// Where it begins.
    pub x: f64,
    /// The line that it stands on.
    pub y: f64,
    /// The height of its letters.
    pub size: f64,
}

/// A part of a map: the map itself, or what a name takes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Its left edge.
    pub left: f64,
    /// Its upper edge.
    pub top: f64,
    /// Its right edge.
    pub right: f64,
    /// Its lower edge.
    pub bottom: f64,
}

impl Area {
    const fn covers(&self, other: &Self) -> bool {
        self.left <= other.right && other.left <= self.right && self.top <= other.bottom && other.top <= self.bottom
    }

    fn has(&self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    fn less(&self, margin: f64) -> Self {
        let Self { left, top, right, bottom } = *self;
        Self { left: left + margin, top: top + margin, right: right - margin, bottom: bottom - margin }
    }
}

/// Half of the height that a line takes, in heights of its letters: marks over capitals and their edge are within.
const HALF: f64 = 0.65;
/// From the middle of a line to what its letters stand on.
const BASE: f64 = 0.35;
/// Between a spot and its name.
const GAP: f64 = 0.55;
/// Between a name and the edge of the map, where its corners are round.
const MARGIN: f64 = 0.2;

/// Places names beside their spots, within a map: to the right, to the left, above or below, where they cover no other name. Where
/// there is a choice they cover no dot. What comes first is served first, and what finds no room is left out.
pub fn place<'n>(
    wanted: impl Iterator<Item = (usize, (f64, f64), &'n str)>,
    dots: &[(f64, f64)],
    size: f64,
    map: &Area,
) -> Vec<Placed> {
    let map = map.less(size * MARGIN);
    let mut taken: Vec<Area> = Vec::new();
    let mut placed = Vec::new();
    for (spot, at, name) in wanted {
        let mut free = around(at, width(name) * size, size, &map);
        free.retain(|area| taken.iter().all(|other| !area.covers(other)));
        let shows_dots = |area: &&Area| dots.iter().all(|dot| *dot == at || !area.has(*dot));
        if let Some(area) = free.iter().find(shows_dots).or(free.first()) {
            taken.push(*area);
            placed.push(Placed { spot, x: area.left, y: area.bottom - size * (HALF - BASE), size });
        }
    }
    placed
}

/// Where the name of a spot may stand, the best first: beside it, moved up or down as far as the edge wants it; above and below it,
/// moved sideways so.
fn around((x, y): (f64, f64), width: f64, size: f64, map: &Area) -> Vec<Area> {
    let (gap, half) = (size * GAP, size * HALF);
    if width > map.right - map.left || half * 2.0 > map.bottom - map.top {
        return Vec::new();
    }
    let line = y.clamp(map.top + half, map.bottom - half);
    let start = (x - width / 2.0).clamp(map.left, map.right - width);
    let all = [(x + gap, line), (x - gap - width, line), (start, y - gap - half), (start, y + gap + half)];
    let areas = all.map(|(left, line)| Area { left, right: left + width, top: line - half, bottom: line + half });
    // A hair's breadth is lost in adding up.
    let within = |area: &Area| {
        let hair = size / 1000.0;
        area.left >= map.left - hair
            && area.right <= map.right + hair
            && area.top >= map.top - hair
            && area.bottom <= map.bottom + hair
    };
    areas.into_iter().filter(within).collect()
}

/// How wide a text is at most in the fonts that browsers have, in heights of its letters.
fn width(text: &str) -> f64 {
    let of = |letter: char| match letter {
        'i' | 'j' | 'l' | 'f' | 't' | 'I' | ' ' | ',' | '.' | '\'' | '(' | ')' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' => 1.0,
        'A'..='Z' | '\u{C0}'..='\u{DE}' => 0.78,
        '\u{0}'..='\u{24F}' => 0.65,
        _ => 1.02,
    };
    text.chars().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: Area = Area { left: 230.0, top: 60.0, right: 540.0, bottom: 310.0 };
    const NAMES: [&str; 6] = [
        "Qingdao",
        "青岛市",
        "內蒙古自治區呼倫貝爾市",
        "サンクトペテルブルク市",
        "Llanfairpwllgwyngyll",
        "Ürümqi (Xinjiang Uygur Autonomous Region)",
    ];

    fn area(name: &Placed) -> Area {
        let width = width(NAMES[name.spot % NAMES.len()]) * name.size;
        let bottom = name.y + name.size * (HALF - BASE);
        Area { left: name.x, right: name.x + width, top: bottom - name.size * HALF * 2.0, bottom }
    }

    /// That names stay within the map and beside each other.
    fn assert_readable(placed: &[Placed], map: &Area) {
        for (at, name) in placed.iter().enumerate() {
            let own = area(name);
            assert!(own.left >= map.left && own.right <= map.right, "{name:?}");
            assert!(own.top >= map.top && own.bottom <= map.bottom, "{name:?}");
            assert!(placed[..at].iter().all(|other| !area(other).covers(&own)), "{name:?}");
        }
    }

    #[test]
    fn names_do_not_cover_each_other() {
        let dots = [(300.0, 150.0), (304.0, 152.0), (302.0, 151.0), (303.0, 150.0), (301.0, 152.0), (302.0, 152.0)];
        let spots = dots.iter().zip(NAMES).enumerate().map(|(at, (dot, name))| (at, *dot, name));
        let placed = place(spots, &dots, 10.0, &MAP);
        assert_readable(&placed, &MAP);
        assert_eq!(placed.iter().map(|name| name.spot).collect::<Vec<_>>(), [0, 1], "no other has room");
        assert!(placed[0].x > 300.0 && placed[1].x < 304.0, "to the right, and to the left");
    }

    #[test]
    fn names_at_every_edge_stay_whole_on_the_map() {
        let (across, down) =
            ([230.0, 231.0, 300.0, 385.0, 480.0, 539.0, 540.0], [60.0, 61.0, 70.0, 200.0, 300.0, 309.0, 310.0]);
        for (x, y, (at, name)) in across
            .iter()
            .flat_map(|x| down.iter().map(move |y| (*x, *y)))
            .flat_map(|(x, y)| NAMES.iter().enumerate().map(move |name| (x, y, name)))
        {
            // A small map has larger letters.
            for size in [4.65, 9.92] {
                let placed = place([(at, (x, y), *name)].into_iter(), &[], size, &MAP);
                assert_eq!(placed.len(), 1, "{name} at {x} {y}");
                assert_readable(&placed, &MAP);
                assert!(!area(&placed[0]).has((x, y)), "{name} covers its own dot at {x} {y}");
            }
        }
    }

    #[test]
    fn many_names_at_the_edges_are_readable_whatever_their_order() {
        let dots: Vec<(f64, f64)> =
            (0..60).map(|n| (230.0 + f64::from(n * 37 % 311), 60.0 + f64::from(n * 53 % 251))).collect();
        let spots = dots.iter().enumerate().map(|(at, dot)| (at, *dot, NAMES[at % NAMES.len()]));
        let placed = place(spots, &dots, 9.92, &MAP);
        assert!(placed.len() > 10, "{}", placed.len());
        assert_readable(&placed, &MAP);
    }

    #[test]
    fn a_name_leaves_the_dots_of_others_to_be_seen() {
        let dots = [(300.0, 150.0), (320.0, 150.0)];
        let placed = place([(0, dots[0], "Qingdao")].into_iter(), &dots, 10.0, &MAP);
        assert!(placed[0].x < 300.0, "to the left: {placed:?}");
        // Where there is no room else it covers them.
        let ring: Vec<_> = (0..360).map(|at| f64::from(at).to_radians().sin_cos()).collect();
        let ring: Vec<_> = ring.iter().map(|(sin, cos)| (300.0 + 20.0 * cos, 150.0 + 10.0 * sin)).collect();
        assert_eq!(place([(0, dots[0], "Qingdao")].into_iter(), &ring, 10.0, &MAP).len(), 1);
    }

    #[test]
    fn a_name_longer_than_the_map_is_left_out() {
        let name = "呼".repeat(40);
        assert_eq!(place([(0, (300.0, 150.0), name.as_str())].into_iter(), &[], 10.0, &MAP), []);
    }
}
