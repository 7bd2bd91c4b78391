"""Checks of chapter 5, backpropagation. How a check is made: see exercises/verdict.py."""

import contextlib
import copy
import inspect
from collections.abc import Mapping
from gettext import gettext as _

import numpy as np

from common.functions import sigmoid

from .solutions import ch05 as solutions
from .verdict import N_, Mistake, Verdict, Wrong, case, exercise, is_template, judge, unanswered


def _named(got, *names):
    """Several results under their names, so that a message can say which one is wrong."""
    if got is None or got is ...:
        return dict.fromkeys(names)
    if isinstance(got, Mapping) and set(got) == set(names):
        return dict(got)
    if isinstance(got, np.ndarray) and got.ndim:
        got = list(got)
    if not isinstance(got, (tuple, list)) or len(got) != len(names):
        raise Wrong(
            _("{count} results are expected: {names}.").format(
                count=len(names), names=", ".join(f"`{name}`" for name in names)
            ),
            _("The template's comment says what goes back, and in which order."),
        )
    return dict(zip(names, got, strict=True))


def _naming(*names):
    """A `via` that calls the answer, and gives its results their names."""

    def via(answer, *args):
        return _named(answer(*args), *names)

    via.direct = True
    return via


@exercise(hint=N_("f = q·z with q = x + y. What does × send to z, what to q, and what does + do?"))
def check_paper_gradients(answer):
    def guess(x, y, z):
        return {"x": x, "y": y, "z": z}

    return judge(
        answer,
        solutions.paper_gradients,
        praise=_("Right: × swaps its inputs, + passes on."),
        mistakes=[
            Mistake(
                guess(-3, -3, 5),
                _("The times node gives each input its own value; it has to swap them."),
                _("If z grows by 1, f grows by how much? That is the other input, not z."),
            ),
            Mistake(
                guess(1, 1, -3),
                _("z is right, but at the plus node the upstream gradient is lost."),
                _("Plus passes on what arrives. What arrives at it is not 1."),
            ),
            Mistake(
                guess(-20, 5, -3),
                _("z is right, but the plus node is treated like a times node."),
                _("If x grows by 1, by how much does x + y grow? Does y play a part in that?"),
            ),
            Mistake(
                guess(-5, -5, 3),
                _("All three signs are turned around."),
                _("If x grows a little, does f = (x + y)·5 grow or shrink?"),
            ),
            Mistake(
                guess(5, 5, 3),
                _("x and y are right; z has lost its sign."),
                _("x + y is 1 + (-4)."),
            ),
            Mistake(
                guess(5, -20, -3),
                _("x and z are right; y is multiplied by its own value at the plus node."),
                _("If y grows by 1, by how much does x + y grow?"),
            ),
            Mistake(
                guess(5, -5, -3),
                _("x and z are right; y has got a minus, although plus passes on what arrives."),
                _("y is negative itself. If it grows by 1, does x + y grow or shrink?"),
            ),
            Mistake(
                guess(5, 5, 5),
                _("x and y are right; z has got its own value; the times node has to swap."),
                _("If z grows by 1, by how much does q·z grow, with q = x + y?"),
            ),
            Mistake(
                guess(5, 5, -15),
                _("x and y are right; z has got f itself."),
                _("If z grows by 1, by how much does q·z grow, with q = x + y?"),
            ),
            Mistake(
                guess(1, -4, 5),
                _("These are the values of x, y and z, not the gradients."),
                _("A gradient says by how much f changes for each step of an input."),
            ),
            Mistake(
                guess(2.5, 2.5, -3),
                _("The plus node splits the gradient in halves; it gives all of it to both."),
                _("If x grows by 1, x + y grows by 1, and not by a half."),
            ),
            Mistake(
                guess(-15, -15, -15),
                _("This is f itself, three times."),
                _("Start with 1 at the right end, and go back through the times node."),
            ),
        ],
    )


def _half_written(Layer):
    """The Verdict ○ on a class of which one method is still the template's; None for others."""
    methods = {name: getattr(Layer, name, None) for name in ("forward", "backward")}
    empty = [name for name, one in methods.items() if inspect.isfunction(one) and is_template(one)]
    return unanswered(methods | dict.fromkeys(empty), methods) if len(empty) == 1 else None


def _given_back(layer, method, *args):
    """What a method gives back. Nothing at all is no number, and deserves a word of its own."""
    if not callable(getattr(layer, method, None)):
        raise Wrong(
            _("The class has no method `{method}`.").format(method=method),
            _("Keep the names of the template. Are both methods indented under `class`?"),
        )
    got = getattr(layer, method)(*args)
    if got is None and not is_template(getattr(type(layer), method)):
        raise Wrong(
            _("`{method}` is written, and gives back nothing (None).").format(method=method),
            _("Printing or keeping a value is not enough. Which word hands it to the caller?"),
        )
    return got


def _expect_own_memory(Layer, forward, backward):
    """Does a layer remember its own last forward, whatever ran on it or on another one before?"""
    alone, disturbed, again = Layer(), Layer(), Layer()
    forward(alone)
    want = copy.deepcopy(backward(alone))
    twice = want
    with contextlib.suppress(Exception):  # one that forgets after backward may refuse
        twice = backward(alone)
    if not _same(twice, want):
        raise Wrong(
            _("Called twice after one forward, `backward` gives two different gradients."),
            _("Which line of `backward` changes what `forward` has kept?"),
        )
    forward(disturbed)
    forward(Layer(), other=True)
    if not _same(backward(disturbed), want):
        raise Wrong(
            _("A second layer of this class overwrites what the first one has kept."),
            _("Is something stored in the class (or outside of it) instead of in `self`?"),
        )
    forward(again, other=True)
    backward(again)
    forward(again)
    if not _same(backward(again), want):
        raise Wrong(
            _("Used a second time, with other inputs, the layer gives another gradient than a "
              "new one does."),
            _("What does `forward` leave in self from the time before?"),
        )  # fmt: skip


def _same(one, other):
    """Are these the same numbers? What holds no numbers is judged elsewhere."""
    try:
        pairs = zip(one, other, strict=True) if isinstance(one, (tuple, list)) else [(one, other)]
        return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)
    except (TypeError, ValueError):
        return True


def _expect_unchanged(before, **arrays):
    for (name, array), old in zip(arrays.items(), before, strict=True):
        if not np.array_equal(array, old):
            raise Wrong(
                _("`{name}` is changed: the caller's own array is overwritten.").format(name=name),
                _("Which line writes into it (`{name} *= …`, `{name}[…] = …`)?").format(name=name),
            )


def _play_max(Layer, x, y, dout):
    layer = Layer()
    out = _given_back(layer, "forward", x, y)
    got = _named(_given_back(layer, "backward", dout), "dx", "dy")

    def forward(one, other=False):
        one.forward(*((y, x) if other else (x, y)))

    _expect_own_memory(Layer, forward, lambda one: one.backward(dout))
    return {"out": out, **got}


@exercise(hint=N_("Nudge the smaller input: what happens to the larger of the two?"))
def check_MaxLayer(answer):
    def version(backward):
        class Version:
            def forward(self, x, y):
                self.x, self.y, self.first = x, y, x >= y
                return max(x, y)

            def backward(self, dout):
                return backward(self, dout)

        return Version

    class Farther:
        def forward(self, x, y):
            self.first = abs(x) >= abs(y)
            return x if self.first else y

        def backward(self, dout):
            return (dout, 0) if self.first else (0, dout)

    def tie(self, shares, dout):
        """One that is right, but for equal inputs."""
        if self.x == self.y:
            return shares[0] * dout, shares[1] * dout
        return (dout, 0) if self.first else (0, dout)

    if (half := _half_written(answer)) is not None:
        return half
    return judge(
        answer,
        solutions.MaxLayer,
        via=_play_max,
        praise=_("Right: all of the gradient goes to the winner."),
        cases=[
            case(5.0, 3.0, 2.0, of="max(5, 3)"),
            case(0.25, 0.75, 2.0, of="max(0.25, 0.75)"),
            case(-3.0, -4.0, -0.5, of="max(-3, -4)"),
            case(2, 7, 3, of=_("integers")),
            case(4.0, 4.0, 3.0, of="max(4, 4)"),
            case(-2, -2, -5, of="max(-2, -2)"),
            case(
                2.0,
                2.000001,
                3.0,
                of="max(2, 2.000001)",
                hint=_("Nearly equal is not equal: which of the two is the larger one?"),
            ),
        ],
        mistakes=[
            Mistake(
                version(lambda self, dout: tie(self, (0, 1), dout)),
                _("Of equal inputs the second one wins; agreed is the first."),
                _("What does your condition say about two equal numbers: is 4 > 4, or 4 < 4?"),
            ),
            Mistake(
                version(lambda self, dout: tie(self, (1, 1), dout)),
                _("Equal inputs both get the gradient; agreed is that the first one gets it all."),
                _("What does your condition say about two equal numbers?"),
            ),
            Mistake(
                version(lambda self, dout: tie(self, (0.5, 0.5), dout)),
                _("Equal inputs share the gradient; agreed is that the first one gets it all."),
                _("What does your condition say about two equal numbers?"),
            ),
            Mistake(
                version(lambda self, dout: tie(self, (0, 0), dout)),
                _("With equal inputs the gradient is lost; agreed is that the first one gets it."),
                _("What does your condition say about two equal numbers: is 4 > 4, or 4 < 4?"),
            ),
            Mistake(
                version(lambda self, dout: (dout, dout)),
                _("Both inputs get the gradient, as at a plus node; max listens to one of them."),
                _("If the smaller input changes a little, does the result change?"),
            ),
            Mistake(
                Farther,
                _("The input farther from 0 wins: of -3 and -4 your layer takes -4."),
                _("Which of two negative numbers is the larger one?"),
            ),
            Mistake(
                version(lambda self, dout: (0, dout) if self.first else (dout, 0)),
                _("The gradient goes to the smaller input, the one that is not heard."),
                _("Which of the two inputs is the result?"),
            ),
            Mistake(
                version(lambda self, dout: (1, 0) if self.first else (0, 1)),
                _("The right input gets 1, whatever arrives: the upstream gradient is lost."),
                _("1 is the local gradient. What is it multiplied by?"),
            ),
            Mistake(
                version(lambda self, dout: (dout / 2, dout / 2)),
                _("The gradient is split in halves, although only one input is heard."),
                _("If the larger input grows by 1, does the result grow by a half?"),
            ),
            Mistake(
                version(
                    lambda self, dout: (dout * self.x, 0) if self.first else (0, dout * self.y)
                ),
                _("The gradient is multiplied by the larger input; its local gradient is 1."),
                _("max(x, y) is x itself while x is larger. What is the slope of x along x?"),
            ),
            Mistake(
                version(lambda self, dout: (dout * self.y, dout * self.x)),
                _("This is the backward of a times node."),
                _("Max does not multiply: it lets one of its inputs through."),
            ),
            Mistake(
                version(lambda self, dout: (dout, 0)),
                _("The first input always gets the gradient, even where the second is larger."),
                _("backward needs to know who won. Where can forward leave that for it?"),
            ),
            Mistake(
                version(lambda self, dout: (0, dout)),
                _("The second input always gets the gradient, even where the first is larger."),
                _("backward needs to know who won. Where can forward leave that for it?"),
            ),
        ],
    )


@exercise(hint=N_("x and y are used twice: once by +, once by ×. What do gradients do at a fork?"))
def check_quotient(answer):
    def version(dx, dy):
        def wrong(x, y):
            s, p = x + y, x * y
            ds, dp = 1 / p, -s / p**2
            given = {"x": x, "y": y, "s": s, "p": p, "ds": ds, "dp": dp}
            return s / p, dx(**given), dy(**given)

        return wrong

    return judge(
        answer,
        solutions.quotient,
        via=_naming("f", "dx", "dy"),
        praise=_("Right: both ways of x add up, and both ways of y."),
        cases=[
            case(
                1.5,
                2.5,
                of="x = 1.5, y = 2.5",
                hint=_("f is s / p; x and y go into both s and p. What do gradients do at a fork?"),
            ),
            case(-1.0, 3.0, of="x = -1, y = 3"),
            case(0.5, 0.25, of="x = 0.5, y = 0.25"),
            case(3, 1, of=_("integers")),
        ],
        mistakes=[
            Mistake(
                version(lambda ds, **_v: ds, lambda ds, **_v: ds),
                _("Only the way through the plus node is counted."),
                _("x is an input of the times node too. What comes back from there?"),
            ),
            Mistake(
                version(lambda dp, y, **_v: dp * y, lambda dp, x, **_v: dp * x),
                _("Only the way through the times node is counted."),
                _("x is an input of the plus node too. What comes back from there?"),
            ),
            Mistake(
                version(lambda ds, dp, x, **_v: ds + dp * x, lambda ds, dp, y, **_v: ds + dp * y),
                _("dx and dy have changed places, as if × gave each input its own value."),
                _("× swaps: what goes back to x is upstream × y."),
            ),
            Mistake(
                version(lambda ds, dp, y, **_v: ds - dp * y, lambda ds, dp, x, **_v: ds - dp * x),
                _("A sign is lost at the division: a larger denominator makes f smaller."),
                _("s/p = s·p⁻¹. What is the derivative of p⁻¹?"),
            ),
            Mistake(
                version(
                    lambda ds, s, p, y, **_v: ds - s / p * y,
                    lambda ds, s, p, x, **_v: ds - s / p * x,
                ),
                _("At the division the denominator is not squared: −s/p² is its local gradient."),
                _("The derivative of 1/p is −1/p²."),
            ),
            Mistake(
                version(
                    lambda ds, dp, y, **_v: ds * (dp * y), lambda ds, dp, x, **_v: ds * (dp * x)
                ),
                _("The two ways are multiplied; at a fork they add."),
                _("Along one way you multiply. And where two ways meet again?"),
            ),
            Mistake(
                lambda x, y: ((x + y) // (x * y), *solutions.quotient(x, y)[1:]),
                _("dx and dy are right; f is cut to a whole number."),
                _("`//` cuts, `/` divides."),
            ),
            Mistake(
                version(lambda s, **_v: 1 / s, lambda s, **_v: 1 / s),
                _("Both gradients are 1/(x + y), but p divides s, and each input took two ways."),
                _("By how much does s/p change when s grows by 1? And what comes back through p?"),
            ),
        ],
    )


@exercise(
    hint=N_(
        "Where mask is True nothing comes back, elsewhere dout passes. `dout[mask] = 0` would "
        "write into the caller's array: which function makes a new one?"
    )
)
def check_relu_backward(answer):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(3, 4))
    return judge(
        answer,
        solutions.relu_backward,
        praise=_("Right, and whoever needs dout afterwards finds it as it was."),
        cases=[
            case(np.array([[5.0, 6.0], [7.0, 8.0]]), np.array([[False, True], [True, False]])),
            case(rng.normal(size=(3, 4)), x <= 0, of=_("a batch of three")),
            case(np.array([[-2.0, 3.0]]), np.array([[False, False]]), of=_("nothing blocked")),
            case(np.array([[4, -5, 2]]), np.array([[True, False, False]]), of=_("integers")),
        ],
        mistakes=[
            Mistake(
                lambda dout, mask: np.where(mask, dout, 0),
                _("The mask is read the wrong way round: True is where ReLU blocks."),
                _("mask = (x <= 0). What does ReLU do with those entries?"),
            ),
            Mistake(
                lambda dout, mask: dout,
                _("Every gradient passes: where ReLU gave 0, nothing may come back."),
                _("Which entries of dx have to be 0?"),
            ),
            Mistake(
                lambda dout, mask: 1.0 * ~mask,
                _("This is the local gradient alone: the upstream gradient is missing."),
                _("What arrives from behind is in dout."),
            ),
            Mistake(
                lambda dout, mask: np.where(mask, 1, dout),
                _("Where ReLU blocks, 1 comes back; nothing may come back there."),
                _("Which entries of dx have to be 0?"),
            ),
            Mistake(
                lambda dout, mask: 1.0 * mask,
                _("This is the mask itself, as numbers: True blocks, and dout plays no part."),
                _("Where mask is True ReLU blocks. And what arrives from behind?"),
            ),
            Mistake(
                lambda dout, mask: np.maximum(0, dout),
                _("This is ReLU of the gradient: the switch was set by x, not by dout."),
                _("A negative gradient passes a closed switch like any other."),
            ),
            Mistake(
                lambda dout, mask: dout[~mask],
                _("Only the entries that pass are left; dx needs the shape of x, zeros included."),
                _("`np.where` keeps the shape."),
            ),
        ],
    )


@exercise(hint=N_("y(1 − y), with y the value that came out of the sigmoid."))
def check_sigmoid_backward(answer):
    def slope(x):
        return sigmoid(x) * (1 - sigmoid(x))

    out = sigmoid(np.array([[-2.0, 0.5, 3.0], [1.0, -0.3, -4.0]]))
    return judge(
        answer,
        solutions.sigmoid_backward,
        praise=_("Right: the output alone is enough, no exp is needed."),
        cases=[
            case(np.array([[1.0, -2.0, 0.5], [3.0, 0.1, -1.0]]), out, of=_("a batch of two")),
            case(np.array([[2.0]]), np.array([[0.731]]), of=_("one number")),
            case(np.array([[3, 5]]), np.array([[0.5, 0.9]]), of=_("dout of integers")),
            case(
                np.array([[1.0, -3.0], [0.5, 2.0]]),
                np.array([[0.2, 0.6], [0.9, 0.3]]),
                of=_("a square table"),
                hint=_("Entry by entry or row by column: which product has the shape of both?"),
            ),
        ],
        mistakes=[
            Mistake(
                lambda dout, out: dout * slope(out),
                _("Sigmoid is applied once more, to its own output."),
                _("`out` is already y. The formula needs y and 1 − y, nothing else."),
            ),
            Mistake(
                lambda dout, out: out * (1 - out),
                _("This is the local gradient alone: the upstream gradient is missing."),
                _("upstream × local: which argument is the upstream?"),
            ),
            Mistake(
                lambda dout, out: dout * (1 - out**2),
                _("1 − y² is the slope of tanh."),
                _("For sigmoid the chain of four nodes ended at y(1 − y)."),
            ),
            Mistake(
                lambda dout, out: -dout * out * (1 - out),
                _("The sign is turned: sigmoid rises everywhere, so its slope is positive."),
                _("Two of the four nodes bring a minus. What do two of them make?"),
            ),
            Mistake(
                lambda dout, out: dout * (1 - out),
                _("The factor y is missing."),
                _("At y = 0 the sigmoid is flat. What does your formula say there?"),
            ),
            Mistake(
                lambda dout, out: dout * out,
                _("The factor 1 − y is missing."),
                _("At y = 1 the sigmoid is flat. What does your formula say there?"),
            ),
            Mistake(
                lambda dout, out: dout * out * 1 - out,
                _("This is (dout · y · 1) − y: the bracket around 1 − y is missing."),
                _("Which is done first, × or −?"),
            ),
            Mistake(
                lambda dout, out: dout + out * (1 - out),
                _("Upstream and local gradient are added; along one way they multiply."),
                _("If dout is 0, what must come back?"),
            ),
            Mistake(
                lambda dout, out: dout * dout * (1 - dout),
                _("The slope is taken at dout; it belongs to what came out of the sigmoid."),
                _("Which of the two arguments is y?"),
            ),
        ],
    )


def _play_layer(Layer, x, dout):
    layer, before = Layer(), (x.copy(), dout.copy())
    out = _given_back(layer, "forward", x)
    given = np.copy(out) if isinstance(out, np.ndarray) else out
    dx = _given_back(layer, "backward", dout)
    _expect_unchanged(before, x=x, dout=dout)
    if isinstance(out, np.ndarray) and not np.array_equal(given, out, equal_nan=True):
        raise Wrong(
            _("`backward` changes the array that `forward` has given back."),
            _("The next layer got that very array. Which line writes into it?"),
        )

    def forward(one, other=False):
        one.forward(x + other)

    _expect_own_memory(Layer, forward, lambda one: one.backward(dout.copy()))
    return {"out": out, "dx": dx}


@exercise(hint=N_("The slope of tanh is 1 − tanh², and tanh(x) was computed in forward."))
def check_Tanh(answer):
    def version(backward, forward=np.tanh):
        class Version:
            def forward(self, x):
                self.x, self.out = x, forward(x)
                return self.out

            def backward(self, dout):
                return backward(self, dout)

        return Version

    rng = np.random.default_rng(6)
    if (half := _half_written(answer)) is not None:
        return half
    return judge(
        answer,
        solutions.Tanh,
        via=_play_layer,
        praise=_("Right, and small steps would measure the same."),
        cases=[
            case(rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), of=_("a batch of three")),
            case(np.array([[0.7]]), np.array([[2.0]]), of=_("one number")),
            case(np.array([[-2, 0, 1]]), np.array([[1, 2, 3]]), of=_("integers")),
        ],
        mistakes=[
            Mistake(
                version(lambda self, dout: dout * (1 - self.out) * self.out),
                _("`dx` has the slope of sigmoid; tanh has another one."),
                _("At x = 0 tanh rises with slope 1. What does your formula give for out = 0?"),
            ),
            Mistake(
                version(lambda self, dout: 1 - self.out**2),
                _("`dx` is the local gradient alone: dout is ignored."),
                _("upstream × local."),
            ),
            Mistake(
                version(lambda self, dout: dout * (1 - self.x**2)),
                _("`dx` squares what went in; the formula squares what came out."),
                _("For x = 3 your slope is −8, and tanh never falls. What did forward return?"),
            ),
            Mistake(
                version(lambda self, dout: dout * (1 + self.out**2)),
                _("`dx` adds the square: the slope would grow where tanh flattens out."),
                _("At out = 1 the slope must be 0."),
            ),
            Mistake(
                version(lambda self, dout: dout * (1 - self.out)),
                _("The square in 1 − out² is missing."),
                _("tanh rises equally on both sides of 0: out and −out need the same slope."),
            ),
            Mistake(
                version(lambda self, dout: dout * (1 - np.tanh(self.out) ** 2)),
                _("tanh is applied once more, to its own output."),
                _("self.out is already tanh(x)."),
            ),
            Mistake(
                version(lambda self, dout: dout * (1 - np.tanh(dout) ** 2)),
                _("The slope is taken at dout; it belongs to the place where x was."),
                _("What did forward leave in self for you?"),
            ),
            Mistake(
                version(
                    lambda self, dout: dout * (1 - self.out) * self.out,
                    lambda x: 1 / (1 + np.exp(-x)),
                ),
                _("This is a sound sigmoid layer, forwards and backwards; tanh is asked for."),
                _("NumPy has np.tanh."),
            ),
        ],
    )


@exercise(hint=N_("Write the three shapes down: dx has x's, dW has W's, db has b's. What fits?"))
def check_affine_backward(answer):
    rng = np.random.default_rng(7)

    def given(n, d, m):
        return rng.normal(size=(n, m)), rng.normal(size=(n, d)), rng.normal(size=(d, m))

    def version(dx=None, dW=None, db=None):
        def wrong(dout, x, W):
            rights = solutions.affine_backward(dout, x, W)
            parts = zip((dx, dW, db), rights, strict=True)
            return tuple(right if part is None else part(dout, x, W) for part, right in parts)

        return wrong

    def mean(*which):
        def wrong(dout, x, W):
            rights = solutions.affine_backward(dout, x, W)
            return [part / len(x) if i in which else part for i, part in enumerate(rights)]

        return wrong

    dout, x, W = given(2, 3, 4)
    return judge(
        answer,
        solutions.affine_backward,
        via=_naming("dx", "dW", "db"),
        batch=1,
        praise=_("Right: three products, and every gradient has the shape of what it belongs to."),
        cases=[
            case(*given(4, 3, 2), of=_("a batch of four")),
            case(*given(1, 3, 2), of=_("a batch of one")),
            case(
                *given(3, 3, 3),
                of=_("three rows, three inputs, three outputs"),
                hint=_("Here every shape fits. Which product is meant, and along which axis?"),
            ),
            case(dout, np.round(9 * x).astype(int), W, of=_("x of integers")),
        ],
        mistakes=[
            Mistake(
                version(dx=lambda dout, x, W: dout @ W),
                _("A transpose is missing in dx: dout is (N, M), and W is (D, M)."),
                _("(N, M) times what gives (N, D)?"),
            ),
            Mistake(
                version(dW=lambda dout, x, W: x @ dout),
                _("A transpose is missing in dW: x is (N, D), and dout is (N, M)."),
                _("What times (N, M) gives (D, M)?"),
            ),
            Mistake(
                version(dW=lambda dout, x, W: dout.T @ x),
                _("`dW` is transposed: it comes out as (M, D), and W is (D, M)."),
                _("Which of the two stands on the left?"),
            ),
            Mistake(
                version(db=lambda dout, x, W: dout.sum(axis=1)),
                _("`db` is summed along the wrong axis: one number for each row of the batch."),
                _("b has one number for each column of dout. Which axis must vanish?"),
            ),
            Mistake(
                version(db=lambda dout, x, W: dout.sum()),
                _("`db` is one number for the whole layer; b has one for each output."),
                _("Which axis must vanish, and which one must stay?"),
            ),
            Mistake(
                version(db=lambda dout, x, W: dout.mean(axis=0)),
                _("`db` is a mean over the batch; 1/N is in dout already, and here you sum."),
                _("The bias is used N times, once for each row. What do gradients do at a fork?"),
            ),
            Mistake(
                version(db=lambda dout, x, W: dout[0]),
                _("`db` is the first row of dout alone; b was added to every row."),
                _("One bias, used N times: what do gradients do at a fork?"),
            ),
            Mistake(
                version(db=lambda dout, x, W: dout[-1]),
                _("`db` is the last row of dout alone; b was added to every row."),
                _("One bias, used N times: what do gradients do at a fork?"),
            ),
            Mistake(
                version(db=lambda dout, x, W: dout),
                _("`db` is not summed over the batch: b was added to every row."),
                _("One bias, used N times: what do gradients do at a fork?"),
            ),
            Mistake(
                version(db=lambda dout, x, W: dout.sum(axis=0, keepdims=True)),
                _("`db` has kept an axis of 1: b is (M,), not (1, M)."),
                _("What does keepdims do?"),
            ),
            *(
                Mistake(
                    wrong,
                    _(
                        "Divided by N once more: {names}. The loss layer has done that already."
                    ).format(names=names),
                    _("Who divides by the batch size? Once is enough."),
                )
                for wrong, names in [
                    (mean(1, 2), "`dW`, `db`"),
                    (mean(1), "`dW`"),
                    (mean(0), "`dx`"),
                    (mean(0, 1, 2), "`dx`, `dW`, `db`"),
                ]
            ),
            Mistake(
                version(dx=lambda dout, x, W: W @ dout.T),
                _("`dx` is transposed: it comes out as (D, N), and x is (N, D)."),
                _("dx has a row for each row of the batch."),
            ),
            Mistake(
                version(db=lambda dout, x, W: np.ones(dout.shape[1])),
                _("`db` is all ones: the upstream gradient is missing."),
                _("Its local gradient is 1, for each row. What is it multiplied by?"),
            ),
        ],
    )


@exercise(hint=N_("Here the weights stand on the left, q = W x. Which product has the shape of x?"))
def check_length_gradients(answer):
    rng = np.random.default_rng(9)

    def version(dW=None, dx=None):
        def wrong(W, x):
            right_dW, right_dx = solutions.length_gradients(W, x)
            q = W @ x
            return (dW(W, x, q) if dW else right_dW), (dx(W, x, q) if dx else right_dx)

        return wrong

    W = np.array([[0.1, 0.5], [-0.3, 0.8]])
    return judge(
        answer,
        solutions.length_gradients,
        via=_naming("dW", "dx"),
        praise=_("Right for square W and for all others: 2 q xᵀ and 2 Wᵀ q."),
        cases=[
            case(W, np.array([0.2, 0.4]), of=_("the numbers of the text")),
            case(rng.normal(size=(3, 2)), rng.normal(size=2), of="W (3, 2)"),
            case(rng.normal(size=(2, 4)), rng.normal(size=4), of="W (2, 4)"),
        ],
        mistakes=[
            Mistake(
                version(dx=lambda W, x, q: 2 * q @ W.T),
                _("`dx` is 2q·Wᵀ (the same as 2Wq), the row form; here W stands on the left of x."),
                _("q is (m,), Wᵀ is (n, m): on which side of q does it fit for every m and n?"),
            ),
            Mistake(
                version(dW=lambda W, x, q: 2 * np.outer(x, q)),
                _("`dW` is transposed: x qᵀ is (n, m), and W is (m, n)."),
                _("Row i of W belongs to qᵢ. Which vector runs down the rows?"),
            ),
            Mistake(
                version(lambda W, x, q: np.outer(q, x), lambda W, x, q: W.T @ q),
                _("The 2 is missing: the derivative of q² is 2q."),
                _("What is ∂f/∂q for f = q₁² + q₂²?"),
            ),
            Mistake(
                version(dW=lambda W, x, q: np.outer(q, x)),
                _("`dx` is right; in `dW` the 2 is missing."),
                _("What is ∂f/∂q for f = q₁² + q₂²? Both gradients come through it."),
            ),
            Mistake(
                version(dx=lambda W, x, q: W.T @ q),
                _("`dW` is right; in `dx` the 2 is missing."),
                _("What is ∂f/∂q for f = q₁² + q₂²? Both gradients come through it."),
            ),
            Mistake(
                version(dx=lambda W, x, q: 2 * W.T @ x),
                _("`dx` is 2Wᵀx: what comes back to × is the slope of q, and x was its input."),
                _("Which shape has Wᵀ, and which of q and x can stand on its right for every W?"),
            ),
            Mistake(
                version(dW=lambda W, x, q: 2 * q * x),
                _("`dW` multiplies entry by entry; every pair of a q and an x has its own weight."),
                _("m times n weights: which product of two vectors gives a table?"),
            ),
            Mistake(
                version(dW=lambda W, x, q: 2 * W * x),
                _("`dW` holds W where q belongs: × swaps, so a weight's slope is not the weight."),
                _("W_ij is multiplied by x_j, and its result goes into q_i."),
            ),
            Mistake(
                lambda W, x: solutions.length_gradients(W, x)[::-1],
                _("The two results are in the other order: dW first, then dx."),
                _("Look at the last line of the template."),
            ),
        ],
    )


@exercise(hint=N_("Look at t.ndim: 2 for one-hot rows, 1 for class numbers. Which entries lose 1?"))
def check_softmax_loss_backward(answer):
    rng = np.random.default_rng(10)

    def shares(n, k):
        e = np.exp(rng.normal(size=(n, k)))
        return e / e.sum(axis=1, keepdims=True)

    def version(scale, sign=1):
        def wrong(y, t):
            return sign * solutions.softmax_loss_backward(y, t) * len(y) / scale(y, t)

        return wrong

    def label_over_n(y, t):
        return y - (t if t.ndim == 2 else np.eye(y.shape[1])[t]) / len(y)

    def only_numbers(y, t):
        dx = y.copy()
        dx[np.arange(len(y)), t] -= 1
        return dx / len(y)

    def whole_columns(y, t):
        if t.ndim == 2:
            return (y - t) / len(y)
        dx = y.copy()
        dx[:, t] -= 1
        return dx / len(y)

    return judge(
        answer,
        solutions.softmax_loss_backward,
        batch=0,
        praise=_("Right for both kinds of labels, square batches included."),
        cases=[
            case(
                np.array([[0.3, 0.2, 0.5], [0.01, 0.99, 0.0]]),
                np.array([[0, 1, 0], [0, 1, 0]]),
                of=_("one-hot labels"),
            ),
            case(shares(4, 3), np.array([2, 0, 1, 2]), of=_("class numbers")),
            case(
                shares(3, 3),
                np.array([2, 0, 1]),
                of=_("class numbers, as many images as classes"),
                hint=_("(3, 3) − (3,) is no error. What does NumPy subtract from what?"),
            ),
            case(shares(1, 4), np.array([3]), of=_("a batch of one")),
            case(
                shares(2, 3),
                np.array([1, 0], np.uint8),
                of=_("class numbers that are only 0 and 1"),
            ),
            case(shares(3, 3), np.eye(3, dtype=int)[[2, 0, 2]], of=_("one-hot, 3 × 3")),
            case(shares(1, 3), np.array([[0.0, 0.0, 1.0]]), of=_("one-hot, a batch of one")),
        ],
        mistakes=[
            Mistake(
                lambda y, t: (y - t) / len(y),
                _(
                    "Right for one-hot labels only. Class numbers either do not fit or, when there "
                    "are as many images as classes, are taken off whole columns without a word."
                ),
                _("`t.ndim` tells the two kinds apart."),
            ),
            Mistake(
                only_numbers,
                _("Right for class numbers only: a one-hot row is no list of classes."),
                _("`t.ndim` tells the two kinds apart."),
            ),
            Mistake(
                version(lambda y, t: 1),
                _("The division by the batch size N is missing: the loss is a mean."),
                _("A batch twice as large should not give a gradient twice as large."),
            ),
            Mistake(
                version(lambda y, t: len(y) ** 2),
                _("Divided by N twice."),
                _("The loss is one mean over the batch. How often does 1/N stand in front of it?"),
            ),
            Mistake(
                version(lambda y, t: len(y) if t.ndim == 2 else 1),
                _("Right for one-hot labels; with class numbers the division by N is missing."),
                _("Do both branches of your function come past the division?"),
            ),
            Mistake(
                version(lambda y, t: 1 if t.ndim == 2 else len(y)),
                _("Right for class numbers; with one-hot labels the division by N is missing."),
                _("Do both branches of your function come past the division?"),
            ),
            Mistake(
                version(lambda y, t: t.size),
                _("Divided by t.size, which is N for class numbers, but N·K for one-hot labels."),
                _("How many images are there? Ask y."),
            ),
            Mistake(
                version(lambda y, t: y.shape[1]),
                _("Divided by the number of classes; the mean is taken over the images."),
                _("What is len(y), and what is y.shape[1]?"),
            ),
            Mistake(
                version(lambda y, t: len(y), -1),
                _("The sign is turned: t − y points downhill, the gradient uphill."),
                _("Where y is too small, more score lowers the loss: is that slope negative?"),
            ),
            Mistake(
                lambda y, t: label_over_n(y, t) if t.ndim == 1 else (y - t) / len(y),
                _("With class numbers only the 1 is divided by N, and y is not."),
                _("The division belongs to the whole of y − t. How far does yours reach?"),
            ),
            Mistake(
                label_over_n,
                _("Only the labels are divided by N, and y is not."),
                _("The division belongs to the whole of y − t. How far does yours reach?"),
            ),
            Mistake(
                whole_columns,
                _("With class numbers 1 is taken off whole columns: `dx[:, t]` means every row."),
                _("In each row only one entry is meant. How are rows and columns paired?"),
            ),
            Mistake(
                lambda y, t: (y - np.eye(y.shape[1])[t]) / len(y),
                _("Right for class numbers only: np.eye(K)[t] makes nonsense of one-hot rows."),
                _("Labels that are one-hot already must not be made one-hot again."),
            ),
        ],
    )


def _play_step(step, order, *given):
    """One step of a dict of parameters: what does the layer hold then, which has the same arrays?

    The names are the book's, in the book's order: loops over ('W1', 'b1', 'W2', 'b2') are right.
    With `order` -1 the gradients come the other way round: dicts are read by their keys.
    """
    *arrays, lr = given
    names, half = ("W1", "b1", "W2", "b2"), len(arrays) // 2
    params = dict(zip(names, arrays[:half], strict=True))
    grads = dict([*zip(names, arrays[half:], strict=True)][::order])
    layer, old = dict(params), {key: value.copy() for key, value in params.items()}
    before = {key: value.copy() for key, value in grads.items()}
    got = step(params, grads, lr)
    same = set(grads) == set(names) and all(np.array_equal(grads[k], before[k]) for k in names)
    if not same:
        raise Wrong(
            _("The gradients are changed as well; only the parameters should be."),
            _("Which line writes into grads[key], or takes something out of grads?"),
        )
    held = all(np.array_equal(params.get(key), old[key]) for key in names)
    if isinstance(got, Mapping) and got is not params and held:
        raise Wrong(
            _("The new values are given back in a dict; params and the layer keep the old ones."),
            _("Who looks at what the function returns? What does the layer look at?"),
        )
    now = {
        **{f"layer.{key}": layer[key] for key in names},
        **{f"params['{key}']": params.get(key) for key in names},
    }
    if all(np.array_equal(layer[key], old[key] - lr * grads[key]) for key in names) and any(
        params.get(key) is not layer[key] for key in names
    ):
        raise Wrong(
            _("This step reaches the layer; then params gets other arrays, and the next does not."),
            _("Who must hold the same arrays after the step as before it?"),
        )
    return now


@exercise(
    hint=N_(
        "W ← W − lr · dW for each of params; and the layers hold the very arrays of params: "
        "which operator changes an array where it is?"
    )
)
def check_sgd_step(answer):
    def version(change):
        def wrong(params, grads, lr):
            for key in params:
                change(params, grads, key, lr)

        return wrong

    def rebind(params, grads, key, lr):
        params[key] = params[key] - lr * grads[key]

    def uphill(params, grads, key, lr):
        params[key] += lr * grads[key]

    def unscaled(params, grads, key, lr):
        params[key] -= grads[key]

    def nothing(params, grads, key, lr):
        _local = params[key] - lr * grads[key]

    def only(part):
        def change(params, grads, key, lr):
            if part in key:
                params[key] -= lr * grads[key]

        return change

    def overwrite(params, grads, key, lr):
        params[key][...] = -lr * grads[key]

    def overwrite_uphill(params, grads, key, lr):
        params[key][...] = lr * grads[key]

    def decay(params, grads, key, lr):
        params[key] -= lr * params[key]

    def by_place(params, grads, lr):
        for p, g in zip(params.values(), grads.values(), strict=True):
            p -= lr * g

    def given(*shapes):
        return [rng.normal(size=shape) for shape in 2 * shapes]

    if inspect.isfunction(answer) and is_template(answer):
        return Verdict(None, _("not answered yet: the answer gives back nothing (None)"))
    rng = np.random.default_rng(11)
    return judge(
        answer,
        solutions.sgd_step,
        via=_play_step,
        may_change=True,
        praise=_("Right: the layers see every step, because the arrays stay the same."),
        cases=[
            case(1, *given((3, 2), 2, (2, 4), 4), 0.1, of="lr = 0.1"),
            case(1, *given((1, 4), 4, (4, 3), 3), 0.5, of="lr = 0.5"),
            case(-1, *given((2, 3), 3, (3, 2), 2), 0.1, of=_("grads in another order")),
        ],
        mistakes=[
            Mistake(
                version(rebind),
                _(
                    "params gets new arrays, and the layers keep the old ones: the network that "
                    "predicts never learns, and nothing complains."
                ),
                _("`params[key] = …` hangs a new array into the dict. Change the old one instead."),
            ),
            Mistake(
                by_place,
                _("params and grads are paired by their places; only their keys are the same."),
                _("Which gradient belongs to params[key], wherever it stands in grads?"),
            ),
            Mistake(
                version(only("W1")),
                _("Only W1 moves; the other parameters stay where they are."),
                _("How often does your loop run, and where does it end?"),
            ),
            Mistake(
                version(uphill),
                _("The step goes uphill: the loss would grow."),
                _("The gradient points upwards. Which sign leads down?"),
            ),
            Mistake(
                version(unscaled),
                _("The learning rate is not used: every step has full length."),
                _("Where does lr stand in W ← W − lr · dW?"),
            ),
            Mistake(
                version(nothing),
                _("Nothing changes: params and the layer hold the numbers from before the step."),
                _("`p = p - …` would only make a new array for the name p. Where do yours go?"),
            ),
            Mistake(
                version(only("W")),
                _("Only the weights move; the biases stay where they are."),
                _("A loop over all of params reaches both."),
            ),
            Mistake(
                version(only("b")),
                _("Only the biases move; the weights stay where they are."),
                _("A loop over all of params reaches both."),
            ),
            Mistake(
                version(overwrite),
                _("The parameters are replaced by the step; the step should be taken from them."),
                _("W ← W − lr · dW: the old W is on the right side, too."),
            ),
            Mistake(
                version(overwrite_uphill),
                _("The parameters are replaced by the step; the step should be taken from them."),
                _("W ← W − lr · dW: the old W is on the right side, too."),
            ),
            Mistake(
                version(decay),
                _("Each parameter shrinks by a share of itself: grads plays no part."),
                _("W ← W − lr · dW: which dict holds dW?"),
            ),
        ],
    )
