//! What tells one register from another.

use super::register::Register;

impl Register {
    /// 32 hexadecimal digits that are the same for the same places and decisions, by which parts of a run know that they look
    /// names up in one register: the first half of the BLAKE3 hash of its layers.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.packed().map_or(&[], |packed| packed.as_bytes()));
        for place in self.places_in_memory() {
            hasher.update(format!("{place:?}\n").as_bytes());
        }
        for line in self.decisions().told() {
            hasher.update(line.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}
