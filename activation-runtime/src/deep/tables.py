#!/usr/bin/env python3
"""Writes tables.rs: `python3 tables.py > tables.rs` (needs mpmath)."""
from mpmath import mp, pi, log, sqrt, floor, mpf

mp.prec = 2200


def limbs(integer, count):
    """The limbs of an integer, the lowest first, four a line."""
    words = [f"0x{integer >> 64 * i & (2**64 - 1):016x}" for i in range(count)]
    return "".join("\n    " + ", ".join(words[i : i + 4]) + "," for i in range(0, count, 4))


def number(doc, name, value, bits=384):
    """`value` cut to so many bits."""
    exponent = int(floor(log(abs(value), 2)))
    mantissa = int(floor(value / mpf(2) ** (exponent - bits + 1))) << (384 - bits)
    print(f"/// {doc}\npub(super) const {name}: Number = Number::raw({exponent}, [{limbs(mantissa, 6)}\n]);")
    return mpf(mantissa) * mpf(2) ** (exponent - 383)


print("//! Constants of the elementary functions; written by `tables.py`.\n")
print("use super::number::Number;\n")
number("π.", "PI", pi)
ln2 = log(2)
high = number("The first 192 bits of ln 2: times an integer of as many, exact.", "LN_2_HIGH", ln2, 192)
number("The next 384.", "LN_2_LOW", ln2 - high)
number("1/ln 2.", "LOG2_E", 1 / ln2)
number("1/ln 10.", "LOG10_E", 1 / log(10))
number("2/√π.", "FRAC_2_SQRT_PI", 2 / sqrt(pi))
WORDS = 24
print("/// The first 1536 bits of 1/(2π) after the binary point, the lowest limb first.")
print(f"pub(super) const FRAC_1_2_PI: [u64; {WORDS}] = [{limbs(int(floor(mpf(2) ** (64 * WORDS) / (2 * pi))), WORDS)}\n];")
