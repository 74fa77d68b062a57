#!/usr/bin/env python3
"""Golden values for activations from an independent evaluation of their Rust bodies.

    oracle.py check DIR                  compare with the golden values of a corpus (elementwise/, gates/, rows/)
    oracle.py elementwise CASES OUT      fill in the kinks of cases.json and write OUT/NAME.csv (x_bits,value,derivative,curvature)
    oracle.py double OUT CASES...        the same for f64: literals rounded to f64, fewer points
    oracle.py params CASES OUT           gradients of the parameters
    oracle.py gates CASES | rows CASES   fill in the points

A body is parsed (`rust.py`) and evaluated over second-order jets (`jet.py`) of Arb's balls, with literals, constants and parameters rounded
to the element type; the precision grows until the nearest double is certain. Conventions: a tie of max or min takes the second operand, an
`if` the branch that Rust takes, |x|′(0) = 0, and where the kinks of the parts cancel in the whole the slope is that of either side.
`curvature` is |x·f″|, the part of the tolerance that the derivative's conditioning asks for. Needs python-flint.
"""

import csv
import json
import math
import random
import struct
import sys
from fractions import Fraction
from pathlib import Path

from truth import Function, bits, breaks, from_bits, gate_point, kinks, param_gradient, row_point, tied

MAGNITUDES = [
    1e-30, 1e-20, 1e-8, 1e-6, 1e-4, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 17, 20, 30, 44, 50, 87, 88, 89, 90, 103, 104,
    150, 200, 500, 1e3, 1e4, 1e5, 1e6, 1e8, 1e10, 1e15, 1.8e19, 1e20, 1e25, 1e30, 1e37, 1e38,
]
DOUBLE_MAGNITUDES = [
    1e-300, 1e-30, 1e-16, 1e-8, 1e-5, 1e-3, 0.1, 0.5, 1, 1.5, 2, 3, 5, 8, 12, 20, 36.5, 50, 300, 708, 709.5, 710, 745, 746, 1e4, 1e8, 1e16, 1e100, 1e154, 1e200, 1e300,
]
FINITE = {"f32": (2.0**-149, 2.0**-126, (2 - 2.0**-23) * 2.0**127), "f64": (2.0**-1074, 2.0**-1022, sys.float_info.max)}


def to_element(x, element):
    return struct.unpack(">f", struct.pack(">f", x))[0] if element == "f32" else float(x)


def neighbours(x, element, count=2):
    """The floats around a break, some near and some a little further."""
    here = to_element(float(x), element)
    spacing = max(abs(here) * 2.0 ** (-23 if element == "f32" else -52), FINITE[element][0])
    return {to_element(here + k * spacing, element) for k in (*range(-count, count + 1), *((-64, 64, -4096, 4096) if element == "f32" else ()))}


def sample(case, element, places):
    draw = random.Random(case["name"])
    points = {0.0, *FINITE[element]}
    if element == "f32":
        points |= set(MAGNITUDES) | {2.0**e for e in range(-140, 128, 29)}
        points |= {10 ** draw.uniform(-37, 38) for _ in range(5)} | {10 ** draw.uniform(-8, 3) for _ in range(8)}
        points |= {draw.uniform(0, 10) for _ in range(14)} | {draw.uniform(0, 1) for _ in range(3)}
    else:
        points |= set(draw.sample(DOUBLE_MAGNITUDES, 16)) | {10 ** draw.uniform(-6, 3) for _ in range(3)} | {draw.uniform(0, 10) for _ in range(5)}
    points = {to_element(s * x, element) for x in points for s in (1, -1)}
    for place in places:
        points |= neighbours(place, element, 2 if element == "f32" else 1)
    return sorted(points) + [-0.0]


def grid():
    near = {Fraction(k, 16) + Fraction(1, 97) for k in range(-16 * 12, 16 * 12)}
    return near | {Fraction(s * x) for x in (0.0, *MAGNITUDES) for s in (1, -1)}


def golden(case, element, path):
    """Writes the case's golden values; returns its kinks and jumps and how many points had no value."""
    function = Function(case, element)
    places = breaks(function, grid())
    found, jumps = kinks(function, places)
    excluded = {to_element(x, element) for x, *_ in found if to_element(x, element) == x}
    missing = 0
    with open(path, "w", newline="") as file:
        file.write("x_bits,value,derivative,curvature\n")
        for x in sorted(sample(case, element, places), key=lambda x: (x, math.copysign(1, x))):
            if x in excluded:
                continue
            value, slope, curvature = function.at(x)
            if math.isnan(value) or math.isnan(slope):
                missing += 1
                continue
            # Without a second derivative (or where it is beyond a double) any slope is as conditioned as can be.
            curvature = "inf" if math.isnan(curvature) else f"{curvature:.4g}"
            value, slope = (repr(v) if element == "f64" else f"{v:.14g}" for v in (value, slope))
            file.write(f"{bits(x, element)},{value},{slope},{curvature}\n")
    return found, jumps, missing


def load(path):
    return json.loads(Path(path).read_text())["cases"]


def dump(path, cases, each=None):
    """One case a paragraph; `each` names a list that gets a line for each entry."""
    chunks = []
    for case in cases:
        if each:
            head = json.dumps({k: v for k, v in case.items() if k != each}, ensure_ascii=False)[:-1]
            lines = ",\n".join("   " + json.dumps(entry) for entry in case[each])
            chunks.append(f'  {head}, "{each}": [\n{lines}\n  ]}}')
        else:
            fields = ",\n   ".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in case.items())
            chunks.append(f"  {{{fields}}}")
    Path(path).write_text('{\n "cases": [\n' + ",\n".join(chunks) + "\n ]\n}\n")


def finite(x, unit=False):
    """JSON has no infinity: as text there. Units are rounded to six digits."""
    if isinstance(x, list):
        return [finite(v, unit) for v in x]
    return repr(x) if math.isinf(x) else float(f"{x:.6g}") if unit else x


def fields(point):
    return {key: finite(value, key.startswith("unit")) for key, value in point.items()}


def write_elementwise(path, out):
    cases = load(path)
    Path(out).mkdir(parents=True, exist_ok=True)
    for case in cases:
        found, jumps, missing = golden(case, "f32", Path(out) / f"{case['name']}.csv")
        case.pop("kinks", None)
        if found:
            case["kinks"] = found
        for note in ([f"jumps {jumps}"] if jumps else []) + ([f"{missing} points without a value"] if missing else []):
            print(case["name"], note)
    dump(path, cases)


def write_double(out, *paths):
    Path(out).mkdir(parents=True, exist_ok=True)
    for path in paths:
        for case in load(path):
            _, _, missing = golden(case, "f64", Path(out) / f"{case['name']}.csv")
            if missing:
                print(case["name"], f"{missing} points without a value")


def write_params(path, out):
    written = []
    for case in load(path):
        function = Function(case)
        if not function.params:
            continue
        draw = random.Random("params " + case["name"])
        x = [to_element(draw.uniform(-6, 6), "f32") for _ in range(61)]
        dy = [to_element(draw.gauss(0, 1), "f32") for _ in range(61)]
        gradient, unit = param_gradient(function, x, dy)
        if any(map(math.isnan, gradient)):
            print(case["name"], "no gradient for some parameter")
        names = [name for name, _ in function.params]
        written.append({
            "name": case["name"], "x": [bits(v) for v in x], "dy": [bits(v) for v in dy],
            "gradient": {n: g for n, g in zip(names, gradient) if not math.isnan(g)}, "unit": {n: u for n, u, g in zip(names, unit, gradient) if not math.isnan(g)},
        })
    dump(out, written)


def write_gates(path):
    cases = load(path)
    for case in cases:
        function = Function(case)
        draw = random.Random("gate " + case["name"])
        low, high = case.get("range", [-6, 6])
        specials = [0.0, 1e-12, -1e-12, 1e-30, 1.0, 88.5, -104.0, 1e4, -1e10, 1e20, 1e30, -3e38] if case.get("wide", True) else [1e-12, 1e-3]
        case["points"] = []
        while len(case["points"]) < 40:
            k = len(case["points"])
            x = [to_element(draw.uniform(low, high), "f32") for _ in function.inputs]
            if k % 4 == 3:
                x[draw.randrange(len(x))] = to_element(draw.choice(specials), "f32")
            elif k % 12 == 1:
                x = [to_element(v * 1e-6, "f32") for v in x] if low < 0 else x
            point = gate_point(function, x)
            values = [point["y"], *point["d"], point["unit_y"], *point["unit_d"]]
            if any(map(math.isnan, values)) or tied(function, x):
                continue
            case["points"].append({"x": [bits(v) for v in x], **fields(point)})
    dump(path, cases, "points")


def row_data(draw, kind, width):
    plain = [draw.gauss(0, 1.5) for _ in range(width)]
    if kind == "positive":
        plain = [abs(v) + 0.1 for v in plain]
    if kind == "probability":
        plain = [abs(v) + 0.01 for v in plain]
        plain = [v / sum(plain) for v in plain]
    scale = {"huge": 1e30, "tiny": 1e-30, "wide": 100.0}.get(kind, 1.0)
    shift = {"shifted": 1000.0, "offset": 300.0, "negative shift": -1000.0}.get(kind, 0.0)
    row = [to_element(v * scale + shift, "f32") for v in plain]
    if kind == "zero":
        row[draw.randrange(width)] = 0.0
    if kind == "zeros":
        row = [0.0] * width
    return row


def write_rows(path):
    cases = load(path)
    for case in cases:
        function = Function(case)
        draw = random.Random("rows " + case["name"])
        kinds = [("plain", w) for w in (1, 2, 3, 7, 16, 17)] + [(kind, w) for kind in case.get("data", []) for w in (3, 17)]
        base = case.get("base", "plain")
        case["points"] = []
        for kind, width in kinds:
            x = [row_data(draw, base if kind == "plain" else kind, width)]
            x += [row_data(draw, case.get("second", base), width) for _ in function.inputs[1:]]
            outputs = width if case["out"] == "row" else 1
            dy = [to_element(draw.gauss(0, 1), "f32") for _ in range(outputs)]
            v = [[to_element(draw.gauss(0, 1), "f32") for _ in range(width)] for _ in x]
            point = row_point(function, x, dy, v)
            flat = [u for field in point.values() for u in (field if not isinstance(field[0], list) else sum(field, []))]
            if any(map(math.isnan, flat)):
                print(case["name"], kind, width, "has no value")
                continue
            # A short row may be scaled to a constant (one number to ±1, the kurtosis of three to 3/2): the derivative is 0 with the unit 0, which no
            # arithmetic but the exact one meets.
            if width <= 3 and kind not in ("huge", "tiny", "wide", "negative shift") and not all(map(any, point["unit_dx"])):
                continue
            case["points"].append({
                "data": kind, "row": width, "x": [[bits(u) for u in r] for r in x], "dy": [bits(u) for u in dy], "v": [[bits(u) for u in r] for r in v],
                **fields(point),
            })
    dump(path, cases, "points")


def agree(a, b, tolerance):
    if isinstance(b, list):
        return len(a) == len(b) and all(agree(x, y, tolerance) for x, y in zip(a, b))
    b = float(b)
    return a == b or abs(a - b) <= tolerance * abs(b)


def check(corpus):
    corpus = Path(corpus)
    total = wrong = 0

    def compare(what, ours, theirs, tolerance=0.0):
        nonlocal total, wrong
        total += 1
        if not agree(ours, theirs, tolerance):
            wrong += 1
            print(f"{what}: {ours} here, {theirs} there")

    cases = {case["name"]: case for case in load(corpus / "elementwise/cases.json")}
    for name, case in cases.items():
        function = Function(case)
        with open(corpus / f"elementwise/golden/{name}.csv") as file:
            for row in csv.DictReader(file):
                compare(f"{name} {row['x_bits']}", function.at(from_bits(row["x_bits"]))[:2], [row["value"], row["derivative"]])
    for case in load(corpus / "elementwise/params.json"):
        function = Function(cases[case["name"]])
        gradient, unit = param_gradient(function, *([from_bits(b) for b in case[k]] for k in ("x", "dy")))
        for (name, _), g, u in zip(function.params, gradient, unit):
            if name in case["gradient"]:
                compare(f"{case['name']} ∂{name}", [g, u], [case["gradient"][name], case["unit"][name]], 1e-13)
    for folder, evaluate in (("gates", gate_point), ("rows", row_point)):
        for case in load(corpus / folder / "cases.json"):
            function = Function(case)
            for point in case["points"]:
                arguments = [[[from_bits(u) for u in r] if isinstance(r, list) else from_bits(r) for r in point[k]] for k in ("x", "dy", "v") if k in point]
                for key, value in evaluate(function, *arguments).items():
                    compare(f"{case['name']} {key}", value, point[key], 1e-13 if key.startswith("unit") else 0.0)
    print(f"{total - wrong} of {total} agree")
    return wrong


if __name__ == "__main__":
    command, *arguments = sys.argv[1:] or ["help"]
    commands = {
        "check": check, "elementwise": write_elementwise, "double": write_double, "params": write_params, "gates": write_gates, "rows": write_rows,
    }
    if command not in commands:
        sys.exit(__doc__)
    sys.exit(commands[command](*arguments))
