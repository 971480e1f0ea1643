#!/usr/bin/env python3
"""Fifty questions put to `citypact serve`, `oxigraph serve-read-only` (PyPI) and Virtuoso (Debian), over HTTP, on the same quads.

  benches/query.py --citypact target/release/citypact --oxigraph .venv/bin/oxigraph [--places 10000] [--only PATTERN]

The quads are a synthetic world (`citypact generate --places N`; 100 quads a place). Nobody keeps results (`--cache 0`); plans that
a program keeps are its own affair. Every question is asked once to warm up and then `--rounds` times, of each server in turn; the
table has the medians, to the last byte of the answer. What takes longer than `--limit` seconds, or is refused, has failed, and is
left out of the means. Answers are compared with those of oxigraph over the same named graphs and their merge in the unnamed
graph, so that a triple in several graphs is one, as SPARQL has it; rows count as a set. Then wrk (if it is there) asks light questions
about places chosen at random, with 32 clients.
"""

import argparse, http.client, json, math, os, platform, re, shlex, shutil, statistics, subprocess, sys, tempfile, time
from pathlib import Path
from urllib.parse import urlencode

import server
from questions import OURS, questions

HERE = Path(__file__).resolve().parent
ROWS, TRIPLES = "application/sparql-results+json", "application/n-triples"


class Peer:
    """A server, begun anew when it has died."""

    def __init__(self, name, version, command, port, path):
        self.name, self.version, self.command, self.port, self.path = name, version, command, port, path
        self.process = server.serve(command, port)

    def ask(self, text, limit, accept):
        """Seconds and body, or none and why not."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit)
        target = f"{self.path}?{urlencode({'query': text})}"
        try:
            connection.connect()
            began = time.perf_counter()
            if len(target) < 4000:
                connection.request("GET", target, headers={"Accept": accept})
            else:
                headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", self.path, urlencode({"query": text}), headers)
            answer = connection.getresponse()
            parts = []
            while part := answer.read(1 << 20):
                parts.append(part)
                if time.perf_counter() - began > limit:
                    return None, f"not all of the answer in {limit:g} s, {len(parts)} MB of it"
            body, took = b"".join(parts), time.perf_counter() - began
            return (took, body) if answer.status == 200 else (None, f"status {answer.status}: {body[:200].decode(errors='replace')}")
        except (OSError, http.client.HTTPException) as error:
            return None, f"no answer in {limit:g} s" if isinstance(error, TimeoutError) else self.died() or repr(error)
        finally:
            connection.close()

    def died(self):
        """Begins anew and says so, where the process is no more."""
        time.sleep(1)
        if self.process.poll() is None:
            return None
        self.process = server.serve(self.command, self.port)
        return "the server died"

    def stop(self):
        self.process.terminate()
        self.process.wait()


def version(command):
    told = subprocess.run(command, capture_output=True, text=True)
    return re.search(r"\d+\.[\d.]+", told.stdout + told.stderr)[0]


def citypact(args, folder, data):
    store = folder / "citypact.db"
    subprocess.run([args.citypact, "load", str(data), "--store", str(store), "--quiet"], check=True)
    port = server.free_port()
    command = [args.citypact, "serve", "--store", str(store), "--bind", f"127.0.0.1:{port}", "--cache", "0", "--timeout", str(args.limit)]
    return Peer("citypact", version([args.citypact, "--version"]), command, port, "/sparql")


def oxigraph(args, folder, files, name, more):
    store = folder / f"{name}.db"
    for file in files:
        subprocess.run([args.oxigraph, "load", "--location", str(store), "--file", str(file)], check=True, stderr=subprocess.DEVNULL)
    port = server.free_port()
    command = [args.oxigraph, "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}", *more]
    return Peer("oxigraph", version([args.oxigraph, "--version"]), command, port, "/query")


def virtuoso(args, folder, data):
    home = folder / "virtuoso"
    home.mkdir()
    (home / "data").mkdir()
    shutil.copy(data, home / "data" / "data.nq")
    sql, port = server.free_port(), server.free_port()
    (home / "virtuoso.ini").write_text(
        f"[Database]\nDatabaseFile = {home}/v.db\nErrorLogFile = {home}/v.log\nLockFile = {home}/v.lck\nTransactionFile = {home}/v.trx\n"
        f"xa_persistent_file = {home}/v.pxa\nErrorLogLevel = 7\n[TempDatabase]\nDatabaseFile = {home}/t.db\nTransactionFile = {home}/t.trx\n"
        f"[Parameters]\nServerPort = 127.0.0.1:{sql}\nDirsAllowed = {home}\nNumberOfBuffers = {args.buffers}\nMaxDirtyBuffers = {args.buffers * 3 // 4}\n"
        f"ServerThreads = 64\nMaxQueryMem = 4G\n[HTTPServer]\nServerPort = 127.0.0.1:{port}\nServerRoot = {home}\nServerThreads = 40\nMaxClientConnections = 40\n"
        "[SPARQL]\nResultSetMaxRows = 100000000\n"
    )
    peer = Peer("virtuoso", version([args.virtuoso, "-?"]), [args.virtuoso, "+foreground", "+wait", "+configfile", str(home / "virtuoso.ini")], port, "/sparql")
    for statement in (f"ld_dir('{home}/data', '*.nq', 'http://unnamed/')", "rdf_loader_run()", "checkpoint"):
        subprocess.run([args.isql, f"127.0.0.1:{sql}", "dba", "dba", f"exec={statement};"], check=True, capture_output=True)
    return peer


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


def answer(body, accept):
    """What was answered, as a set."""
    if accept == TRIPLES:
        return frozenset(re.sub(r"_:\S+|nodeID:\S+", "_:", line) for line in body.decode().splitlines() if line.strip() and not line.startswith("#"))
    told = json.loads(body)
    if "boolean" in told:
        return told["boolean"]
    return frozenset(tuple((name, term(row[name])) for name in sorted(told["head"]["vars"]) if name in row) for row in told["results"]["bindings"])


def measure(peers, oracle, question, args):
    """Milliseconds of each peer (none where it failed), and remarks."""
    name, text, differs = question
    accept = TRIPLES if re.search(r"\b(CONSTRUCT|DESCRIBE)\b", text) else ROWS
    asked = [peer for peer in peers if peer.name == "citypact" or not OURS.search(text)]
    took, remarks, bodies = {peer.name: [] for peer in peers}, [], {}
    for turn in range(args.rounds + 1):
        for peer in asked:
            if took[peer.name] is None or sum(took[peer.name]) > args.limit:
                continue
            seconds, body = peer.ask(text, args.limit, accept)
            if seconds is None:
                took[peer.name] = None
                remarks.append(f"{peer.name}: {' '.join(body.split())[:90]}")
            else:
                bodies[peer.name] = body
                if turn > 0 or seconds > args.limit / args.rounds:
                    took[peer.name].append(seconds)
    if oracle and not OURS.search(text) and name != "limit":
        seconds, body = oracle.ask(text, 4 * args.limit, accept)
        expected = answer(body, accept) if seconds is not None else None
        for peer, body in bodies.items():
            if expected is None:
                remarks.append("not compared")
                break
            if answer(body, accept) != expected:
                remarks.append(f"{peer} {differs}" if differs and peer != "citypact" else f"{peer}: another answer")
    times = {peer: 1000 * statistics.median(seconds) if seconds else None for peer, seconds in took.items()}
    return times, remarks, len(bodies.get("citypact", b""))


def mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def shown(value):
    return "–" if value is None else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def table(rows, peers):
    names = [peer.name for peer in peers]
    print(f"| question | {' | '.join(names)} | {' | '.join('to ' + name for name in names[1:])} | answer | |\n|---|{'---:|' * (2 * len(names))}---|")
    for (name, _, _), (times, remarks, size) in rows:
        ours = times["citypact"]
        ratios = [f"{ours / times[peer]:.3f}" if ours and times[peer] else "" for peer in names[1:]]
        size = f"{size / 1000:,.1f} kB"
        print(f"| {name} | {' | '.join(shown(times[peer]) for peer in names)} | {' | '.join(ratios)} | {size} | {'; '.join(remarks)} |")
    print()
    for peer in names:
        own = [times[peer] for _, (times, _, _) in rows if times[peer]]
        both = [(times["citypact"], times[peer]) for _, (times, _, _) in rows if times[peer] and times["citypact"]]
        ratio = mean([a / b for a, b in both])
        slower = [name for (name, _, _), (times, _, _) in rows if times[peer] and times["citypact"] and times["citypact"] > times[peer]]
        print(f"- {peer}: {len(own)} answered, geometric mean {mean(own):,.1f} ms" + ("" if peer == "citypact" else
              f"; of the {len(both)} that both answer citypact takes {ratio:.3f} × its time; slower in: {', '.join(slower) or 'none'}"))
    print(flush=True)


def mix(peers, folder, places, seconds):
    """Requests/s of light questions, 32 clients."""
    print("| light questions, 32 clients | requests/s | p99 in ms | failed |\n|---|---:|---:|---:|")
    for peer in peers:
        lua = folder / f"{peer.name}.lua"
        server.script(lua, peer.path, places, False, "g-place-{}")
        server.measure(peer.port, lua, 32, 2)
        rate, p99, bad = server.measure(peer.port, lua, 32, seconds)
        print(f"| {peer.name} | {rate:,.0f} | {p99:,.1f} | {bad} |", flush=True)


def memory(peers):
    print("Resident memory: " + ", ".join(f"{peer.name} {server.memory(peer.process)} MB" for peer in peers) + ".\n")


def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("--citypact", required=True)
    parser.add_argument("--oxigraph", required=True)
    parser.add_argument("--virtuoso", default=shutil.which("virtuoso-t"), help="its program; not asked where there is none")
    parser.add_argument("--isql", default=shutil.which("isql-vt"))
    parser.add_argument("--buffers", type=int, default=340_000, help="Virtuoso's pages of 8 KB")
    parser.add_argument("--places", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=30)
    parser.add_argument("--only", default="", help="questions whose names fit this expression")
    parser.add_argument("--alone", action="store_true", help="ask no peer, compare with nobody")
    parser.add_argument("--mix", type=int, default=8, help="seconds of the light questions; 0 for none")
    parser.add_argument("--folder", type=Path, help="where stores are made and kept, instead of a temporary folder")
    return parser.parse_args()


def started(args, folder):
    data, merge = folder / "data.nq", folder / "merge.nt"
    subprocess.run([args.citypact, "generate", "--places", str(args.places), "--to", "nquads", "--out", str(data), "--quiet"], check=True)
    peers = [citypact(args, folder, data)]
    if args.alone:
        return peers, None, data
    with open(data) as quads, open(merge, "w") as triples:
        triples.writelines(re.sub(r" <[^>]*> \.$", " .", line) for line in quads)
    peers.append(oxigraph(args, folder, [data], "oxigraph", ["--union-default-graph"]))
    if args.virtuoso:
        peers.append(virtuoso(args, folder, data))
    return peers, oxigraph(args, folder, [data, merge], "oracle", []), data


def run(args, folder):
    peers, oracle, data = started(args, folder)
    try:
        total = sum(1 for _ in open(data))
        print(f"`{shlex.join(['benches/query.py', *sys.argv[1:]])}`\n")
        print(f"{', '.join(f'{peer.name} {peer.version}' for peer in peers)}; {total:,} quads; {os.cpu_count()} cores ({platform.machine()}), "
              f"load average before {os.getloadavg()[0]:.1f}; median of {args.rounds}, limit {args.limit:g} s; ms, ratios of citypact to each peer\n", flush=True)
        chosen = [question for question in questions(HERE.parent / "queries") if re.search(args.only, question[0])]
        rows = []
        for question in chosen:
            rows.append((question, measure(peers, oracle, question, args)))
            print(f"{question[0]}: {rows[-1][1][0]}", file=sys.stderr, flush=True)
        table(rows, peers)
        memory(peers)
        if args.mix and shutil.which("wrk"):
            mix(peers, folder, args.places, args.mix)
    finally:
        for peer in [*peers, oracle]:
            if peer:
                peer.stop()


def main():
    args = parsed()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="citypact-bench-"))
    folder.mkdir(exist_ok=True)
    try:
        run(args, folder)
    finally:
        if not args.folder:
            shutil.rmtree(folder, ignore_errors=True)


main()
