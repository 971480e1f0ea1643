//! Binary encoding: numbers and texts as bytes.

use std::io;

use oxrdf::BaseDirection;
use oxsdatatypes::{Decimal, Double, Float};

use crate::index::id::{GraphSet, Id, Tag, TagText};
use crate::index::number::Number;

/// The first half of a block's checksum: enough to find damage, and half as long in the directory.
pub(in crate::index) type Sum = [u8; 16];

/// A value of fixed size.
pub(in crate::index) trait Fixed: Copy {
    /// Its bytes.
    const SIZE: usize;
    /// What stands for a value that cannot be read; it is looked up without harm.
    const FILLER: Self;

    fn write(self, out: &mut Vec<u8>);

    /// From [`Self::SIZE`] bytes.
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Fixed for u32 {
    const SIZE: usize = 4;
    const FILLER: Self = 1;

    fn write(self, out: &mut Vec<u8>) {
        out.extend(self.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_le_bytes)
    }
}

/// A number in a type of its own is kept as the number.
macro_rules! number {
    ($($name:ident: $filler:literal),*) => {
        $(impl Fixed for $name {
            const SIZE: usize = u32::SIZE;
            const FILLER: Self = Self($filler);

            fn write(self, out: &mut Vec<u8>) {
                self.0.write(out);
            }

            fn read(bytes: &[u8]) -> Option<Self> {
                u32::read(bytes).map(Self)
            }
        })*
    };
}

number!(Id: 1, GraphSet: 0);

impl Fixed for Tag {
    const SIZE: usize = 2;
    const FILLER: Self = Self(0);

    fn write(self, out: &mut Vec<u8>) {
        out.extend(self.0.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(u16::from_le_bytes).map(Self)
    }
}

impl Fixed for [Id; 3] {
    const SIZE: usize = 12;
    const FILLER: Self = [Id(1); 3];

    fn write(self, out: &mut Vec<u8>) {
        self.into_iter().for_each(|id| id.write(out));
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.chunks(4).filter_map(Id::read);
        Some([parts.next()?, parts.next()?, parts.next()?])
    }
}

impl Fixed for Number {
    const SIZE: usize = 17;
    const FILLER: Self = Self::Integer(0);

    fn write(self, out: &mut Vec<u8>) {
        let (kind, value) = match self {
            Self::Integer(integer) => (0, i128::from(integer).to_be_bytes()),
            Self::Decimal(decimal) => (1, decimal.to_be_bytes()),
            Self::Float(float) => (2, u128::from(f32::from(float).to_bits()).to_be_bytes()),
            Self::Double(double) => (3, u128::from(f64::from(double).to_bits()).to_be_bytes()),
        };
        out.push(kind);
        out.extend(value);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, value) = bytes.split_first()?;
        let value: [u8; 16] = value.try_into().ok()?;
        let bits = u128::from_be_bytes(value);
        Some(match kind {
            0 => Self::Integer(i64::try_from(i128::from_be_bytes(value)).ok()?),
            1 => Self::Decimal(Decimal::from_be_bytes(value)),
            2 => Self::Float(Float::from(f32::from_bits(u32::try_from(bits).ok()?))),
            3 => Self::Double(Double::from(f64::from_bits(u64::try_from(bits).ok()?))),
            _ => return None,
        })
    }
}

/// Bytes being written.
#[derive(Default)]
pub(in crate::index) struct Out(pub(super) Vec<u8>);

impl Out {
    pub(in crate::index) fn u32(&mut self, value: u32) {
        value.write(&mut self.0);
    }

    pub(in crate::index) fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    pub(in crate::index) fn size(&mut self, value: usize) {
        self.u64(value as u64);
    }

    pub(in crate::index) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    pub(in crate::index) fn text(&mut self, text: &str) {
        self.size(text.len());
        self.bytes(text.as_bytes());
    }

    /// How many there are, and then each.
    pub(in crate::index) fn values<T: Fixed>(&mut self, values: impl ExactSizeIterator<Item = T>) {
        self.size(values.len());
        values.for_each(|value| value.write(&mut self.0));
    }

    pub(in crate::index) fn tag(&mut self, tag: &TagText) {
        self.text(&tag.datatype);
        self.u32(u32::from(tag.language.is_some()));
        self.text(tag.language.as_deref().unwrap_or_default());
        self.u32(match tag.direction {
            None => 0,
            Some(BaseDirection::Ltr) => 1,
            Some(BaseDirection::Rtl) => 2,
        });
    }
}

/// Bytes being read. What is not as it should be is an error.
pub(in crate::index) struct In<'a>(pub(super) &'a [u8]);

impl<'a> In<'a> {
    pub(in crate::index) fn bytes(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or_else(wrong)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn fixed<T: Fixed>(&mut self) -> io::Result<T> {
        T::read(self.bytes(T::SIZE)?).ok_or_else(wrong)
    }

    pub(in crate::index) fn u32(&mut self) -> io::Result<u32> {
        self.fixed()
    }

    pub(in crate::index) fn u64(&mut self) -> io::Result<u64> {
        self.bytes(8)?.try_into().map(u64::from_le_bytes).map_err(|_| wrong())
    }

    /// A number of things that are in memory, or that bytes are kept of.
    pub(in crate::index) fn size(&mut self) -> io::Result<usize> {
        usize::try_from(self.u64()?).map_err(|_| wrong())
    }

    pub(in crate::index) fn sum(&mut self) -> io::Result<Sum> {
        self.bytes(size_of::<Sum>())?.try_into().map_err(|_| wrong())
    }

    pub(in crate::index) fn text(&mut self) -> io::Result<&'a str> {
        let length = self.size()?;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| wrong())
    }

    pub(in crate::index) fn values<T: Fixed>(&mut self) -> io::Result<Vec<T>> {
        let count = self.size()?;
        let bytes = self.bytes(count.checked_mul(T::SIZE).ok_or_else(wrong)?)?;
        values(bytes).ok_or_else(wrong)
    }

    pub(in crate::index) fn tag(&mut self) -> io::Result<TagText> {
        let datatype = self.text()?.to_owned();
        let has_language = self.u32()? == 1;
        let language = Some(self.text()?.to_owned()).filter(|_| has_language);
        let direction = match self.u32()? {
            0 => None,
            1 => Some(BaseDirection::Ltr),
            2 => Some(BaseDirection::Rtl),
            _ => return Err(wrong()),
        };
        Ok(TagText { datatype, language, direction })
    }
}

/// Values one after the other; nothing but them.
pub(super) fn values<T: Fixed, C: FromIterator<T>>(bytes: &[u8]) -> Option<C> {
    let chunks = bytes.chunks_exact(T::SIZE);
    if chunks.remainder().is_empty() { chunks.map(T::read).collect() } else { None }
}

pub(super) fn wrong() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is not an index of this version, or is damaged")
}
