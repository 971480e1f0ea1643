#!/usr/bin/env python3
"""Load test of `citypact serve` beside `oxigraph serve-read-only` (PyPI: oxigraph), on the same quads.

  benches/server.py --citypact target/release/citypact --oxigraph .venv/bin/oxigraph [--ties 100000] [--seconds 8]

Needs wrk (Debian: wrk). Each client asks in turn one of the questions below about a place chosen at random; `cached` lets
citypact keep results and asks about 50 places, `uncached` turns its cache off and asks about all of them. The same data, the same
requests in the same order (seeds are fixed), one peer at a time, each cell after a warm-up of 2 s; the median of `--rounds`. wrk
shares the machine with the server, with one thread up to 8 clients and two beyond, so that on four cores two are left. Prints a table of
requests/s and p99 with the ratio to the peer, and one of how uncached requests/s grow from 1 to 2 and 4 clients.
"""

import argparse, os, platform, random, re, shlex, shutil, socket, statistics, subprocess, sys, tempfile, time, urllib.error, urllib.request
from pathlib import Path
from urllib.parse import urlencode

NS, ID = "https://w3id.org/citypact/ns#", "https://w3id.org/citypact/id/"
PREFIXES = f"PREFIX pact: <{NS}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
QUESTIONS = [
    "SELECT ?other ?since {{ ?tie pact:party <{place}>, ?other . OPTIONAL {{ ?tie pact:since ?since }} FILTER(?other != <{place}>) }}",
    "SELECT ?name {{ <{place}> skos:prefLabel ?name }}",
    "ASK {{ ?tie pact:party <{place}> ; pact:kind <https://w3id.org/citypact/kind/sister-city> }}",
    "SELECT ?other ?name {{ ?tie pact:party <{place}>, ?other . ?other skos:prefLabel ?name FILTER(LANG(?name) = 'en') }} ORDER BY ?name LIMIT 10",
    "SELECT ?kind (COUNT(?tie) AS ?ties) {{ ?tie pact:party <{place}> ; pact:kind ?kind }} GROUP BY ?kind",
    "SELECT DISTINCT ?far {{ ?one pact:party <{place}>, ?near . ?two pact:party ?near, ?far }} LIMIT 50",
    "CONSTRUCT WHERE {{ ?tie pact:party <{place}> ; pact:kind ?kind ; pact:since ?since }}",
]


def quads(path, ties, seed=1):
    """Ties between places, degrees with a heavy tail, a graph for every fifty ties."""
    choose = random.Random(seed)
    places = max(50, ties // 20)
    kinds = [f"https://w3id.org/citypact/kind/{kind}" for kind in ("sister-city", "friendship-city", "partnership")]
    place = lambda n: f"<{ID}place/p-{n}>"
    with open(path, "w") as out:
        for n in range(places):
            for tag, name in (("en", f"Place {n}"), ("zh-hans", f"城市{n}"), ("ja", f"都市{n}")):
                out.write(f'{place(n)} <http://www.w3.org/2004/02/skos/core#prefLabel> "{name}"@{tag} <{ID[:-3]}graph/places> .\n')
        for n in range(ties):
            one, other = (min(places - 1, int(choose.paretovariate(0.8)) - 1 if choose.random() < 0.5 else choose.randrange(places)) for _ in "ab")
            tie, graph = f"<{ID}tie/sister-city/{n}>", f"<{ID[:-3]}graph/{n // 50}>"
            date = f"{choose.randrange(1950, 2026)}-{choose.randrange(1, 13):02}-{choose.randrange(1, 29):02}"
            for predicate, object in (
                ("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", f"<{NS}Tie>"), (f"<{NS}party>", place(one)), (f"<{NS}party>", place(other)),
                (f"<{NS}kind>", f"<{choose.choice(kinds)}>"), (f"<{NS}since>", f'"{date}"^^<http://www.w3.org/2001/XMLSchema#date>'),
                (f"<{NS}status>", "<https://w3id.org/citypact/code/in-force>"),
            ):
                out.write(f"{tie} {predicate} {object} {graph} .\n")
    return places


def script(path, route, places, few, name="p-{}"):
    """wrk's requests: the same for every peer."""
    choose = random.Random(7)
    paths = []
    for _ in range(700 if few else 20000):
        text = PREFIXES + choose.choice(QUESTIONS).format(place=f"{ID}place/{name.format(choose.randrange(min(50, places) if few else places))}")
        paths.append(f"{route}?{urlencode({'query': text})}")
    lines = ",\n".join(f'"{path}"' for path in paths)
    path.write_text(
        f"local paths = {{\n{lines}\n}}\nlocal at = 0\nlocal threads = 0\n"
        "function setup(thread) thread:set('start', threads * 977); threads = threads + 1 end\n"
        "function init() at = start end\n"
        "function request() at = at % #paths + 1; return wrk.format('GET', paths[at]) end\n"
    )


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def serve(command, port):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
            return process
        except urllib.error.HTTPError:
            return process
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{command[0]} does not answer")


def measure(port, lua, clients, seconds):
    threads = 1 if clients <= 8 else 2
    text = subprocess.run(
        ["wrk", f"-t{threads}", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "--latency", "-s", str(lua), f"http://127.0.0.1:{port}"],
        capture_output=True, text=True, check=True,
    ).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", text).groups()
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return rate, float(value) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit], int(bad[1]) if bad else 0


def memory(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--citypact", required=True)
    parser.add_argument("--oxigraph", required=True)
    parser.add_argument("--ties", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--scaling", type=int, nargs="*", default=[1, 2, 4], help="clients of the second table")
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="citypact-bench-"))
    try:
        run(args, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def median(port, lua, clients, args):
    """Requests/s, p99 in ms and failures: the medians of the rounds, the sum of the failures."""
    measure(port, lua, clients, 2)
    rounds = [measure(port, lua, clients, args.seconds) for _ in range(args.rounds)]
    rates, p99s, bad = zip(*rounds)
    return statistics.median(rates), statistics.median(p99s), sum(bad)


def started(args, folder, stores, places, few, cache):
    """Both servers: port, wrk's script and process of each."""
    peers = []
    for program, command in (
        ("citypact", lambda port: [args.citypact, "serve", "--store", str(stores[0]), "--bind", f"127.0.0.1:{port}", "--cache", cache]),
        ("oxigraph", lambda port: [args.oxigraph, "serve-read-only", "--location", str(stores[1]), "--bind", f"127.0.0.1:{port}", "--union-default-graph"]),
    ):
        port, lua = free_port(), folder / f"{program}.lua"
        script(lua, "/sparql" if program == "citypact" else "/query", places, few)
        peers.append((port, lua, serve(command(port), port)))
    return peers


def stop(peers):
    for _, _, process in peers:
        process.terminate()
        process.wait()


def row(label, ours, theirs):
    (rate, p99, bad), (other, other99, other_bad) = ours, theirs
    note = f" ({bad} and {other_bad} failed)" if bad or other_bad else ""
    print(f"| {label}{note} | {rate:,.0f} | {p99:,.1f} | {other:,.0f} | {other99:,.1f} | {rate / other:,.2f} | {p99 / other99:,.2f} |", flush=True)


def compare(args, peers, mode):
    for clients in args.clients:
        row(f"{clients} | {mode}", *(median(port, lua, clients, args) for port, lua, _ in peers))
    time.sleep(15)
    print(f"\nResident memory 15 s after that, {mode}: citypact {memory(peers[0][2])} MB, oxigraph {memory(peers[1][2])} MB.\n", flush=True)


def scaling(args, peers):
    print("| clients, uncached | citypact requests/s | of one client | oxigraph requests/s | of one client |\n|---:|---:|---:|---:|---:|")
    first = None
    for clients in args.scaling:
        rates = [median(port, lua, clients, args)[0] for port, lua, _ in peers]
        first = first or rates
        ours, theirs = (f"{rate:,.0f} | {rate / one:,.2f} ×" for rate, one in zip(rates, first))
        print(f"| {clients} | {ours} | {theirs} |", flush=True)


def run(args, folder):
    data = folder / "data.nq"
    places = quads(data, args.ties)
    total = sum(1 for _ in open(data))
    stores = folder / "citypact.db", folder / "oxigraph.db"
    subprocess.run([args.citypact, "load", str(data), "--store", str(stores[0]), "--quiet"], check=True)
    subprocess.run([args.oxigraph, "load", "--location", str(stores[1]), "--file", str(data)], check=True, stderr=subprocess.DEVNULL)
    version = lambda program: subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
    tool = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split("[")[0].strip()
    print(f"`{shlex.join(['benches/server.py', *sys.argv[1:]])}`\n")
    print(f"{version(args.citypact)}, {version(args.oxigraph)}, {tool}; {total:,} quads, {places:,} places; {os.cpu_count()} cores "
          f"({platform.machine()}), load average before {os.getloadavg()[0]:.1f}; {args.seconds} s a cell, median of {args.rounds}; "
          "requests/s and p99 in ms, ratio citypact to oxigraph\n")
    print("| clients | | citypact | | oxigraph | | ratio | |\n|---:|---|---:|---:|---:|---:|---:|---:|\n| | | requests/s | p99 | requests/s | p99 | requests/s | p99 |")
    for mode, few, cache in (("uncached", False, "0"), ("cached", True, "256")):
        peers = started(args, folder, stores, places, few, cache)
        try:
            compare(args, peers, mode)
            if mode == "uncached" and args.scaling:
                scaling(args, peers)
                print("\n| clients | | citypact | | oxigraph | | ratio | |\n|---:|---|---:|---:|---:|---:|---:|---:|")
        finally:
            stop(peers)


if __name__ == "__main__":
    main()
