"""What conflict rules find of the conflicts that are in a synthetic world, and how long checks and inference take at first and
after one document has changed.

    python conflicts.py --citypact PATH [--places 1000 10000]

Prints a Markdown table a size: precision, recall and seconds, each the median of several runs of a whole process.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

RUNS = 3


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--citypact", required=True, type=Path)
    parser.add_argument("--places", nargs="+", type=int, default=[1000, 10000])
    return parser.parse_args()


class Program:
    """The program in a folder."""

    def __init__(self, path, folder):
        self.path, self.folder = path.resolve(), folder

    def run(self, *args):
        """Runs it, and gives what it wrote, what it said, and the seconds it took."""
        begun = time.monotonic()
        done = subprocess.run([self.path, *args], cwd=self.folder, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - begun
        if done.returncode not in (0, 3):
            raise SystemExit(f"citypact {' '.join(args)}: {done.stderr}")
        return done.stdout, done.stderr, seconds

    def median(self, *args):
        """The median of the seconds of several runs."""
        return statistics.median(self.run(*args)[2] for _ in range(RUNS))


def findings(lines):
    return {(line["rule"], frozenset(line["facts"])) for line in lines}


def measured(program):
    """Precision and recall, and how many conflicts there are."""
    known = findings(json.loads(line) for line in (program.folder / "known.jsonl").read_text("utf-8").splitlines())
    told = program.run("check", "--conflicts", "--no-shapes", "--full", "--to", "json", "--store", "s", "--quiet")[0]
    found = findings(
        {"rule": one["rule"], "facts": {claim["node"].strip("<>") for claim in one["claims"]}} for one in json.loads(told)["conflicts"]
    )
    both = len(found & known)
    return both / len(found), both / len(known), len(known)


def reloaded(program):
    """Makes one document say something else, and loads it again."""
    lines = (program.folder / "w.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    source = next(record["id"] for record in records if record["type"] == "source")
    changed = [record for record in records if source in (record.get("source"), record.get("id"))]
    places = [record for record in records if record["type"] == "place"]
    for record in changed:
        if record["type"] == "tie":
            record["since"] = "1999-01-01"
            break
    for record in changed:
        if record["type"] == "count":
            record["value"] += 1
            break
    (program.folder / "again.jsonl").write_text("\n".join(json.dumps(record) for record in places + changed), "utf-8")
    return program.run("load", "again.jsonl", "--store", "s")[2]


def table(program, places):
    program.run("generate", "--places", str(places), "--out", "w.jsonl", "--known", "known.jsonl")
    program.run("load", "w.jsonl", "--store", "s")
    quads = json.loads(program.run("info", "--store", "s", "--json")[0])["quads"]
    precision, recall, count = measured(program)
    conflicts = ("check", "--conflicts", "--no-shapes", "--store", "s", "--out", "r.json", "--quiet")
    shapes = ("check", "--store", "s", "--out", "r.json", "--quiet")
    rows = [("conflicts, all", program.median(*conflicts, "--full")), ("shapes, all", program.median(*shapes, "--full"))]
    rows.append(("infer, all", program.run("infer", "--full", "--store", "s")[2]))
    program.run(*conflicts)
    program.run(*shapes)
    rows.append(("reload of one document", reloaded(program)))
    for name, args in [("conflicts", conflicts), ("shapes", shapes), ("infer", ("infer", "--store", "s"))]:
        told = program.run(*(arg for arg in args if arg != "--quiet"))
        rows.append((f"{name}, after it", told[2]))
        said = [line for line in told[1].splitlines() if "since" in line]
        print(f"<!-- {' '.join(said)} -->")
    print(f"\n{quads:,} quads, {count:,} conflicts in them: precision {precision:.3f}, recall {recall:.3f}\n")
    print("| what, as a whole process | seconds |\n| --- | --: |")
    print("\n".join(f"| {name} | {seconds:.2f} |" for name, seconds in rows))


def main():
    args = parsed()
    for places in args.places:
        with tempfile.TemporaryDirectory() as folder:
            table(Program(args.citypact, Path(folder)), places)


main()
