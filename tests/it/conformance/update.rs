//! Updates: what they leave, and whether they are updates.

use oxrdfio::{RdfFormat, RdfParser};

use super::Verdict;
use super::manifest::{Entry, MF, UT};
use super::query::{load_all, text};
use super::results::same_graphs;
use crate::server::app::{App, UPDATE, WRITE};

async fn quads(app: &App) -> Vec<oxrdf::Quad> {
    let reply = app.get("/graphs", "application/n-quads").await;
    assert_eq!(reply.status, 200);
    RdfParser::from_format(RdfFormat::NQuads).for_slice(&reply.body).map(Result::unwrap).collect()
}

pub async fn evaluate(entry: &Entry) -> Verdict {
    let (action, result) = (entry.node.get(MF, "action").unwrap(), entry.node.get(MF, "result").unwrap());
    let (app, expected) = (super::app(), super::app());
    load_all(&app, &action, UT).await;
    load_all(&expected, &result, UT).await;
    let update = text(&action.get(UT, "request").unwrap());
    let reply = app.send("POST", "/sparql", &[UPDATE, WRITE], update).await;
    if reply.status != 204 {
        return Err(format!("{} {}", reply.status, reply.text()));
    }
    same_graphs(&quads(&expected).await, &quads(&app).await)
}

pub async fn syntax(entry: &Entry, is_update: bool) -> Verdict {
    let action = entry.node.get(MF, "action").unwrap();
    let file = action.get(UT, "request").unwrap_or(action);
    let reply = super::app().send("POST", "/sparql", &[UPDATE, WRITE], text(&file)).await;
    // An update that parses may still fail: its graphs are not there, and LOAD is off.
    let is_complaint = reply.status == 400 && reply.text().contains("\"detail\":\"query:");
    if is_complaint == is_update { Err(format!("{} {}", reply.status, reply.text())) } else { Ok(()) }
}
