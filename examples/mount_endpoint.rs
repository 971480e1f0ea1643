//! The SPARQL endpoint under a path of an axum server of one's own.
//!
//! `cargo run --release --example mount_endpoint -- examples/articles/004.jsonl`, then
//! `curl http://127.0.0.1:8080/data/sparql --data-urlencode 'query=SELECT * { ?tie a pact:Tie } LIMIT 3'`

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use axum::Router;
use axum::routing::get;
use citypact::load::{FileOptions, load_files};
use citypact::place::Register;
use citypact::record::read::Input;
use citypact::server::{Endpoint, Settings, router};
use citypact::store::Embedded;
use tokio::net::TcpListener;

fn main() -> anyhow::Result<()> {
    let file = std::env::args_os().nth(1).context("usage: mount_endpoint FILE")?;
    let app = app(Path::new(&file))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:8080").await?;
        println!("http://{}/data/sparql", listener.local_addr()?);
        let stop = async { drop(tokio::signal::ctrl_c().await) };
        Ok(axum::serve(listener, app).with_graceful_shutdown(stop).await?)
    })
}

/// One's own pages, and the endpoint with all its routes under `/data`.
pub fn app(file: &Path) -> anyhow::Result<Router> {
    let store = Embedded::memory()?;
    load_files(&store, &[Input::from_argument(file)?], &Register::builtin(), &FileOptions::default(), &mut |_| {})?;
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let settings = Settings {
        // The router's routes stand below this path, and so do the addresses in its answers.
        base_path: "/data".into(),
        // The library looks at no clock; it is handed one.
        clock: Arc::new(now),
        slow: Duration::from_secs(1),
        ..Settings::default()
    };
    let endpoint = Endpoint::new(Arc::new(store), settings);
    Ok(Router::new().route("/", get(|| async { "cities and their friends" })).merge(router(&endpoint)))
}
