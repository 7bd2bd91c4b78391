"""Small layers on plain numbers: the nodes of chapter 5's graphs (book 5.3 to 5.5).

Every layer keeps in forward what its backward needs; backward(dout) gives the slope along each
input: a number for one input, a tuple for several. A constant is not an input, but a part of its
layer.
"""

import numpy as np


class AddLayer:
    symbol = "+"

    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return dout, dout


class SubLayer:
    symbol = "−"

    def forward(self, x, y):
        return x - y

    def backward(self, dout):
        return dout, -dout


class MulLayer:
    symbol = "×"

    def __init__(self):
        self.x = self.y = None

    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        return dout * self.y, dout * self.x


class DivLayer:
    """x / y."""

    symbol = "÷"

    def __init__(self):
        self.x = self.y = None

    def forward(self, x, y):
        self.x, self.y = x, y
        return x / y

    def backward(self, dout):
        return dout / self.y, -dout * self.x / self.y**2


class MaxLayer:
    """The larger of two; of two equal ones the first."""

    symbol = "max"

    def __init__(self):
        self.first = None

    def forward(self, x, y):
        self.first = x >= y
        return x if self.first else y

    def backward(self, dout):
        return (dout, 0.0) if self.first else (0.0, dout)


class AddConstant:
    def __init__(self, c):
        self.c, self.symbol = c, f"{c:+g}".replace("-", "−")

    def forward(self, x):
        return x + self.c

    def backward(self, dout):
        return dout


class MulConstant:
    def __init__(self, c):
        self.c, self.symbol = c, f"×{c:g}".replace("-", "−")

    def forward(self, x):
        return self.c * x

    def backward(self, dout):
        return dout * self.c


class DivConstant:
    def __init__(self, c):
        self.c, self.symbol = c, f"÷{c:g}".replace("-", "−")

    def forward(self, x):
        return x / self.c

    def backward(self, dout):
        return dout / self.c


class PowConstant:
    """x to the power of a constant."""

    def __init__(self, c):
        self.x, self.c, self.symbol = None, c, f"^{c:g}".replace("-", "−")

    def forward(self, x):
        self.x = x
        return float(x) ** self.c

    def backward(self, dout):
        return dout * self.c * float(self.x) ** (self.c - 1)


class SquareLayer:
    symbol = "( )²"

    def __init__(self):
        self.x = None

    def forward(self, x):
        self.x = x
        return x**2

    def backward(self, dout):
        return dout * 2 * self.x


class ExpLayer:
    symbol = "exp"

    def __init__(self):
        self.out = None

    def forward(self, x):
        self.out = np.exp(x)
        return self.out

    def backward(self, dout):
        return dout * self.out


class LogLayer:
    """The natural logarithm."""

    symbol = "log"

    def __init__(self):
        self.x = None

    def forward(self, x):
        self.x = x
        return np.log(x) if x > 0 else np.nan

    def backward(self, dout):
        return dout / self.x


class ReciprocalLayer:
    """1 / x."""

    symbol = "1/x"

    def __init__(self):
        self.x = None

    def forward(self, x):
        self.x = x
        return 1 / x

    def backward(self, dout):
        return -dout / self.x**2
