#!/usr/bin/env python3
"""Writes extended.txt and deep.txt: `python3 extended.py > extended.txt`, `python3 extended.py deep > deep.txt`
(needs mpmath; a number as the argument multiplies the samples).

One line a case: function, arguments, result; each number as hi, lo (bits of two f64 in hexadecimal) and exponent,
for (hi + lo) * 2^exponent with 1 <= |hi + lo| < 2 before rounding. The results in deep.txt, of every third case, have
320 bits: a signed mantissa in hexadecimal and the exponent of its last bit. The truth is mpmath's with 1,500 bits, or with
as many more as the argument of an exponential needs.
"""
import random
import struct
import sys

import mpmath
from mpmath import mp, mpf, floor, frexp, ldexp, isfinite, isnan

mp.prec = 1500
random.seed(1)
DEEP = sys.argv[1:] == ["deep"]
SAMPLES = int(sys.argv[1]) if len(sys.argv) > 1 and not DEEP else 1
BIG = 2**48  # e^x with exponents beyond is right only in its order of magnitude


def split(x):
    m, e = frexp(x)
    m, e = 2 * m, e - 1
    hi = float(m)
    lo = float(m - hi)
    return hi, lo, int(e)


def as_text(x):
    hi, lo, e = split(x)
    bits = lambda v: struct.unpack("<Q", struct.pack("<d", v))[0]
    return f"{bits(hi):016x} {bits(lo):016x} {e}"


def result_as_text(x):
    if not DEEP:
        return as_text(x)
    e = int(frexp(x)[1]) - 320
    return f"{int(mpmath.nint(ldexp(x, -e))):x} {e}"


def representable(x):
    if x == 0:
        return x
    hi, lo, e = split(x)
    return ldexp(mpf(hi) + mpf(lo), e)


def number(exponent, bits=106):
    """A random number in [1, 2) * 2^exponent; short ones stand for f32 and f64 data."""
    return representable(ldexp(1 + mpf(random.getrandbits(bits)) / 2**bits, exponent))


def around(*exponents):
    return [number(e, random.choice([106, 106, 52, 23])) for e in exponents for _ in range(SAMPLES)]


def signed(values):
    return [s * v for v in values for s in (1, -1)]


def near(*points, exponents=(-1, -3, -8, -20, -40, -90)):
    return [representable(p + s * number(e)) for p in points for e in exponents for s in (1, -1)]


small = [-900, -300, -122, -110, -62, -58, -40, -20, -10]
home = [-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3]
large = [4, 5, 6, 8, 10, 16, 30, 46]
vast = [100, 1000, 10**6, 2**40]
everywhere = lambda: signed(around(*small) + around(*home) + around(*large))


def exp_like(f):
    """Extra precision for e^x: x may have 50 integral bits, and functions of it lose up to 2|x| bits."""

    def g(x):
        if abs(x) < 4000:
            with mpmath.workprec(1500 + 4 * int(abs(x) + 1)):
                return f(x)
        return f(x)

    return g


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x)) if x > -2000 else mpmath.exp(x)


def softplus(x):
    if x > 2000:
        return x
    return mpmath.log1p(mpmath.exp(x)) if x > -2000 else mpmath.exp(x)


def tanh(x):
    return mpmath.tanh(x) if abs(x) < 2000 else mpmath.sign(x)


def erf(x):
    return mpmath.erf(x) if abs(x) < 40 else mpmath.sign(x)


def erfc(x):
    if x < -40:
        return mpf(2)
    if x < 2**20:
        return mpmath.erfc(x)
    # The asymptotic series in w = 1/(2x^2) <= 2^-41.
    w = 1 / (2 * x * x)
    return mpmath.exp(-x * x) / (x * mpmath.sqrt(mp.pi)) * (1 - w + 3 * w**2 - 15 * w**3 + 105 * w**4)


one_argument = {
    "exp": (mpmath.exp, everywhere),
    "exp2": (lambda x: mpf(2) ** x, everywhere),
    "exp_m1": (lambda x: mpmath.expm1(x) if abs(x) < 2000 else mpmath.exp(x) - 1, lambda: everywhere() + signed([representable(mpf(x)) for x in ("0.35", "0.3465", "0.6931")])),
    "ln": (mpmath.log, lambda: around(*small, *home, *vast) + near(1, 2, mpmath.sqrt(2), mpmath.sqrt(0.5))),
    "log2": (lambda x: mpmath.log(x) / mpmath.log(2), lambda: around(*small, *home, *vast) + near(1, 1024)),
    "log10": (lambda x: mpmath.log(x) / mpmath.log(10), lambda: around(*small, *home, *vast) + near(1, 1000)),
    "ln_1p": (mpmath.log1p, lambda: [x for x in everywhere() + near(-1, 0.41, -0.29) if x > -1] + around(*vast)),
    "sqrt": (mpmath.sqrt, lambda: around(*small, *home, *vast, 101, 1001)),
    "cbrt": (lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), lambda: signed(around(*small, *home, *vast, 101, 102))),
    "sin": (mpmath.sin, lambda: signed(around(*small) + around(*home, *large, 100, 300, 700, 1023)) + turns()),
    "cos": (mpmath.cos, lambda: signed(around(*small) + around(*home, *large, 100, 300, 700, 1023)) + turns()),
    "tan": (mpmath.tan, lambda: signed(around(*small) + around(*home, *large, 100, 300, 700, 1023)) + turns()),
    "asin": (mpmath.asin, lambda: [x for x in signed(around(*small, *home)) + near(1, -1) if abs(x) < 1]),
    "acos": (mpmath.acos, lambda: [x for x in signed(around(*small, *home)) + near(1, -1) if abs(x) < 1]),
    "atan": (mpmath.atan, lambda: everywhere() + signed(around(*vast)) + near(1)),
    "sinh": (mpmath.sinh, everywhere),
    "cosh": (mpmath.cosh, everywhere),
    "tanh": (tanh, everywhere),
    "asinh": (mpmath.asinh, lambda: everywhere() + signed(around(*vast))),
    "acosh": (mpmath.acosh, lambda: [x for x in around(*home, *large, *vast) + near(1) if x > 1]),
    "atanh": (mpmath.atanh, lambda: [x for x in signed(around(*small, *home)) + near(1, -1) if abs(x) < 1]),
    "sigmoid": (sigmoid, everywhere),
    "softplus": (softplus, everywhere),
    "erf": (erf, lambda: everywhere() + near(1)),
    "erfc": (erfc, lambda: everywhere() + around(0, 1, 2, 3, 4, 24) + near(1, 1.5, 2, 3, 4)),
}


def turns():
    """Numbers close to multiples of pi/2, among them the f64 that comes closest."""
    close = [representable(k * mp.pi / 2) for k in (1, 2, 3, 10, 1001, 123456789)]
    return close + [mpf(float(c)) for c in close] + [mpf(6381956970095103) * mpf(2) ** 797]


def power(x, y):
    y_is_odd = y == floor(y) and int(y) & 1
    return (-1 if x < 0 and y_is_odd else 1) * mpmath.exp(y * mpmath.log(abs(x)))


def pairs(first, second, count):
    for e in first:
        for f in second:
            for _ in range(count * SAMPLES):
                yield number(e, random.choice([106, 52])), number(f, random.choice([106, 52]))


two_arguments = {
    "add": (lambda x, y: x + y, lambda: [(x, s * y) for x, y in pairs([0], [0, -1, -30, -53, -100], 2) for s in (1, -1)]
            + [(x, representable(-x * (1 + mpf(2) ** -e))) for x in around(0, 30) for e in (20, 60, 90)]),
    "mul": (lambda x, y: x * y, lambda: [(x, s * y) for x, y in pairs([0, -900, 10**6], [0, 10, 2**46], 2) for s in (1, -1)]),
    "div": (lambda x, y: x / y, lambda: [(x, s * y) for x, y in pairs([0, -900, 10**6], [0, 10, 2**46], 2) for s in (1, -1)]),
    "hypot": (mpmath.hypot, lambda: pairs([0, -900, 10**6], [-1, 10**6, -900], 2)),
    "atan2": (mpmath.atan2, lambda: [(s * y, t * x) for y, x in pairs([-900, -61, -3, 0, 2, 59, 10**6], [0], 2) for s in (1, -1) for t in (1, -1)]),
    "powf": (power, lambda: list(pairs([-900, -20, -1, 0, 1, 5, 1000], [-300, -10, -1, 0, 2, 4], 1))
             + [(x, -y) for x, y in pairs([-20, 0, 5], [-1, 2], 2)]
             + [(-number(e), mpf(n)) for e in (-5, 0, 5) for n in (-3, -2, 2, 5)]
             + list(pairs([-20, -1, 0, 5], [7, 10, 14, 20], 1))),
    "powi": (power, lambda: [(s * x, mpf(n)) for x in around(-10, -1, 0, 3) for n in (-1000, -3, -1, 1, 2, 5, 64, 777) for s in (1, -1)]),
}

lines = []
for name, (f, arguments) in one_argument.items():
    for x in arguments():
        y = exp_like(f)(x)
        if y != 0 and isfinite(y) and not isinstance(y, mpmath.mpc) and abs(split(y)[2]) < BIG:
            lines.append(f"{name} {as_text(x)} {result_as_text(y)}")
for name, (f, arguments) in two_arguments.items():
    for x, y in arguments():
        z = f(x, y)
        if z != 0 and abs(split(z)[2]) < BIG:
            lines.append(f"{name} {as_text(x)} {as_text(y)} {result_as_text(z)}")
print("\n".join(lines[:: 3 if DEEP else 1]))
