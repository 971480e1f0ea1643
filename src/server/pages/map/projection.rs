//! Natural Earth I (Šavrič, Jenny, Patterson, Petrovič and Hurni, *A Polynomial Equation for the Natural Earth Projection*,
//! 2011), its centre at 150° E, 1000 units wide: the projection in which `assets/land.mjs` draws the land.

/// Degrees east of the middle.
pub const CENTRE: f64 = 150.0;
/// Units a radian at the middle.
pub const SCALE: f64 = 182.79;
/// Where the middle stands.
pub const MIDDLE: (f64, f64) = (500.0, 245.0);

/// Degrees east of the middle of the map, from -180 to 180.
pub fn from_centre(longitude: f64) -> f64 {
    (longitude - CENTRE + 180.0).rem_euclid(360.0) - 180.0
}

/// Where a place stands on the map: units to the right and down.
pub fn project(longitude: f64, latitude: f64) -> (f64, f64) {
    at(from_centre(longitude), latitude)
}

/// The same for a place so many degrees east of the middle; ±180 are the two edges.
pub fn at(east: f64, latitude: f64) -> (f64, f64) {
    let (lambda, phi) = (east.to_radians(), latitude.clamp(-90.0, 90.0).to_radians());
    let square = phi * phi;
    let fourth = square * square;
    let x = lambda
        * (0.8707 - 0.131_979 * square + fourth * (-0.013_791 + fourth * (0.003_971 * square - 0.001_529 * fourth)));
    let y = phi * (1.007_226 + square * (0.015_085 + fourth * (-0.044_475 + 0.028_874 * square - 0.005_916 * fourth)));
    (MIDDLE.0 + SCALE * x, MIDDLE.1 - SCALE * y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What d3-geo, which draws the land, makes of the same places.
    #[test]
    fn it_is_the_projection_of_the_land() {
        for (longitude, latitude, x, y) in [
            (120.38, 36.07, 422.866, 128.650),
            (-118.19, 33.77, 741.117, 136.080),
            (0.0, 0.0, 83.333, 245.0),
            (-29.99, 10.0, 2.343, 212.852),
            (60.0, -12.0, 251.669, 283.585),
            (150.0, -58.0, 500.0, 430.033),
        ] {
            let found = project(longitude, latitude);
            assert!((found.0 - x).abs() < 0.01 && (found.1 - y).abs() < 0.01, "{longitude} {latitude}: {found:?}");
        }
    }
}
