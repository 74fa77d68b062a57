"""Second-order jets over balls: a value with its gradient and its Hessian in any number of variables.

Every number is a ball of Arb (python-flint): a midpoint and a radius that bounds every rounding, so an evaluation knows how far it can be
trusted. `settled` raises the precision until the radius no longer matters for the double that is asked for.
"""

import math
from contextlib import contextmanager

from flint import arb, ctx

MAX_PRECISION = 1 << 14


class Undecided(Exception):
    """A comparison that the present precision can't decide."""


class Trail:
    """What an evaluation met: the order found at each comparison, and whether a number was too large even for Arb."""

    def __init__(self):
        self.orders = []
        self.beyond = False


trail = Trail()
beyond_exponent = 200


def compare(a, b):
    """-1, 0 or 1; a tie is either exact, or what no precision tells apart."""
    order = 1 if a > b else -1 if a < b else 0
    if order == 0 and not (a.is_exact() and b.is_exact()) and not (a - b).is_zero():
        if not (a.is_finite() and b.is_finite()):
            order = 0
        elif ctx.prec < MAX_PRECISION:
            raise Undecided
    trail.orders.append(order)
    return order


def ball_exp(u):
    """exp; where even Arb overflows, 2^±(n²·2^k) stands in for it, n the bits of u, so that the exponential of an exponential is the larger: the
    caller evaluates with two k and compares."""
    result = u.exp()
    if result.is_finite() and not (result.mid().is_zero() and u < 0):
        return result
    if not u.is_finite():
        return result
    trail.beyond = True
    mantissa, exponent = (int(part) for part in u.mid().man_exp())
    bits = max(1, abs(mantissa).bit_length() + exponent)
    huge = arb((1, bits**2 << beyond_exponent))
    return huge if u > 0 else 1 / huge


def ball_expm1(u):
    return u.expm1() if abs(u) < 1 else ball_exp(u) - 1


def ball_sigmoid(u):
    return 1 / (1 + ball_exp(-u)) if u > 0 else ball_exp(u) / (1 + ball_exp(u))


def ball_tanh(u):
    if abs(u) < 1:
        return u.tanh()
    e = ball_exp(-2 * abs(u))
    t = (1 - e) / (1 + e)
    return t if u > 0 else -t


def ball_sinh(u):
    return u.sinh() if abs(u) < 1 else (ball_exp(u) - ball_exp(-u)) / 2


def ball_cosh(u):
    return (ball_exp(u) + ball_exp(-u)) / 2


class Jet:
    """value, gradient {i: ∂} and Hessian {(i, j): ∂²} with i ≤ j; an entry that isn't there is zero."""

    __slots__ = ("value", "gradient", "hessian")

    def __init__(self, value, gradient=None, hessian=None):
        self.value = value if isinstance(value, arb) else arb(value)
        self.gradient = gradient or {}
        self.hessian = hessian or {}

    @staticmethod
    def variable(value, index):
        return Jet(value, {index: arb(1)})

    def map(self, value, first, second):
        """The chain rule for a function of one number with these derivatives at `self.value`."""
        gradient = {i: first * u for i, u in self.gradient.items()}
        hessian = {ij: first * u for ij, u in self.hessian.items()}
        keys = sorted(self.gradient)
        for n, i in enumerate(keys):
            for j in keys[n:]:
                term = second * self.gradient[i] * self.gradient[j]
                hessian[i, j] = hessian[i, j] + term if (i, j) in hessian else term
        return Jet(value, gradient, hessian)

    def __add__(self, other):
        return Jet(self.value + other.value, merged(self.gradient, other.gradient), merged(self.hessian, other.hessian))

    def __neg__(self):
        return self.map(-self.value, arb(-1), arb(0))

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        a, b = self.value, other.value
        gradient = merged({i: u * b for i, u in self.gradient.items()}, {i: a * u for i, u in other.gradient.items()})
        hessian = merged({k: u * b for k, u in self.hessian.items()}, {k: a * u for k, u in other.hessian.items()})
        for i, u in self.gradient.items():
            for j, v in other.gradient.items():
                term = 2 * u * v if i == j else u * v
                key = (min(i, j), max(i, j))
                hessian[key] = hessian[key] + term if key in hessian else term
        return Jet(a * b, gradient, hessian)

    def __truediv__(self, other):
        return self * other.recip()

    def scaled(self, factor):
        return self.map(self.value * factor, arb(factor), arb(0))

    # Methods under their Rust names.

    def recip(self):
        r = 1 / self.value
        return self.map(r, -r * r, 2 * r**3)

    def abs(self):
        order = compare(self.value, arb(0))
        return self.scaled(1) if order > 0 else -self if order < 0 else Jet(0)

    def signum(self):
        return Jet(1 if compare(self.value, arb(0)) >= 0 else -1)

    def max(self, other):
        return self if compare(self.value, other.value) > 0 else other

    def min(self, other):
        return self if compare(self.value, other.value) < 0 else other

    def clamp(self, low, high):
        return self.max(low).min(high)

    def exp(self):
        e = ball_exp(self.value)
        return self.map(e, e, e)

    def exp2(self):
        return self.scaled(arb(2).log()).exp()

    def exp_m1(self):
        e = ball_exp(self.value)
        return self.map(ball_expm1(self.value), e, e)

    def ln(self):
        r = 1 / self.value
        return self.map(self.value.log(), r, -r * r)

    def ln_1p(self):
        r = 1 / (1 + self.value)
        return self.map(self.value.log1p(), r, -r * r)

    def log2(self):
        return self.ln().scaled(1 / arb(2).log())

    def log10(self):
        return self.ln().scaled(1 / arb(10).log())

    def log(self, base):
        return self.ln() / base.ln()

    def sqrt(self):
        if self.value.is_zero() and not self.gradient:
            return Jet(0)
        root = self.value.sqrt()
        slope = 1 / (2 * root)
        return self.map(root, slope, -slope / (2 * self.value))

    def cbrt(self):
        v = self.value
        if v.is_zero():
            return self.map(arb(0), arb("nan"), arb("nan"))
        root = abs(v).root(3) * v.sgn()
        slope = root / (3 * v)
        return self.map(root, slope, -2 * slope / (3 * v))

    def powi(self, n):
        v = self.value
        second = n * (n - 1) * v ** (n - 2) if n * (n - 1) else arb(0)
        return self.map(v**n, n * v ** (n - 1) if n else arb(0), second)

    def powf(self, exponent):
        power = exponent.value
        if not exponent.gradient and power.is_integer() and abs(power) < 1 << 20:
            return self.powi(int(power.unique_fmpz()))
        if self.value.is_zero():
            if not self.gradient and power > 0:
                return Jet(0)
            flat = lambda k: arb(0) if power > k else arb("nan")
            return self.map(arb(0), flat(1), flat(2)) if power > 0 else Jet(arb("nan"))
        return (exponent * self.ln()).exp()

    def sin(self):
        s, c = self.value.sin_cos()
        return self.map(s, c, -s)

    def cos(self):
        s, c = self.value.sin_cos()
        return self.map(c, -s, -c)

    def tan(self):
        t = self.value.tan()
        slope = 1 + t * t
        return self.map(t, slope, 2 * t * slope)

    def asin(self):
        root = (1 - self.value**2).rsqrt()
        return self.map(self.value.asin(), root, self.value * root**3)

    def acos(self):
        root = (1 - self.value**2).rsqrt()
        return self.map(self.value.acos(), -root, -self.value * root**3)

    def atan(self):
        slope = 1 / (1 + self.value**2)
        return self.map(self.value.atan(), slope, -2 * self.value * slope**2)

    def sinh(self):
        s, c = ball_sinh(self.value), ball_cosh(self.value)
        return self.map(s, c, s)

    def cosh(self):
        s, c = ball_sinh(self.value), ball_cosh(self.value)
        return self.map(c, s, c)

    def tanh(self):
        t = ball_tanh(self.value)
        s = ball_sigmoid(2 * self.value) * ball_sigmoid(-2 * self.value) * 4
        return self.map(t, s, -2 * t * s)

    def asinh(self):
        root = (1 + self.value**2).rsqrt()
        return self.map(self.value.asinh(), root, -self.value * root**3)

    def acosh(self):
        root = (self.value**2 - 1).rsqrt()
        return self.map(self.value.acosh(), root, -self.value * root**3)

    def atanh(self):
        slope = 1 / (1 - self.value**2)
        return self.map(self.value.atanh(), slope, 2 * self.value * slope**2)

    def mul_add(self, factor, term):
        return self * factor + term

    def hypot(self, other):
        return (self * self + other * other).sqrt()

    def atan2(self, x):
        y, square = self, (self * self + x * x)
        value = arb.atan2(y.value, x.value)
        # ∂/∂y = x/r², ∂/∂x = -y/r²; the Hessian by the product rule on these.
        slope_y, slope_x = x / square, -y / square
        gradient, hessian = {}, {}
        for leaf, slope in ((y, slope_y), (x, slope_x)):
            gradient = merged(gradient, {i: slope.value * u for i, u in leaf.gradient.items()})
            hessian = merged(hessian, {k: slope.value * u for k, u in leaf.hessian.items()})
            for i, u in leaf.gradient.items():
                for j, v in slope.gradient.items():
                    if i <= j:
                        hessian = merged(hessian, {(i, j): u * v})
        return Jet(value, gradient, hessian)

    def to_radians(self):
        return self.scaled(arb.pi() / 180)

    def to_degrees(self):
        return self.scaled(180 / arb.pi())

    # The helpers of the prelude.

    def sigmoid(self):
        s, c = ball_sigmoid(self.value), ball_sigmoid(-self.value)
        return self.map(s, s * c, s * c * (c - s))

    def softplus(self):
        v = self.value
        e = ball_exp(-abs(v))
        s, c = ball_sigmoid(v), ball_sigmoid(-v)
        return self.map((v if v > 0 else arb(0)) + e.log1p(), s, s * c)

    def log_sigmoid(self):
        return -(-self).softplus()

    def erf(self):
        slope = 2 / arb.pi().sqrt() * ball_exp(-self.value**2)
        return self.map(self.value.erf(), slope, -2 * self.value * slope)

    def erfc(self):
        slope = -2 / arb.pi().sqrt() * ball_exp(-self.value**2)
        return self.map(self.value.erfc(), slope, -2 * self.value * slope)

    def relu(self):
        return self.max(Jet(0))

    def silu(self):
        return self * self.sigmoid()

    def gelu(self):
        return self * self.scaled(-1 / arb(2).sqrt()).erfc().scaled(arb(0.5))

    def mish(self):
        return self * self.softplus().tanh()


def merged(a, b):
    if not a or not b:
        return dict(a or b)
    sums = dict(a)
    for key, value in b.items():
        sums[key] = sums[key] + value if key in sums else value
    return sums


def exact_float(x):
    """The double nearest to an exact ball."""
    mantissa, exponent = (int(part) for part in x.man_exp())
    top = abs(mantissa).bit_length() + exponent
    if mantissa == 0 or top < -1100:
        return -0.0 if mantissa < 0 else 0.0
    if top > 1025:
        return -math.inf if mantissa < 0 else math.inf
    try:
        return float(mantissa << exponent) if exponent >= 0 else mantissa / (1 << -exponent)
    except OverflowError:
        return -math.inf if mantissa < 0 else math.inf


def nearest(x):
    """The double nearest to every point of the ball; None while the ball is too wide to say."""
    if x.is_nan() or not x.is_finite():
        return None
    if x.is_exact():
        return exact_float(x)
    low, high = exact_float(x.lower()), exact_float(x.upper())
    if low == high:
        return exact_float(x.mid()) if low == 0.0 and not x.contains(0) else low
    if ctx.prec >= MAX_PRECISION:
        # Zero by an identity, or a tie between two doubles: no precision decides it.
        return 0.0 if x.contains(0) and abs(x).upper() < arb(2) ** (-ctx.prec // 2) else exact_float(x.mid())
    return None


@contextmanager
def precision(bits, exponent):
    global trail, beyond_exponent
    old = ctx.prec, trail, beyond_exponent
    ctx.prec, trail, beyond_exponent = bits, Trail(), exponent
    try:
        yield trail
    finally:
        ctx.prec, trail, beyond_exponent = old


def settled(evaluate):
    """`evaluate()` gives a list of balls; the doubles nearest to their exact values, NaN where there is none."""
    bits = 192
    while True:
        with precision(bits, 200) as met:
            try:
                results = [nearest(x) for x in evaluate()]
            except Undecided:
                results = [None]
        # Arb's exponents reach further at a higher precision.
        if bits >= MAX_PRECISION or None not in results and (bits >= 4096 or not met.beyond):
            break
        bits *= 2 if bits < 1500 else 4
        bits = min(bits, MAX_PRECISION)
    if met.beyond:
        with precision(bits, 231):
            again = [nearest(x) for x in evaluate()]
        results = [a if a == b else None for a, b in zip(results, again)]
    return [math.nan if x is None else x for x in results]
