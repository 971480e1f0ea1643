//! Texts in the order of their numbers, in blocks.

/// How many texts stand in a block.
pub(super) const BLOCK: usize = 1024;

/// Texts one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// Where each text ends.
    ends: Box<[u32]>,
    text: Box<str>,
}

impl Block {
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut ends = Vec::new();
        let mut text = String::new();
        for one in texts {
            text.push_str(one);
            // A block of more than 4 GiB is not made: a text is smaller than that, and `Terms` has counted it.
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        }
        Self { ends: ends.into(), text: text.into() }
    }

    pub(super) fn get(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[place] as usize]
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * 4
    }
}

/// All texts.
#[derive(Debug, Default)]
pub(super) struct Texts {
    blocks: Vec<Block>,
}

impl Texts {
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts = texts.into_iter().peekable();
        let mut blocks = Vec::new();
        while texts.peek().is_some() {
            blocks.push(Block::new(texts.by_ref().take(BLOCK)));
        }
        Self { blocks }
    }

    pub(super) fn get(&self, place: usize) -> &str {
        self.blocks[place / BLOCK].get(place % BLOCK)
    }

    pub(super) fn bytes(&self) -> usize {
        self.blocks.iter().map(Block::bytes).sum()
    }
}
