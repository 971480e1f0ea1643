"""What `benches/query.py` prints: Markdown for BENCHMARKS.md."""

import math

# What is aimed at where oxigraph and Virtuoso are asked, and from one size to the next.
MEAN = {"oxigraph": 0.02, "virtuoso": 0.1}
LIGHT, GROWTH = 5, 15


def mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def shown(value):
    return "–" if value is None else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def verdict(is_met):
    return "met" if is_met else "**missed**"


def row(*cells):
    print(f"| {' | '.join(cells)} |")


def table(rows, names):
    row("question", *names, *(f"to {name}" for name in names[1:]), "answer", "")
    row("---", *["---:"] * (2 * len(names)), "---")
    for name, (times, remarks, size) in rows.items():
        ours = times["citypact"]
        ratios = [f"{ours / times[peer]:.3f}" if ours and times[peer] else "" for peer in names[1:]]
        row(name, *(shown(times[peer]) for peer in names), *ratios, f"{size / 1000:,.1f} kB", "; ".join(remarks))
    print()


def slower(rows, names):
    """Questions in which the better of the peers is quicker."""
    found = []
    for name, (times, _, _) in rows.items():
        best = min((times[peer] for peer in names[1:] if times[peer]), default=None)
        if times["citypact"] and best and times["citypact"] > best:
            found.append(name)
    return found


def summary(rows, names):
    """Of each program; then what was aimed at."""
    ours = [times["citypact"] for times, _, _ in rows.values() if times["citypact"]]
    failed = [name for name, (times, _, _) in rows.items() if not times["citypact"]]
    print(f"- citypact: {len(ours)} answered, geometric mean {mean(ours):,.2f} ms; failed: {', '.join(failed) or 'none'} (aim: none, {verdict(not failed)})")
    for peer in names[1:]:
        own = [times[peer] for times, _, _ in rows.values() if times[peer]]
        both = [(times["citypact"], times[peer]) for times, _, _ in rows.values() if times[peer] and times["citypact"]]
        ratio = mean([a / b for a, b in both])
        print(f"- {peer}: {len(own)} answered, geometric mean {mean(own):,.1f} ms; of the {len(both)} that both answer citypact takes {ratio:.3f} × its time "
              f"(aim: {MEAN[peer]}, {verdict(ratio <= MEAN[peer])})")
    if names[1:]:
        behind = slower(rows, names)
        print(f"- slower than the better of the peers: {', '.join(behind) or 'none'} (aim: none, {verdict(not behind)})")
    print(flush=True)


def light(rates):
    """Requests/s, p99 and failures by program."""
    row("light questions, 32 clients", "requests/s", "p99 in ms", "failed")
    row("---", "---:", "---:", "---:")
    for peer, (rate, p99, bad) in rates.items():
        row(peer, f"{rate:,.0f}", f"{p99:,.1f}", str(bad))
    if "virtuoso" in rates:
        ratio = rates["citypact"][0] / rates["virtuoso"][0]
        print(f"\ncitypact answers {ratio:.1f} × as many as Virtuoso (aim: {LIGHT}, {verdict(ratio >= LIGHT)}).")
    print(flush=True)


def figures(sizes):
    """Figures of whole processes, memory and files: a column for each size."""
    names = list(dict.fromkeys(name for size in sizes for name in size["figures"]))
    row("", *(f"{size['quads']:,} quads" for size in sizes))
    row("---", *["---:"] * len(sizes))
    for name in names:
        row(name, *(size["figures"].get(name, "–") for size in sizes))
    print(flush=True)


def factors(small, large):
    """By how much each question takes longer where there are more quads."""
    pairs = [(name, small["rows"][name][0]["citypact"], times["citypact"]) for name, (times, _, _) in large["rows"].items() if name in small["rows"]]
    return {name: b / a for name, a, b in pairs if a and b}


def growth(small, large):
    found = factors(small, large)
    more = large["quads"] / small["quads"]
    ours = [mean([times["citypact"] for times, _, _ in size["rows"].values() if times["citypact"]]) for size in (small, large)]
    print(f"Of {small['quads']:,} to {large['quads']:,} quads ({more:.1f} ×): geometric mean {ours[0]:,.2f} to {ours[1]:,.2f} ms, "
          f"{ours[1] / ours[0]:.1f} × (aim: {GROWTH}, {verdict(ours[1] <= GROWTH * ours[0])}). Each question by its factor and the exponent of growth:\n")
    steep = sorted(found.items(), key=lambda item: -item[1])
    print(", ".join(f"{name} {factor:.1f} × ({math.log(factor) / math.log(more):.2f})" for name, factor in steep) + ".\n", flush=True)
    return [name for name, factor in steep if factor > GROWTH]


def plans(told):
    """How questions that miss what is aimed at are evaluated."""
    for (quads, name), (why, plan) in told.items():
        print(f"<details><summary>{name}, {quads:,} quads: {why}</summary>\n\n```text\n{plan.rstrip()}\n```\n\n</details>\n", flush=True)
