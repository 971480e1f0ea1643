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

/// A rectangle that is taken: left, top, right, bottom.
type Taken = (f64, f64, f64, f64);

/// Places names beside their spots, to the right or else to the left of them, unless they would cover another; what comes
/// first is served first. `right` is the edge of the map.
pub fn place<'n>(wanted: impl Iterator<Item = (usize, (f64, f64), &'n str)>, size: f64, right: f64) -> Vec<Placed> {
    let mut taken: Vec<Taken> = Vec::new();
    let mut placed = Vec::new();
    for (spot, (x, y), name) in wanted {
        let width = name.chars().map(|c| if c.is_ascii() { 0.58 } else { 1.02 }).sum::<f64>() * size;
        let gap = size * 0.55;
        let free = |left: &f64| {
            let (left, top, end, bottom) = (*left, y - size * 0.6, *left + width, y + size * 0.6);
            end < right && taken.iter().all(|(l, t, r, b)| end < *l || left > *r || bottom < *t || top > *b)
        };
        if let Some(left) = [x + gap, x - gap - width].into_iter().find(free) {
            taken.push((left, y - size * 0.6, left + width, y + size * 0.6));
            placed.push(Placed { spot, x: left, y: y + size * 0.35, size });
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_cover_each_other() {
        let spots = [(0, (100.0, 50.0), "Qingdao"), (1, (104.0, 52.0), "青岛市"), (2, (102.0, 51.0), "Weihai")];
        let placed = place(spots.into_iter(), 10.0, 1000.0);
        assert_eq!(placed.iter().map(|name| name.spot).collect::<Vec<_>>(), [0, 1]);
        assert!(placed[0].x > 100.0 && placed[1].x < 104.0);
    }

    #[test]
    fn names_stay_on_the_map() {
        assert!(place([(0, (990.0, 50.0), "Qingdao")].into_iter(), 10.0, 1000.0)[0].x < 990.0);
    }
}
