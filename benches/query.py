#!/usr/bin/env python3
"""Fifty questions put to `citypact serve`, `oxigraph serve-read-only` (PyPI) and Virtuoso (Debian), over HTTP, on the same quads.

  benches/query.py --citypact target/release/citypact --oxigraph .venv/bin/oxigraph [--places 10000 100000] [--only PATTERN]

The quads are synthetic worlds (`citypact generate --places N`; 100 quads a place), the smallest first; those of more than
`--peers` places are asked of citypact alone. Nobody keeps results (`--cache 0`); plans that a program keeps are its own affair.
Every question is asked once to warm up and then `--rounds` times, of each server in turn; the table has the medians, to the last
byte of the answer. What takes longer than `--limit` seconds (the peers: `--peer-limit`), or is refused, has failed, and is left out
of the means. Answers are compared with those of oxigraph over the same named graphs and their merge in the unnamed graph, so that a
triple in several graphs is one, as SPARQL has it; rows count as a set. Then wrk (if it is there) asks light questions about places
chosen at random, with 32 clients. After `--minutes` minutes the peers are asked no more.

Beside that: loading, whole processes, memory, how times grow from one size to the next, and the plans of questions that fail, are
slower than the better of the peers, or grow by more than 15 times. All of it is Markdown.
"""

import argparse, json, os, platform, re, shlex, shutil, statistics, subprocess, sys, tempfile, time
from pathlib import Path

import peers as programs
import report
import server
from questions import OURS, questions

HERE = Path(__file__).resolve().parent
ROWS, TRIPLES = "application/sparql-results+json", "application/n-triples"
POINT = "SELECT ?p ?o { place:g-place-1 ?p ?o } LIMIT 5"
TEN = " ".join(f'<https://example.org/{n}> <http://www.w3.org/2004/02/skos/core#note> "{n}" .' for n in range(10))


def number(text):
    """Numbers by value, rounded as engines differ in the last digits."""
    return f"{float(text):.9g}"


def term(value):
    """A term of SPARQL results in JSON, for comparing; all blank nodes are one."""
    if value["type"] == "bnode" or str(value["value"]).startswith("nodeID:"):
        return "_:"
    datatype = value.get("datatype", "")
    if re.search(r"#(integer|decimal|double|float|int)$", datatype):
        return number(value["value"])
    return (value["value"], value.get("xml:lang", "").lower())


def triple(line):
    """A line of N-Triples, for comparing: all blank nodes are one, language tags in lower case."""
    line = re.sub(r"_:\S+|<nodeID:[^>]*>", "_:", line)
    return re.sub(r'"@([\w-]+) \.$', lambda tag: f'"@{tag[1].lower()} .', line)


def answer(body, accept):
    """What was answered, as a set."""
    if accept == TRIPLES:
        return frozenset(triple(line) for line in body.decode().splitlines() if line.strip() and not line.startswith("#"))
    told = json.loads(body)
    if "boolean" in told:
        return told["boolean"]
    return frozenset(tuple((name, term(row[name])) for name in sorted(told["head"]["vars"]) if name in row) for row in told["results"]["bindings"])


def accepted(text):
    return TRIPLES if re.search(r"\b(CONSTRUCT|DESCRIBE)\b", text) else ROWS


def measure(peers, oracle, question, args):
    """Milliseconds of each peer (none where it failed), and remarks."""
    name, text, differs = question
    accept = accepted(text)
    asked = [peer for peer in peers if peer.name == "citypact" or not OURS.search(text) and not args.is_late()]
    limits = {peer.name: args.limit if peer.name == "citypact" else args.peer_limit for peer in peers}
    took, remarks, bodies = {peer.name: [] for peer in peers}, [], {}
    for turn in range(args.rounds + 1):
        for peer in asked:
            limit = limits[peer.name]
            if took[peer.name] is None or sum(took[peer.name]) > limit:
                continue
            seconds, body = peer.ask(text, limit, accept)
            if seconds is None:
                took[peer.name] = None
                remarks.append(f"{peer.name}: {' '.join(body.split())[:90]}".replace("|", "/"))
            else:
                bodies[peer.name] = body
                if turn > 0 or seconds > limit / args.rounds:
                    took[peer.name].append(seconds)
    if oracle and not OURS.search(text) and name != "limit" and not args.is_late():
        seconds, body = oracle.ask(text, 2 * args.peer_limit, accept)
        remarks += compared(bodies, answer(body, accept) if seconds is not None else None, accept, differs)
    times = {peer: 1000 * statistics.median(seconds) if seconds else None for peer, seconds in took.items()}
    return times, remarks, len(bodies.get("citypact", b""))


def compared(bodies, expected, accept, differs):
    if expected is None:
        return ["not compared"]
    others = [peer for peer, body in bodies.items() if answer(body, accept) != expected]
    return [f"{peer} {differs}" if differs and peer != "citypact" else f"{peer}: another answer" for peer in others]


def mix(peers, folder, places, seconds):
    """Requests/s, p99 and failures of light questions, 32 clients, by program."""
    rates = {}
    for peer in peers:
        lua = folder / f"{peer.name}.lua"
        server.script(lua, peer.path, places, False, "g-place-{}")
        server.measure(peer.port, lua, 32, 2)
        rates[peer.name] = server.measure(peer.port, lua, 32, seconds)
    return rates


def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("--citypact", required=True)
    parser.add_argument("--oxigraph", required=True)
    parser.add_argument("--virtuoso", default=shutil.which("virtuoso-t"), help="its program; not asked where there is none")
    parser.add_argument("--isql", default=shutil.which("isql-vt"))
    parser.add_argument("--buffers", type=int, default=340_000, help="Virtuoso's pages of 8 KB")
    parser.add_argument("--places", type=int, nargs="+", default=[10_000])
    parser.add_argument("--peers", type=int, default=20_000, help="the most places of a world of which peers are asked")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=30)
    parser.add_argument("--peer-limit", type=float, default=10)
    parser.add_argument("--minutes", type=float, default=60, help="minutes after which peers are asked no more")
    parser.add_argument("--only", default="", help="questions whose names fit this expression")
    parser.add_argument("--alone", action="store_true", help="ask no peer, compare with nobody")
    parser.add_argument("--mix", type=int, default=8, help="seconds of the light questions; 0 for none")
    parser.add_argument("--folder", type=Path, help="where stores are made and kept, instead of a temporary folder")
    args = parser.parse_args()
    end = time.monotonic() + 60 * args.minutes
    args.is_late = lambda: time.monotonic() > end
    return args


def merged(data, path):
    """The triples of all graphs, in the unnamed one."""
    with open(data) as quads, open(path, "w") as triples:
        triples.writelines(re.sub(r" <[^>]*> \.$", " .", line) for line in quads)
    return path


def others(args, folder, data, figures):
    """The peers, and oxigraph with which answers are compared."""
    peer, took = programs.oxigraph(args, folder, [data], "oxigraph", args.peer_limit, ["--union-default-graph"])
    figures["`oxigraph load` of the same quads"] = f"{took:.1f} s"
    peers = [peer]
    if args.virtuoso:
        began = time.perf_counter()
        peers.append(programs.virtuoso(args, folder, data))
        figures["Virtuoso's bulk loader, of the same quads"] = f"{time.perf_counter() - began:.1f} s"
    return peers, programs.oxigraph(args, folder, [data, merged(data, folder / "merge.nt")], "oracle", 2 * args.peer_limit, [])[0]


def milliseconds(runs):
    """The median of whole processes, and the most memory."""
    return f"{1000 * statistics.median(took for took, _ in runs):,.0f} ms, {max(memory for _, memory in runs)} MB"


def processes(args, store, figures):
    """Whole processes on a store that nobody else has open."""
    point = [args.citypact, "query", POINT, "--store", store, "--to", "csv"]
    figures["a point query (aim: 20 ms)"] = milliseconds([programs.run(point, 600) for _ in range(5)])
    changes = [f"{verb} DATA {{ {TEN} }}" for verb in ("INSERT", "DELETE")] * 3
    update = [programs.run([args.citypact, "update", text, "--store", store], 600) for text in changes]
    figures["a commit of ten quads (aim: 20 ms)"] = milliseconds(update)
    figures["a point query after commits"] = milliseconds([programs.run(point, 600) for _ in range(5)])
    port = server.free_port()
    process, took = programs.ready([args.citypact, "serve", "--store", str(store), "--bind", f"127.0.0.1:{port}"], port)
    figures["`serve`, from its start to `/readyz` (aim: 100 ms)"] = f"{1000 * took:,.0f} ms, {server.memory(process)} MB"
    process.terminate()
    process.wait()


def missed(size, peers, behind, steep):
    """How questions that miss what is aimed at are evaluated."""
    why = {name: "failed" for name, (times, _, _) in size["rows"].items() if not times["citypact"]}
    why |= {name: "slower than the better of the peers" for name in behind}
    why |= {name: f"grows by more than {report.GROWTH} times" for name in steep}
    told = {}
    for name, reason in why.items():
        text = next(text for other, text, _ in size["questions"] if other == name)
        _, plan = peers[0].ask(text, 60, "text/plain", "&explain=")
        told[size["quads"], name] = (reason, plan.decode() if isinstance(plan, bytes) else plan)
    return told


def world(args, folder, places, sizes):
    """Everything about one size."""
    figures, data, store = {}, folder / "data.nq", folder / "citypact.db"
    folder.mkdir(exist_ok=True)
    programs.run([args.citypact, "generate", "--places", places, "--to", "nquads", "--out", data, "--quiet"], 3600)
    took, memory = programs.run([args.citypact, "load", data, "--store", store, "--quiet"], 3600)
    figures["`load` of the quads into a new store"] = f"{took:.1f} s, {memory} MB"
    figures["`index.cpx`"] = f"{(store / 'index.cpx').stat().st_size / 1e6:.1f} MB"
    processes(args, store, figures)
    peers, oracle = [programs.citypact(args, store)], None
    try:
        if not args.alone and places <= args.peers:
            more, oracle = others(args, folder, data, figures)
            peers += more
        names = [peer.name for peer in peers]
        total = sum(1 for _ in open(data))
        print(f"### {total:,} quads\n\n{', '.join(f'{peer.name} {peer.version}' for peer in peers)}; {os.cpu_count()} cores ({platform.machine()}), "
              f"load average before {os.getloadavg()[0]:.1f}; median of {args.rounds}, limit {args.limit:g} s, of the peers {args.peer_limit:g} s; "
              "ms, ratios of citypact to each peer\n", flush=True)
        chosen = [question for question in questions(HERE.parent / "queries") if re.search(args.only, question[0])]
        rows = {}
        for question in chosen:
            rows[question[0]] = measure(peers, oracle, question, args)
            print(f"{question[0]}: {rows[question[0]][0]}", file=sys.stderr, flush=True)
        size = {"quads": total, "rows": rows, "questions": chosen, "figures": figures}
        report.table(rows, names)
        report.summary(rows, names)
        for peer in peers:
            figures[f"resident memory after the questions: {peer.name}"] = f"{server.memory(peer.process)} MB"
        steep = report.growth(sizes[-1], size) if sizes else []
        report.plans(missed(size, peers, report.slower(rows, names), steep))
        if args.mix and shutil.which("wrk"):
            report.light(mix(peers, folder, places, args.mix))
        sizes.append(size)
    finally:
        for peer in [*peers, oracle]:
            if peer:
                peer.stop()


def main():
    args = parsed()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="citypact-bench-"))
    folder.mkdir(exist_ok=True)
    sizes = []
    print(f"`{shlex.join(['benches/query.py', *sys.argv[1:]])}`\n", flush=True)
    try:
        for places in sorted(args.places):
            world(args, folder / str(places), places, sizes)
            if not args.folder:
                shutil.rmtree(folder / str(places), ignore_errors=True)
    finally:
        if sizes:
            report.figures(sizes)
        if not args.folder:
            shutil.rmtree(folder, ignore_errors=True)


main()
