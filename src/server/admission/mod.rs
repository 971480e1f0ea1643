//! Admission control: places for evaluations, of which those that have turned out to be long share a few.
//!
//! Whoever comes takes a place, or waits for one in a bounded queue. An evaluation that is not done after [`SLICE`] gives its
//! place back and goes on as a long one: these have places of their own, fewer than there are processors, and take turns
//! on them, so that short ones find a place and a processor whatever the long ones are. No more of them are begun than there
//! are places: the others wait with the little that they hold by then. One whose client does not take what is sent holds no
//! place while it waits. So no more than four times as many evaluations as there are places hold much memory.

mod admitted;
pub mod deadline;
pub mod limiter;
pub mod running;
pub mod write_timeout;

pub use admitted::admitted;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex as Lock, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::AbortHandle;
use tokio::time::sleep;

use self::limiter::{Limiter, Permit};
use super::http::problem::Problem;
use crate::query::Cancel;

/// The time after which an evaluation is a long one.
const SLICE: Duration = Duration::from_millis(25);
/// The time after which a long one lets others go on.
const QUANTUM: Duration = Duration::from_millis(200);
/// Evaluations that are set aside at most, because they take turns or their clients read slowly. Each keeps a thread.
pub const MOST_ASIDE: usize = 96;

/// The places.
pub struct Admission {
    places: Limiter,
    /// How many places there are.
    count: usize,
    /// Long evaluations that are begun.
    begun: Arc<Semaphore>,
    /// Those of them that go on.
    long: Arc<Semaphore>,
    long_waiting: AtomicUsize,
    aside: Lock<Aside>,
}

/// What waits without a place.
#[derive(Default)]
struct Aside {
    paused: usize,
    /// Those whose clients read slowly, the one that has waited longest first.
    slow: VecDeque<Reader>,
    last: u64,
}

/// An evaluation whose client reads slowly.
struct Reader {
    number: u64,
    is_long: bool,
    /// Dropped, it ends the evaluation.
    _goes_on: oneshot::Sender<()>,
}

/// An evaluation's place, until it is dropped.
pub struct Place {
    shared: Arc<Shared>,
    sharing: Option<AbortHandle>,
}

struct Shared {
    admission: Arc<Admission>,
    held: Mutex<Held>,
}

/// What an evaluation holds; nothing while it is set aside.
enum Held {
    Short(Option<Permit>),
    /// That it is begun, and that it goes on.
    Long(Option<[OwnedSemaphorePermit; 2]>),
}

/// Too many clients read slowly, and this one has not read for the longest time.
pub struct Overtaken;

impl Admission {
    /// `places` for evaluations at once, before which `waiting` may wait for `wait` at most.
    pub fn new(places: usize, waiting: usize, wait: Duration) -> Arc<Self> {
        let processors = available_parallelism().map_or(1, usize::from);
        Arc::new(Self {
            places: Limiter::new(places, waiting, wait),
            count: places,
            begun: Arc::new(Semaphore::new(places.max(1))),
            long: Arc::new(Semaphore::new(processors.saturating_sub(1).clamp(1, places.max(1)))),
            long_waiting: AtomicUsize::new(0),
            aside: Lock::default(),
        })
    }

    /// Takes a place, at once or after a wait.
    ///
    /// # Errors
    /// 503 with Retry-After where the queue is full or the wait was in vain.
    pub async fn take(self: &Arc<Self>) -> Result<Place, Problem> {
        let held = Mutex::new(Held::Short(Some(self.places.take().await?)));
        Ok(Place { shared: Arc::new(Shared { admission: Arc::clone(self), held }), sharing: None })
    }

    /// How many requests wait for a place.
    pub fn waiting(&self) -> usize {
        self.places.waiting()
    }

    /// How many evaluations are set aside.
    pub fn set_aside(&self) -> usize {
        let aside = self.aside();
        aside.paused + aside.slow.len()
    }

    fn aside(&self) -> MutexGuard<'_, Aside> {
        self.aside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place among the long ones, as one that is begun or has to be. The semaphores are never closed.
    async fn take_long(&self, begun: Option<OwnedSemaphorePermit>) -> Option<[OwnedSemaphorePermit; 2]> {
        let begun = match begun {
            Some(begun) => begun,
            None => Arc::clone(&self.begun).acquire_owned().await.ok()?,
        };
        self.long_waiting.fetch_add(1, Relaxed);
        let _waiting = Counted(&self.long_waiting);
        Some([begun, Arc::clone(&self.long).acquire_owned().await.ok()?])
    }

    /// Sets an evaluation aside that will take its turn; none where too many are.
    fn pause(&self) -> Option<Paused<'_>> {
        let mut aside = self.aside();
        if aside.paused + aside.slow.len() >= MOST_ASIDE && aside.slow.pop_front().is_none() {
            return None;
        }
        aside.paused += 1;
        Some(Paused(self))
    }

    /// Sets an evaluation aside whose client reads slowly. Where too many are, the one goes that has waited longest; of long
    /// ones, which may hold much, fewer are too many.
    fn slow(&self, is_long: bool) -> (Slow<'_>, oneshot::Receiver<()>) {
        let (sender, ended) = oneshot::channel();
        let mut aside = self.aside();
        let long = aside.slow.iter().filter(|reader| reader.is_long).count();
        if is_long && long >= 2 * self.count {
            let longest = aside.slow.iter().position(|reader| reader.is_long);
            longest.and_then(|longest| aside.slow.remove(longest));
        }
        if aside.paused + aside.slow.len() >= MOST_ASIDE {
            aside.slow.pop_front();
        }
        aside.last += 1;
        let number = aside.last;
        aside.slow.push_back(Reader { number, is_long, _goes_on: sender });
        (Slow(self, number), ended)
    }
}

struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

struct Paused<'a>(&'a Admission);

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.aside().paused -= 1;
    }
}

struct Slow<'a>(&'a Admission, u64);

impl Drop for Slow<'_> {
    fn drop(&mut self) {
        self.0.aside().slow.retain(|reader| reader.number != self.1);
    }
}

impl Place {
    /// For an evaluation that may be long: it is told by `cancel` to wait while others have their turn.
    #[must_use]
    pub fn shared_by(mut self, cancel: &Cancel) -> Self {
        let (shared, cancel) = (Arc::clone(&self.shared), cancel.clone());
        self.sharing = Some(tokio::spawn(async move { shared.take_turns(&cancel).await }).abort_handle());
        self
    }

    /// Waits for something without holding the place, and takes one again.
    ///
    /// # Errors
    /// [`Overtaken`] where it has waited longest and others need to wait.
    pub async fn aside<T>(&self, wait: impl Future<Output = T>) -> Result<T, Overtaken> {
        let Shared { admission, held } = &*self.shared;
        let mut held = held.lock().await;
        held.let_go();
        let (slow, ended) = admission.slow(matches!(*held, Held::Long(_)));
        let waited = tokio::select! {
            biased;
            waited = wait => Ok(waited),
            _ = ended => Err(Overtaken),
        };
        drop(slow);
        if waited.is_ok() {
            held.take_again(admission).await;
        }
        waited
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(sharing) = &self.sharing {
            sharing.abort();
        }
    }
}

impl Shared {
    /// From the end of its slice on an evaluation is a long one, which waits for its turn again and again.
    async fn take_turns(&self, cancel: &Cancel) {
        sleep(SLICE).await;
        loop {
            let mut held = self.held.lock().await;
            match (self.admission.pause(), &mut *held) {
                (None, Held::Short(_)) => return cancel.cancel(),
                // There is no room to wait aside: it goes on.
                (None, Held::Long(_)) => {}
                (Some(_paused), held) => {
                    cancel.pause();
                    let begun = held.begun();
                    *held = Held::Long(None);
                    *held = Held::Long(self.admission.take_long(begun).await);
                    cancel.resume();
                }
            }
            drop(held);
            sleep(QUANTUM).await;
            while self.admission.long_waiting.load(Relaxed) == 0 {
                sleep(SLICE).await;
            }
        }
    }
}

impl Held {
    /// That it is begun, if it is; what makes it go on is given back.
    fn begun(&mut self) -> Option<OwnedSemaphorePermit> {
        match self {
            Self::Short(_) => None,
            Self::Long(permits) => permits.take().map(|[begun, _]| begun),
        }
    }

    fn let_go(&mut self) {
        match self {
            Self::Short(turn) => *turn = None,
            Self::Long(permits) => *permits = None,
        }
    }

    async fn take_again(&mut self, admission: &Admission) {
        match self {
            Self::Short(turn) => *turn = admission.places.take_again().await,
            Self::Long(permits) => *permits = admission.take_long(None).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn admission(places: usize) -> Arc<Admission> {
        Admission::new(places, 1, Duration::from_millis(500))
    }

    /// Evaluates for ever, as far as it is let.
    fn endless(cancel: &Cancel) -> std::thread::JoinHandle<u64> {
        let cancel = cancel.clone();
        std::thread::spawn(move || {
            let mut rounds = 0;
            while !cancel.is_cancelled() {
                rounds += 1;
                std::thread::sleep(Duration::from_millis(1));
            }
            rounds
        })
    }

    #[tokio::test]
    async fn long_evaluations_leave_the_places_and_all_of_them_go_on() {
        let admission = admission(4);
        let mut long = Vec::new();
        for _ in 0..8 {
            let cancel = Cancel::new();
            let place = admission.take().await.unwrap().shared_by(&cancel);
            long.push((place, endless(&cancel), cancel));
        }
        let asked = Instant::now();
        drop(admission.take().await.unwrap());
        assert!(asked.elapsed() < Duration::from_millis(400), "the place is free again after a slice");
        sleep(QUANTUM * 6).await;
        assert!(admission.set_aside() <= 8);
        let mut rounds = Vec::new();
        for (place, thread, cancel) in long {
            cancel.cancel();
            rounds.push(thread.join().unwrap());
            drop(place);
        }
        assert!(rounds.iter().all(|rounds| *rounds > 2), "each had its slice: {rounds:?}");
        let far = rounds.iter().filter(|rounds| **rounds > 60).count();
        assert!((2..=5).contains(&far), "so many as there are places take turns: {rounds:?}");
        sleep(Duration::from_millis(1)).await;
        assert_eq!(admission.set_aside(), 0);
    }

    #[tokio::test]
    async fn who_reads_slowly_holds_no_place_and_too_many_of_them_end_each_other() {
        let admission = admission(1);
        let mut slow = Vec::new();
        for _ in 0..=MOST_ASIDE {
            let place = admission.take().await.unwrap();
            slow.push(tokio::spawn(async move { place.aside(std::future::pending::<()>()).await }));
            tokio::task::yield_now().await;
        }
        assert!(admission.take().await.is_ok());
        assert!(slow.remove(0).await.unwrap().is_err(), "the first has waited longest");
        assert_eq!(admission.set_aside(), MOST_ASIDE);
        slow.iter().for_each(tokio::task::JoinHandle::abort);
        for task in slow {
            assert!(task.await.is_err());
        }
        assert_eq!(admission.set_aside(), 0);
    }
}
