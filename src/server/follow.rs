//! Replicas: the newest backup of a folder is served, and a newer one is taken up without a restart.
//!
//! Each backup has an [`Endpoint`] of its own, with its own cache, over what all of them share: limits, counters, the list of what
//! is going on. A request keeps the endpoint that it began with, so that no answer is of two states; when the last of an earlier
//! backup's requests has ended, that backup is closed.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::extract::Request;
use tower::ServiceExt as _;

use super::backup::Backup;
use super::endpoint::Endpoint;
use super::router::router;
use super::settings::Settings;
use crate::store::{Embedded, StoreError, is_store};

/// What the name of a backup ends in while it is made.
const UNFINISHED: &str = ".unfinished";
/// The file of a store that is written when it is made, and by nobody who only reads it.
const IDENTITY: &str = "citypact.json";

/// What came of a look at the folder.
#[derive(Debug)]
#[non_exhaustive]
pub enum Seen {
    /// This backup is served from now on.
    TakenUp(Backup),
    /// This one cannot be, and is passed over until it changes.
    PassedOver {
        /// The name of its directory.
        name: String,
        /// Why.
        why: PassedOver,
    },
    /// The folder cannot be looked into; what is served stays.
    Unreadable(io::Error),
}

/// Why a backup is passed over.
#[derive(Debug)]
#[non_exhaustive]
pub enum PassedOver {
    /// It is being made or removed, or its making was cut off.
    Unfinished,
    /// It cannot be opened or read.
    Broken(StoreError),
}

/// Why no folder can be followed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// There is none, or none that may be looked into.
    #[error("cannot look into {}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// Nothing in it can be served.
    #[error("there is no whole backup in {}", folder.display())]
    Empty {
        /// The folder.
        folder: PathBuf,
        /// What was passed over.
        seen: Vec<Seen>,
    },
}

/// A backup as it lies in the folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    /// When it was made, since 1970-01-01T00:00:00Z.
    made: Duration,
    name: String,
}

/// What is served at the moment.
struct Current {
    found: Found,
    endpoint: Arc<Endpoint>,
    router: Router,
}

impl Current {
    fn of(found: Found, endpoint: Arc<Endpoint>) -> Arc<Self> {
        let router = router(&endpoint);
        Arc::new(Self { found, endpoint, router })
    }
}

/// A folder of backups, of which the newest whole one is served: the one whose `citypact.json` was written last.
pub struct Following {
    folder: PathBuf,
    served: RwLock<Arc<Current>>,
    /// What was passed over, as it was then.
    passed: Mutex<HashMap<String, Duration>>,
}

impl Following {
    /// Serves the newest backup of a folder. What else was seen is given beside it.
    ///
    /// # Errors
    /// [`FollowError`]
    pub fn begin(folder: &Path, settings: Settings) -> Result<(Arc<Self>, Vec<Seen>), FollowError> {
        let listed = list(folder).map_err(|cause| FollowError::Folder { folder: folder.to_owned(), cause })?;
        let (mut passed, mut seen) = (HashMap::new(), Vec::new());
        let first = newest(folder, listed, None, &mut passed, &mut seen);
        let Some((found, store)) = first else {
            return Err(FollowError::Empty { folder: folder.to_owned(), seen });
        };
        let backup = Backup { name: found.name.clone(), epoch: store.epoch() };
        seen.push(Seen::TakenUp(backup.clone()));
        let served = Current::of(found, Endpoint::of_backup(store, backup, settings));
        let (served, passed) = (RwLock::new(served), Mutex::new(passed));
        Ok((Arc::new(Self { folder: folder.to_owned(), served, passed }), seen))
    }

    /// Looks whether there is another newest backup, and takes it up: reads files, and may build an index. Requests go on
    /// meanwhile; those that come afterwards are answered from it.
    pub fn look(&self) -> Vec<Seen> {
        let listed = match list(&self.folder) {
            Ok(listed) => listed,
            Err(error) => return vec![Seen::Unreadable(error)],
        };
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        passed.retain(|name, _| listed.iter().any(|found| found.name == *name));
        let (now, mut seen) = (self.served(), Vec::new());
        if let Some((found, store)) = newest(&self.folder, listed, Some(&now.found), &mut passed, &mut seen) {
            let backup = Backup { name: found.name.clone(), epoch: store.epoch() };
            seen.push(Seen::TakenUp(backup.clone()));
            let next = Current::of(found, now.endpoint.followed_by(store, backup));
            *self.served.write().unwrap_or_else(PoisonError::into_inner) = next;
        }
        seen
    }

    /// The endpoint of the backup that is served.
    pub fn endpoint(&self) -> Arc<Endpoint> {
        Arc::clone(&self.served().endpoint)
    }

    /// The backup that is served.
    pub fn backup(&self) -> Option<Backup> {
        self.served().endpoint.backup.clone()
    }

    fn served(&self) -> Arc<Current> {
        Arc::clone(&self.served.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts whatever is served on the web, as [`router`] does with one endpoint.
    pub fn router(self: &Arc<Self>) -> Router {
        let following = Arc::clone(self);
        Router::new().fallback(move |request: Request| {
            let router = following.served().router.clone();
            async move { router.oneshot(request).await }
        })
    }
}

/// What may be a backup in a folder, in no order.
fn list(folder: &Path) -> io::Result<Vec<Found>> {
    let mut listed = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A name that is no text, or a directory that has gone meanwhile, is no backup.
        let (Ok(name), true) = (entry.file_name().into_string(), entry.path().is_dir()) else { continue };
        let written = fs::metadata(entry.path().join(IDENTITY)).and_then(|file| file.modified());
        let made = written.ok().and_then(|written| written.duration_since(UNIX_EPOCH).ok());
        listed.push(Found { made: made.unwrap_or_default(), name });
    }
    Ok(listed)
}

/// Opens the newest backup that can be read, unless that is the one which is served.
fn newest(
    folder: &Path,
    mut listed: Vec<Found>,
    served: Option<&Found>,
    passed: &mut HashMap<String, Duration>,
    seen: &mut Vec<Seen>,
) -> Option<(Found, Arc<Embedded>)> {
    listed.sort_unstable_by(|one, other| other.cmp(one));
    for found in listed {
        if served == Some(&found) {
            return None;
        }
        if passed.get(&found.name) == Some(&found.made) {
            continue;
        }
        let why = match open(folder, &found) {
            Ok(Some(store)) => return Some((found, store)),
            // What else lies in the folder is nobody's backup.
            Ok(None) => continue,
            Err(why) => why,
        };
        passed.insert(found.name.clone(), found.made);
        seen.push(Seen::PassedOver { name: found.name, why });
    }
    None
}

fn open(folder: &Path, found: &Found) -> Result<Option<Arc<Embedded>>, PassedOver> {
    let path = folder.join(&found.name);
    if found.name.ends_with(UNFINISHED) {
        return Err(PassedOver::Unfinished);
    }
    if !is_store(&path).map_err(PassedOver::Broken)? {
        return Ok(None);
    }
    // Nothing is opened, which writes a lock, in what is copied or removed file by file.
    if found.made.is_zero() {
        return Err(PassedOver::Unfinished);
    }
    let store = Arc::new(Embedded::open_read_only(&path).map_err(PassedOver::Broken)?);
    // A copy without an index has one built now, before anybody is sent to it.
    let snapshot = store.await_snapshot(&|| false).map_err(PassedOver::Broken)?;
    let sound = snapshot.map_or(Ok(()), |snapshot| snapshot.version().sound());
    sound.map_err(|damage| PassedOver::Broken(damage.into()))?;
    Ok(Some(store))
}
