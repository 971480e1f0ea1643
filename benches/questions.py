"""The questions of `benches/query.py`: the library's queries with values of the synthetic world, and one probe for each operator.

Each is (name, text, differs): `differs` says why a peer's answer is another one where that is known beforehand.
"""

import re
from pathlib import Path

PREFIXES = {
    "code": "https://w3id.org/citypact/code/",
    "doc": "https://w3id.org/citypact/id/doc/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "graph": "https://w3id.org/citypact/graph/",
    "id": "https://w3id.org/citypact/id/",
    "kind": "https://w3id.org/citypact/kind/",
    "oa": "http://www.w3.org/ns/oa#",
    "pact": "https://w3id.org/citypact/ns#",
    "place": "https://w3id.org/citypact/id/place/",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "variable": "https://w3id.org/citypact/variable/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Parameters of the library's queries in a world that `citypact generate` makes; others have their default.
VALUES = {
    "place": "place:g-place-1", "from": "place:g-place-3", "to": "place:g-place-700", "state": "place:cn",
    "document": "doc:g-doc-1", "event": "<https://w3id.org/citypact/id/event/chongqing-2024>", "day": '"1999-06-30"^^xsd:date', "year": "2026",
    "lang": '"en"', "every": "1", "spelling": '"サマルカンド"',
}
COPIES = "counts a triple once for each graph that it stands in"
# What only citypact has, so that no peer is asked.
OURS = re.compile(r"pact:(find|sameName|fold|earliest|latest)\(")

TIE = "?tie a pact:Tie ; pact:party ?a, ?b . FILTER(STR(?a) < STR(?b))"

PROBES = [
    ("point", "SELECT ?p ?o { place:g-place-1 ?p ?o }", ""),
    ("star-seven", "SELECT * { ?tie a pact:Tie ; pact:kind ?kind ; pact:status ?status ; pact:since ?since ; pact:earliest ?earliest ; pact:latest ?latest ; pact:kindAsPrinted ?printed }", ""),
    ("star-count", "SELECT (COUNT(*) AS ?n) { ?a pact:kind ?kind ; pact:since ?since ; pact:party ?party ; pact:status ?status }", COPIES),
    ("chain-four", "SELECT (COUNT(DISTINCT ?far) AS ?n) { ?one pact:party place:g-place-1, ?near . ?two pact:party ?near, ?next . ?three pact:party ?next, ?far . ?far schema:containedInPlace ?state }", ""),
    ("cycle", "SELECT DISTINCT ?a ?b ?c { ?x a pact:Tie ; pact:party ?a, ?b . ?y a pact:Tie ; pact:party ?b, ?c . ?z a pact:Tie ; pact:party ?c, ?a . ?a pact:sovereignState place:cn FILTER(STR(?a) < STR(?b) && STR(?b) < STR(?c)) }", ""),
    ("join-computed", "SELECT ?place ?ties ?agreements { { SELECT ?place (COUNT(DISTINCT ?t) AS ?ties) { ?t a pact:Tie ; pact:party ?place } GROUP BY ?place } { SELECT ?place (COUNT(DISTINCT ?g) AS ?agreements) { ?g a pact:Agreement ; pact:party ?place } GROUP BY ?place } FILTER(?ties > ?agreements) }", ""),
    ("optional", "SELECT ?place ?name ?alt { ?place pact:level ?level ; skos:prefLabel ?name OPTIONAL { ?place skos:altLabel ?alt } }", ""),
    ("optional-filter", "SELECT ?a (COUNT(DISTINCT ?tie) AS ?n) { ?a pact:sovereignState place:cn OPTIONAL { ?tie pact:party ?a ; pact:since ?since FILTER(?since >= \"1990-01-01\"^^xsd:date) } } GROUP BY ?a", ""),
    ("minus", "SELECT ?place { ?place a pact:TerritorialEntity MINUS { ?tie pact:party ?place } }", ""),
    ("not-exists", f"SELECT DISTINCT ?a ?b {{ {TIE} FILTER NOT EXISTS {{ ?agreement a pact:Agreement ; pact:party ?a, ?b }} }}", ""),
    ("exists", "SELECT ?place { ?place pact:level ?level FILTER EXISTS { ?tie a pact:Tie ; pact:party ?place ; pact:status code:ended } }", ""),
    ("union", "SELECT DISTINCT ?x { { ?x a pact:Tie ; pact:party place:g-place-1 } UNION { ?x a pact:Agreement ; pact:party place:g-place-1 } UNION { ?x schema:containedInPlace place:g-place-1 } }", ""),
    ("path-plus", "SELECT ?place ?above { ?place schema:containedInPlace+ ?above }", ""),
    ("path-reach", "SELECT (COUNT(DISTINCT ?far) AS ?n) { place:g-place-1 (^pact:party/pact:party)+ ?far }", ""),
    ("values", "SELECT ?tie ?kind { VALUES ?kind { kind:friendship-city kind:friendly-exchange-city } VALUES ?place { place:g-place-1 place:g-place-2 place:g-place-3 } ?tie pact:party ?place ; pact:kind ?kind }", ""),
    ("count-all", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", COPIES),
    ("count-predicates", "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p", COPIES),
    ("count-classes", "SELECT ?class (COUNT(?s) AS ?n) { ?s a ?class } GROUP BY ?class ORDER BY DESC(?n)", COPIES),
    ("count-distinct", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }", ""),
    ("numbers", "SELECT ?level (AVG(?lat) AS ?mean) (MIN(?lat) AS ?least) (MAX(?lat) AS ?most) { ?place pact:level ?level ; schema:latitude ?lat ; schema:longitude ?lon FILTER(?lat > 10 && ?lat * 2 < ?lon + 100) } GROUP BY ?level", COPIES),
    ("order-all", "SELECT DISTINCT ?tie ?since { ?tie a pact:Tie ; pact:since ?since } ORDER BY ?since ?tie", ""),
    ("order-limit", "SELECT ?tie ?since { ?tie a pact:Tie ; pact:since ?since } ORDER BY DESC(?since) ?tie LIMIT 10", "gives copies of its first rows"),
    ("limit", "SELECT * { ?tie a pact:Tie ; pact:party ?a ; pact:since ?since } LIMIT 100", "any hundred rows"),
    ("strings", "SELECT DISTINCT ?place ?name { ?place skos:prefLabel ?name FILTER(CONTAINS(LCASE(STR(?name)), \"an\") && REGEX(STR(?name), \"^[A-M].*o\") && STRLEN(STR(?name)) < 12) }", ""),
    ("dates", "SELECT ?year (COUNT(DISTINCT ?tie) AS ?n) { ?tie a pact:Tie ; pact:earliest ?from FILTER(?from >= \"1980-01-01\"^^xsd:date && ?from < \"2000-01-01\"^^xsd:date) BIND(YEAR(?from) AS ?year) } GROUP BY ?year ORDER BY ?year", ""),
    ("construct", "CONSTRUCT { ?place skos:prefLabel ?name } { ?place a pact:TerritorialEntity ; skos:prefLabel ?name FILTER(LANG(?name) = \"ja\") }", ""),
    ("describe", "DESCRIBE place:g-place-1", "describes otherwise"),
    ("graphs", "SELECT ?graph (COUNT(*) AS ?n) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph", ""),
    ("graph-join", "SELECT ?tie ?source { GRAPH ?graph { ?tie a pact:Tie ; pact:party place:g-place-1 } ?graph prov:wasDerivedFrom ?source }", ""),
]


def library(folder):
    """The library's queries, their parameters put into the text."""
    for path in sorted(Path(folder).glob("*.rq")):
        text = path.read_text()
        for name in re.findall(r"^# param: (\w+)", text, re.M):
            text = re.sub(rf"\?{name}\b", lambda _: VALUES[name], text)
        yield path.stem, re.sub(r"^\s*#.*\n", "", text, flags=re.M), ""


def questions(folder):
    """All of them, each with the prefixes that it uses."""
    for name, text, differs in [*library(folder), *PROBES]:
        used = [f"PREFIX {prefix}: <{iri}>" for prefix, iri in PREFIXES.items() if re.search(rf"\b{prefix}:", text)]
        yield name, "\n".join([*used, text]), differs
