"""The exact answers for a case: value and derivatives at points, kinks, gradients of parameters, gates and rows, with their units of error."""

import struct
from fractions import Fraction

from flint import arb

import jet
from jet import Jet, settled
from rust import Evaluation, Row, exact, parse

FORMATS = {"f32": (">f", ">I", 8), "f64": (">d", ">Q", 16)}


def bits(x, element="f32"):
    as_float, as_bits, digits = FORMATS[element]
    return f"{struct.unpack(as_bits, struct.pack(as_float, x))[0]:0{digits}x}"


def from_bits(text):
    as_float, as_bits, _ = FORMATS["f32" if len(text) == 8 else "f64"]
    return struct.unpack(as_float, struct.pack(as_bits, int(text, 16)))[0]


class Function:
    """A case's typed body, ready to be evaluated."""

    def __init__(self, case, element="f32", body="rust"):
        self.tree = parse(case[body])
        self.params = [(name, value) for name, value in case.get("params", [])]
        self.inputs = case.get("inputs", ["x"])
        self.element = element

    def run(self, inputs, param_variables=None):
        """`inputs`: a jet or a row for each input. Parameters are constants, or the variables numbered from `param_variables`."""
        names = dict(zip(self.inputs, inputs))
        for k, (name, value) in enumerate(self.params):
            names[name] = Jet(value) if param_variables is None else Jet.variable(value, param_variables + k)
        return Evaluation(names, self.element).run(self.tree)

    def at(self, x):
        """[f, f′, |x·f″|] at a float."""

        def evaluate():
            y = self.run([Jet.variable(x, 0)])
            return [y.value, y.gradient.get(0, arb(0)), abs(x * y.hessian.get((0, 0), arb(0)))]

        value, slope, curvature = settled(evaluate)
        if 0 in orders(self, Fraction(x)):
            # Kinks of the parts that cancel in the whole (|x| and max in softplus) leave no kink: the slope is that of either side.
            left, right = (float(beside(self, Fraction(x), side * arb(2) ** -400)[1].mid()) for side in (-1, 1))
            slope = left if left == right and abs(left - slope) > 1e-30 else slope
        return [value, slope, curvature]


def beside(function, x, offset):
    """[f, f′] at the fraction x, moved by the offset: what holds on that side of a break."""
    for precision in (1024, 4096, jet.MAX_PRECISION):
        with jet.precision(precision, 200):
            try:
                y = function.run([Jet.variable(exact(x) + offset, 0)])
                return [y.value, y.gradient.get(0, arb(0))]
            except jet.Undecided:
                pass


def orders(function, x):
    """The outcome of every comparison at a fraction: two points of one branch have the same."""
    precision = 192
    while True:
        with jet.precision(precision, 200) as met:
            try:
                function.run([Jet.variable(exact(x), 0)])
                return tuple(met.orders)
            except jet.Undecided:
                precision = min(4 * precision, jet.MAX_PRECISION)


def breaks(function, grid):
    """Where the body changes its branches: fractions, exact where the break is dyadic, else within 2^-300 of it."""
    found = []

    def between(low, high, low_orders, high_orders):
        """All changes in (low, high), each told from the next by bisection."""
        if low_orders == high_orders:
            return
        if high - low < Fraction(1, 1 << 120):
            found.append((low + high) / 2)
            return
        middle = (low + high) / 2
        middle_orders = orders(function, middle)
        if 0 in middle_orders and 0 not in low_orders and 0 not in high_orders:
            found.append(middle)
            return
        between(low, middle, low_orders, middle_orders)
        between(middle, high, middle_orders, high_orders)

    previous = None
    for x in sorted(set(grid)):
        here = orders(function, x)
        if 0 in here:
            found.append(x)
        elif previous and 0 not in previous[1]:
            between(previous[0], x, previous[1], here)
        previous = (x, here)
    return sorted(set(found))


def snapped(x):
    """The short dyadic number that a bisection's end stands for, if any."""
    short = Fraction(round(x * (1 << 60)), 1 << 60)
    return short if abs(short - x) < Fraction(1, 1 << 100) else x


def kinks(function, places):
    """([x, slope from the left, slope from the right] where they differ, the jumps)."""
    kinks, jumps = [], []
    for x in places:
        x = snapped(x)
        # Close by where the break is known exactly, else safely past it.
        gap = arb(2) ** (-400 if x.denominator <= 1 << 80 else -90)
        left, slope_left = beside(function, x, -gap)
        right, slope_right = beside(function, x, gap)
        scale = 1 + abs(float(left.mid())) + abs(float(right.mid()))
        if not abs(left - right) < scale * 2.0**-60:
            jumps.append((float(x), float(left.mid()), float(right.mid())))
        a, b = float(slope_left.mid()), float(slope_right.mid())
        if not abs(a - b) <= 1e-20 * (1 + abs(a) + abs(b)) + 1e-25:
            kinks.append([float(x), a + 0.0 if abs(a) > 1e-25 else 0.0, b + 0.0 if abs(b) > 1e-25 else 0.0])
    return kinks, jumps


def second(y, i, j):
    return y.hessian.get((min(i, j), max(i, j)), arb(0))


def tied(function, inputs):
    """Whether some max, min or comparison meets a tie."""
    with jet.precision(2048, 200) as met:
        function.run([Jet(value) for value in inputs])
        return 0 in met.orders


def gate_point(function, x):
    """y, ∂y/∂input, and what one unit of relative error in the inputs and in the result comes to."""
    n = len(x)

    def evaluate():
        y = function.run([Jet.variable(value, i) for i, value in enumerate(x)])
        d = [y.gradient.get(i, arb(0)) for i in range(n)]
        unit_y = abs(y.value) + sum((abs(x[i] * d[i]) for i in range(n)), arb(0))
        unit_d = [abs(d[i]) + sum((abs(x[j] * second(y, i, j)) for j in range(n)), arb(0)) for i in range(n)]
        return [y.value, *d, unit_y, *unit_d]

    y, *rest = settled(evaluate)
    return {"y": y, "d": rest[:n], "unit_y": rest[n], "unit_d": rest[n + 1:]}


def row_point(function, x, dy, v):
    """Everything of one point of a row function: `x` and `v` one list an input, `dy` one number an output."""
    width, count = len(x[0]), len(x)
    flat_x = [value for row in x for value in row]
    flat_v = [value for row in v for value in row]
    n = len(flat_x)

    def evaluate():
        out = function.run([Row(Jet.variable(row[i], k * width + i) for i in range(width)) for k, row in enumerate(x)])
        out = out if isinstance(out, Row) else [out]
        zero = arb(0)
        y = [o.value for o in out]
        first = [[o.gradient.get(i, zero) for i in range(n)] for o in out]
        dx = [sum((dy[k] * first[k][i] for k in range(len(out))), zero) for i in range(n)]
        jvp = [sum((flat_v[i] * row[i] for i in range(n)), zero) for row in first]
        unit_y = [abs(y[k]) + sum((abs(flat_x[i] * first[k][i]) for i in range(n)), zero) for k in range(len(out))]
        # dy and v are inputs too: a unit is what a relative error of one in the result and in each number read comes to.
        moved = [[sum((dy[k] * second(out[k], i, j) for k in range(len(out))), zero) for j in range(n)] for i in range(n)]
        bent = [[sum((flat_v[i] * second(o, i, j) for i in range(n)), zero) for j in range(n)] for o in out]
        unit_dx = [
            abs(dx[i]) + sum((abs(dy[k] * first[k][i]) for k in range(len(out))), zero) + sum((abs(flat_x[j] * moved[i][j]) for j in range(n)), zero)
            for i in range(n)
        ]
        unit_jvp = [
            abs(jvp[k]) + sum((abs(flat_v[i] * first[k][i]) for i in range(n)), zero) + sum((abs(flat_x[j] * bent[k][j]) for j in range(n)), zero)
            for k in range(len(out))
        ]
        return [*y, *dx, *jvp, *unit_y, *unit_dx, *unit_jvp]

    values = settled(evaluate)
    out = len(dy)

    def take(size):
        taken, values[:size] = values[:size], []
        return taken

    def rows(flat):
        return [flat[k * width:(k + 1) * width] for k in range(count)]

    return {"y": take(out), "dx": rows(take(n)), "jvp": take(out), "unit_y": take(out), "unit_dx": rows(take(n)), "unit_jvp": take(out)}


def param_gradient(function, x, dy):
    """Σ dy·∂f/∂p for each parameter, and its unit."""
    count = len(function.params)

    def evaluate():
        zero = arb(0)
        gradient, unit = [zero] * count, [zero] * count
        for value, weight in zip(x, dy):
            y = function.run([Jet.variable(value, 0)], 1)
            for k in range(count):
                d = y.gradient.get(k + 1, zero)
                gradient[k] += weight * d
                unit[k] += abs(weight * d)
        return [*gradient, *unit]

    values = settled(evaluate)
    return values[:count], values[count:]
