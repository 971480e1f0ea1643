"""The constants of SHACL shapes that the tests hold (tests/data/shacl/constants.tsv), and the faults that the vocabulary's own
shapes are to find (tests/data/shapes/mutants.ru), judged by pySHACL.

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
ROOT = "https://w3id.org/citypact/"


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


def prefixes():
    """The prefixes that every query knows, as a prologue."""
    texts = "".join((TESTS.parent / f"src/vocab/{name}.rs").read_text("utf-8") for name in ("borrowed", "ours", "mod"))
    known = dict(re.findall(r"(\w+) = \"([^\"]+)\" \{", texts))
    known |= {"graph": f"{ROOT}graph/", "id": f"{ROOT}id/"}
    return f"BASE <{ROOT}id/>\n" + "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in known.items())


def written(term):
    if term is None:
        return "-"
    if isinstance(term, rdflib.BNode):
        return "_"
    if isinstance(term, rdflib.Literal) and term.datatype and term.datatype != rdflib.XSD.string:
        return f'"{term}"^^<{term.datatype}>'
    return term.n3()


def results(shapes, update):
    """What is found in the example with a fault put into it: a line a result."""
    data = (TESTS / "data/shapes/valid.ttl").read_text("utf-8")
    graph = rdflib.Graph().parse(data=data, format="turtle", publicID=f"{ROOT}id/")
    if update.strip():
        graph.update(prefixes() + update)
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
    SH, found = rdflib.SH, set()
    # Results in the details of another are no results of their own.
    for result in {result for _, _, result in report.triples((None, SH.result, None))}:
        value = lambda name: report.value(result, SH[name])
        component, severity = (str(value(name)).split("#")[1] for name in ("sourceConstraintComponent", "resultSeverity"))
        found.add(" ".join([*(written(value(name)) for name in ("focusNode", "resultPath", "value")), component, severity]))
    return found


def mutants():
    """How many of the faults are found otherwise than the tests have it."""
    text = (TESTS.parent / "ontology/shapes.ttl").read_text("utf-8")
    shapes = rdflib.Graph().parse(data=text, format="turtle", publicID=f"{ROOT}id/")
    updates = ["valid\n", *(TESTS / "data/shapes/mutants.ru").read_text("utf-8").split("\n#### ")[1:]]
    wanted = (TESTS / "data/shapes/results.txt").read_text("utf-8").split("#### ")[1:]
    wrong = 0
    for mutant, result in zip(updates, wanted, strict=True):
        (heading, update), lines = mutant.split("\n", 1), {line.lower() for line in result.splitlines()[1:] if line}
        found = {line.lower() for line in results(shapes, update)}
        if found != lines:
            wrong += 1
            print(f"{heading}: pySHACL finds {sorted(found)}, not {sorted(lines)}")
    print(f"pySHACL: {len(updates) - wrong} of {len(updates)} graphs with and without a fault as expected")
    return wrong


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
    sys.exit(1 if wrong + mutants() else 0)


main()
