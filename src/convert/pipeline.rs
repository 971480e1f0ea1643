//! Batches of sources through worker threads and back into the order of the input, with a bounded number of them under way.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::ConvertError;
use crate::location::Diagnostic;
use crate::record::read::{Batch, ReadError, ReadOptions, RecordSource};

/// The sources of a run, in their order.
pub(super) type Inputs<'s> = [&'s dyn RecordSource];

/// What to do with every batch of some inputs.
pub(super) struct Pass<'p> {
    pub(super) inputs: &'p Inputs<'p>,
    pub(super) options: &'p ReadOptions,
    /// How many threads work at once; 0 for as many as there are cores.
    pub(super) jobs: usize,
}

/// What stands in the way of a batch.
enum Trouble {
    /// Something to be said of the input itself.
    Finding(Diagnostic),
    /// The input does not open.
    Fatal(ReadError),
}

/// The number of an input, and what comes of it next.
type Read<'p> = (usize, Result<Batch<'p>, Trouble>);
type Answer<T> = (usize, Result<T, Trouble>);

impl Pass<'_> {
    /// Runs `work` on every batch, each worker with a state of its own, and `deliver` on every answer in order.
    ///
    /// # Errors
    /// Where an input cannot be opened, or `deliver` fails.
    pub(super) fn run<S, T: Send>(
        &self,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, usize, &Batch<'_>) -> T + Sync,
        mut deliver: impl FnMut(usize, Result<T, Diagnostic>) -> Result<(), ConvertError>,
    ) -> Result<(), ConvertError> {
        let jobs = if self.jobs == 0 { thread::available_parallelism().map_or(1, NonZero::get) } else { self.jobs };
        if jobs > 1 {
            return self.run_on(jobs, &state, &work, &mut deliver);
        }
        let mut state = state();
        for (file, batch) in self.read() {
            hand_over((file, batch.map(|batch| work(&mut state, file, &batch))), &mut deliver)?;
        }
        Ok(())
    }

    /// The batches of all inputs, each input opened when its turn comes.
    fn read(&self) -> impl Iterator<Item = Read<'_>> + Send {
        self.inputs.iter().enumerate().flat_map(|(file, input)| {
            let (batches, failure) = match input.open(self.options) {
                Ok(batches) => (Some(batches), None),
                Err(error) => (None, Some(Err(Trouble::Fatal(error)))),
            };
            let batches = batches.into_iter().flatten().map(|batch| batch.map_err(Trouble::Finding));
            failure.into_iter().chain(batches).map(move |batch| (file, batch))
        })
    }

    fn run_on<S, T: Send>(
        &self,
        jobs: usize,
        state: &(impl Fn() -> S + Sync),
        work: &(impl Fn(&mut S, usize, &Batch<'_>) -> T + Sync),
        deliver: &mut impl FnMut(usize, Result<T, Diagnostic>) -> Result<(), ConvertError>,
    ) -> Result<(), ConvertError> {
        let read = self.read();
        // The queue of answers bounds what is under way: the reader waits for room in it before it reads on.
        let (order, answers) = sync_channel::<Receiver<Answer<T>>>(2 * jobs);
        let (tasks, queue) = sync_channel::<(Read<'_>, SyncSender<Answer<T>>)>(jobs);
        let queue = Mutex::new(queue);
        thread::scope(|scope| {
            scope.spawn(move || {
                for batch in read {
                    let (promise, answer) = sync_channel(1);
                    if order.send(answer).is_err() || tasks.send((batch, promise)).is_err() {
                        return;
                    }
                }
            });
            for _ in 0..jobs {
                scope.spawn(|| {
                    let mut state = state();
                    while let Some(((file, batch), promise)) = next(&queue) {
                        // Nobody waits for the answer where delivering has failed.
                        let _ = promise.send((file, batch.map(|batch| work(&mut state, file, &batch))));
                    }
                });
            }
            collect(answers, deliver)
        })
    }
}

fn next<T>(queue: &Mutex<Receiver<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn collect<T>(
    answers: Receiver<Receiver<Answer<T>>>,
    deliver: &mut impl FnMut(usize, Result<T, Diagnostic>) -> Result<(), ConvertError>,
) -> Result<(), ConvertError> {
    for answer in answers {
        // A worker that died has said so; the scope passes its panic on.
        if let Ok(answer) = answer.recv() {
            hand_over(answer, deliver)?;
        }
    }
    Ok(())
}

fn hand_over<T>(
    (file, answer): Answer<T>,
    deliver: &mut impl FnMut(usize, Result<T, Diagnostic>) -> Result<(), ConvertError>,
) -> Result<(), ConvertError> {
    match answer {
        Ok(answer) => deliver(file, Ok(answer)),
        Err(Trouble::Finding(finding)) => deliver(file, Err(finding)),
        Err(Trouble::Fatal(error)) => Err(error.into()),
    }
}
