//! Files that pages need, carried inside the program: styles, modules, pictures. They are compressed once, and their address
//! holds a hash of them all, so that they may be kept for ever; modules find each other by relative addresses.

use std::io::Write as _;
use std::sync::{Arc, LazyLock};

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};

use crate::server::endpoint::Endpoint;
use crate::server::http::conditional::{self, Tag};
use crate::server::http::problem::Problem;

/// A file with its media type.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Declares files of `src/server/assets/`.
macro_rules! assets {
    ($($name:literal: $media_type:expr),* $(,)?) => {
        const ASSETS: &[Asset] = &[$(Asset {
            name: $name,
            media_type: $media_type,
            bytes: include_bytes!(concat!("../assets/", $name)),
        }),*];
    };
}

assets! {
    "icon.svg": "image/svg+xml",
    "land.svg": "image/svg+xml",
    "land-asia.svg": "image/svg+xml",
    "site.css": "text/css; charset=utf-8",
    "workbench.css": "text/css; charset=utf-8",
    "workbench.js": JAVASCRIPT,
    "answers.js": JAVASCRIPT,
    "cells.js": JAVASCRIPT,
    "dom.js": JAVASCRIPT,
    "editor.js": JAVASCRIPT,
    "rdf-terms.js": JAVASCRIPT,
    "sparql-language.js": JAVASCRIPT,
    "tables.js": JAVASCRIPT,
    "views.js": JAVASCRIPT,
    "vendor/codemirror.js": JAVASCRIPT,
    "vendor/codemirror.licences.txt": "text/plain; charset=utf-8",
}

/// What they are known by: a hash of all names and contents.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    for asset in ASSETS {
        hasher.update(asset.name.as_bytes()).update(&asset.bytes.len().to_le_bytes()).update(asset.bytes);
    }
    hasher.finalize().to_hex()[..16].to_owned()
});

/// The same files, compressed as far as that goes.
static COMPRESSED: LazyLock<Vec<Compressed>> = LazyLock::new(|| ASSETS.iter().map(Compressed::of).collect());

struct Compressed {
    gzip: Option<Bytes>,
    zstd: Option<Bytes>,
}

impl Compressed {
    fn of(asset: &Asset) -> Self {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let gzip = encoder.write_all(asset.bytes).and_then(|()| encoder.finish()).ok();
        Self { gzip: gzip.map(Bytes::from), zstd: zstd::bulk::compress(asset.bytes, 19).ok().map(Bytes::from) }
    }
}

/// The path of a file below the site's own.
pub fn path(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// What pages of this program are known by, for their tags.
pub fn version() -> &'static str {
    &VERSION
}

/// `/assets/{version}/{name}`: a file, for ever; under the version of another program as it is now.
///
/// # Errors
/// 404 for an unknown name; 412 where the request insists on other bytes.
pub async fn file(
    State(_): State<Arc<Endpoint>>,
    Path((version, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let at = ASSETS.iter().position(|asset| asset.name == name);
    let at = at.ok_or_else(|| Problem::not_found("there is no such file"))?;
    let tag = Tag::new(&VERSION, "asset");
    if let Some(response) = conditional::unchanged(request.headers(), &tag)? {
        return Ok(kept(response, &version));
    }
    let (coding, bytes) = coded(at, request.headers());
    let mut response = Response::new(Body::from(bytes));
    conditional::mark(&mut response, &tag);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(ASSETS[at].media_type));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Ok(kept(response, &version))
}

/// Lets a response be kept, if it has the address of its own version.
fn kept(mut response: Response<Body>, version: &str) -> Response<Body> {
    let how = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(how));
    response.headers_mut().remove(header::VARY);
    response
}

fn coded(at: usize, headers: &HeaderMap) -> (Option<&'static str>, Bytes) {
    let takes = |coding: &str| {
        let fields = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        fields.flat_map(|field| field.split(',')).any(|item| {
            let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
            name.trim().eq_ignore_ascii_case(coding) && weight.is_ok_and(|weight| weight > 0.0)
        })
    };
    let (plain, compressed) = (ASSETS[at].bytes, &COMPRESSED[at]);
    let shorter = |bytes: &Option<Bytes>| bytes.clone().filter(|bytes| bytes.len() < plain.len());
    if let Some(bytes) = takes("zstd").then(|| shorter(&compressed.zstd)).flatten() {
        return (Some("zstd"), bytes);
    }
    if let Some(bytes) = takes("gzip").then(|| shorter(&compressed.gzip)).flatten() {
        return (Some("gzip"), bytes);
    }
    (None, Bytes::from_static(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of the editor's bundle, plain and compressed, and of everything else that is small by being written by hand.
    const BUNDLE: (usize, usize) = (425_000, 200_000);
    const OTHERS: usize = 275_000;

    #[test]
    fn files_are_within_their_budget() {
        let at = |name: &str| ASSETS.iter().position(|asset| asset.name == name).unwrap();
        let bundle = at("vendor/codemirror.js");
        let compressed = COMPRESSED[bundle].gzip.as_ref().unwrap().len();
        assert!(ASSETS[bundle].bytes.len() <= BUNDLE.0 && compressed <= BUNDLE.1, "{compressed}");
        let others: usize = ASSETS.iter().map(|asset| asset.bytes.len()).sum();
        assert!(others - ASSETS[bundle].bytes.len() <= OTHERS, "{others}");
    }

    #[test]
    fn what_is_bundled_has_its_licence_and_is_locked() {
        let text = |name: &str| {
            let asset = ASSETS.iter().find(|asset| asset.name == name).unwrap();
            std::str::from_utf8(asset.bytes).unwrap()
        };
        let licences = text("vendor/codemirror.licences.txt");
        let lock = include_str!("../assets/vendor/package-lock.json");
        let lock: serde_json::Value = serde_json::from_str(lock).unwrap();
        let between = format!("\n{}\n\n", "-".repeat(80));
        let packages = licences.split(between.as_str());
        let names: Vec<(&str, &str)> = packages.filter_map(|text| text.lines().next()?.split_once(' ')).collect();
        assert!(names.len() > 10, "{names:?}");
        for (name, version) in names {
            let locked = &lock["packages"][format!("node_modules/{name}")];
            assert_eq!(
                (locked["version"].as_str(), locked["license"].as_str()),
                (Some(version), Some("MIT")),
                "{name}"
            );
        }
    }
}
