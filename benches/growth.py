#!/usr/bin/env python3
"""How time and memory of whole commands grow from ten thousand quads to ten million, each beside a named peer where there is one.

  benches/growth.py --citypact target/release/citypact --oxigraph .venv/bin/oxigraph [--quads 10000 100000 1000000 10000000]

The quads are synthetic worlds (`citypact generate --places N`, about 98 quads a place), the smallest first. Every command runs as a
process of its own, `--rounds` times where that takes less than ten seconds (the median of the times, the largest of the memory), and
no longer than `--limit` seconds (peers: `--peer-limit`). Peak memory is that of the process (`ru_maxrss`). The exponent is that of
time from one size to the next, and of memory from the second size to the last: 1 is linear, 0 is flat.

Peers: `oxigraph convert`, which reads and writes the quads that citypact makes of records; `oxigraph load`, `query`, `dump`; `sort` and
`comm` of coreutils for the difference of two files; for shapes pySHACL (where --python has it), up to `--shacl` quads. There is no peer
for rules. After `--minutes` minutes nothing more is begun. All of it is Markdown; --out keeps the figures as JSON, too.
"""

import argparse, json, math, os, platform, shlex, statistics, subprocess, sys, tempfile, time
from pathlib import Path

import peers as programs
import report

HERE = Path(__file__).resolve().parent
# Bytes of memory that nothing may take.
MOST = 8192
POINT = "SELECT ?p ?o { <https://w3id.org/citypact/id/place/g-place-1> ?p ?o }"
STAR = "SELECT ?kind (COUNT(?tie) AS ?ties) { ?tie a <https://w3id.org/citypact/ns#Tie> ; <https://w3id.org/citypact/ns#kind> ?kind } GROUP BY ?kind"

VALIDATE = """
import pyshacl, rdflib, sys
data, merged = rdflib.Dataset(default_union=True), rdflib.Graph()
data.parse(sys.argv[1], format="nquads")
for quad in data.quads():
    merged.add(quad[:3])
pyshacl.validate(merged, shacl_graph=sys.argv[2])
"""


class Bench:
    """Commands of one run, measured."""

    def __init__(self, args):
        self.args, self.began, self.late = args, time.monotonic(), []

    def left(self):
        return self.args.minutes * 60 - (time.monotonic() - self.began)

    def run(self, command, limit, good=(0,), rounds=None):
        """Seconds and MB of memory; none where the command does not end well in time, or is not begun any more."""
        taken, memory = [], 0
        for _ in range(rounds or self.args.rounds):
            limit = min(limit, self.left())
            if limit <= 0:
                self.late.append(shown(command))
                break
            took, used, status = measured(command, limit)
            if status not in good:
                why = f"not within {limit:.0f} s" if took >= limit else f"exit status {status}"
                print(f"<!-- {shown(command)}: {why} -->", flush=True)
                return None
            taken, memory = [*taken, took], max(memory, used)
            if took > 10:
                break
        return (statistics.median(taken), memory) if taken else None


def shown(command):
    return shlex.join(Path(part).name if os.sep in str(part) else str(part) for part in map(str, command))


def measured(command, limit):
    """Seconds, MB of memory and exit status of one process. Output goes nowhere, input is empty."""
    measure = [sys.executable, "-S", "-c", programs.MEASURE, str(limit), *map(str, command)]
    took, memory, status = subprocess.run(measure, check=True, capture_output=True, text=True).stdout.split()
    return float(took), int(memory), int(status)


def world(bench, folder, quads):
    """Records of about so many quads, their N-Quads, and a copy of these with some changed; and how many quads there are."""
    records, data, changed = folder / "records.jsonl", folder / "data.nq", folder / "changed.nq"
    citypact = bench.args.citypact
    subprocess.run([citypact, "generate", "--quiet", "--places", str(max(4, quads // 98)), "--out", records], check=True)
    subprocess.run([citypact, "convert", records, "--quiet", "--to", "nquads", "--out", data], check=True)
    # Every thousandth line is gone, and another in its place.
    edit = """NR % 1000 == 0 { print "<https://example.org/" NR "> <https://example.org/p> \\"" NR "\\" <https://example.org/g> ."; next } { print }"""
    with open(changed, "wb") as out:
        subprocess.run(["awk", edit, data], check=True, stdout=out)
    with open(data, "rb") as lines:
        return records, data, changed, sum(1 for _ in lines)


def operations(bench, folder, files):
    """Every operation: its name, how citypact does it, how the peer does it, and what that is called."""
    args = bench.args
    records, data, changed = files
    store, quads, peer = folder / "store.db", folder / "quads.db", folder / "peer.db"
    citypact, oxigraph = [args.citypact], [args.oxigraph]
    out = folder / "out.nq"
    ours = lambda *more: [*citypact, *more, "--quiet"]
    threads = ("--jobs", str(args.jobs)) if args.jobs else ()
    yield "convert, records to N-Quads", ours("convert", records, *threads, "--to", "nquads", "--out", out), \
        [*oxigraph, "convert", "--from-file", data, "--to-file", folder / "peer.nq"], "oxigraph convert of the quads", {}
    yield "convert, first pass of parts (--places-out)", ours("convert", records, *threads, "--places-out", folder / "run.places"), None, None, {}
    yield "load records into a new store", ours("load", records, "--store", store), \
        [*oxigraph, "load", "--location", peer, "--file", data], "oxigraph load of the quads", {"once": (store, peer)}
    yield "load N-Quads into a new store", ours("load", data, "--store", quads), None, None, {"once": (quads,)}
    yield "query, a point", ours("query", POINT, "--store", store, "--to", "csv"), \
        [*oxigraph, "query", "--location", peer, "--query", POINT, "--results-format", "csv"], "oxigraph query", {}
    yield "query, all ties by kind", ours("query", STAR, "--store", store, "--to", "csv"), \
        [*oxigraph, "query", "--location", peer, "--query", STAR, "--results-format", "csv", "--union-default-graph"], "oxigraph query", {}
    yield "check, shapes", ours("check", "--full", "--store", store, "--limit-memory", str(MOST)), \
        shacl(args, data), "pySHACL", {"good": (0, 3)}
    yield "check, conflicts", ours("check", "--full", "--no-shapes", "--conflicts", "--store", store, "--limit-memory", str(MOST)), None, None, {"good": (0, 3)}
    yield "infer, all rules", ours("infer", "--full", "--dry-run", "--store", store, "--limit-memory", str(MOST)), None, None, {}
    yield "export, N-Quads", ours("export", "--store", store, "--to", "nquads", "--out", out), \
        [*oxigraph, "dump", "--location", peer, "--file", folder / "peer.nq"], "oxigraph dump", {}
    yield "diff of two files", ours("diff", data, changed, "--to", "patch", "--limit-memory", str(MOST)), \
        ["sh", "-c", f"export LC_ALL=C; cd {shlex.quote(str(folder))}; sort -u data.nq > a; sort -u changed.nq > b; comm -3 a b"], "sort and comm", {"good": (0, 3)}


def shacl(args, data):
    """pySHACL on the merge of all graphs, as it takes one graph."""
    if not args.python:
        return None
    return [args.python, "-W", "ignore", "-c", VALIDATE, data, HERE.parent / "ontology" / "shapes.ttl"]


def measure(bench, quads):
    """Every operation at one size: ours and the peer's seconds and MB."""
    args = bench.args
    with tempfile.TemporaryDirectory(prefix="growth-", dir=args.folder) as folder:
        folder = Path(folder)
        *files, count = world(bench, folder, quads)
        rows = {}
        for name, ours, peer, called, how in operations(bench, folder, files):
            once = how.get("once", ())
            rounds = 1 if once else None
            own = bench.run(ours, args.limit, how.get("good", (0,)), rounds)
            skip = peer is None or (called == "pySHACL" and count > args.shacl)
            other = None if skip else bench.run(peer, args.peer_limit, how.get("good", (0,)), rounds)
            rows[name] = {"ours": own, "peer": other, "called": called if peer else None}
            print(f"<!-- {count:,} quads, {name}: {told(own)}; {called or 'no peer'}: {told(other)} -->", file=sys.stderr, flush=True)
        return {"quads": count, "rows": rows}


def told(figure):
    return "–" if figure is None else f"{figure[0]:.2f} s, {figure[1]} MB"


def exponent(small, large, which):
    """Of time (0) or memory (1) from one size to another."""
    (quads, one), (more, other) = small, large
    return math.log(other[which] / one[which]) / math.log(more / quads) if one and other and one[which] and other[which] else None


def power(value):
    return "" if value is None else f"{value:.2f}"


def table(sizes):
    heads = [f"{size['quads']:,}" for size in sizes]
    report.row("operation, seconds", *heads, *(f"exponent to {head}" for head in heads[1:]), "peer", *heads, "to peer at most")
    report.row("---", *["---:"] * (2 * len(heads) - 1), "---", *["---:"] * (len(heads) + 1))
    for name in sizes[0]["rows"]:
        figures = [(size["quads"], size["rows"][name]["ours"]) for size in sizes]
        peers = [size["rows"][name]["peer"] for size in sizes]
        ratios = [own[0] / peer[0] for (_, own), peer in zip(figures, peers) if own and peer]
        cells = ["–" if own is None else f"{own[0]:.2f}" for _, own in figures]
        growth = [power(exponent(small, large, 0)) for small, large in zip(figures, figures[1:])]
        called = next((size["rows"][name]["called"] for size in sizes), None)
        report.row(name, *cells, *growth, called or "none", *("" if peer is None else f"{peer[0]:.2f}" for peer in peers), f"{max(ratios):.2f} ×" if ratios else "")
    print()
    first = 1 if len(sizes) > 2 else 0
    report.row("operation, peak MB", *heads, f"exponent, {heads[first]} to {heads[-1]}", "peer", *heads)
    report.row("---", *["---:"] * (len(heads) + 1), "---", *["---:"] * len(heads))
    for name in sizes[0]["rows"]:
        figures = [(size["quads"], size["rows"][name]["ours"]) for size in sizes]
        peers = [size["rows"][name]["peer"] for size in sizes]
        called = next((size["rows"][name]["called"] for size in sizes), None)
        growth = exponent(figures[first], figures[-1], 1) if len(figures) > 1 else None
        report.row(name, *("–" if own is None else str(own[1]) for _, own in figures), power(growth), called or "none", *("" if peer is None else str(peer[1]) for peer in peers))
    print(flush=True)


def verdict(sizes):
    """What was aimed at: nothing beyond 8 GB, nothing worse than linear from the second size on but sorting."""
    large = [f"{name} at {size['quads']:,}" for size in sizes for name, row in size["rows"].items() if row["ours"] and row["ours"][1] > MOST]
    print(f"- more than {MOST:,} MB: {', '.join(large) or 'none'} (aim: none, {report.verdict(not large)})")
    failed = [f"{name} at {size['quads']:,}" for size in sizes for name, row in size["rows"].items() if not row["ours"]]
    print(f"- did not end well in time: {', '.join(failed) or 'none'} (aim: none, {report.verdict(not failed)})")
    steep = []
    for small, large in zip(sizes[1:], sizes[2:]):
        for name in small["rows"]:
            grown = exponent((small["quads"], small["rows"][name]["ours"]), (large["quads"], large["rows"][name]["ours"]), 0)
            if grown and grown > 1.1:
                steep.append(f"{name} {grown:.2f} to {large['quads']:,}")
    print(f"- exponents of time beyond 1.1: {', '.join(steep) or 'none'} (aim: none, {report.verdict(not steep)})\n", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--citypact", required=True)
    parser.add_argument("--oxigraph", required=True)
    parser.add_argument("--python", help="a Python that has pyshacl")
    parser.add_argument("--quads", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=0, help="threads of convert; as many as cores")
    parser.add_argument("--limit", type=float, default=900)
    parser.add_argument("--peer-limit", type=float, default=300)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--shacl", type=int, default=20_000, help="quads up to which pySHACL is asked")
    parser.add_argument("--folder", help="where files are made (some 12 GB for ten million quads)")
    parser.add_argument("--out", help="file of all figures, JSON")
    args = parser.parse_args()
    bench, sizes = Bench(args), []
    oxigraph, citypact = programs.version([args.oxigraph, "--version"]), programs.version([args.citypact, "--version"])
    print(f"`benches/growth.py --quads {' '.join(map(str, args.quads))} --rounds {args.rounds}`: citypact {citypact}, oxigraph {oxigraph} (PyPI), "
          f"{os.cpu_count()} cores ({platform.machine()}).\n", flush=True)
    for quads in sorted(args.quads):
        if bench.left() <= 0:
            bench.late.append(f"{quads:,} quads")
            continue
        sizes.append(measure(bench, quads))
        if args.out:
            Path(args.out).write_text(json.dumps(sizes, indent=1))
    table(sizes)
    verdict(sizes)
    if bench.late:
        print(f"Not begun, for time was up: {', '.join(bench.late)}.")


if __name__ == "__main__":
    main()
