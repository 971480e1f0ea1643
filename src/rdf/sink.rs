//! Where quads go as they are made or read: the interface between who gives quads and who keeps or writes them.

use oxrdf::{Dataset, Quad, QuadRef};

/// Where quads go.
pub trait QuadSink {
    /// Takes one quad. Its terms are valid; a quad may come more than once.
    fn quad(&mut self, quad: QuadRef<'_>);
}

impl QuadSink for Vec<Quad> {
    fn quad(&mut self, quad: QuadRef<'_>) {
        self.push(quad.into_owned());
    }
}

impl QuadSink for Dataset {
    fn quad(&mut self, quad: QuadRef<'_>) {
        self.insert(quad);
    }
}
