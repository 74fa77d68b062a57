"""The scalar Rust that activations are written in: a parser to a small tree, and its evaluation over jets and rows of jets."""

import re
from fractions import Fraction

from flint import arb, fmpq

from jet import Jet, compare

TOKEN = re.compile(
    r"\s+|//[^\n]*|(?P<number>\d[\d_]*(?:\.(?![.\w])|\.\d[\d_]*)?(?:[eE][+-]?\d+)?(?:_?f(?:32|64))?)"
    r"|(?P<name>(?:r#)?[A-Za-z_]\w*)|(?P<mark>::|->|=>|==|!=|<=|>=|&&|\|\||\+=|-=|\*=|/=|\.\.=?|[-+*/%<>=!(){}\[\];:,.#&|])"
)
CONSTANTS = {
    "PI": lambda: arb.pi(), "E": lambda: arb.const_e(), "TAU": lambda: 2 * arb.pi(), "LN_2": lambda: arb(2).log(),
    "LN_10": lambda: arb(10).log(), "LOG2_E": lambda: 1 / arb(2).log(), "LOG10_E": lambda: 1 / arb(10).log(),
    "SQRT_2": lambda: arb(2).sqrt(), "FRAC_1_SQRT_2": lambda: 1 / arb(2).sqrt(), "FRAC_1_PI": lambda: 1 / arb.pi(),
    "FRAC_2_PI": lambda: 2 / arb.pi(), "FRAC_2_SQRT_PI": lambda: 2 / arb.pi().sqrt(),
    **{f"FRAC_PI_{n}": (lambda n=n: arb.pi() / n) for n in (2, 3, 4, 6, 8)},
}


def rounded(value, element):
    """A positive fraction rounded to the element type (of normal size), ties to even."""
    bits = {"f32": 24, "f64": 53}[element]
    value = Fraction(value)
    if value == 0:
        return value
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    if Fraction(2) ** exponent > value:
        exponent -= 1
    unit = Fraction(2) ** (exponent + 1 - bits)
    return round(value / unit) * unit


def exact(value):
    """A fraction as a ball; dyadic ones exactly."""
    denominator = value.denominator
    if denominator & (denominator - 1):
        return arb(fmpq(value.numerator, denominator))
    return arb(value.numerator) * arb(2) ** -(denominator.bit_length() - 1) if denominator > 1 else arb(value.numerator)


class Parser:
    def __init__(self, text):
        self.tokens = []
        at = 0
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match:
                raise SyntaxError(f"no Rust that is known here: {text[at:at + 20]!r}")
            at = match.end()
            if match.lastgroup:
                self.tokens.append((match.lastgroup, match.group()))
        self.tokens.append(("end", ""))
        self.at = 0

    def peek(self, *texts):
        kind, text = self.tokens[self.at]
        return kind != "number" and text in texts

    def take(self, *texts):
        if self.peek(*texts):
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def expect(self, text):
        if not self.take(text):
            raise SyntaxError(f"{text} expected, found {self.tokens[self.at][1]!r}")

    def name(self):
        kind, text = self.tokens[self.at]
        if kind != "name":
            raise SyntaxError(f"name expected, found {text!r}")
        self.at += 1
        return text.removeprefix("r#")

    def body(self):
        """Statements up to a closing brace or the end: ("block", statements, tail)."""
        statements = []
        while not self.peek("}", ""):
            if self.take("let", "const"):
                self.take("mut")
                name = self.name()
                if self.take(":"):
                    self.name()
                self.expect("=")
                statements.append(("let", name, self.expression()))
                self.expect(";")
            elif self.take("return"):
                value = self.expression()
                self.expect(";")
                statements.append(("return", value))
            elif self.tokens[self.at][0] == "name" and self.tokens[self.at + 1][1] in ("=", "+=", "-=", "*=", "/="):
                name = self.name()
                mark = self.tokens[self.at][1]
                self.at += 1
                value = self.expression()
                self.expect(";")
                statements.append(("assign", name, value if mark == "=" else (mark[0], ("name", name), value)))
            else:
                value = self.expression()
                if self.peek("}", ""):
                    return ("block", statements, value)
                self.take(";")
                statements.append(("do", value))
        return ("block", statements, None)

    def block(self):
        self.expect("{")
        body = self.body()
        self.expect("}")
        return body

    LEVELS = [("||",), ("&&",), ("==", "!=", "<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%")]

    def expression(self, level=0):
        if level == len(self.LEVELS):
            return self.unary()
        left = self.expression(level + 1)
        while mark := self.take(*self.LEVELS[level]):
            left = (mark, left, self.expression(level + 1))
        return left

    def unary(self):
        if self.take("-"):
            return ("neg", self.unary())
        if self.take("!"):
            return ("not", self.unary())
        return self.postfix(self.primary())

    def postfix(self, value):
        while self.take("."):
            method = self.name()
            value = ("call", method, [value, *self.arguments()])
        return value

    def arguments(self):
        self.expect("(")
        arguments = []
        while not self.take(")"):
            arguments.append(self.expression())
            self.take(",")
        return arguments

    def primary(self):
        kind, text = self.tokens[self.at]
        if self.take("("):
            value = self.expression()
            self.expect(")")
            return value
        if self.take("if"):
            return self.conditional()
        if self.peek("{"):
            return self.block()
        self.at += 1
        if kind == "number":
            digits = re.sub(r"_?f(32|64)$", "", text).replace("_", "")
            return ("literal" if re.search(r"[.eE]|f(32|64)$", text) else "integer", Fraction(digits))
        if kind != "name":
            raise SyntaxError(f"unexpected {text!r}")
        path = [text.removeprefix("r#")]
        while self.take("::"):
            path.append(self.name())
        if self.peek("("):
            return ("call", path[-1], self.arguments())
        return ("constant", path[-1]) if len(path) > 1 else ("name", path[0])

    def conditional(self):
        condition = self.expression()
        then = self.block()
        if not self.take("else"):
            return ("if", condition, then, None)
        if self.take("if"):
            return ("if", condition, then, self.conditional())
        return ("if", condition, then, self.block())


def parse(text):
    parser = Parser(text)
    body = parser.body()
    if not parser.peek(""):
        raise SyntaxError(f"more than a body: {parser.tokens[parser.at][1]!r}")
    return body


class Return(Exception):
    pass


class Row(list):
    """A row of jets: every method of a scalar is element-wise, the reductions take no argument."""

    def sum(self):
        total = self[0]
        for x in self[1:]:
            total = total + x
        return total

    def mean(self):
        return self.sum().scaled(arb(1) / len(self))

    def max(self):
        return self.extreme(1)

    def min(self):
        return self.extreme(-1)

    def extreme(self, sign):
        best = self[0]
        for x in self[1:]:
            if compare(x.value, best.value) == sign:
                best = x
        return best

    def prod(self):
        total = self[0]
        for x in self[1:]:
            total = total * x
        return total

    def norm(self):
        square = Row(x * x for x in self).sum()
        return Jet(0) if square.value.is_zero() else square.sqrt()

    def dot(self, other):
        return Row(a * b for a, b in zip(self, other)).sum()

    def logsumexp(self):
        top = Jet(self.max().value)
        return Row((x - top).exp() for x in self).sum().ln() + top


REDUCTIONS = {"sum", "mean", "prod", "norm", "dot", "logsumexp"}
ORDERS = {
    "<": lambda o: o < 0, ">": lambda o: o > 0, "<=": lambda o: o <= 0, ">=": lambda o: o >= 0, "==": lambda o: o == 0, "!=": lambda o: o != 0,
}


def broadcast(function, arguments):
    rows = [a for a in arguments if isinstance(a, Row)]
    if not rows:
        return function(*arguments)
    return Row(function(*(a[i] if isinstance(a, Row) else a for a in arguments)) for i in range(len(rows[0])))


class Evaluation:
    """One run of a body: names bound to jets or rows, literals rounded to the element type."""

    def __init__(self, names, element):
        self.scopes = [dict(names)]
        self.element = element

    def run(self, body):
        try:
            return self.value(body)
        except Return as result:
            return result.args[0]

    def block(self, statements, tail):
        self.scopes.append({})
        try:
            for kind, *rest in statements:
                if kind == "let":
                    self.scopes[-1][rest[0]] = self.value(rest[1])
                elif kind == "assign":
                    scope = next(s for s in reversed(self.scopes) if rest[0] in s)
                    scope[rest[0]] = self.value(rest[1])
                elif kind == "return":
                    raise Return(self.value(rest[0]))
                else:
                    self.value(rest[0])
            return self.value(tail) if tail else None
        finally:
            self.scopes.pop()

    def value(self, node):
        kind, *rest = node
        if kind == "block":
            return self.block(*rest)
        if kind == "literal":
            return Jet(exact(rounded(rest[0], self.element)))
        if kind == "integer":
            return int(rest[0])
        if kind == "constant":
            value = CONSTANTS[rest[0]]()
            man, exponent = value.mid().man_exp()
            return Jet(exact(rounded(int(man) * Fraction(2) ** int(exponent), self.element)))
        if kind == "name":
            return next(s[rest[0]] for s in reversed(self.scopes) if rest[0] in s)
        if kind == "neg":
            value = self.value(rest[0])
            return -value if isinstance(value, int) else broadcast(Jet.__neg__, [value])
        if kind == "if":
            if self.truth(rest[0]):
                return self.value(rest[1])
            return self.value(rest[2]) if rest[2] else None
        if kind == "call":
            return self.call(rest[0], [self.value(a) for a in rest[1]])
        operator = {"+": Jet.__add__, "-": Jet.__sub__, "*": Jet.__mul__, "/": Jet.__truediv__}[kind]
        left, right = self.value(rest[0]), self.value(rest[1])
        if left is right and kind == "*":
            return broadcast(lambda a: a.powi(2), [left])
        return broadcast(operator, [left, right])

    def truth(self, node):
        kind, *rest = node
        if kind == "&&":
            return self.truth(rest[0]) and self.truth(rest[1])
        if kind == "||":
            return self.truth(rest[0]) or self.truth(rest[1])
        if kind == "not":
            return not self.truth(rest[0])
        return ORDERS[kind](compare(self.value(rest[0]).value, self.value(rest[1]).value))

    def call(self, name, arguments):
        if isinstance(arguments[0], Row) and (name in REDUCTIONS or len(arguments) == 1 and name in ("max", "min")):
            return getattr(Row, name)(*arguments)
        return broadcast(getattr(Jet, name), arguments)
