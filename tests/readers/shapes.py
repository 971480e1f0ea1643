"""The constants of SHACL shapes that the tests hold (tests/data/shacl/constants.tsv), judged by pySHACL.

    python shapes.py

It has to judge as the tests expect, or as the case says that it does, with the reason. Ends with 1 where it does not; where
pySHACL is not installed, it says so and ends with 0.
"""

import logging
import re
import sys
from pathlib import Path

try:
    import pyshacl
    import rdflib
except ImportError as error:
    print(f"Skipped: {error.name} is not installed")
    sys.exit(0)

logging.disable(logging.CRITICAL)
TESTS = Path(__file__).resolve().parent.parent


def constant(name):
    """A text of the Rust test."""
    source = (TESTS / "it/shacl/constants.rs").read_text("utf-8")
    return re.search(rf'const {name}: &str =\s*(?:r#"(.*?)"#|"(.*?)");', source, re.S).group(1, 2)


def judged(prologue, data, shape):
    graph = rdflib.Graph().parse(data=prologue + data, format="turtle")
    shapes = rdflib.Graph().parse(data=f"{prologue} e:S a sh:NodeShape ; {shape} .", format="turtle")
    try:
        return str(pyshacl.validate(graph, shacl_graph=shapes)[0]).lower()
    except re.error:
        return "error"


def main():
    prologue, data = ("".join(filter(None, constant(name))) for name in ("PROLOGUE", "DATA"))
    cases = [line.split("\t") for line in (TESTS / "data/shacl/constants.tsv").read_text("utf-8").splitlines() if line[0] != "#"]
    wrong, otherwise = 0, 0
    for expected, shape, *other in cases:
        wanted = other[0].split()[0] if other else expected
        found = judged(prologue, data, shape)
        otherwise += bool(other)
        if found != wanted:
            wrong += 1
            print(f"pySHACL says {found}, not {wanted}: {shape}")
    print(f"pySHACL: {len(cases) - otherwise - wrong} of {len(cases)} shapes as expected, {otherwise} otherwise for a reason that is told")
    sys.exit(1 if wrong else 0)


main()
