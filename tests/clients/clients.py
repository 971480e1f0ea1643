#!/usr/bin/env python3
"""Clients of other people against `citypact serve`: SPARQLWrapper 2 and rdflib's stores, with every format that they offer.

  tests/clients/clients.py target/release/citypact

Needs SPARQLWrapper and rdflib (`make test-clients` gets them). Whatever the client asks for, it must be able to read what it gets,
and get no warning that it is something else. Exits with 1 where one does not.
"""

import os, re, subprocess, sys, tempfile, time, urllib.error, urllib.parse, urllib.request, warnings

from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDF, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper

DATA = """@prefix e: <http://e/> .
e:kunming e:name "昆明"@zh-Hans , "Kunming"@en ; e:twin e:zurich .
e:zurich e:name "Zürich"@de-CH ; e:twin e:kunming .
"""
SELECT = "SELECT ?name { <http://e/kunming> <http://e/name> ?name FILTER(LANG(?name) = 'zh-Hans') }"
ASK = "ASK { <http://e/kunming> <http://e/name> '昆明'@zh-Hans }"
CONSTRUCT = "CONSTRUCT { ?s <http://e/name> ?o } WHERE { ?s <http://e/name> ?o }"
DESCRIBE = "DESCRIBE <http://e/kunming>"
# A format that the client knows none of its own for in that form of query: it asks for anything, and warns that it does.
ODD = {("rows", N3), ("rows", TURTLE), ("rows", RDF), ("rows", RDFXML), ("rows", JSONLD),
       ("graph", CSV), ("graph", TSV), ("graph", JSON), ("graph", RDF)}
# What other clients send in their Accept fields: RDF4J, Jena, YASGUI, fetch-sparql-endpoint, browsers, Java's own.
ACCEPT = [
    ("application/x-sparqlstar-results+json;q=0.8, application/sparql-results+json;q=0.9, application/sparql-results+xml;q=0.8, text/csv;q=0.7", SELECT, "application/sparql-results+json"),
    ("text/boolean, application/x-binary-rdf-results-table;q=0.8, application/sparql-results+xml", ASK, "application/sparql-results+xml"),
    ("application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2, application/xml;q=0.2, */*;q=0.1", SELECT, "application/sparql-results+json"),
    ("application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.8, application/ld+json;q=0.7, */*;q=0.1", DESCRIBE, "application/n-triples"),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#framed, text/turtle;q=1"', CONSTRUCT, "application/ld+json"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", CONSTRUCT, "text/html"),
    ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", SELECT, "application/sparql-results+json"),
    ("*/*", CONSTRUCT, "text/turtle"),
]

failures, done = [], 0


def check(what, truth, seen=""):
    global done
    done += 1
    if not truth:
        failures.append(f"{what}: {seen!r}")


def holds(result):
    """Whether what the client made of an answer says what it should."""
    if isinstance(result, Graph):
        return (URIRef("http://e/kunming"), URIRef("http://e/name"), Literal("昆明", lang="zh-Hans")) in result
    if isinstance(result, dict):
        return "昆明" in str(result) or result.get("boolean") is True
    text = result.toxml() if hasattr(result, "toxml") else result.decode() if isinstance(result, bytes) else str(result)
    return "昆明" in text or "true" in text


def wrapper(address, query, form, method, encoding, format):
    client = SPARQLWrapper(address + "/sparql")
    client.setQuery(query)
    client.setMethod(method)
    client.setRequestMethod(encoding)
    client.setReturnFormat(format)
    what = f"SPARQLWrapper {form} {method} {encoding} {format}"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            result = client.queryAndConvert()
        except Exception as error:
            return check(what, False, error)
    check(what, holds(result), result)
    said = [str(warning.message) for warning in said if issubclass(warning.category, RuntimeWarning)]
    check(what + " without a warning", (form, format) in ODD or not said, said)


def every_format(address):
    for format in (JSON, XML, TURTLE, N3, RDF, RDFXML, CSV, TSV, JSONLD):
        for query, form in ((SELECT, "rows"), (ASK, "rows"), (CONSTRUCT, "graph"), (DESCRIBE, "graph")):
            for method, encoding in ((GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)):
                wrapper(address, query, form, method, encoding, format)


def updates(address, token):
    for encoding in (URLENCODED, POSTDIRECTLY):
        client = SPARQLWrapper(address + "/sparql")
        client.addCustomHttpHeader("Authorization", f"Bearer {token}")
        client.setMethod(POST)
        client.setRequestMethod(encoding)
        client.setQuery(f"INSERT DATA {{ GRAPH <http://e/g> {{ <http://e/{encoding}> <http://e/name> 'x'@zh-Hans }} }}")
        try:
            client.query()
        except Exception as error:
            check(f"SPARQLWrapper update {encoding}", False, error)
        with answer(address, {"query": f"ASK {{ <http://e/{encoding}> <http://e/name> 'x'@ZH-hans }}"}) as reply:
            check(f"SPARQLWrapper update {encoding}", b"true" in reply.read())


def stores(address, token):
    for form in ("xml", "json", "csv", "tsv"):
        for method in ("GET", "POST", "POST_FORM"):
            graph = Graph(SPARQLStore(address + "/sparql", returnFormat=form, method=method))
            names = {str(row.name) for row in graph.query(SELECT)}
            check(f"rdflib SPARQLStore {form} {method}", names == {"昆明"}, names)
    store = SPARQLUpdateStore(address + "/sparql", address + "/sparql", headers={"Authorization": f"Bearer {token}"})
    graph = Graph(store, identifier=URIRef("http://e/rdflib"))
    triple = (URIRef("http://e/basel"), URIRef("http://e/name"), Literal("Basel", lang="de-CH"))
    graph.add(triple)
    store.commit()
    check("rdflib SPARQLUpdateStore add", triple in graph)
    graph.remove(triple)
    store.commit()
    check("rdflib SPARQLUpdateStore remove", triple not in graph)


def answer(address, parameters, accept="*/*"):
    request = urllib.request.Request(f"{address}/sparql?{urllib.parse.urlencode(parameters)}", headers={"Accept": accept})
    return urllib.request.urlopen(request, timeout=20)


def fields(address):
    for accept, query, expected in ACCEPT:
        try:
            with answer(address, {"query": query}, accept) as reply:
                kind = reply.headers.get_content_type()
        except urllib.error.HTTPError as error:
            kind = error.code
        check(f"Accept: {accept}", kind == expected, kind)
    # R's SPARQL package, and a name that nobody knows.
    for parameters, expected in (({"output": "xml"}, "application/sparql-results+xml"), ({"format": "cvs"}, "application/sparql-results+json")):
        with answer(address, {"query": SELECT, **parameters}) as reply:
            check(f"{parameters}", reply.headers.get_content_type() == expected, reply.headers.get_content_type())


def start(program, folder, token):
    """The server, and its address."""
    data, secret = os.path.join(folder, "data.ttl"), os.path.join(folder, "token")
    with open(data, "w", encoding="utf-8-sig") as file:
        file.write(DATA)
    with open(secret, "w") as file:
        file.write(token)
    os.chmod(secret, 0o600)
    command = [program, "serve", "--data", data, "--bind", "127.0.0.1:0", "--write-token-file", secret]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    told = ""
    for line in server.stdout:
        told += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return server, found[0]
    sys.exit(f"the server does not start:\n{told}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        token = "a-token-of-more-than-thirty-two-characters"
        server, address = start(sys.argv[1], folder, token)
        try:
            every_format(address)
            fields(address)
            stores(address, token)
            updates(address, token)
        finally:
            server.terminate()
            server.wait(30)
    print("\n".join(failures) + f"\n{done - len(failures)} of {done} as they should be".lstrip() if failures else f"all {done} as they should be")
    sys.exit(1 if failures else 0)


main()
