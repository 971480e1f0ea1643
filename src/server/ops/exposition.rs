//! Exposition of the counters in the Prometheus text format 0.0.4.

use std::fmt::Write as _;
use std::sync::atomic::Ordering::Relaxed;

use super::metrics::{BOUNDS, Metrics};
use crate::server::backup::Backup;
use crate::server::endpoint::Endpoint;

/// Everything, as Prometheus reads it.
pub fn render(endpoint: &Endpoint) -> String {
    let mut text = String::new();
    requests(&mut text, &endpoint.metrics);
    let metrics = &endpoint.metrics;
    for (name, help, counter) in [
        ("queries_total", "Queries evaluated", &metrics.queries),
        ("updates_total", "Updates carried out or tried", &metrics.updates),
        ("cache_hits_total", "Queries answered from the cache", &metrics.hits),
        ("limited_total", "Evaluations that a limit ended", &metrics.limited),
        ("cancelled_total", "Evaluations that were cancelled", &metrics.cancelled),
    ] {
        one(&mut text, name, help, "counter", counter.load(Relaxed));
    }
    one(&mut text, "running", "Evaluations going on", "gauge", endpoint.running.count() as u64);
    one(&mut text, "waiting", "Requests that wait for a place", "gauge", endpoint.admission.waiting() as u64);
    one(
        &mut text,
        "set_aside",
        "Evaluations that wait for their turn or for their client",
        "gauge",
        endpoint.admission.set_aside() as u64,
    );
    one(&mut text, "cache_bytes", "Bytes of results kept", "gauge", endpoint.cache.bytes() as u64);
    one(
        &mut text,
        "index_ready",
        "Whether there is an index, which queries read; else they wait for it",
        "gauge",
        indexed(endpoint),
    );
    let writable = u64::from(!endpoint.store.ails());
    one(&mut text, "store_writable", "Whether the last change could be written, or could be since", "gauge", writable);
    if let Some(store) = endpoint.store.here() {
        one(&mut text, "store_epoch", "Commits of the store", "counter", store.epoch());
    }
    endpoint.backup.iter().for_each(|backup| served(&mut text, backup));
    text
}

/// Which backup is served, as a label (so does Prometheus tell versions), and its state as a number that may fall: an earlier
/// backup may be the newest that is left.
fn served(text: &mut String, backup: &Backup) {
    head(text, "backup_info", "The backup that is served", "gauge");
    // In labels a backslash, a quotation mark and a line feed are escaped.
    let name = backup.name.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
    line(text, &format!("backup_info{{name=\"{name}\"}}"), 1);
    one(text, "backup_epoch", "The epoch of the backup that is served", "gauge", backup.epoch);
}

fn indexed(endpoint: &Endpoint) -> u64 {
    u64::from(endpoint.store.is_indexed())
}

fn requests(text: &mut String, metrics: &Metrics) {
    head(text, "requests_total", "Responses by class of status", "counter");
    for (class, counter) in (1..).zip(&metrics.classes) {
        line(text, &format!("requests_total{{class=\"{class}xx\"}}"), counter.load(Relaxed));
    }
    head(text, "request_duration_seconds", "Time from a request's head to its response's last byte", "histogram");
    let mut total = 0;
    for (bound, bucket) in BOUNDS.iter().zip(&metrics.buckets) {
        total += bucket.load(Relaxed);
        line(text, &format!("request_duration_seconds_bucket{{le=\"{}\"}}", *bound as f64 / 1000.0), total);
    }
    total += metrics.buckets[BOUNDS.len()].load(Relaxed);
    line(text, "request_duration_seconds_bucket{le=\"+Inf\"}", total);
    line(text, "request_duration_seconds_sum", metrics.microseconds.load(Relaxed) as f64 / 1e6);
    line(text, "request_duration_seconds_count", total);
    one(text, "response_bytes_total", "Bytes of bodies sent", "counter", metrics.bytes.load(Relaxed));
}

fn one(text: &mut String, name: &str, help: &str, kind: &str, value: u64) {
    head(text, name, help, kind);
    line(text, name, value);
}

fn head(text: &mut String, name: &str, help: &str, kind: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# HELP citypact_{name} {help}\n# TYPE citypact_{name} {kind}");
}

fn line(text: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "citypact_{name} {value}");
}
