"""Terms from every odd corner through every writer of citypact, and back by readers that are not ours.

    python judge.py CITYPACT [--short]

Readers: rdflib, PyLD, raptor's `rapper` where it is installed, networkx, nanopub, a grammar of QuickStatements, and the csv, json and xml modules of Python. What is
read has to be the terms that went in. The corpus is the same every time. Prints a line for each writer and reader, and
ends with 1 where one of them disagrees.
"""

import csv
import hashlib
import itertools
import json
import logging
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as etree
from pathlib import Path

import networkx
import rdflib
from nanopub import Nanopub
from nanopub.trustyuri.rdf.RdfHasher import make_hash
from pyld import jsonld
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import graph_diff
from rdflib.query import Result

rdflib.NORMALIZE_LITERALS = False
# Ill-typed values are part of the corpus.
logging.disable(logging.CRITICAL)

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PACT = "https://w3id.org/citypact/ns#"
ID = "https://w3id.org/citypact/id/"

# Texts that some writer or reader somewhere gets wrong.
TEXTS = [
    "", " ", "  both ends  ", "\t", "\ttabs\tinside\t", "\n", "\nlines\n\n", "a\rb", "a\r\nb\r\n", "\r", '"', '""', '"""', "'''",
    "ends with \"", "ends with \\", "\\", "\\n", "\\u0041", "\\\\\"\\", "a,b", "a;b", "a|b", " | ", "<b>&amp;</b>", "]]>", "&#xD;", "&",
    "<![CDATA[x]]>", "<!-- -->", "昆明", "𠮷野家", "\U0001F38F", "\U0010FFFD", "e\u0301 is not \u00e9", "שלום \u202eabc\u202c", "\u200e\u200f",
    "\u2066x\u2069", "\ufeffmark", "\u00a0", "\u0085", "\u2028\u2029", "\u007f\u0080\u009f", "\ufffd", "%20", "true", "12", "1.0", "?x", "$x",
    "@en", "^^", "http://e/", "<http://e/>", "_:b", "{}", "[]", "#", "=1+1", "a" * 5000, "名" * 3000,
]
CONTROLS = [chr(code) for code in [*range(1, 9), 11, 12, *range(14, 32)]] + ["\ufffe", "\uffff", "x\u0000y"]
TAGS = ["en", "EN-GB", "zh-Hans", "zh-Hant-TW", "ja-x-old", "x-private-Tag", "de-CH-1996", "sr-Latn-RS"]
DATATYPES = {
    "integer": ["12", "-1", "+7", "007", "", "twelve", "99999999999999999999"], "decimal": ["1.5", "1.50", ".5", "-0.0", "x"],
    "double": ["1e0", "1.0E10", "INF", "-INF", "NaN", "x"], "float": ["1.5", "x"], "boolean": ["true", "false", "1", "0", "yes"],
    "date": ["2024-01-25", "1979-02-30", "x"], "dateTime": ["2024-01-25T00:00:00Z", "2024-01-25T00:00:00.10+08:00", "x"],
    "gYear": ["1979", "x"], "gYearMonth": ["1979-10"], "duration": ["P1Y", "P12M"], "anyURI": ["http://e/", "not one"],
    "hexBinary": ["ff", "FF"], "base64Binary": ["AA=="], "token": ["a"], "int": ["012"], "byte": ["300"],
}
OTHER_DATATYPES = [RDF + "XMLLiteral", RDF + "HTML", RDF + "JSON", "http://e/type", "http://e/type.", "urn:x:1"]
LOCAL = [
    "", "a", "a.", ".a", "a.b", "-a", "a-", "1", "1a", "a1", "~", "a~", "%20", "a%20b", "100%25", "(b)", "a(b)c", "a'b", "a,b", "a;b", "a/b", "a/",
    "a:b", ":", "a?b=c&d=e", "a#b", "昆明", "𠮷", "é", "e\u0301", "a!b", "a$b", "a*b", "a+b", "a=b", "a@b", "_", "__", "a_b", "A-Z", "%E6%98%86",
    "a.b.c", "a..b", "a-.", "..x",
]
NAMESPACES = ["http://e/", "http://e/ns#", "urn:x:", ID + "place/", PACT, "https://schema.org/", "tag:e,2024:"]
# Predicates that RDF/XML can say; those that it cannot are tried one by one.
NAMES = ["a", "a.b", "a-b", "_a", "a1", "1a", "昆明", "é", "a/b", "%20a", "x.y-z_1"]
UNNAMED = ["1", "p/", "%20", "(b)", "a~", "p#", "a(b)", "", "a%25"]
LABELS = ["b0", "1a", "0", "a.b", "a-b", "_x", "_x1", "x1", "_x1a", "日本"]


def quoted(text):
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
    plain = lambda c: c if 0x20 <= ord(c) < 0xFFFE and ord(c) != 0x7F or ord(c) > 0xFFFF else f"\\u{ord(c):04X}"
    return '"' + "".join(escapes.get(c, plain(c)) for c in text) + '"'


def literals(texts):
    yield from (quoted(text) for text in texts)
    yield from (f"{quoted(text)}@{tag}" for text, tag in zip(texts, itertools.cycle(TAGS)))
    yield from (f"{quoted(text)}^^<{datatype}>" for text, datatype in zip(texts, itertools.cycle(OTHER_DATATYPES)))


def corpus(texts, names, graphs):
    """Lines of N-Quads."""
    lines, numbers = [], itertools.count()

    def say(subject, predicate, object):
        number = next(numbers)
        graph = f" <https://w3id.org/citypact/graph/g{number % 3}>" if graphs and number % 4 else ""
        lines.append(f"{subject} {predicate} {object}{graph} .")

    here = lambda: f"<http://e/s{next(numbers)}>"
    for text in literals(texts):
        say(here(), "<http://e/ns#text>", text)
    for tag, text in zip(TAGS, texts):
        say(here(), "<http://www.w3.org/2004/02/skos/core#prefLabel>", f"{quoted('昆明')}@{tag}")
        say(here(), "<http://www.w3.org/2004/02/skos/core#altLabel>", quoted(text))
    for datatype, values in DATATYPES.items():
        for value in values:
            say(here(), "<http://e/ns#value>", f"{quoted(value)}^^<{XSD}{datatype}>")
            say(here(), f"<{PACT}earliest>", f"{quoted(value)}^^<{XSD}{datatype}>")
            say(here(), f"<{PACT}rank>", f"{quoted(value)}^^<{XSD}{datatype}>")
            say(here(), f"<{PACT}status>", f"{quoted(value)}^^<{XSD}{datatype}>")
    for namespace, local in itertools.product(NAMESPACES, LOCAL):
        if "#" in namespace and "#" in local:
            continue
        say(f"<{namespace}{local}>", "<http://e/ns#to>", f"<{namespace}{local}>")
        say(f"<{namespace}{local}>", f"<{RDF}type>", f"<{namespace}{local}>")
        say(f"<{namespace}{local}>", f"<{PACT}party>", f"<{namespace}{local}>")
    for code in ["code/in-force", "code/about", "code/status", "kind/friendship-city", "kind/kind", "code/a.b", "code/a/b"]:
        for term in ["status", "kind", "quantifier", "level"]:
            say(here(), f"<{PACT}{term}>", f"<https://w3id.org/citypact/{code}>")
    for scheme in ["schema:x", "place:y", "id:z", "type:w", "code://a", "doc:b/c"]:
        say(f"<{scheme}>", f"<{PACT}party>", f"<{scheme}>")
        say(here(), f"<{RDF}type>", f"<{scheme}>")
    for name in names:
        say(here(), f"<http://e/{name}>", quoted(name))
        say(here(), f"<{PACT}{name}>", quoted(name))
    for number in (1, 2, 10):
        say("<http://e/bag>", f"<{RDF}_{number}>", quoted(str(number)))
    for label in LABELS:
        # In one graph each: a blank node is one across graphs, which readers of single graphs cannot show.
        lines.append(f"_:{label} <http://e/ns#label> {quoted(label)} .")
        lines.append(f"<http://e/labels> <http://e/ns#to> _:{label} .")
        lines.append(f"_:{label} <{RDF}type> <{PACT}Tie> .")
    items = [quoted("one"), "<http://e/two>", '"3"^^<' + XSD + "integer>"]
    for i, item in enumerate(items):
        rest = f"_:list{i + 1}" if i + 1 < len(items) else f"<{RDF}nil>"
        lines += [f"_:list{i} <{RDF}first> {item} .", f"_:list{i} <{RDF}rest> {rest} ."]
    lines += ["<http://e/list> <http://e/ns#items> _:list0 .", f"<http://e/list> <http://e/ns#none> <{RDF}nil> ."]
    return "\n".join(lines) + "\n"


TERM = r'(<[^>]*>|_:[^\s]+|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?)'
LINE = re.compile(rf"\s*{TERM}\s+{TERM}\s+{TERM}\s*(<[^>]*>|_:[^\s]+)?\s*\.\s*$")
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def unescaped(text):
    point = lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else PLAIN.get(m[3], m[3])
    return ESCAPE.sub(point, text)


def term(text):
    if text.startswith("<"):
        return URIRef(unescaped(text[1:-1]))
    if text.startswith("_:"):
        return BNode(text[2:])
    end = text.rindex('"')
    value, rest = unescaped(text[1:end]), text[end + 1 :]
    if rest.startswith("@"):
        return Literal(value, lang=rest[1:])
    return Literal(value, datatype=URIRef(unescaped(rest[3:-1])) if rest else None)


def lines(text):
    """N-Quads by this script's own reader: a graph for each graph."""
    graphs = {}
    for line in filter(None, text.split("\n")):
        subject, predicate, object, graph = LINE.match(line).groups()
        name = str(term(graph)) if graph else ""
        graphs.setdefault(name, Graph()).add((term(subject), term(predicate), term(object)))
    return graphs


def merged(graphs):
    one = Graph()
    for graph in graphs.values():
        for triple in graph:
            one.add(triple)
    return one


def plain(graph):
    """xsd:string is what texts without a datatype are; XML literals and HTML are compared as texts."""
    out = Graph()
    for s, p, o in graph:
        if isinstance(o, Literal) and str(o.datatype) == XSD + "string":
            o = Literal(str(o))
        elif isinstance(o, Literal) and o.datatype is not None:
            o = Literal(str(o), datatype=o.datatype, normalize=False)
        out.add((s, p, o))
    return out


def by_value(graph):
    """PyLD writes doubles anew, in their canonical form."""
    out = Graph()
    for s, p, o in plain(graph):
        if isinstance(o, Literal) and str(o.datatype) == XSD + "double":
            try:
                o = Literal(str(float(o)), datatype=o.datatype, normalize=False)
            except ValueError:
                pass
        out.add((s, p, o))
    return out


class Judge:
    def __init__(self, citypact, folder):
        self.citypact, self.folder = citypact, Path(folder)
        self.agreed = self.failed = 0

    def run(self, *arguments):
        command = [self.citypact, *map(str, arguments)]
        return subprocess.run(command, cwd=self.folder, capture_output=True, timeout=300)

    def ok(self, *arguments):
        done = self.run(*arguments)
        if done.returncode:
            sys.exit(f"{' '.join(map(str, arguments))}: {done.stderr.decode()}")
        return done.stdout

    def say(self, writer, reader, problem, terms):
        if problem:
            self.failed += 1
            print(f"FAILED {writer:10} read by {reader:10} {problem}")
        else:
            self.agreed += 1
            print(f"agreed {writer:10} read by {reader:10} {terms} terms")

    def compare(self, writer, reader, expected, read, plain=lambda graph: plain(graph)):
        try:
            found = read()
        except Exception as error:  # noqa: BLE001 - whatever a reader says
            return self.say(writer, reader, f"{type(error).__name__}: {str(error)[:400]}", 0)
        problem = None
        for name in sorted({*expected, *found}):
            wanted, got = plain(expected.get(name, Graph())), plain(found.get(name, Graph()))
            _, lost, new = graph_diff(wanted, got)
            if len(wanted) != len(got) or len(lost) or len(new):
                shown = lambda graph: [line[:160] for line in sorted(graph.serialize(format="nt").split("\n")) if line][:4]
                problem = f"in graph <{name}>: lost {len(lost)} {shown(lost)}, new {len(new)} {shown(new)}"
                break
        self.say(writer, reader, problem, 3 * sum(map(len, expected.values())))


def by_rdflib(path, name):
    graph = Graph()
    graph.parse(path, format=name)
    return {"": graph}


def dataset_by_rdflib(path, name):
    dataset = rdflib.Dataset()
    dataset.parse(path, format=name)
    graphs = {}
    for s, p, o, g in dataset.quads():
        key = "" if g is None or str(g) == "urn:x-rdflib:default" else str(g)
        graphs.setdefault(key, Graph()).add((s, p, o))
    return graphs


def by_rapper(path, syntax):
    done = subprocess.run(["rapper", "-q", "-i", syntax, "-o", "nquads", str(path), "http://base.invalid/"], capture_output=True, timeout=300)
    if done.returncode:
        raise ValueError(done.stderr.decode()[:400])
    return lines(done.stdout.decode())


def by_pyld(path):
    document = json.loads(path.read_text("utf-8"))
    return lines(jsonld.to_rdf(document, {"format": "application/n-quads"}))


def syntaxes(judge, texts, label):
    """Every syntax of RDF."""
    for graphs in (True, False):
        source = judge.folder / f"{label}-{'quads' if graphs else 'triples'}.nq"
        source.write_text(corpus(texts, NAMES, graphs), "utf-8")
        written = {}
        for syntax, suffix in [("turtle", "ttl"), ("trig", "trig"), ("ntriples", "nt"), ("nquads", "nq"), ("rdfxml", "rdf"), ("jsonld", "jsonld")]:
            written[syntax] = judge.folder / f"{source.stem}-out.{suffix}"
            judge.ok("export", "--data", source, "--to", syntax, "--out", written[syntax])
        # A store keeps numbers and dates by value: what it holds is what the others have to give.
        held = lines(written["nquads"].read_text("utf-8"))
        union = {"": merged(held)}
        for syntax, name in {"turtle": "turtle", "ntriples": "nt", "rdfxml": "xml"}.items():
            judge.compare(syntax, "rdflib", union, lambda: by_rdflib(written[syntax], name))
        for syntax in ("trig", "nquads"):
            judge.compare(syntax, "rdflib", held, lambda: dataset_by_rdflib(written[syntax], syntax))
        judge.compare("jsonld", "rdflib", held, lambda: dataset_by_rdflib(written["jsonld"], "json-ld"))
        judge.compare("jsonld", "PyLD", held, lambda: by_pyld(written["jsonld"]), by_value)
        if shutil.which("rapper"):
            for syntax, wanted in [("turtle", union), ("ntriples", union), ("rdfxml", union), ("trig", held), ("nquads", held)]:
                judge.compare(syntax, "rapper", wanted, lambda: by_rapper(written[syntax], syntax))


def results(judge, texts):
    """Rows in JSON, XML, CSV and TSV."""
    source = judge.folder / "rows.nq"
    source.write_text(corpus(texts, NAMES, False), "utf-8")
    query = "SELECT ?s ?o { ?s ?p ?o FILTER(!isBlank(?s) && !isBlank(?o)) } ORDER BY STR(?s) STR(?p) STR(?o) LANG(?o) STR(DATATYPE(?o))"
    out = {name: judge.folder / f"rows.{name}" for name in ("srj", "srx", "csv", "tsv")}
    for path in out.values():
        judge.ok("query", query, "--data", source, "--out", path)
    key = lambda term: (str(term), getattr(term, "language", None) or "", str(getattr(term, "datatype", None) or XSD + "string"))
    document = json.loads(out["srj"].read_text("utf-8"))
    rows = []
    for binding in document["results"]["bindings"]:
        cell = lambda cell: (cell["value"], cell.get("xml:lang", "").lower(), cell.get("datatype", RDF + "langString" if "xml:lang" in cell else XSD + "string"))
        rows.append([cell(binding[name]) for name in ("s", "o")])
    bare = lambda value: (value[0], value[1].lower(), "" if value[1] or value[2] == XSD + "string" else value[2])
    wanted = sorted([bare((str(rows_[0][0]), "", "")), bare(rows_[1])] for rows_ in rows)
    count = 2 * len(rows)

    def check(writer, reader, read):
        try:
            found = sorted(read())
        except Exception as error:  # noqa: BLE001
            return judge.say(writer, reader, f"{type(error).__name__}: {str(error)[:300]}", 0)
        differ = next(((a, b) for a, b in zip(wanted, found) if a != b), None) or (len(wanted), len(found))
        judge.say(writer, reader, None if found == wanted else f"differs: {str(differ)[:400]}", count)

    def rdflib_rows(path, format):
        with open(path, "rb") as file:
            parsed = Result.parse(file, format=format)
        cell = lambda value: bare((str(value), getattr(value, "language", None) or "", str(getattr(value, "datatype", None) or XSD + "string") if isinstance(value, Literal) else ""))
        return [[cell(row[0]), cell(row[1])] for row in parsed]

    stored = lines(judge.ok("export", "--data", source, "--to", "nquads").decode())
    terms = [(s, o) for s, _, o in merged(stored) if not isinstance(s, BNode) and not isinstance(o, BNode)]
    cell = lambda value: bare((str(value), getattr(value, "language", None) or "", str(value.datatype or XSD + "string") if isinstance(value, Literal) else ""))
    all_terms = [[cell(s), cell(o)] for graph in stored.values() for s, _, o in graph if not isinstance(s, BNode) and not isinstance(o, BNode)]
    judge.say("json", "json", None if sorted(all_terms) == wanted else "not the terms of the store", 2 * len(terms))
    check("json", "rdflib", lambda: rdflib_rows(out["srj"], "json"))
    check("xml", "rdflib", lambda: rdflib_rows(out["srx"], "xml"))
    # rdflib's reader of TSV knows no tags of several parts: this script has its own.

    def by_etree():
        space = "{http://www.w3.org/2005/sparql-results#}"
        for result in etree.parse(out["srx"]).iter(space + "result"):
            row = []
            for binding in result:
                value = binding[0]
                tag = value.get("{http://www.w3.org/XML/1998/namespace}lang", "")
                kind = "" if value.tag == space + "uri" else value.get("datatype", XSD + "string")
                row.append(bare((value.text or "", tag, kind)))
            yield row

    check("xml", "etree", by_etree)
    texts_only = sorted([row[0][0], row[1][0]] for row in wanted)
    with open(out["csv"], encoding="utf-8", newline="") as file:
        found = sorted(row for row in list(csv.reader(file))[1:])
    judge.say("csv", "csv", None if found == texts_only else "differs", count)

    def by_tsv():
        body = out["tsv"].read_text("utf-8", newline="") if sys.version_info >= (3, 13) else out["tsv"].read_bytes().decode()
        for row in filter(None, body.split("\n")[1:]):
            read = []
            for field in row.split("\t"):
                if re.fullmatch(r"[+-]?[0-9]+", field):
                    field = f'"{field}"^^<{XSD}integer>'
                elif re.fullmatch(r"[+-]?[0-9]*\.[0-9]+", field):
                    field = f'"{field}"^^<{XSD}decimal>'
                elif re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+", field):
                    field = f'"{field}"^^<{XSD}double>'
                elif field in ("true", "false"):
                    field = f'"{field}"^^<{XSD}boolean>'
                read.append(cell(term(field)))
            yield read

    check("tsv", "re", by_tsv)


def tools(judge, texts):
    """GeoJSON, GraphML and CSV for other tools."""
    names = [text for text in texts if text and len(text) < 200]
    statements = []
    for i, name in enumerate(names):
        place = f"<{ID}place/p{i}>"
        statements += [
            f"{place} <{RDF}type> <{PACT}TerritorialEntity> .",
            f"{place} <http://www.w3.org/2004/02/skos/core#prefLabel> {quoted(name)}@en .",
            f'{place} <https://schema.org/latitude> "{i % 90}.5"^^<{XSD}decimal> .',
            f'{place} <https://schema.org/longitude> "{i % 180}.5"^^<{XSD}decimal> .',
            f"<{ID}tie/t{i}> <{RDF}type> <{PACT}Tie> .",
            f"<{ID}tie/t{i}> <{PACT}party> {place} .",
            f"<{ID}tie/t{i}> <{PACT}party> <{ID}place/p{(i + 1) % len(names)}> .",
            f"<{ID}tie/t{i}> <{PACT}since> {quoted(name)} .",
        ]
    source = judge.folder / "network.nt"
    source.write_text("\n".join(statements) + "\n", "utf-8")
    for name in ("network.geojson", "network.graphml"):
        judge.ok("export", "--data", source, "--out", name)
    judge.ok("export", "--data", source, "--to", "csv", "--out", "sheets", "--raw-cells")
    judge.ok("export", "--data", source, "--to", "csv", "--out", "safe-sheets")
    map_ = json.loads((judge.folder / "network.geojson").read_text("utf-8"))
    found = sorted(feature["properties"]["name"] for feature in map_["features"] if feature["properties"]["type"] == "place")
    judge.say("geojson", "json", None if found == sorted(names) else "names differ", len(names))
    graph = networkx.read_graphml(judge.folder / "network.graphml")
    found = sorted(data["label"] for _, data in graph.nodes(data=True))
    judge.say("graphml", "networkx", None if found == sorted(names) else "names differ", len(names))
    root = etree.parse(judge.folder / "network.graphml").getroot()
    since = sorted(data.text or "" for data in root.iter("{http://graphml.graphdrawing.org/xmlns}data") if data.get("key") == "e-since")
    judge.say("graphml", "etree", None if since == sorted(names) else "texts differ", len(names))
    # As they are on request, else with an apostrophe before what a spreadsheet would run.
    for sheets, expected in (("sheets", names), ("safe-sheets", [inert(name) for name in names])):
        with open(judge.folder / sheets / "pact-TerritorialEntity.csv", encoding="utf-8", newline="") as file:
            found = sorted(row["skos:prefLabel@en"] for row in csv.DictReader(file))
        judge.say(sheets, "csv", None if found == sorted(expected) else "names differ", len(names))


def inert(cell):
    """A cell as a spreadsheet may have it: signed numbers are none that it would run."""
    try:
        float(cell)
        return cell
    except ValueError:
        return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


# Records for those who take facts over: what is confirmed, and what is not, for one reason each.
RECORDS = [
    {"type": "source", "id": "one", "language": "zh-Hant", "title": "兩城\t結好\n\"友好\"", "url": "https://news.example/1", "published": "2024-01-25"},
    {"type": "place", "id": "zz-a", "level": "municipality", "names": {"en": "Alpha", "ja": "アルファ"}, "lat": 1.5, "long": 2.5, "codes": {"wikidata": "Q1"}},
    {"type": "place", "id": "zz-b", "level": "municipality", "names": {"en": "Beta", "ja": "ベータ"}, "lat": 3.5, "long": 4.5, "codes": {"wikidata": "Q2"}},
    {"type": "place", "id": "zz-c", "level": "municipality", "names": {"en": "Gamma"}, "same_as": "http://www.wikidata.org/entity/Q3"},
    {"type": "place", "id": "zz-d", "level": "municipality", "names": {"en": "Delta"}},
    {"type": "tie", "id": "ab", "parties": ["zz-a", "zz-b"], "kind": "friendship-city", "since": "1979-10", "evidence": [{"quote": "結好", "start": 2, "end": 4}]},
    {"type": "tie", "id": "ac", "parties": ["zz-a", "zz-c"], "kind": "friendship-city", "since": "1982", "until": "2001-02-03"},
    {"type": "tie", "id": "bc", "parties": ["zz-b", "zz-c"], "kind": "friendship-city", "status": "ended"},
    {"type": "tie", "id": "ad", "parties": ["zz-a", "zz-d"], "kind": "friendship-city"},
    {"type": "tie", "id": "int", "parties": ["zz-a", "zz-b"], "kind": "intent"},
    {"type": "tie", "id": "new", "parties": ["zz-a", "zz-b"], "kind": "friendly-exchange-city"},
    {"type": "assessment", "id": "seen", "assesses": ["ab", "ac", "bc", "ad", "int"], "verdict": "confirmed"},
]
# As Help:QuickStatements has it: an item, then pairs of property and value; sources begin with S, those of another reference with !S.
CELL = {
    "item": r"Q[1-9][0-9]*", "unknown": r"somevalue|novalue", "text": r'"[^\t\n]+"', "monolingual": r'[a-z]+(-[a-z0-9]+)*:"[^\t\n]+"',
    "time": r"\+[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z/(9|10|11)",
}
KINDS = {"P190": ["item"], "P580": ["time"], "P582": ["time", "unknown"], "S248": ["item"], "S854": ["text"], "S1476": ["monolingual"], "S577": ["time"], "S813": ["time"]}


def quickstatement(line):
    """A line by the grammar, as (subject, object, qualifiers, references)."""
    cells = line.split("\t")
    if len(cells) < 3 or len(cells) % 2 == 0 or not re.fullmatch(CELL["item"], cells[0]):
        raise ValueError(f"no statement: {line}")
    pairs = list(zip(cells[1::2], cells[2::2]))
    qualifiers, references = {}, []
    for number, (property, value) in enumerate(pairs):
        if property.startswith("!S") or property.startswith("S") and not references:
            references.append({})
        property = property.removeprefix("!")
        if not any(re.fullmatch(CELL[kind], value) for kind in KINDS[property]):
            raise ValueError(f"{property} cannot be {value}")
        into = references[-1] if property.startswith("S") else qualifiers
        if property in into or references and not property.startswith("S") or (number == 0) != (property == "P190"):
            raise ValueError(f"{property} is out of place: {line}")
        into[property] = value
    return cells[0], qualifiers.pop("P190"), qualifiers, references


def statements(judge, source):
    out = judge.folder / "batch.txt"
    done = judge.run("export", "--data", source, "--to", "quickstatements", "--out", out)
    reference = [{"S854": '"https://news.example/1"', "S1476": 'zh-hant:"兩城 結好 "友好""', "S577": "+2024-01-25T00:00:00Z/11"}]
    ties = [("Q1", "Q2", {"P580": "+1979-10-00T00:00:00Z/10"}), ("Q1", "Q3", {"P580": "+1982-00-00T00:00:00Z/9", "P582": "+2001-02-03T00:00:00Z/11"}), ("Q2", "Q3", {"P582": "somevalue"})]
    wanted = sorted((str(end), repr((one, other, told, reference))) for a, b, told in ties for end, (one, other) in enumerate([(a, b), (b, a)]))
    try:
        found = [quickstatement(line) for line in out.read_text("utf-8").splitlines()]
        pairs = {frozenset(row[:2]): None for row in found}
        found = sorted((str(int(int(row[0][1:]) > int(row[1][1:]))), repr(row)) for row in found)
        problem = None if found == wanted else f"{found} are not {wanted}"
    except (ValueError, KeyError) as error:
        problem, pairs = str(error), {}
    said = done.stderr.decode()
    for reason in ("1 tie left out: no reviewer confirmed it", "1 tie left out: it is intended", "1 tie left out: a party has no Wikidata item"):
        problem = problem or (None if reason in said else f"{reason!r} is not said: {said}")
    judge.say("quickstat.", "grammar", problem, 6 * len(pairs))


NP = "http://www.nanopub.org/nschema#"


def nanopubs(judge, source):
    out = judge.folder / "facts.trig"
    judge.ok("export", "--data", source, "--to", "nanopub", "--creator", "https://orcid.org/0000-0002-1825-0097", "--created", "2026-11-28T12:00:00Z", "--out", out)
    graphs = dataset_by_rdflib(out, "trig")
    U = lambda name: URIRef(NP + name)
    heads = [(graph, head) for graph, triples in graphs.items() for head in triples.subjects(URIRef(RDF + "type"), U("Nanopublication"))]
    problem, library = (None if len(heads) == 6 else f"{len(heads)} nanopublications"), None
    for head_name, publication in heads:
        head = graphs[head_name]
        parts = {part: [str(value) for value in head.objects(publication, U(part))] for part in ("hasAssertion", "hasProvenance", "hasPublicationInfo")}
        names = [head_name, *itertools.chain(*parts.values())]
        assertion, provenance, information = (graphs.get(value[0] if len(value) == 1 else "", Graph()) for value in parts.values())
        code = re.search(r"RA[A-Za-z0-9_-]{43}$", str(publication))
        quads = [(URIRef(name), *triple) for name in names for triple in graphs.get(name, [])]
        for holds, otherwise in [
            (len(set(names)) == 4 and all(len(graphs.get(name, [])) for name in names), "four graphs with something in them"),
            (len(list(provenance.triples((URIRef(parts["hasAssertion"][0]), None, None)))) > 0, "provenance of the assertion"),
            (len(list(information.triples((publication, None, None)))) > 2, "information on the publication"),
            (not any(isinstance(term, BNode) for quad in quads for term in quad), "no nameless node"),
        ]:
            problem = problem or (None if holds else f"{publication} lacks {otherwise}")
        try:
            dataset = rdflib.Dataset()
            for g, s, p, o in quads:
                dataset.graph(g).add((s, p, o))
            valid = Nanopub(rdf=dataset).is_valid and code and make_hash(quads, hashstr=code[0]) == code[0]
            library = library or (None if valid else f"{publication} is not valid")
        except Exception as error:  # noqa: BLE001 - whatever a reader says
            library = library or f"{type(error).__name__}: {str(error)[:300]}"
    count = sum(map(len, graphs.values()))
    judge.say("nanopub", "rdflib", problem, count)
    judge.say("nanopub", "nanopub", library, count)


DCAT, SPDX = "http://www.w3.org/ns/dcat#", "http://spdx.org/rdf/terms#"


def release(judge, source):
    folder = judge.folder / "release"
    judge.ok("release", folder, "--data", source, "--version", "1", "--issued", "2026-11")
    judge.ok("release", judge.folder / "again", "--data", source, "--version", "1", "--issued", "2026-11")
    names = sorted(path.name for path in folder.iterdir())
    same = all((folder / name).read_bytes() == (judge.folder / "again" / name).read_bytes() for name in names)
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    hashed = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names if name != "SHA256SUMS"}
    judge.say("release", "hashlib", None if same and sums == hashed else f"{same}, {sums} are not {hashed}", len(names))
    graph = Graph()
    graph.parse(folder / "dcat.ttl", publicID=(folder / "dcat.ttl").as_uri())
    U = lambda name: URIRef(DCAT + name)
    described = {}
    for distribution in graph.objects(None, U("distribution")):
        path = Path(str(graph.value(distribution, U("downloadURL"))).removeprefix("file://"))
        checksum = graph.value(distribution, URIRef(SPDX + "checksum"))
        told = (int(graph.value(distribution, U("byteSize"))), str(graph.value(checksum, URIRef(SPDX + "checksumValue"))), str(graph.value(checksum, URIRef(SPDX + "algorithm"))))
        media = str(graph.value(distribution, U("mediaType")))
        described[path.name] = told if media.startswith("https://www.iana.org/assignments/media-types/") else None
    wanted = {name: ((folder / name).stat().st_size, hashed[name], SPDX + "checksumAlgorithm_sha256") for name in hashed if name != "dcat.ttl"}
    judge.say("dcat", "rdflib", None if described == wanted else f"{described} are not {wanted}", len(graph))
    canonical = (folder / "data.nq").read_text("utf-8")
    by_pyld = jsonld.normalize(canonical, {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"})
    judge.say("canonical", "PyLD", None if by_pyld == canonical else "other bytes", canonical.count("\n"))
    held = lines(canonical)
    for name, syntax in {"data.trig": "trig", "data.jsonld": "json-ld"}.items():
        judge.compare(name, "rdflib", held, lambda: dataset_by_rdflib(folder / name, syntax))
    for name, syntax in {"data.ttl": "turtle", "data.nt": "nt", "data.rdf": "xml"}.items():
        judge.compare(name, "rdflib", {"": merged(held)}, lambda: by_rdflib(folder / name, syntax))
    document = json.loads((folder / "data.jsonld").read_text("utf-8"))
    shipped = json.loads(judge.ok("context"))
    nodes = [node for part in document["@graph"] for node in part.get("@graph", [part])]
    whole = [key for node in nodes for key in node if key.startswith(("pact:", PACT))]
    is_ours = document["@context"] == shipped["@context"] and not whole
    judge.say("jsonld", "json", None if is_ours else f"not in terms of the context: {whole[:4]}", len(nodes))


def taken_over(judge):
    """What is written for others: QuickStatements, nanopublications, releases, names in a language."""
    source = judge.folder / "one.jsonl"
    source.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS), "utf-8")
    statements(judge, source)
    nanopubs(judge, source)
    release(judge, source)
    for language, wanted in {"ja": ["アルファ", "ベータ"], "en": ["Alpha", "Beta"], "fr": ["Alpha", "Beta"]}.items():
        judge.ok("export", "--data", source, "--lang", language, "--out", "named.geojson")
        judge.ok("export", "--data", source, "--lang", language, "--out", "named.graphml")
        features = json.loads((judge.folder / "named.geojson").read_text("utf-8"))["features"]
        shapes = {feature["geometry"]["type"] for feature in features if feature["geometry"]} <= {"Point", "LineString", "MultiLineString", "MultiPoint"}
        found = sorted(feature["properties"]["name"] for feature in features if feature["properties"]["type"] == "place")
        judge.say("geojson", "json", None if shapes and found == wanted else f"{found} in {language}", len(found))
        nodes = networkx.read_graphml(judge.folder / "named.graphml").nodes(data=True)
        found = sorted(data["label"] for _, data in nodes)
        judge.say("graphml", "networkx", None if set(wanted) <= set(found) else f"{found} in {language}", len(found))


def refused(judge):
    """What XML cannot say is an error and no file."""
    wrong = []
    for text in CONTROLS:
        (judge.folder / "control.nq").write_text(f"<http://e/s> <http://e/p> {quoted(text)} .\n", "utf-8")
        for arguments in (["export", "--to", "rdfxml"], ["query", "SELECT * { ?s ?p ?o }", "--to", "xml"]):
            done = judge.run(*arguments, "--data", "control.nq", "--out", "refused.xml")
            if done.returncode != 1 or (judge.folder / "refused.xml").exists():
                wrong.append((arguments[0], text))
    for name in UNNAMED:
        (judge.folder / "name.nq").write_text(f'<http://e/s> <http://e/{name}> "x" .\n', "utf-8")
        done = judge.run("export", "--to", "rdfxml", "--data", "name.nq", "--out", "refused.xml")
        if done.returncode != 1 or f"<http://e/{name}>" not in done.stderr.decode() or (judge.folder / "refused.xml").exists():
            wrong.append(("predicate", name))
    judge.say("rdfxml, xml", "refused", f"{wrong}" if wrong else None, 2 * len(CONTROLS) + len(UNNAMED))


def huge(judge):
    """A text of 20 megabytes; RDF/XML can bring it in."""
    text = "昆明 \"q\" \\ \n <&> x" * 1_000_000
    start = f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="http://e/s"><p xmlns="http://e/">'
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    (judge.folder / "huge-in.rdf").write_text(f"{start}{escaped}</p></rdf:Description></rdf:RDF>", "utf-8")
    wanted = Graph()
    wanted.add((URIRef("http://e/s"), URIRef("http://e/p"), Literal(text)))
    for syntax, suffix in [("turtle", "ttl"), ("ntriples", "nt"), ("rdfxml", "rdf"), ("jsonld", "jsonld")]:
        path = judge.folder / f"huge.{suffix}"
        judge.ok("export", "--data", "huge-in.rdf", "--graph", "graph:huge-in", "--to", syntax, "--out", path)
        if syntax == "jsonld":
            found = json.loads(path.read_text("utf-8"))["@graph"][0]["http://e/p"][0]["@value"]
            judge.say(syntax, "json", None if found == text else "another text", 1)
        elif shutil.which("rapper"):
            judge.compare(syntax, "rapper", {"": wanted}, lambda: by_rapper(path, syntax))


def main():
    citypact = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(citypact, folder)
        syntaxes(judge, TEXTS, "texts")
        results(judge, TEXTS)
        tools(judge, TEXTS)
        taken_over(judge)
        refused(judge)
        if "--short" not in sys.argv:
            huge(judge)
        if not shutil.which("rapper"):
            print("rapper is not installed (Debian: raptor2-utils): Turtle, TriG and RDF/XML were read by rdflib alone")
        print(f"{judge.agreed} pairs of writer and reader agree, {judge.failed} do not")
        sys.exit(1 if judge.failed else 0)


main()
