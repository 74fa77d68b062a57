#!/usr/bin/env python3
"""Writes tables.rs: `python3 tables.py > tables.rs` (needs mpmath).

Everything is computed with 1400 bits (2/pi needs them) or with 400, and split into a double-double, the nearest
f64 and the f64 nearest to the rest: 106 bits. Series are Taylor's; those of erf and erfc are Chebyshev
interpolants, rewritten in powers. A coefficient whose term is below 2^-54 of the sum needs one f64 only, and a
term below 2^-110 is dropped.
"""
from mpmath import mp, mpf, pi, exp, expm1, log, sin, cos, atan, erf, erfc, sqrt, factorial, floor

mp.prec = 400


def dd(x):
    hi = float(x)
    return f"dd({hi!r}, {float(x - hi)!r})"


def table(doc, name, type, rows):
    print(f"/// {doc}\npub(super) const {name}: {type} = [")
    for row in rows:
        print(f"    {row},")
    print("];")


def pairs(values, per_line=2):
    values = [dd(v) for v in values]
    return [", ".join(values[i : i + per_line]) for i in range(0, len(values), per_line)]


def shape(coefficients, reach):
    """How many coefficients are double-doubles, and how many follow, for |u| <= reach."""
    size = [abs(c) * mpf(reach) ** i / abs(coefficients[0]) for i, c in enumerate(coefficients)]
    last = lambda bits: max(i for i, s in enumerate(size) if s > mpf(2) ** -bits) + 1
    return last(54), last(110)


def polynomial(coefficients, head, all, indent=""):
    print("Polynomial {")
    print(f"{indent}    head: [")
    for row in pairs(coefficients[:head]):
        print(f"{indent}        {row},")
    print(f"{indent}    ],\n{indent}    tail: [")
    tail = [repr(float(c)) for c in coefficients[head:all]]
    for i in range(0, len(tail), 4):
        print(f"{indent}        {', '.join(tail[i : i + 4])},")
    print(f"{indent}    ],\n{indent}}}", end="")


def series(doc, name, coefficients, reach):
    head, all = shape(coefficients, reach)
    print(f"/// {doc}\npub(super) const {name}: Polynomial<{head}, {all - head}> = ", end="")
    polynomial(coefficients, head, all)
    print(";")


def chebyshev(f, degree):
    """The polynomial that interpolates f at the Chebyshev points of [-1, 1], in powers."""
    n = degree + 1
    nodes = [cos(pi * (k + mpf(1) / 2) / n) for k in range(n)]
    values = [f(x) for x in nodes]
    c = [(2 if j else 1) * sum(v * cos(j * pi * (k + mpf(1) / 2) / n) for k, v in enumerate(values)) / n for j in range(n)]
    powers, before, now = [mpf(0)] * n, [mpf(1)] + [mpf(0)] * n, [mpf(0), mpf(1)] + [mpf(0)] * n
    for j in range(n):
        for i in range(n):
            powers[i] += c[j] * before[i]
        before, now = now, [2 * (now[i - 1] if i else 0) - before[i] for i in range(n + 1)]
    return powers


print("//! Tables and series of the elementary functions; written by `tables.py`, which says how.\n")
print('#![allow(clippy::approx_constant, reason = "these have 106 bits")]\n')
print("use super::double_double::{Dd, Polynomial, dd};\n")

ln2 = log(2)
parts, rest = [], ln2
for _ in range(3):
    parts.append(float(rest))
    rest -= parts[-1]
print("/// ln 2 to 159 bits.")
print(f"pub(super) const LN_2: [f64; 3] = [{', '.join(map(repr, parts))}];")
for doc, name, value in [
    ("1/ln 2.", "LOG2_E", 1 / ln2),
    ("1/ln 10.", "LOG10_E", 1 / log(10)),
    ("log₁₀ 2.", "LOG10_2", ln2 / log(10)),
    ("π.", "PI", pi),
    ("π/2.", "FRAC_PI_2", pi / 2),
    ("1/√π.", "FRAC_1_SQRT_PI", 1 / sqrt(pi)),
]:
    print(f"/// {doc}\npub(super) const {name}: Dd = {dd(value)};")

mp.prec = 1400
bits = int(floor(2 / pi * mpf(2) ** 1344))
mp.prec = 400
words = [0] + [bits >> (1344 - 64 * (i + 1)) & (2**64 - 1) for i in range(21)]
words = [f"0x{w:016x}" for w in words]
table("The first 1344 bits of 2/π after the binary point, behind a word of zeros.", "TWO_OVER_PI", f"[u64; {len(words)}]",
      [", ".join(words[i : i + 4]) for i in range(0, len(words), 4)])

table("expm1(j/64) at j + 24.", "EXP_M1", "[Dd; 49]", pairs([expm1(mpf(j) / 64) for j in range(-24, 25)]))
table("ln(j/64) at j − 45.", "LN", "[Dd; 47]", pairs([log(mpf(j) / 64) for j in range(45, 92)]))
table("sin(j/16) and cos(j/16) at j.", "SIN_COS", "[[Dd; 2]; 14]",
      [f"[{dd(sin(mpf(j) / 16))}, {dd(cos(mpf(j) / 16))}]" for j in range(14)])
table("atan(j/32) at j.", "ATAN", "[Dd; 33]", pairs([atan(mpf(j) / 32) for j in range(33)]))

N = range(30)
series("expm1(r)/r in r, |r| ≤ 1/128.", "EXP_M1_SERIES", [1 / factorial(k + 1) for k in N], mpf(1) / 128)
series("artanh(s)/s in s², |s| ≤ 1/180.", "ATANH_SERIES", [1 / mpf(2 * k + 1) for k in N], mpf(1) / 180**2)
series("sin(r)/r in r², |r| ≤ 1/32.", "SIN_SERIES", [(-1) ** k / factorial(2 * k + 1) for k in N], mpf(1) / 32**2)
series("(cos(r) − 1)/r² in r², |r| ≤ 1/32.", "COS_M1_SERIES", [(-1) ** (k + 1) / factorial(2 * k + 2) for k in N], mpf(1) / 32**2)
series("arctan(t)/t in t², |t| ≤ 1/64.", "ATAN_SERIES", [(-1) ** k / mpf(2 * k + 1) for k in N], mpf(1) / 64**2)
series("erf(x)/x in x², |x| ≤ 1.", "ERF_SERIES", [2 / sqrt(pi) * (-1) ** k / factorial(k) / (2 * k + 1) for k in range(40)], 1)

erfcx = lambda x: exp(x * x) * erfc(x)
centred = lambda a, b: chebyshev(lambda u: erfcx((a + b) / 2 + (b - a) / 2 * u), 32)
pieces = [centred(mpf(a), mpf(b)) for a, b in [(1, 1.5), (1.5, 2), (2, 3), (3, 4)]]
shapes = [shape(c, 1) for c in pieces]
head, all = max(h for h, _ in shapes), max(a for _, a in shapes)
print("/// exp(x²)·erfc(x) in u, |u| ≤ 1, on [1, 1.5), [1.5, 2), [2, 3) and [3, 4), u running from end to end.")
print(f"pub(super) const ERFCX: [Polynomial<{head}, {all - head}>; 4] = [")
for c in pieces:
    print("    ", end="")
    polynomial(c, head, all, "    ")
    print(",")
print("];")
scaled = lambda v: sqrt(pi / v) * erfcx(1 / sqrt(v))
series("√π·x·exp(x²)·erfc(x) in 32/x² − 1, x ≥ 4.", "ERFCX_TAIL", chebyshev(lambda u: scaled((1 + u) / 32), 40), 1)
