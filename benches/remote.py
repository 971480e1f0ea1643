#!/usr/bin/env python3
"""What another engine costs in the store's place: `citypact` over its own store, and over `--endpoint` of its own server, of oxigraph's
(PyPI) and of Virtuoso (Debian), with the same records.

  benches/remote.py --citypact target/release/citypact --oxigraph .venv/bin/oxigraph [--places 1000] [--rounds 5]

A synthetic world (`citypact generate --places N`, 100 quads a place) is loaded by `citypact load`, and loaded again, which changes nothing.
Then three questions are put: by the command (a process each: from its start to its last byte), and over HTTP to `citypact serve` over the
store or the engine, with nothing kept (`--cache 0 --fresh 0`), medians of the rounds in turn; and the page of a place is made. Prints a
table in Markdown. An engine that is not here is left out.
"""

import argparse, os, platform, shlex, shutil, statistics, subprocess, sys, tempfile, time
from pathlib import Path
from urllib.request import Request, urlopen

import peers as programs
import server

PLACE = "g-place-1"
POINT = f"SELECT ?p ?o {{ place:{PLACE} ?p ?o }}"
TIES = "SELECT ?kind (COUNT(DISTINCT ?tie) AS ?ties) { ?tie a pact:Tie ; pact:kind ?kind } GROUP BY ?kind ORDER BY ?kind"
GRANTS = "GRANT SPARQL_UPDATE TO \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 7);"


def shell(args, *command):
    """Seconds and output of a command of citypact that ends well."""
    began = time.perf_counter()
    done = subprocess.run([args.citypact, *map(str, command)], capture_output=True, text=True, timeout=args.limit)
    if done.returncode != 0:
        raise SystemExit(f"citypact {shlex.join(map(str, command))}: {done.stderr}")
    return time.perf_counter() - began, done.stdout


def fetched(url, accept, limit):
    began = time.perf_counter()
    with urlopen(Request(url, headers={"Accept": accept}), timeout=limit) as answer:
        answer.read()
    return time.perf_counter() - began


class Engine:
    """Where data is: the arguments that lead there, and what runs."""

    def __init__(self, name, where, processes=()):
        self.name, self.where, self.processes = name, where, processes

    def stop(self):
        for process in self.processes:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def own_store(args, folder):
    return Engine("own store", ["--store", folder / "own.db"])


def own_server(args, folder):
    nothing, token, port = folder / "nothing.nq", folder / "token", server.free_port()
    nothing.write_text("<http://a/x> <http://a/q> \"0\" <http://a/empty> .\n")
    token.write_text("0123456789abcdef")
    shell(args, "load", nothing, "--store", folder / "served.db", "--quiet")
    command = [args.citypact, "serve", "--store", folder / "served.db", "--bind", f"127.0.0.1:{port}", "--write-token-file", token, "--cache", "0"]
    process = server.serve(list(map(str, command)), port)
    return Engine("citypact", ["--endpoint", f"http://127.0.0.1:{port}/sparql", "--token-file", token], [process])


def oxigraph(args, folder):
    if not args.oxigraph or not Path(args.oxigraph).exists():
        return None
    port = server.free_port()
    process = server.serve([args.oxigraph, "serve", "--location", str(folder / "oxigraph"), "--bind", f"127.0.0.1:{port}"], port)
    version = programs.version([args.oxigraph, "--version"])
    return Engine(f"oxigraph {version}", ["--endpoint", f"http://127.0.0.1:{port}/query"], [process])


def virtuoso(args, folder):
    if not (args.virtuoso and args.isql):
        return None
    (folder / "empty.nq").write_text("")
    peer = programs.virtuoso(args, folder, folder / "empty.nq")
    sql = next(line.split(":")[1] for line in (folder / "virtuoso" / "virtuoso.ini").read_text().splitlines() if line.startswith("ServerPort = 127"))
    subprocess.run([args.isql, f"127.0.0.1:{sql}", "dba", "dba", f"exec={GRANTS}"], check=True, capture_output=True, timeout=60)
    return Engine(f"virtuoso {peer.version}", ["--endpoint", f"http://127.0.0.1:{peer.port}/sparql"], [peer.process])


def serving(args, engine):
    """`citypact serve` over it."""
    port = server.free_port()
    more = ["--fresh", "0"] if "--endpoint" in engine.where else []
    command = [args.citypact, "serve", *engine.where, "--bind", f"127.0.0.1:{port}", "--cache", "0", "--timeout", str(args.limit), *more]
    return server.serve(list(map(str, command)), port), f"http://127.0.0.1:{port}"


def loaded(args, engine, records):
    first, _ = shell(args, "load", records, *engine.where, "--quiet")
    again, _ = shell(args, "load", records, *engine.where, "--quiet")
    return first, again


def measured(args, engines, records):
    """Rows of the table: a name, and seconds for each engine."""
    loads = [loaded(args, engine, records) for engine in engines]
    rows = [("load", [load[0] for load in loads]), ("load again", [load[1] for load in loads])]
    partners = ["partners", "-p", f"place={PLACE}"]
    asked = [("point query, command", [POINT]), ("partners, command", partners), ("ties by kind, command", [TIES])]
    for name, question in asked:
        times = [[shell(args, "query", *question, *engine.where, "--to", "csv")[0] for engine in engines] for _ in range(args.rounds)]
        rows.append((name, [statistics.median(column) for column in zip(*times)]))
    # A store is held by its server alone.
    fronts = [serving(args, engine) for engine in engines]
    try:
        paths = [("point query, served", programs.urlencode({"query": POINT}), "/sparql?", "text/csv"),
                 ("partners, served", f"place={PLACE}", "/queries/partners?", "text/csv"),
                 ("ties by kind, served", programs.urlencode({"query": TIES}), "/sparql?", "text/csv"),
                 ("page of a place", "", f"/doc/place/{PLACE}", "text/html")]
        for name, query, path, accept in paths:
            urls = [f"{base}{path}{query}" for _, base in fronts]
            times = [[fetched(url, accept, args.limit) for url in urls] for _ in range(args.rounds)]
            rows.append((name, [statistics.median(column) for column in zip(*times)]))
    finally:
        for process, _ in fronts:
            process.terminate()
            process.wait()
    return rows


def shown(seconds):
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citypact", required=True)
    parser.add_argument("--oxigraph")
    parser.add_argument("--virtuoso", default=shutil.which("virtuoso-t"))
    parser.add_argument("--isql", default=shutil.which("isql-vt"))
    parser.add_argument("--places", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=600)
    parser.add_argument("--buffers", type=int, default=60000)
    args = parser.parse_args()
    args.citypact, args.peer_limit = str(Path(args.citypact).resolve()), args.limit
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        records = folder / "world.jsonl"
        records.write_text(shell(args, "generate", "--places", args.places, "--seed", 1)[1])
        engines = []
        try:
            for start in (own_store, own_server, oxigraph, virtuoso):
                engines.extend(filter(None, [start(args, folder)]))
            rows = measured(args, engines, records)
        finally:
            for engine in engines:
                engine.stop()
    quads = f"{args.places} places, {os.cpu_count()} cores, {platform.system()}; `benches/remote.py --places {args.places} --rounds {args.rounds}`"
    print(f"{quads}\n\n| | {' | '.join(engine.name for engine in engines)} |\n| --- |{' --- |' * len(engines)}")
    for name, times in rows:
        print(f"| {name} | {' | '.join(map(shown, times))} |")


if __name__ == "__main__":
    main()
