//! Inline evaluation: short queries are answered on the thread that serves connections, since to hand an evaluation to
//! another thread and its answer back takes as long as most queries about one thing.
//!
//! Nobody knows beforehand how long an evaluation takes. So each is begun here and given up after a [`MOMENT`], or when the
//! answer is larger than [`LARGEST`]; then it is evaluated elsewhere from the beginning, and the next time at once.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::bounded_cache::BoundedCache;
use crate::query::Cancel;

/// The time that an evaluation has here.
const MOMENT: Duration = Duration::from_millis(2);
/// The most bytes of an answer.
const LARGEST: usize = 64 << 10;
/// The most bytes of a question's text: known_long ones may take long to plan, and a large stack.
const LONGEST: usize = 4 << 10;
/// Questions that are known to take known_long.
const KNOWN: usize = 1_000;

/// Questions that took longer than a moment, by their keys.
pub struct KnownLong(Mutex<BoundedCache<Arc<str>, ()>>);

impl Default for KnownLong {
    fn default() -> Self {
        Self(Mutex::new(BoundedCache::new(KNOWN)))
    }
}

impl KnownLong {
    /// What an evaluation writes, if it is done in a moment. A failure is none: who evaluates it again tells of it.
    pub fn try_now<E>(
        &self,
        key: &Arc<str>,
        evaluate: impl FnOnce(&Cancel, &mut Small) -> Result<(), E>,
    ) -> Option<Vec<u8>> {
        if key.len() > LONGEST || self.lock().get(key).is_some() {
            return None;
        }
        let (cancel, mut out) = (Cancel::by(Instant::now() + MOMENT), Small::default());
        let done = evaluate(&cancel, &mut out).is_ok();
        if !done && (out.is_full || cancel.is_cancelled()) {
            self.lock().put(Arc::clone(key), ());
        }
        done.then_some(out.bytes)
    }

    fn lock(&self) -> MutexGuard<'_, BoundedCache<Arc<str>, ()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that must stay small.
#[derive(Default)]
pub struct Small {
    bytes: Vec<u8>,
    is_full: bool,
}

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.is_full = self.bytes.len() + bytes.len() > LARGEST;
        if self.is_full {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_longer_or_is_large_is_given_up_and_not_begun_again() {
        let (known_long, mut begun) = (KnownLong::default(), 0);
        let [small, large, endless, failing] = ["small", "large", "endless", "failing"].map(Arc::<str>::from);
        let mut evaluate = |cancel: &Cancel, out: &mut Small, text: &str| {
            begun += 1;
            match text {
                "endless" => while !cancel.is_cancelled() {},
                "large" => (0..100).try_for_each(|_| out.write_all(&[b' '; 1_000])).map_err(drop)?,
                "failing" => return Err(()),
                text => out.write_all(text.as_bytes()).map_err(drop)?,
            }
            if cancel.is_cancelled() { Err(()) } else { Ok(()) }
        };
        for _ in 0..2 {
            for (text, answer) in [(&small, Some(&b"small"[..])), (&large, None), (&endless, None), (&failing, None)] {
                let done = known_long.try_now(text, |cancel, out| evaluate(cancel, out, text));
                assert_eq!(done.as_deref(), answer, "{text}");
            }
        }
        assert_eq!(begun, 2 + 1 + 1 + 2);
        assert_eq!(known_long.try_now(&"x".repeat(LONGEST + 1).into(), |_, _| Ok::<_, ()>(())), None);
    }
}
