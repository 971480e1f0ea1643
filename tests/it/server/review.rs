//! A person's verdict on a conflict: the form on `/review`, who may send it, and what becomes of it.

use citypact::server::Settings;

use super::app::{App, FORM, Reply, WRITE};

const DATA: &str = "PREFIX pact: <https://w3id.org/citypact/ns#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
    PREFIX graph: <https://w3id.org/citypact/graph/> PREFIX id: <https://w3id.org/citypact/id/>
    graph:a { id:tie pact:since '1979'^^xsd:gYear } graph:b { id:tie pact:since '1980'^^xsd:gYear }";

async fn app(settings: Settings) -> App {
    let app = App::with(settings);
    let reply = app.send("POST", "/graphs", &[WRITE, ("content-type", "application/trig")], DATA).await;
    assert!(reply.status < 300, "{}", reply.text());
    app
}

async fn review(app: &App) -> String {
    let reply = app.send("GET", "/review", &[("accept", "text/html"), ("accept-language", "en")], "").await;
    assert_eq!(reply.status, 200);
    reply.text().to_owned()
}

/// The conflict that the form of a page is for.
fn conflict(html: &str) -> String {
    let value = html.split("name=\"conflict\" value=\"").nth(1).unwrap_or_else(|| panic!("no form: {html}"));
    value.split('"').next().unwrap().to_owned()
}

async fn send(app: &App, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    send_to(app, "/review", fields, headers).await
}

async fn send_to(app: &App, address: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    app.send("POST", address, &[&[FORM, ("accept", "text/html")], headers].concat(), body).await
}

#[tokio::test]
async fn a_verdict_is_taken_with_the_token_shown_replaced_and_taken_back() {
    let app = app(super::app::settings()).await;
    let html = review(&app).await;
    assert!(html.contains("documents give different dates") && html.contains("by a rule"), "{html}");
    let conflict = conflict(&html);
    let fields = |verdict, by, token| {
        [
            ("conflict", conflict.as_str()),
            ("verdict", verdict),
            ("by", by),
            ("note", "<b>since 1979</b>"),
            ("token", token),
        ]
    };
    let taken = send(&app, &fields("changed-over-time", "Li <Hua>", "w"), &[]).await;
    assert_eq!(taken.status, 303, "{}", taken.text());
    let anchor = conflict.rsplit('/').next().unwrap();
    assert_eq!(taken.header("location"), format!("/review#{anchor}"));
    let html = review(&app).await;
    assert!(html.contains(&format!("id=\"{anchor}\"")), "the address leads to the conflict");
    assert_eq!(html.matches("by Li &lt;Hua&gt;").count(), 1, "the verdict stands with its conflict, once");
    assert!(html.contains("by Li &lt;Hua&gt;") && html.contains("&lt;b&gt;since 1979&lt;/b&gt;"), "{html}");
    assert!(!html.contains("<b>since"), "{html}");
    let query = "SELECT ?verdict ?by (COUNT(?fact) AS ?facts) WHERE { GRAPH graph:review { ?a pact:verdict ?verdict ; schema:author ?by ;
        pact:assesses ?fact ; dcterms:created ?on FILTER(DATATYPE(?on) = xsd:dateTime) } } GROUP BY ?verdict ?by";
    let told = app.csv(query).await;
    assert_eq!(told.text().lines().nth(1).unwrap(), "https://w3id.org/citypact/code/changed-over-time,Li <Hua>,1");
    // Another verdict stands in the place of the first; the header's token will do, too.
    let again = send(&app, &fields("homonym", "Wang", "")[..4], &[WRITE]).await;
    assert_eq!(again.status, 303, "{}", again.text());
    let told = app.csv(query).await;
    assert_eq!(told.text().lines().skip(1).collect::<Vec<_>>(), ["https://w3id.org/citypact/code/homonym,Wang,1"]);
    // Taken back.
    assert!(review(&app).await.contains("Take the verdict back"));
    assert_eq!(send(&app, &fields("", "Wang", "w"), &[]).await.status, 303);
    assert_eq!(app.csv(query).await.text().lines().count(), 1);
    assert!(review(&app).await.contains("by a rule"));
}

#[tokio::test]
async fn from_a_part_of_the_page_the_way_leads_back_to_it() {
    let app = app(super::app::settings()).await;
    let part = "/review?about=https://w3id.org/citypact/id/tie&token=w&page=1";
    let html = app.send("GET", part, &[("accept", "text/html")], "").await.text().to_owned();
    let action = html.split("method=\"post\" action=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let action = action.replace("&amp;", "&");
    assert!(action.starts_with("/review?about=") && action.contains("page=1") && !action.contains("token"), "{action}");
    let conflict = conflict(&html);
    let fields = [("conflict", conflict.as_str()), ("verdict", "homonym"), ("by", "Li"), ("token", "w")];
    let taken = send_to(&app, &action, &fields, &[]).await;
    let anchor = conflict.rsplit('/').next().unwrap();
    assert_eq!((taken.status, taken.header("location").to_owned()), (303, format!("{action}#{anchor}")));
}

#[tokio::test]
async fn what_is_not_to_be_taken_is_refused() {
    let app = app(super::app::settings()).await;
    let conflict = conflict(&review(&app).await);
    let good = [("conflict", conflict.as_str()), ("verdict", "homonym"), ("by", "Li")];
    let with = |token| [&good[..], &[("token", token)]].concat();
    assert_eq!(send(&app, &good, &[]).await.status, 401, "no token");
    assert_eq!(send(&app, &with("x"), &[]).await.status, 401, "another token");
    let foreign = [("origin", "https://evil.example"), ("cookie", "token=w; lang=en")];
    assert_eq!(send(&app, &good, &foreign).await.status, 401, "what a browser adds by itself does not count");
    for (name, status) in [("conflict", 400), ("by", 400)] {
        let fields: Vec<_> = with("w").into_iter().filter(|(other, _)| *other != name).collect();
        assert_eq!(send(&app, &fields, &[]).await.status, status, "without {name}");
    }
    let odd = [("conflict", conflict.as_str()), ("verdict", "right"), ("by", "Li"), ("token", "w")];
    assert_eq!(send(&app, &odd, &[]).await.status, 400);
    let gone = [("conflict", "https://w3id.org/citypact/id/x"), ("verdict", "homonym"), ("by", "Li"), ("token", "w")];
    assert_eq!(send(&app, &gone, &[]).await.status, 404);
    assert!(
        app.csv("SELECT ?a WHERE { ?a schema:author ?by }").await.text().lines().count() == 1,
        "nothing was written"
    );
    let closed = App::with(Settings::default());
    assert_eq!(send(&closed, &good, &[]).await.status, 403);
    assert!(!review(&closed).await.contains("<form method=\"post\" action=\"/review\""));
}
