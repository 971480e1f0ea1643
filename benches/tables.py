#!/usr/bin/env python3
"""Tables of a million rows (CSV) and of a hundred thousand (XLSX) converted to N-Triples, beside named peers.

  benches/tables.py --citypact target/release/citypact --python target/tables/bin/python [--rows 1000000] [--book 100000] [--rounds 3]

The rows are ties of a city: number, partner, state, date in Chinese, kind, remarks. `citypact convert` reads them by the mapping beside
this text: it resolves each partner in its register, reads the dates, and gives each fact its cell as evidence, which makes some seventy
triples a row, to nowhere. The peers do less:

- pandas, openpyxl: read the table and no more (read_csv, read_excel), which is what any script in Python begins with;
- a script with pandas and rdflib: the same ties without evidence, its partners not looked up but named by their text, its dates by
  the one pattern that it is told;
- Morph-KGC: the same by an RML mapping, dates as they are written, for it maps texts to terms and reads none. Only of the CSV.

Each is a process of its own, run `--rounds` times, the best counts; memory is its peak. What takes longer than `--limit` seconds has
failed. The table is Markdown.
"""

import argparse, csv, itertools, os, platform, subprocess, sys, tempfile
from pathlib import Path

import peers

# Partners in four scripts with their states, as lists have them, and whether the date has a day.
PARTNERS = [
    ("奈良市", "日本"), ("京都市", "日本"), ("爱丁堡市", "英国"), ("波城", "法国"), ("多特蒙德市", "德国"), ("札幌市", "日本"),
    ("Seattle", "美国"), ("Melbourne", "澳大利亚"), ("首尔", "韩国"), ("仁川市", "韩国"), ("サマルカンド", "乌兹别克斯坦"), ("釜山", "韩国"),
]
KINDS = ["友好城市", "友好交流城市"]
HEAD = ["序号", "中方城市", "城市", "国家", "结好时间", "类别", "备注"]
OWN = ["西安市", "青岛市", "昆明市", "大连市", "苏州市", "广州市", "南京市"]

MAPPING = """
[source]
id = "bench"
language = "zh-Hans"

[table]
header = 1

[[record]]
type = "tie"
kind = { column = "类别", map = { "友好城市" = "friendship-city", "友好交流城市" = "friendly-exchange-city" } }
parties = [{ name = "{中方城市}", state = "cn" }, { name = "{城市}", state = "{国家}" }]
since = { column = "结好时间", date = "guess" }
note = "{备注}"
"""

RML = """
@prefix rml: <http://semweb.mmlab.be/ns/rml#> . @prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix pact: <https://w3id.org/citypact/ns#> .
<#ties> a rr:TriplesMap ;
  rml:logicalSource [ rml:source "FILE" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rr:template "https://example.org/tie/{序号}" ; rr:class pact:Tie ] ;
  rr:predicateObjectMap [ rr:predicate pact:party ; rr:objectMap [ rr:template "https://example.org/place/{中方城市}" ] ] ;
  rr:predicateObjectMap [ rr:predicate pact:party ; rr:objectMap [ rr:template "https://example.org/place/{国家}/{城市}" ] ] ;
  rr:predicateObjectMap [ rr:predicate pact:kindAsPrinted ; rr:objectMap [ rml:reference "类别" ; rr:language "zh-hans" ] ] ;
  rr:predicateObjectMap [ rr:predicate pact:since ; rr:objectMap [ rml:reference "结好时间" ] ] .
"""

READ_CSV = "import pandas, sys; print(len(pandas.read_csv(sys.argv[1], dtype=str)))"
READ_BOOK = "import pandas, sys; print(len(pandas.read_excel(sys.argv[1], dtype=str)))"
STREAM_BOOK = """
import openpyxl, sys
rows = openpyxl.load_workbook(sys.argv[1], read_only=True).worksheets[0].iter_rows(values_only=True)
print(sum(1 for row in rows))
"""

SCRIPT = """
import pandas, re, sys
from urllib.parse import quote
from rdflib import Graph, Literal, Namespace, RDF, URIRef, XSD
table = (pandas.read_csv if sys.argv[1].endswith("csv") else pandas.read_excel)(sys.argv[1], dtype=str, keep_default_na=False)
PACT, KIND = Namespace("https://w3id.org/citypact/ns#"), Namespace("https://w3id.org/citypact/kind/")
kinds = {"友好城市": KIND["friendship-city"], "友好交流城市": KIND["friendly-exchange-city"]}
place = lambda *name: URIRef("https://example.org/place/" + "/".join(map(quote, name)))
graph = Graph()
for number, own, partner, state, since, kind, note in table.itertuples(index=False):
    tie = URIRef(f"https://example.org/tie/{number}")
    year, month, day = re.fullmatch("(\\\\d+)年(\\\\d+)月(\\\\d+)日", since).groups()
    graph.add((tie, RDF.type, PACT.Tie))
    graph.add((tie, PACT.party, place(own)))
    graph.add((tie, PACT.party, place(state, partner)))
    graph.add((tie, PACT.kind, kinds[kind]))
    graph.add((tie, PACT.since, Literal(f"{year}-{month:>02}-{day:>02}", datatype=XSD.date)))
    if note:
        graph.add((tie, URIRef("http://www.w3.org/2004/02/skos/core#note"), Literal(note, lang="zh-hans")))
graph.serialize(sys.argv[2], format="nt", encoding="utf-8")
"""


def rows(count):
    """So many rows, the number first; no two ties have both places in common before all pairs were used."""
    pairs = itertools.cycle(itertools.product(range(len(OWN)), range(len(PARTNERS))))
    for number, (own, partner) in zip(range(1, count + 1), pairs):
        name, state = PARTNERS[partner]
        date = f"{1973 + number % 50}年{1 + number % 12}月{1 + number % 28}日"
        yield [str(number), OWN[own], name, state, date, KINDS[number % 2], "续签" if number % 10 == 0 else ""]


def write_csv(path, count):
    with open(path, "w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEAD, *rows(count)])


# The peers' Python has openpyxl; this one may not.
WRITE_BOOK = """
import csv, openpyxl, sys
book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet("友好城市")
for row in csv.reader(open(sys.argv[1], encoding="utf-8")):
    sheet.append(row)
book.save(sys.argv[2])
"""


def programs(args, folder, table):
    """Names with commands, of those that read such a table."""
    out = folder / "out.nt"
    mapping = folder / "bench.toml"
    mapping.write_text(MAPPING)
    yield "citypact convert", [args.citypact, "convert", table, "--table", mapping, "--to", "ntriples"]
    yield "citypact tables guess", [args.citypact, "tables", "guess", table]
    python = args.python
    yield "pandas and rdflib", [python, "-c", SCRIPT, table, "/dev/null"]
    if table.suffix != ".csv":
        yield "pandas, reading alone", [python, "-c", READ_BOOK, table]
        yield "openpyxl (read_only), reading alone", [python, "-c", STREAM_BOOK, table]
        return
    yield "pandas, reading alone", [python, "-c", READ_CSV, table]
    if subprocess.run([python, "-c", "import morph_kgc"], capture_output=True).returncode == 0:
        (folder / "map.ttl").write_text(RML.replace("FILE", str(table)))
        config = folder / "morph.ini"
        config.write_text(f"[CONFIGURATION]\noutput_file = {out}\noutput_format = N-TRIPLES\nlogging_level = ERROR\n[DATA]\nmappings = {folder}/map.ttl\n")
        yield "Morph-KGC", [python, "-m", "morph_kgc", config]


def measured(command, args):
    """The best of several runs: seconds and megabytes; none where it fails or takes too long."""
    runs = []
    for _ in range(args.rounds):
        try:
            runs.append(peers.run(command, args.limit))
        except SystemExit as error:
            print(error, file=sys.stderr)
            return None
    return min(took for took, _ in runs), max(memory for _, memory in runs)


def report(args, folder, table, count):
    size = table.stat().st_size / 1e6
    print(f"\n{count:,} rows, {table.suffix[1:].upper()}, {size:.1f} MB:\n")
    print("| program | seconds | rows/s | peak memory, MB |\n| --- | ---: | ---: | ---: |")
    for name, command in programs(args, folder, table):
        found = measured(command, args)
        shown = "failed | | " if found is None else f"{found[0]:.2f} | {count / found[0]:,.0f} | {found[1]:,}"
        print(f"| {name} | {shown} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--citypact", required=True)
    parser.add_argument("--python", required=True, help="one that has pandas, openpyxl and rdflib, and perhaps morph-kgc")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--book", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=1800)
    args = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"`{Path(__file__).name}`: {platform.machine()}, {os.cpu_count()} cores, load average {load:.1f} at the start; best of {args.rounds}.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = folder / "ties.csv"
        write_csv(table, args.rows)
        report(args, folder, table, args.rows)
        table, book = folder / "book.csv", folder / "ties.xlsx"
        write_csv(table, args.book)
        subprocess.run([args.python, "-c", WRITE_BOOK, table, book], check=True)
        report(args, folder, book, args.book)


main()
