//! The index of a store: how it comes to be, and to be kept.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use oxrdf::{NamedOrBlankNode, Quad};

use super::embedded::{Embedded, Kept, ox};
use super::error::StoreError;
use super::versions::Present;
use crate::index::{Builder, Version};

/// A store of so many quads is indexed as soon as it is asked, on disk and in memory; a larger one beside.
const AT_ONCE_ON_DISK: usize = 20_000;
const AT_ONCE_IN_MEMORY: usize = 300_000;
/// How often somebody who waits for an index looks for it.
const LOOK: Duration = Duration::from_millis(2);
/// The most bytes that an index may take while it is built beside a load.
const LARGEST_INDEX: usize = 4 << 30;

impl Embedded {
    /// An index of the present state; `None` where there is none yet. A small store is indexed at once, a larger one beside.
    pub fn version(&self) -> Option<Arc<Version>> {
        self.version_now().unwrap_or_default()
    }

    /// An index of the present state, as soon as there is one; `None` if `stopped` says before that nobody wants it any more.
    ///
    /// # Errors
    /// [`StoreError::Index`], [`StoreError::Storage`]
    pub fn await_version(&self, stopped: &dyn Fn() -> bool) -> Result<Option<Arc<Version>>, StoreError> {
        loop {
            let version = self.version_now()?;
            if version.is_some() || stopped() {
                return Ok(version);
            }
            if let (Present::Unknown, Some(engine)) = (self.versions.present(), self.engine())
                && let Some(version) = self.before_commit(&engine, stopped)?
            {
                return Ok(Some(version));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// An index of what the engine holds while a writer is at work, who may wait for this: the state before its commit is as
    /// good as any. `None` while the commit itself is made: nobody could tell of which state it would be.
    fn before_commit(
        &self,
        engine: &ox::Store,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Option<Arc<Version>>, StoreError> {
        let (before, begun) = (self.versions.moment(), Cell::new(None));
        let is_known = || before.is_some() && before == begun.get();
        let index = read(engine, || begun.set(self.versions.moment()), &|_| stopped() || !is_known())?;
        Ok(index.zip(before).filter(|_| is_known()).map(|(index, epoch)| Arc::new(index.finish(epoch))))
    }

    fn version_now(&self) -> Result<Option<Arc<Version>>, StoreError> {
        match self.versions.present() {
            Present::Version(version) if version.damage().is_some() && self.engine().is_some() => self.give_up_index(),
            Present::Version(version) => return Ok(Some(version)),
            Present::Building => return Ok(None),
            Present::Failed(why) => return Err(StoreError::Index(why)),
            Present::Unknown => {}
        }
        let (Some(engine), Some(turn)) = (self.engine(), self.versions.turn_now()) else { return Ok(None) };
        let most = if matches!(self.kept, Kept::RocksDb(_)) { AT_ONCE_ON_DISK } else { AT_ONCE_IN_MEMORY };
        if let Some(index) = read(&engine, || {}, &|count| count > most)? {
            return Ok(Some(self.set_index(index)));
        }
        drop(turn);
        self.versions.build_elsewhere(move |stopped, begun| {
            let index =
                read(&engine, begun, &|_| stopped.load(Ordering::Relaxed)).map_err(|error| error.to_string())?;
            index.ok_or_else(|| "the store is being closed".to_owned())
        });
        Ok(None)
    }

    /// A block of the file cannot be read: the store itself still can.
    fn give_up_index(&self) {
        let _turn = self.versions.turn();
        self.abandon_index();
        self.versions.publish(None, self.meta.epoch());
    }

    /// Takes what was built of the present state. The caller has the turn.
    pub(super) fn set_index(&self, index: Builder) -> Arc<Version> {
        let version = self.versions.set(index.finish(self.meta.epoch()));
        if let Some(files) = self.versions.files()
            && files.write(&version).is_err()
        {
            // Without files those to come build their own.
            self.abandon_index();
        }
        version
    }

    /// Removes the files of an index that will not be in step. Where that fails, their epoch tells. The caller has the turn.
    pub(super) fn abandon_index(&self) {
        if let (Kept::RocksDb(_), Some(files)) = (&self.kept, self.versions.files()) {
            let _ = files.abandon();
        }
    }

    /// At the end: writes a state where the log has become long, or none was written yet.
    pub(super) fn keep_index(&self) {
        let Some(files) = self.versions.files() else { return };
        if self.ails() {
            // What RocksDB holds is looked into when it is opened.
            return self.abandon_index();
        }
        let Present::Version(version) = self.versions.present() else { return };
        if version.damage().is_some() {
            self.abandon_index();
        } else if !files.are_kept() || files.are_heavy(version.quads()) {
            // The old files are as good.
            let _ = files.write(&version);
        }
    }

    /// Writes the index as one state, of the store's quads where there is none. The caller has the turn.
    pub(super) fn renew_index(&self) -> Result<(), StoreError> {
        let Some(files) = self.versions.files() else { return Ok(()) };
        match self.versions.present() {
            Present::Version(version) if version.damage().is_none() || self.engine().is_none() => files.write(&version),
            _ => self.build_index(),
        }
    }

    /// Builds the index of a store that RocksDB keeps anew, whatever it was, and writes it; one that is the store is written
    /// as one state.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Storage`], [`StoreError::File`], [`StoreError::Index`]
    pub fn rebuild_index(&self) -> Result<(), StoreError> {
        let _turn = self.turn()?;
        match self.engine() {
            Some(_) => self.build_index(),
            None => self.renew_index(),
        }
    }

    fn build_index(&self) -> Result<(), StoreError> {
        let (Some(files), Some(engine)) = (self.versions.files(), self.engine()) else { return Ok(()) };
        let Some(index) = read(&engine, || {}, &|_| false)? else { return Ok(()) };
        let version = self.versions.set(index.finish(self.meta.epoch()));
        files.write(&version)
    }

    /// What the store holds now, to be added to; `None` where that is not known.
    pub(super) fn index_to_fill(&self) -> Option<Builder> {
        match self.versions.present() {
            Present::Version(version) => version.to_builder().ok(),
            _ => None,
        }
    }

    /// Whether queries read an index: there is one, which may have to take the latest changes in.
    pub fn is_indexed(&self) -> bool {
        self.versions.are_ready()
    }
}

/// An index with one quad more, unless it has become too large.
pub(super) fn filled(mut index: Builder, quad: &Quad) -> Option<Builder> {
    index.push(quad.as_ref()).ok()?;
    Some(index).filter(|index| index.bytes() <= LARGEST_INDEX)
}

/// Reads a snapshot of the whole store, which is taken when `begun` is called; none if there is a reason to stop.
fn read(store: &ox::Store, begun: impl Fn(), stops: &dyn Fn(usize) -> bool) -> Result<Option<Builder>, StoreError> {
    let (quads, graphs) = (store.quads_for_pattern(None, None, None, None), store.named_graphs());
    begun();
    indexed(
        quads.map(|quad| quad.map_err(StoreError::from)),
        graphs.map(|graph| graph.map_err(StoreError::from)),
        stops,
    )
}

/// An index of quads and named graphs; none if there is a reason to stop.
pub(super) fn indexed(
    quads: impl Iterator<Item = Result<Quad, StoreError>>,
    graphs: impl Iterator<Item = Result<NamedOrBlankNode, StoreError>>,
    stops: &dyn Fn(usize) -> bool,
) -> Result<Option<Builder>, StoreError> {
    let mut index = Builder::new();
    for graph in graphs {
        index.push_graph(graph?.as_ref())?;
    }
    for quad in quads {
        index.push(quad?.as_ref())?;
        if stops(index.len()) {
            return Ok(None);
        }
    }
    Ok(Some(index))
}
