//! `citypact serve`: the store as a SPARQL endpoint.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;

use crate::cli::answer::seconds;
use crate::cli::common::StoreArgs;
use crate::cli::edge::{self, Edge};
use crate::cli::endpoint::EndpointArgs;
use crate::cli::files::FileArgs;
use crate::cli::follow::Served;
use crate::cli::interrupt::Signals;
use crate::cli::log_file::LogFile;
use crate::cli::report::{Failure, Outcome, Result};
use crate::query::{DefaultGraph, Limits, RemoteStates, TextLimits};
use crate::server::listen::{self, Address, ConnectionLimits, Listener};
use crate::server::{BodyLimits, Endpoint, Settings, Sink, Tokens};
use crate::store::{Embedded, Holder};

/// Where a server listens unless it is told otherwise.
pub const ADDRESS: &str = "127.0.0.1:7878";

/// Serve a store: pages for people, SPARQL, Graph Store Protocol, linked data, the query library
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Read-only unless a token file is given. SIGTERM and SIGINT let running requests end, then the \
    server exits with 0; a second signal does not wait for them.\n\nWith --endpoint all is asked of that engine: \
    /sparql puts queries to it once they were read and found within the limits here, and pages are made from what it answers. \
    An engine that is changed meanwhile may give a page parts of two moments.\n\nExamples:\n  citypact serve --store citypact.db\n  citypact serve --data examples/articles/*.jsonl\n  \
    citypact serve --endpoint http://localhost:8890/sparql\n  \
    citypact serve --bind 0.0.0.0:80 --public-url https://cities.example.org --access-log -\n  \
    citypact serve --bind unix:/run/citypact/socket --write-token-file /etc/citypact/write-token\n  \
    citypact serve --follow backups"
)]
pub struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// Serve these files of records or RDF from memory instead of a store
    #[arg(long, value_name = "FILES", num_args = 1.., conflicts_with_all = ["store", "endpoint"])]
    data: Vec<PathBuf>,
    /// Serve the newest backup in this folder, read-only, and take up newer ones as they come
    #[arg(long, value_name = "DIR", conflicts_with_all = ["store", "data", "endpoint", "write_token_file", "backup_dir"])]
    follow: Option<PathBuf>,
    /// Seconds between two looks for a newer backup
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds, requires = "follow")]
    follow_every: Duration,
    #[command(flatten)]
    elsewhere: EndpointArgs,
    /// Seconds for which answers of --endpoint are kept for those who ask again, and changes that others make there need not be
    /// seen; 0 asks each time
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = fresh, requires = "endpoint", help_heading = "Endpoint")]
    fresh: Duration,
    #[command(flatten)]
    how: FileArgs,
    /// Where to listen: ADDRESS:PORT, or unix:PATH
    #[arg(long, value_name = "ADDRESS", default_value = ADDRESS, value_parser = address)]
    bind: Address,
    /// The address under which the world sees the server, if a proxy stands before it
    #[arg(long, value_name = "URL", value_parser = url)]
    public_url: Option<String>,
    /// The path that a proxy leaves before every address
    #[arg(long, value_name = "PATH", default_value = "", value_parser = base_path)]
    base_path: String,
    /// What the default graph of a query is that names no dataset: the union of all graphs, or the unnamed graph
    #[arg(long, value_name = "union|empty", default_value = "union", value_parser = default_graph)]
    default_graph: DefaultGraph,
    /// File of the token that allows changes
    #[arg(long, value_name = "FILE")]
    write_token_file: Option<PathBuf>,
    /// File of the token that allows changes and administration
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<PathBuf>,
    /// Let SERVICE and LOAD reach addresses that begin with this; private addresses only where they are named so
    #[arg(long, value_name = "URL", value_parser = url)]
    allow_service: Vec<String>,
    /// Folder that POST /admin/backup makes backups in
    #[arg(long, value_name = "DIR")]
    backup_dir: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    connections: ConnectionArgs,
    #[command(flatten)]
    logs: LogArgs,
}

/// What one request may use.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
struct LimitArgs {
    /// Seconds that a query or update may take; clients can ask for less
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    timeout: Duration,
    /// Rows or triples of one result
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_rows: u64,
    /// Megabytes of one result
    #[arg(long, value_name = "MB", default_value_t = 1024)]
    max_result: u64,
    /// Megabytes of memory that one query may hold
    #[arg(long, value_name = "MB", default_value_t = 1024)]
    max_memory: u64,
    /// Megabytes of a request's body
    #[arg(long, value_name = "MB", default_value_t = 64)]
    max_body: usize,
    /// Megabytes of all requests' bodies that are in memory at the same time
    #[arg(long, value_name = "MB", default_value_t = 256)]
    max_bodies: usize,
    /// Kilobytes of a query's or update's text, and so of the body that brings it
    #[arg(long, value_name = "KB", default_value_t = 1024)]
    max_query: usize,
    /// Brackets within each other in a query's text
    #[arg(long, value_name = "N", default_value_t = 100)]
    max_nesting: usize,
    /// Evaluations that hold a place at the same time; long ones take turns beside them; by default twice the number of processors
    #[arg(long, value_name = "N")]
    concurrent: Option<usize>,
    /// Requests that may wait for their turn
    #[arg(long, value_name = "N", default_value_t = 256)]
    queue: usize,
    /// Seconds that a request may wait for its turn
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    queue_time: Duration,
    /// Megabytes of results kept for those who ask again; 0 for none
    #[arg(long, value_name = "MB", default_value_t = 256)]
    cache: usize,
}

/// What connections may do.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Connections")]
struct ConnectionArgs {
    /// Connections open at the same time
    #[arg(long, value_name = "N", default_value_t = 1024)]
    max_connections: usize,
    /// Seconds in which a request's head must have come
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    header_time: Duration,
    /// Seconds in which a request's body must have come
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    body_time: Duration,
    /// Seconds in which a client must have taken something of a response
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    write_time: Duration,
    /// Seconds that running requests get to end when the server is told to stop
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    drain_time: Duration,
}

/// What is written down.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Logs")]
struct LogArgs {
    /// File that gets a line of JSON for each request; `-` is standard output
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
    /// File that gets a line of JSON for each slow evaluation; `-` is standard output
    #[arg(long, value_name = "FILE")]
    slow_log: Option<PathBuf>,
    /// Seconds from which on an evaluation is slow
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    slow: Duration,
}

fn address(text: &str) -> std::result::Result<Address, String> {
    match text.strip_prefix("unix:") {
        Some(path) => Ok(Address::Unix(path.into())),
        None => text.parse().map(Address::Tcp).map_err(|_| "write 127.0.0.1:7878, [::1]:7878 or unix:PATH".to_owned()),
    }
}

fn url(text: &str) -> std::result::Result<String, String> {
    let is_web = text.starts_with("http://") || text.starts_with("https://");
    let valid = oxrdf::NamedNode::new(text).is_ok() && !text.contains(['?', '#']);
    if is_web && valid {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("write http://… or https://…".to_owned())
    }
}

fn base_path(text: &str) -> std::result::Result<String, String> {
    let path = text.trim_matches('/');
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte));
    match path {
        _ if !plain || path.contains("//") => Err("write letters, digits and `-._~/`, such as /data".to_owned()),
        "" => Ok(String::new()),
        path => Ok(format!("/{path}")),
    }
}

fn default_graph(text: &str) -> std::result::Result<DefaultGraph, String> {
    match text {
        "union" => Ok(DefaultGraph::Union),
        "empty" => Ok(DefaultGraph::Empty),
        _ => Err("it is `union` or `empty`".to_owned()),
    }
}

fn fresh(text: &str) -> std::result::Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "write a number of seconds, or 0".to_owned())
}

/// Serves until a signal comes.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let (served, what) = open(args, settings(args, edge)?, edge)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(served.endpoint().evaluating_threads() + 128)
        .build()
        .context("cannot start the threads of the server")?;
    let ended = runtime.block_on(serve(args, &what, edge, &served));
    // What did not end within the time to drain has been cancelled; a writer's commit gets a moment more.
    runtime.shutdown_timeout(Duration::from_secs(5));
    ended?;
    edge.say("Stopped.");
    Ok(Outcome::Done)
}

/// What is served, and what people call it: the store, one in memory with the files in it, the newest of backups, or an engine
/// elsewhere.
fn open(args: &Args, settings: Settings, edge: &Edge) -> Result<(Served, String)> {
    if let Some(folder) = &args.follow {
        return Ok((Served::newest(folder, settings, edge)?, format!("the newest backup in {}", folder.display())));
    }
    let (endpoint, what) = open_one(args, settings, edge)?;
    Ok((Served::One(endpoint), what))
}

fn open_one(args: &Args, settings: Settings, edge: &Edge) -> Result<(Arc<Endpoint>, String)> {
    if let Some(remote) = args.elsewhere.remote(&Limits::default())? {
        // Who begins with a wrong address or without its key hears of it at once.
        remote.is_there(args.limits.timeout)?;
        let what = format!("{} ({})", remote.address(), remote.engine());
        return Ok((Endpoint::over(RemoteStates::new(remote, args.fresh), settings), what));
    }
    if args.data.is_empty() {
        let store = Arc::new(args.store.open("serve")?);
        return Ok((Endpoint::new(store, settings), args.store.store.display().to_string()));
    }
    let store = Embedded::memory()?;
    args.how.load(&args.data, None, &store, edge)?;
    Ok((Endpoint::new(Arc::new(store), settings), format!("{} files from memory", args.data.len())))
}

async fn serve(args: &Args, what: &str, edge: &Edge, served: &Served) -> Result<()> {
    let mut stop = Signals::watch().context("cannot watch for signals")?;
    let mut hurry = Signals::watch().context("cannot watch for signals")?;
    let listener = Listener::bind(&args.bind).await.map_err(|error| cannot_listen(error, &args.bind))?;
    let address = own_address(&listener, &args.base_path);
    let holder = Holder { address: Some(address.clone()), ..Holder::this_process("serve") };
    served.announce(&holder)?;
    edge.say(format_args!("Serving {what} at {address}"));
    let stopping = async {
        stop.next().await;
        served.endpoint().set_ready(false);
        edge.say("Stopping: running requests may end.");
    };
    let hurried = async {
        hurry.next().await;
        hurry.next().await;
    };
    tokio::select! {
        () = listen::serve(listener, served.router(), connection_limits(args), stopping) => {}
        never = served.look(args.follow_every, edge) => match never {},
        () = hurried => edge.say("Told twice: stopping at once."),
    }
    served.endpoint().cancel_all();
    Ok(())
}

fn cannot_listen(error: io::Error, address: &Address) -> Failure {
    let name = match address {
        Address::Tcp(address) => address.to_string(),
        Address::Unix(path) => path.display().to_string(),
    };
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there: choose another address with --bind",
        io::ErrorKind::AlreadyExists => "a file that is no socket stands there: choose another path with --bind",
        io::ErrorKind::PermissionDenied => "choose a port above 1023, or a folder that you may write to",
        _ => "choose another address with --bind",
    };
    Failure::from(anyhow::Error::new(error).context(format!("cannot listen at {name}"))).hint(hint)
}

/// Where programs of this machine reach the endpoint.
fn own_address(listener: &Listener, base_path: &str) -> String {
    match listener {
        Listener::Tcp(_) => {
            let name = listener.name();
            let local = name.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:");
            format!("http://{local}{base_path}/sparql")
        }
        #[cfg(unix)]
        Listener::Unix(..) => format!("unix:{}", listener.name()),
    }
}

fn settings(args: &Args, edge: &Edge) -> Result<Settings> {
    let token = |path: &PathBuf| token(path, edge);
    let write = args.write_token_file.as_ref().map(token).transpose()?;
    let admin = args.admin_token_file.as_ref().map(token).transpose()?;
    let (limits, defaults) = (&args.limits, Settings::default());
    Ok(Settings {
        public_url: args.public_url.clone(),
        base_path: args.base_path.clone(),
        default_graph: args.default_graph,
        tokens: Tokens::new(write.as_deref(), admin.as_deref()),
        text: TextLimits { length: limits.max_query << 10, nesting: limits.max_nesting, ..defaults.text },
        evaluation: Limits {
            timeout: Some(limits.timeout),
            rows: Some(limits.max_rows),
            bytes: Some(limits.max_result << 20),
            memory: Some(limits.max_memory << 20),
        },
        body: BodyLimits {
            bytes: limits.max_body << 20,
            time: args.connections.body_time,
            all: limits.max_bodies << 20,
        },
        concurrent: limits.concurrent.unwrap_or(2 * edge.cores()).max(1),
        waiting: limits.queue,
        wait: limits.queue_time,
        cache_bytes: limits.cache << 20,
        allowed_services: args.allow_service.clone(),
        backups: args.backup_dir.clone(),
        clock: Arc::new(edge::now),
        access_log: args.logs.access_log.as_deref().map(sink).transpose()?,
        fault_log: Some(Arc::new(Mutex::new(std::io::stderr()))),
        slow_log: args.logs.slow_log.as_deref().map(sink).transpose()?,
        slow: args.logs.slow,
        ..defaults
    })
}

const MAKE_TOKEN: &str = "make one: (umask 077; head -c 24 /dev/urandom | base64 > FILE)";

fn token(path: &Path, edge: &Edge) -> Result<String> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the token in {name}"))?;
    if text.trim().len() < 16 {
        return Err(Failure::usage(format!("the token in {name} is shorter than 16 characters")).hint(MAKE_TOKEN));
    }
    // RFC 6750 §2.1: what a header cannot carry opens nothing, for nobody can send it.
    let is_sendable = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !text.trim().bytes().all(is_sendable) {
        return Err(Failure::usage(format!("the token in {name} has characters that no bearer token has"))
            .hint(format!("letters, digits and -._~+/= only; {MAKE_TOKEN}")));
    }
    if is_open_to_others(path) {
        edge.say(format_args!("Warning: others on this machine can read the token in {name}: chmod 600 {name}"));
    }
    Ok(text)
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

fn sink(path: &Path) -> Result<Sink> {
    if path == Path::new("-") {
        return Ok(Arc::new(Mutex::new(io::stdout())));
    }
    let file = LogFile::open(path).with_context(|| format!("cannot write the log {}", path.display()))?;
    Ok(Arc::new(Mutex::new(file)))
}

const fn connection_limits(args: &Args) -> ConnectionLimits {
    let args = &args.connections;
    ConnectionLimits {
        connections: args.max_connections,
        header_time: args.header_time,
        header_bytes: 64 << 10,
        write_time: args.write_time,
        drain_time: args.drain_time,
    }
}
