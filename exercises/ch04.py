"""Checks of chapter 4, learning from data. How a check is made: see exercises/verdict.py."""

import ast
import contextlib
import numbers
from collections.abc import Mapping
from gettext import gettext as _

import numpy as np

from common.checks import shown
from common.functions import relu, sigmoid, softmax
from common.gradient import numerical_gradient
from common.two_layer_net import SigmoidTwoLayerNet

from .solutions import ch04 as solutions
from .verdict import N_, Mistake, Verdict, Wrong, case, exercise, judge, unanswered


def _open(answer):
    return answer is None or answer is ...


def _number(value):
    """Return a real number of whatever kind as a float; None for what is none."""
    value = value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
    real = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
    return float(value) if real else None


@exercise(hint=N_("Which entry of each row of y counts? For one-hot labels, argmax finds it."))
def check_cross_entropy_batch(answer):
    y = np.array([[0.1, 0.6, 0.2, 0.1], [0.3, 0.1, 0.1, 0.5], [0.05, 0.05, 0.85, 0.05]])
    t, square = np.array([1, 0, 1]), np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.2, 0.1, 0.7]])

    def one_hot(t, k):
        return np.eye(k)[t]

    def classes(t):
        return t.argmax(axis=1) if t.ndim == 2 else t

    def right(y, t):
        return y[np.arange(len(y)), classes(t)] + 1e-7

    def shares(y, t):
        return one_hot(classes(t), y.shape[1])

    return judge(
        answer,
        solutions.cross_entropy_batch,
        batch=0,
        praise=_("Right for both kinds of labels, and a certain mistake costs 16.1, not inf."),
        cases=[
            case(y, t, of=_("three answers, class numbers")),
            case(y, one_hot(t, 4), of=_("the same three, one-hot labels")),
            case(
                square,
                np.array([2, 0, 1], dtype=np.uint8),
                of=_("as many answers as classes"),
                hint=_("(3, 3) and (3,) go together without an error. What tells labels apart?"),
            ),
            case(square, np.eye(3, dtype=int)[[2, 0, 1]], of=_("as many one-hot rows as classes")),
            case(square[:1], np.array([1]), of=_("a batch of one")),
            case(
                np.array([[0.0, 1.0], [0.5, 0.5]]),
                np.array([0, 1]),
                of=_("a right class with probability 0"),
                hint=_("What is log(0)? The book adds 1e-7 to the probability."),
            ),
            case(
                np.array([[1e-7, 1 - 1e-7]]),
                np.array([0]),
                of=_("a right class with probability 1e-7"),
                hint=_("What is log of 1e-7 + 1e-7? The book adds, whatever the probability is."),
            ),
        ],
        mistakes=[
            Mistake(
                lambda y, t: -np.log(right(y, t)).sum(),
                _("This is the sum over the batch; twice the answers would cost twice as much."),
                _("By what must the sum be divided to be the loss of one answer, on average?"),
            ),
            Mistake(
                lambda y, t: -(t * np.log(y + 1e-7)).sum() / len(y),
                _("Right for one-hot labels only; class numbers are multiplied like any numbers."),
                _("How can you tell the two kinds of labels apart by `t.ndim`?"),
            ),
            Mistake(
                lambda y, t: -np.log(y[np.arange(len(y)), t] + 1e-7).mean(),
                _("This is right for class numbers only; one-hot rows are no places in an array."),
                _("Which method finds the place of the 1 in each row?"),
            ),
            Mistake(
                lambda y, t: -np.log(right(y, t) - 1e-7).mean(),
                _("A right class with probability 0 makes the loss infinite."),
                _("What is log(0)? The book adds 1e-7 to the probability."),
            ),
            Mistake(
                lambda y, t: np.log(right(y, t)).mean(),
                _("The sign is missing: the better the answer, the larger this number."),
                _("log of a number below 1 is negative, and a loss should be positive."),
            ),
            Mistake(
                lambda y, t: -(shares(y, t) * np.log(y + 1e-7)).sum() / y.shape[1],
                _("You divide by the number of classes; the mean is over the answers."),
                _("How many answers are in the batch, and which axis of y counts them?"),
            ),
            Mistake(
                lambda y, t: -np.log(y.max(axis=1) + 1e-7).mean(),
                _("You take the largest probability of each row; the right class's is asked for."),
                _("What says which class is right?"),
            ),
            Mistake(
                lambda y, t: -np.log(right(y, t))[0],
                _("Only the first answer of the batch is looked at."),
                _("Which index runs over the rows?"),
            ),
            Mistake(
                lambda y, t: 0.5 * np.sum((y - shares(y, t)) ** 2) / len(y),
                _("These are squares, as in the other loss; the cross-entropy takes a logarithm."),
                _("Which probability of each row counts, and what is taken of it?"),
            ),
            Mistake(
                lambda y, t: np.mean(y.argmax(axis=1) == classes(t)),
                _("This is the accuracy; the loss asks how much the right class was believed in."),
                _("Which probability of each row counts, and what is taken of it?"),
            ),
            Mistake(
                lambda y, t: -(shares(y, t) * np.log(y + 1e-7)).mean(),
                _("You divide by all entries of y; one loss belongs to each row."),
                _("How many answers are in the batch, and how many entries has y?"),
            ),
            Mistake(
                lambda y, t: -np.log(y[:, classes(t)] + 1e-7).mean(),
                _("`y[:, t]` takes these columns of every row, the answers of others included."),
                _("Row 0 with t[0], row 1 with t[1], …: both indices have to run together."),
            ),
            Mistake(
                lambda y, t: -np.log10(right(y, t)).mean(),
                _("This is the logarithm to the base 10; the loss is counted in nats."),
                _("Which function of NumPy is the natural logarithm?"),
            ),
            Mistake(
                lambda y, t: -np.log2(right(y, t)).mean(),
                _("This is the logarithm to the base 2, in bits; the loss is counted in nats."),
                _("Which function of NumPy is the natural logarithm?"),
            ),
            Mistake(
                lambda y, t: -np.log(y + 1e-7).sum() / len(y),
                _("Every class counts here, the wrong ones too; t has no effect."),
                _("The cross-entropy asks for the probability of the right class only."),
            ),
        ],
    )


def _error(method, dtype, h):
    """How far a difference with each of the steps h is from e, the slope of exp at x = 1."""
    step, x = h.astype(dtype), dtype(1)
    below = x if method == "forward" else x - step
    width = step if method == "forward" else 2 * step
    slope = ((np.exp(x + step) - np.exp(below)) / width).astype(float)
    return np.where(np.isnan(slope), np.inf, np.abs(slope - np.e))


def _typical_errors(method, dtype, h):
    """Errors of a difference for steps near each of h: the median, for rounding is chance."""
    near = np.asarray(h, dtype=float)[:, np.newaxis] * np.geomspace(0.8, 1.25, 21)
    return np.median(_error(method, dtype, near), axis=1)


@exercise(
    hint=N_("Where has each curve of the panel its lowest place? The function is exp, x is 1.")
)
def check_step_sizes(answer):
    right = solutions.step_sizes
    if not isinstance(answer, Mapping) or all(map(_open, answer.values())):
        return judge(answer, right)
    if (missing := unanswered(answer, right)) is not None:
        return missing
    grid = np.geomspace(1e-15, 1, 150)
    for key in right:
        h = _number(answer[key])
        if h is None or not 0 < h < np.inf:
            raise Wrong(
                _("{key}: {got} is no step, which is a finite number above 0.").format(
                    key=key, got=shown(answer[key])
                ),
                _("1e-3 is a way to write 0.001."),
            )
        method, kind = key.split(", ")
        dtype = np.dtype(kind).type
        if dtype(1) + dtype(h) == dtype(1) - dtype(h):
            raise Wrong(
                _("{key}: with h = {h:g} the sum x + h is x, and the difference is 0.").format(
                    key=key, h=h
                ),
                _("What does such a number keep of 1 + h? Make h larger."),
            )
        errors = _typical_errors(method, dtype, grid)
        best, least = grid[errors.argmin()], errors.min()
        error = _error(method, dtype, np.array([h]))[0]
        if min(error, _typical_errors(method, dtype, [h])[0]) <= 10 * least:  # luck may be good
            continue
        if h > best:
            raise Wrong(
                _(
                    "{key}: with h = {h:g} the chord is a bad tangent; the error is {error:.1e}."
                ).format(key=key, h=h, error=error),
                _("To the right of the best h the truncation error rules. Which way is better?"),
            )
        raise Wrong(
            _("{key}: with h = {h:g} rounding eats the digits; the error is {error:.1e}.").format(
                key=key, h=h, error=error
            ),
            _("To the left of the best h two nearly equal numbers are subtracted. Make h larger."),
        )
    return Verdict(True, _("Right: each of the four is within a factor of 10 of the best."))


def _slopes(f, x, h=1e-4, width=None, dtype=float, out=float, restore=True, forward=False):
    """A numerical gradient with one thing or another done differently."""
    x = np.array(x, dtype=dtype)
    gradient = np.zeros(x.shape, dtype=out)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + h
        above = f(x)
        x[index] = value if forward else value - h
        gradient[index] = (above - f(x)) / (width or 2 * h)
        if restore:
            x[index] = value
    return gradient


@exercise(hint=N_("What happens to 0.0001 in an array of integers? Make x a copy of floats first."))
def check_safe_gradient(answer):
    def squares(x):
        return np.sum(x**2)

    def mixed(x):
        return x[0] * x[1] ** 2 + x[0] ** 3 + x[1] * x[2]

    def table(W):
        return np.sum(W**2 * np.arange(1, W.size + 1).reshape(W.shape)) + W[0, 0] * W[-1, -1]

    def thirds(x):
        return np.sum(0.3 * x**2)

    def kinds(x):
        return x.dtype.type

    one_by_one = _(
        "For each entry: f a step up less f a step down, over how far they are apart. "
        "Print the two values of f: do enough of their digits differ?"
    )
    return judge(
        answer,
        solutions.safe_gradient,
        rtol=1e-5,
        praise=_("Right for floats and integers, for rows and tables, and x stays as it was."),
        cases=[
            case(squares, np.array([3.0, 4.0]), of=_("x₀² + x₁² at floats"), hint=one_by_one),
            case(
                mixed,
                np.array([1.0, -2.0, 0.5]),
                of=_("a function with mixed terms"),
                hint=one_by_one,
            ),
            case(
                thirds,
                np.array([3, 4]),
                of=_("0.3 (x₀² + x₁²) at integers"),
                hint=_("What is `np.array([3, 4])` after `x[0] = 3.0001`? Print it."),
            ),
            case(
                table,
                np.array([[1.0, 0.2, -3.0], [0.5, 2.0, 1.5]]),
                of=_("a table of weights"),
                hint=_("`np.ndindex(x.shape)` gives the place of every entry, however many axes."),
            ),
            case(
                lambda x: x[0, 0, 0] * x[1, 0, 1] + np.sum(x**3),
                np.array([[[0.5, 2.0]], [[2.0, -1.0]], [[0.5, 2.0]]]),
                of=_("an array with three axes"),
                hint=_("`np.ndindex(x.shape)` gives the place of every entry, however many axes."),
            ),
            case(
                lambda x: np.sum(x**2 + x),
                np.array([0.0, -1.5]),
                of=_("an entry that is 0"),
                hint=_("How long is your step at an entry that is 0?"),
            ),
        ],
        mistakes=[
            Mistake(
                lambda f, x: _slopes(f, x, dtype=kinds(x), out=kinds(x)),
                _("For integers you get the wrong slopes: 3 + 0.0001 is cut off to 3 again."),
                _("Which dtype has the array that you nudge?"),
            ),
            Mistake(
                lambda f, x: _slopes(f, x, dtype=kinds(x)),
                _("At integers your slopes are wrong: 3 + 0.0001 is cut off to 3 again."),
                _("Which dtype has the array that you nudge?"),
            ),
            Mistake(
                lambda f, x: _slopes(f, x, out=kinds(x)),
                _("For integers the slopes are cut to whole numbers: 2.4 becomes 2."),
                _("`np.zeros_like` of integers makes integers."),
            ),
            Mistake(
                lambda f, x: _slopes(f, x, width=1e-4),
                _("Every slope is twice too large."),
                _("How far are x + h and x − h apart?"),
            ),
            Mistake(
                lambda f, x: _slopes(f, x, width=1e-4, forward=True),
                _("This is the forward difference: its error is like h, here about 0.0001."),
                _("Take one step to each side of x."),
            ),
            Mistake(
                lambda f, x: 2 * _slopes(f, x) - _slopes(f, x, width=1e-4, forward=True),
                _("This is the backward difference: its error is like h, here about 0.0001."),
                _("Take one step to each side of x."),
            ),
            Mistake(
                lambda f, x: _slopes(f, x, width=4e-4),
                _("Every slope is half as large as it should be."),
                _("How far are x + h and x − h apart?"),
            ),
            Mistake(
                lambda f, x: _slopes(f, x, restore=False),
                _("The entries stay nudged: the second slope is measured at a shifted place."),
                _("Before the next entry gets its turn, what must the last one be again?"),
            ),
            Mistake(
                lambda f, x: (f(x + 1e-4) - f(x - 1e-4)) / 2e-4,
                _("You get one number, the sum of all slopes; each entry has a slope of its own."),
                _("A partial derivative moves one entry and holds the others."),
            ),
            Mistake(
                lambda f, x: _slopes(f, x) * -1,
                _("The slopes have the wrong sign."),
                _("Which of the two values is subtracted from which?"),
            ),
        ],
    )


@exercise(
    hint=N_("x₁ is multiplied by 1 − 2·lr in each step, x₀ by 1 − lr/10. When is which negative?")
)
def check_oscillating_rate(answer):
    if _open(answer):
        return Verdict(None, _("not answered yet"))
    lr = _number(answer)
    if lr is None:
        raise Wrong(
            _("A learning rate is one number; {got} is none.").format(got=shown(answer)),
            _("Write it without quotes or brackets."),
        )
    if not np.isfinite(lr):
        raise Wrong(
            _("{lr} is no finite number: after one step x₀ would be inf or nan.").format(lr=lr),
            _("Look between 0 and 2."),
        )
    if lr == 0:
        raise Wrong(
            _("With 0 the walker never moves."), _("How long is a step of lr times the gradient?")
        )
    if lr < 0:
        raise Wrong(
            _("A negative rate walks uphill, away from the minimum."),
            _("x ← x − lr · gradient: what do two minus signs make?"),
        )
    x0, x1 = -7 * (1 - lr / 10) ** np.arange(101), 2 * (1 - 2 * lr) ** np.arange(101)
    if not abs(x1[-1]) <= 2:
        size = _("has grown beyond all numbers")
        size = _("is {x1:.2g}").format(x1=x1[-1]) if np.isfinite(x1[-1]) else size
        raise Wrong(
            _("It diverges: after 100 steps x₁ {size}.").format(size=size),
            _("Each step multiplies x₁ by 1 − 2·lr. Which values of that grow?"),
        )
    if abs(x1[-1]) == 2:
        raise Wrong(
            _("It jumps from side to side for ever: x₁ is 2 and −2 in turn, and comes no nearer."),
            _("Each step multiplies x₁ by 1 − 2·lr = −1. What would make it shrink as well?"),
        )
    if not x1[1] < 0 < x1[2]:
        raise Wrong(
            _("It does not oscillate: x₁ never jumps to the other side of the valley."),
            _("From which lr on is 1 − 2·lr negative?"),
        )
    if abs(x1[-1]) > 0.01:
        raise Wrong(
            _("It oscillates, but after 100 steps x₁ still jumps by {jump:.2g}.").format(
                jump=abs(x1[-1] - x1[-2])
            ),
            _("The farther 1 − 2·lr is from −1, the sooner the jumps die away."),
        )
    if abs(x0[-1]) > 0.01:
        raise Wrong(
            _("It oscillates, but after 100 steps x₀ has only come to {x0:.3g}.").format(x0=x0[-1]),
            _("Along the valley each step multiplies x₀ by 1 − lr/10. Which lr is faster?"),
        )
    return Verdict(
        True, _("Right: {lr:g} jumps across the valley, and still ends in it.").format(lr=lr)
    )


MINIMA = {
    "right above": (3.0, 2.0),
    "left above": (-2.805118, 3.131313),
    "left below": (-3.779310, -3.283186),
    "right below": (3.584428, -1.848127),
}


@exercise(hint=N_("Choose Himmelblau in the panel, lr 0.01, and try one start in each corner."))
def check_four_starts(answer):
    if not isinstance(answer, Mapping) or all(map(_open, answer.values())):
        return judge(answer, solutions.four_starts)
    starts = {key: _pair(start) for key, start in answer.items()}
    if (missing := unanswered(starts, MINIMA)) is not None:
        return missing
    for key, minimum in MINIMA.items():
        start = starts[key]
        if len(start) != 2 or not all(part is not None and np.isfinite(part) for part in start):
            raise Wrong(
                _("{key}: a start is a pair of finite numbers (x₀, x₁).").format(key=key),
                _("For example (4, 4)."),
            )
        end = _himmelblau_end(*map(float, start))
        there = {name: np.hypot(end[0] - x, end[1] - y) for name, (x, y) in MINIMA.items()}
        nearest = min(there, key=there.get)
        if not np.isfinite(end).all():
            raise Wrong(
                _("{key}: from this start the steps grow without end.").format(key=key),
                _("Far out the slopes are huge. Stay between −5 and 5."),
            )
        if there[nearest] > 0.01:
            raise Wrong(
                _("{key}: after 200 steps it has not come to rest at any minimum.").format(key=key),
                _("Near a summit or a saddle the ground is flat. Move the start a little."),
            )
        if nearest != key:
            raise Wrong(
                _("{key}: this start leads to the minimum {other}.").format(key=key, other=nearest),
                _("Which way does −gradient point from there? Try a start on the other side."),
            )
        distance = np.hypot(start[0] - minimum[0], start[1] - minimum[1])
        if distance < 1:
            raise Wrong(
                _("{key}: it starts {far:.2g} from its goal; keep at least 1 away.").format(
                    key=key, far=min(distance, 0.99)
                ),
                _("A start is found before one knows where the minimum is."),
            )
    return Verdict(True, _("Right: the same rule and the same hill country, and four ends."))


def _pair(start):
    """Return a start as a tuple, () if it is none; a half-filled one is open."""
    if isinstance(start, str):
        with contextlib.suppress(ValueError, SyntaxError):
            start = ast.literal_eval(start.strip())
    if isinstance(start, np.ndarray):
        start = start.tolist()
    if _open(start) or (isinstance(start, (tuple, list)) and any(map(_open, start))):
        return None
    return tuple(map(_number, start)) if isinstance(start, (tuple, list)) else ()


def _himmelblau_end(x, y, lr=0.01, steps=200):
    for _step in range(steps):
        first, second = x * x + y - 11, x + y * y - 7
        x, y = x - lr * (4 * x * first + 2 * second), y - lr * (2 * first + 4 * y * second)
        if not abs(x) + abs(y) < 1e6:
            return np.array([np.nan, np.nan])
    return np.array([x, y])


@exercise(
    hint=N_("Where does the array that you step with come from? Copy it before the first step.")
)
def check_safe_descent(answer):
    def bowl(x):
        return np.sum(x**2)

    def valley(x):
        return x[0] ** 2 / 20 + x[1] ** 2

    def walk(f, x, lr, n):
        x = np.array(x, dtype=float)
        for _step in range(n):
            x = x - lr * numerical_gradient(f, x)
        return x

    def old_slope(f, x, lr, n):
        start = np.array(x, dtype=float)
        return start - n * lr * numerical_gradient(f, start)

    def no_slope(f, x, lr, n):
        x = np.array(x, dtype=float)
        return x - lr * n * x

    start = np.array([-3.0, 4.0])
    rule = _("x ← x − lr · gradient, `step_num` times. Where is x then?")
    return judge(
        answer,
        solutions.safe_descent,
        atol=1e-8,
        praise=_("Right, and the caller's start is where it was."),
        cases=[
            case(
                valley,
                np.array([-7.0, 2.0]),
                0.3,
                5,
                of=_("five steps in the long valley"),
                hint=rule,
            ),
            case(bowl, start, 0.1, 3, of=_("three steps in the bowl"), hint=rule),
            case(
                lambda x: x[0] ** 2 + x[0] * x[1] + x[1] ** 2,
                start,
                0.1,
                3,
                of=_("a bowl that lies askew"),
                hint=_("Is the whole gradient measured before any part of x is moved?"),
            ),
            case(bowl, start, 0.1, 100, of=_("a hundred steps"), hint=rule),
            case(bowl, start, 0.5, 0, of=_("no step at all"), hint=rule),
            case(
                bowl,
                np.array([1.0, -2.0, 0.5]),
                0.2,
                2,
                of=_("a place of three numbers"),
                hint=_("How many numbers has init_x, and where does your code count them?"),
            ),
            case(
                bowl,
                np.array([-3, 4]),
                0.1,
                3,
                of=_("an integer start"),
                hint=_("A copy of integers holds integers. Which dtype must the walker have?"),
            ),
        ],
        mistakes=[
            Mistake(
                lambda f, x, lr, n: walk(f, x, -lr, n),
                _("You walk uphill: the gradient points to where f grows."),
                _("Which sign has the step in x ← x − lr · gradient?"),
            ),
            Mistake(
                lambda f, x, lr, n: walk(f, x, 0.01, n),
                _("The learning rate is 0.01, whatever the caller asks for."),
                _("The caller's wish is in `lr`."),
            ),
            Mistake(
                lambda f, x, lr, n: walk(f, x, 1.0, n),
                _("The gradient is subtracted as it is; the learning rate plays no part."),
                _("What does lr do to the length of a step?"),
            ),
            Mistake(
                old_slope,
                _("The slope is measured once, at the start, and used for every step."),
                _("After one step you stand elsewhere. Which line belongs inside the loop?"),
            ),
            Mistake(
                lambda f, x, lr, n: walk(f, x, lr, max(n - 1, 0)),
                _("One step too few is taken."),
                _("How often does `range(1, n)` count?"),
            ),
            Mistake(
                lambda f, x, lr, n: walk(f, x, lr, n + 1),
                _("One step too many is taken."),
                _("With step_num = 0 the walker should stay where it is."),
            ),
            Mistake(
                lambda f, x, lr, n: walk(f, x, lr, min(n, 1)),
                _("Only one step is taken."),
                _("Does `return` stand inside the loop?"),
            ),
            Mistake(
                lambda f, x, lr, n: walk(f, x, lr, 1) if n else None,
                _("Only one step is taken, and without any step nothing comes back."),
                _("Does `return` stand inside the loop?"),
            ),
            Mistake(
                lambda f, x, lr, n: walk(f, x, lr, 100),
                _("A hundred steps are taken, whatever the caller asks for."),
                _("The caller's wish is in `step_num`."),
            ),
            Mistake(
                lambda f, x, lr, n: np.array(x, dtype=float),
                _("You give back the start: no step ever reaches it."),
                _("Which name gets the new place in your loop, and which one is returned?"),
            ),
            Mistake(
                lambda f, x, lr, n: f(walk(f, x, lr, n)),
                _("You return the height at the end; the place is asked for."),
                _("What should the caller learn: how low it is there, or where that is?"),
            ),
        ],
    )


@exercise(hint=N_("Follow the shapes: what has the shape (N, H) that W2 (H, K) wants on its left?"))
def check_mended_predict(answer):
    rng = np.random.default_rng(4)

    def given(n, d, h, k):
        shapes = {"W1": (d, h), "b1": (h,), "W2": (h, k), "b2": (k,)}
        return {key: rng.normal(size=shape) for key, shape in shapes.items()}, rng.normal(
            size=(n, d)
        )

    def net(p, x, hidden=sigmoid, last=softmax, second=None):
        z1 = hidden(x @ p["W1"] + p["b1"])
        return last((z1 if second is None else second) @ p["W2"] + p["b2"])

    def same(a):
        return a

    def no_biases(p, x):
        return net({**p, "b1": 0, "b2": 0}, x)

    return judge(
        answer,
        solutions.mended_predict,
        praise=_("Right: the second layer reads the first one, and each row sums to 1."),
        cases=[
            case(*given(3, 5, 4, 3), of=_("5 inputs, 4 hidden neurons")),
            case(*given(3, 4, 4, 3), of=_("as many hidden neurons as inputs")),
            case(*given(1, 6, 2, 4), of=_("a batch of one")),
        ],
        mistakes=[
            Mistake(
                lambda p, x: net(p, x, second=x),
                _("The second layer reads x: the hidden layer plays no part in the result."),
                _("What should W2 be multiplied with?"),
            ),
            Mistake(
                lambda p, x: (sigmoid(x @ p["W1"] + p["b1"]), net(p, x)),
                _("You give back two arrays; the probabilities alone are asked for."),
                _("What stands after `return`? The caller of predict expects one array."),
            ),
            Mistake(
                lambda p, x: net(p, x, hidden=same),
                _("There is no sigmoid between the layers: two layers collapse into one."),
                _("z1 = sigmoid(a1)."),
            ),
            Mistake(
                lambda p, x: net(p, x, last=same),
                _("These are scores; predict gives probabilities in this chapter."),
                _("Which function makes shares of 1 from scores?"),
            ),
            Mistake(
                lambda p, x: net(p, x, last=sigmoid),
                _("The last layer goes through sigmoid: its rows do not sum to 1."),
                _("Ten digits share 100 %. Which function shares out?"),
            ),
            Mistake(
                lambda p, x: net(p, x, last=lambda a: np.exp(a) / np.exp(a).sum()),
                _("The softmax sums over the whole batch instead of each row."),
                _("`common`'s softmax takes each row for itself."),
            ),
            Mistake(
                no_biases,
                _("Both biases are missing."),
                _("`params` has b1 and b2 as well."),
            ),
            Mistake(
                lambda p, x: net({**p, "b1": 0}, x),
                _("The bias b1 of the hidden layer is missing."),
                _("Which line makes a1?"),
            ),
            Mistake(
                lambda p, x: net({**p, "b2": 0}, x),
                _("The bias b2 of the output layer is missing."),
                _("Which line makes a2?"),
            ),
            Mistake(
                lambda p, x: net({**p, "b1": 0}, x, hidden=lambda a: sigmoid(a) + p["b1"]),
                _("The bias b1 is added after the sigmoid, where it moves no threshold."),
                _("a1 = xW1 + b1 comes first, and z1 = sigmoid(a1) then."),
            ),
            Mistake(
                lambda p, x: net(p, x, hidden=softmax, last=sigmoid),
                _("The two functions are exchanged: softmax between, sigmoid at the end."),
                _("Which of them makes rows that sum to 1?"),
            ),
            Mistake(
                lambda p, x: net(p, x, last=np.exp),
                _("The exponentials are not divided by their sum: rows do not sum to 1."),
                _("Which function makes shares of 1 from scores?"),
            ),
            Mistake(
                lambda p, x: net(p, x, hidden=relu),
                _("The hidden layer uses ReLU where sigmoid is asked for."),
                _("Which function stands between the layers in the exercise?"),
            ),
            Mistake(
                lambda p, x: net(p, x, hidden=softmax),
                _("There is a softmax between the layers; sigmoid is asked for."),
                _("Which of the two functions stands between, and which at the end?"),
            ),
            Mistake(
                lambda p, x: net(p, x, last=lambda a: softmax(a.T).T),
                _("The softmax goes down the columns: rows do not sum to 1."),
                _("Which axis runs along one row of scores?"),
            ),
            Mistake(
                lambda p, x: net(p, x, last=lambda a: softmax(a).argmax(axis=1)),
                _("You return class numbers; the probabilities of all classes are asked for."),
                _("The loss needs to know how sure the network is."),
            ),
            Mistake(
                lambda p, x: net(p, x, last=lambda a: softmax(sigmoid(a))),
                _("The scores go through sigmoid before softmax, which levels them all."),
                _("Between the second product and softmax nothing is needed."),
            ),
        ],
    )


def _places(images, x):
    """Which row of x each image is; Wrong if it is none."""
    same = (np.asarray(images)[:, np.newaxis] == x).all(axis=2)  # (n, N)
    if not same.any(axis=1).all():
        raise Wrong(
            _("A batch holds an image that is not in x."),
            _("Index with an array of places: `x[batch]` keeps whole rows."),
        )
    return same.argmax(axis=1)


def _expect_chance(rows, n):
    """Wrong unless `rows` (batches, size) of places look as if drawn by chance from 0 … n − 1.

    By whatever generator, with or without replacement. A fair one is refused in less than one of a
    million runs: 300 places out of 12 miss one of them in 10⁻¹⁰, chi squared (11 degrees of
    freedom) is above 60 in 10⁻⁸, and in 300 batches of 4 two images never meet in 10⁻⁷.
    """
    count, size = rows.shape
    seen = np.bincount(rows.ravel(), minlength=n)
    if (rows == rows[0]).all():
        first = _("Every batch is the same one: the first {size} images.").format(size=size)
        raise Wrong(
            first if (rows[0] == np.arange(size)).all() else _("Every batch is the same one."),
            _("A batch is drawn at random, anew each time. Is a seed set inside?"),
        )
    if not seen[size:].any():
        raise Wrong(
            _("Only the first {size} images are ever drawn.").format(size=size),
            _("The places go from 0 to len(x) − 1."),
        )
    if not seen.all():
        raise Wrong(
            _("In {count} batches x[{place}] is never drawn; x holds {n} images.").format(
                count=count, place=seen.argmin(), n=n
            ),
            _("np.random.choice(n, size) draws from 0 … n − 1."),
        )
    steps = np.diff(rows if size > 1 else rows.T, axis=1) % n
    if (steps == 1).mean() > 0.8:
        raise Wrong(
            _("The images come in the order of the data, one after the other."),
            _("Each image should be drawn by itself: np.random.choice does it."),
        )
    if ((seen - seen.mean()) ** 2 / seen.mean()).sum() > 60:
        often, rarely = seen.argmax(), seen.argmin()
        raise Wrong(
            _("Chances differ: x[{often}] comes {most} times, x[{rarely}] {least} times.").format(
                often=often, most=seen[often], rarely=rarely, least=seen[rarely]
            ),
            _("np.random.choice(n, size) draws each of 0 … n − 1 with the same chance."),
        )
    together = np.eye(n, dtype=bool)
    for batch in rows:
        together[np.ix_(batch, batch)] = True
    if count >= 300 and size >= 4 and not together.all():
        one, other = np.argwhere(~together)[0]
        raise Wrong(
            _("Some images never meet in a batch, such as x[{one}] and x[{other}].").format(
                one=one, other=other
            ),
            _("Each image of a batch should be drawn by itself, whatever the others are."),
        )


def _play_draw(answer, x, t, size, rounds=4):
    """Draw some batches and return what can be compared; Wrong for what cannot be a batch."""
    batches = [answer(x, t, size) for _round in range(rounds)]
    if all(map(_open, batches)):
        return None
    for batch in batches:
        _expect_a_batch(batch, x, t, size)
    rows = _places(np.concatenate([images for images, _labels in batches]), x)
    if not np.array_equal(np.concatenate([labels for _images, labels in batches]), t[rows]):
        raise Wrong(
            _("Images and labels do not belong together."),
            _("Draw the places once, and use them for both arrays."),
        )
    if rounds >= 100:
        _expect_chance(rows.reshape(-1, size), len(x))
    return {"batches": len(batches)}


def _expect_a_batch(batch, x, t, size):
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        raise Wrong(
            _("Two things are to be returned: the images and their labels."),
            _("`return x_batch, t_batch`"),
        )
    images, labels = map(np.asarray, batch)
    if labels.shape[1:] == x.shape[1:] and images.shape[1:] == t.shape[1:] != x.shape[1:]:
        raise Wrong(_("Labels come first and images second."), _("Exchange the two."))
    if labels.shape[1:] == x.shape[1:]:
        raise Wrong(
            _("The labels are images: they were taken out of x."),
            _("Which array holds the labels? Read your line for t_batch aloud."),
        )
    if images.shape[1:] != x.shape[1:] or labels.shape[1:] != t.shape[1:]:
        raise Wrong(
            _("Images of shape {x} and labels of shape {t} come out.").format(
                x=images.shape, t=labels.shape
            ),
            _("Index with an array of places: `x[batch]` and `t[batch]` keep whole rows."),
        )
    for kind, n in ((_("images"), len(images)), (_("labels"), len(labels))):
        if n != size:
            raise Wrong(
                _("The batch has {n} {kind}; {size} are asked for.").format(
                    n=n, kind=kind, size=size
                ),
                _("The caller's wish is in `size`."),
            )


@exercise(hint=N_("Draw the places first: np.random.choice(how many images, how many to draw)."))
def check_draw_batch(answer):
    x = np.arange(24.0).reshape(12, 2) ** 2
    t = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
    verdict = judge(
        answer,
        solutions.draw_batch,
        via=_play_draw,
        praise=_("Right: random images, each with its own label."),
        cases=[
            case(x, t, 4, of=_("class numbers")),
            case(x, np.eye(10)[t], 3, of=_("one-hot labels")),
            case(x, t, 1, of=_("a batch of one")),
        ],
    )
    if verdict:
        for size, rounds in ((4, 600), (3, 100), (1, 300)):
            _play_draw(answer, x.copy(), t.copy(), size, rounds)
    return verdict


class _Diary(SigmoidTwoLayerNet):
    """The chapter's network, small, that notes what it is asked for: which, x, t, parameters."""

    def __init__(self):
        super().__init__(2, 3, 10, weight_init_std=1.0, rng=0)
        self.notes, self.first = [], dict(self.params)

    def note(self, which, x, t):
        now = {key: value.copy() for key, value in self.params.items()}
        self.notes.append((which, np.array(x), np.array(t), now))

    def gradient(self, x, t):
        self.note("gradient", x, t)
        return super().gradient(x, t)

    def loss(self, x, t, train_flg=False):
        if not train_flg:  # not for its own gradient
            self.note("loss", x, t)
        return super().loss(x, t, train_flg)

    def at(self, params):
        """The network with these numbers for its own."""
        for key, value in params.items():
            self.params[key][...] = value
        return self


class _Quick(_Diary):
    """A diary without a network: where only the batches are looked at."""

    def gradient(self, x, t):
        self.notes.append(("gradient", np.array(x), np.array(t), None))
        return {key: 0 * value for key, value in self.params.items()}

    def loss(self, x, t, train_flg=False):
        return np.float64(0)


def _play_learn(answer, x, t, lr, steps, batch_size):
    """Let the answer train a network that keeps a diary; Wrong for the first line that is off."""
    net = _Diary()
    try:
        losses = answer(net, x, t, lr, steps, batch_size)
    except RuntimeError:
        for key, value in net.first.items():
            if net.params.get(key) is not value:
                raise Wrong(
                    _(
                        "net.params['{key}'] is a new array; the network goes on with the old one."
                    ).format(key=key),
                    _("`=` puts another array there. What changes the one that is there?"),
                ) from None
        raise
    batches = [note[1:] for note in net.notes if note[0] == "gradient"]
    if not batches:
        if _open(losses):
            return None
        raise Wrong(_("net.gradient is never called."), _("Step 2 of the four: the gradient."))
    _expect_batches(batches, x, t, steps, batch_size)
    after = [before for _images, _labels, before in batches[1:]] + [net.params]
    for i, (batch, now) in enumerate(zip(batches, after, strict=True)):
        _expect_update(i + 1, *batch, now, lr)
    if _open(losses):
        raise Wrong(
            _("The network learns, but the list of losses is not returned."),
            _("What stands after `return`?"),
        )
    if not isinstance(losses, (list, tuple, np.ndarray)) or np.shape(losses) != (steps,):
        raise Wrong(
            _("One loss for each of the {steps} steps is asked for, in a list.").format(
                steps=steps
            ),
            _("`losses = []` before the loop, `append` inside, `return losses` after it."),
        )
    if any(_number(loss) is None for loss in losses):
        raise Wrong(
            _("The list holds {kind}, and that is no number.").format(kind=shown(losses[0])),
            _("What does `net.loss` give when it is called with a batch?"),
        )
    _expect_losses(np.array(losses, dtype=float), batches, after, net.notes, x, t)
    return {"steps": steps}


def _expect_batches(batches, x, t, steps, batch_size):
    """Return the places of the images in each batch, (steps, batch_size)."""
    if len(batches) != steps:
        times = _("{n} times").format(n=len(batches)) if len(batches) > 1 else _("once")
        raise Wrong(
            _("The gradient is computed {times}; {steps} steps are asked for.").format(
                times=times, steps=steps
            ),
            _("One gradient for each step. What does your loop run over?"),
        )
    for images, _labels, _at in batches:
        if len(images) == len(x) != batch_size:
            raise Wrong(
                _("Every step looks at all {n} images: that is no mini-batch.").format(n=len(x)),
                _("Which images should the gradient get? See step 1 of the four."),
            )
        if images.ndim != 2 or len(images) != batch_size:
            raise Wrong(
                _("A batch of shape {shape} arrives; {size} images are asked for.").format(
                    shape=images.shape, size=batch_size
                ),
                _("The caller's wish is in `batch_size`."),
            )
    rows = np.array([_places(images, x) for images, _labels, _at in batches])
    for places, (_images, labels, _at) in zip(rows, batches, strict=True):
        if not np.array_equal(labels, t[places]):
            raise Wrong(
                _("Images and labels of a batch do not belong together."),
                _("`x[batch]` and `t[batch]`, with the same `batch`."),
            )
    if (steps - 1) * batch_size > 9 and (rows == rows[0]).all():  # by luck in 1 of 12¹⁰
        raise Wrong(
            _("Every step sees the same images: no new batch is drawn."),
            _("Which line belongs inside the loop? Or is a seed set there?"),
        )
    return rows


def _expect_update(step, images, labels, before, after, lr):
    """Wrong if a step does not lead from the parameters `before` it to those `after` it."""
    grads = _Diary().at(before).gradient(images, labels)

    def all_are(rule, keys=before):
        return all(np.allclose(after[key], rule(before[key], grads[key])) for key in keys)

    if all_are(lambda p, g: p - lr * g):
        return
    moved = [key for key in before if not np.array_equal(before[key], after[key])]
    if not moved:
        raise Wrong(
            _("The parameters never change, so nothing is learned.")
            if step == 1
            else _("After step {n} the parameters do not change any more.").format(n=step - 1),
            _("Step 3 of the four: update. Does it reach net.params?"),
        )
    for rule, message, hint in (
        (
            lambda p, g: p + lr * g,
            _("The parameters walk uphill, along the gradient instead of against it."),
            _("Which sign has the update?"),
        ),
        (
            lambda p, g: p - g,
            _("The gradient is subtracted as it is, without the learning rate."),
            _("How long should a step be?"),
        ),
        (
            lambda p, g: -lr * g,
            _("The parameters are replaced by the step instead of being moved by it."),
            _("`=` or `-=`?"),
        ),
        (
            lambda p, g: p - lr * g / len(images),
            _("The step is divided by the batch size; the gradient is a mean already."),
            _("What does the loss of a batch divide by?"),
        ),
    ):
        if all_are(rule):
            raise Wrong(message, hint)
    if len(moved) < len(before) and all_are(lambda p, g: p - lr * g, moved):
        raise Wrong(
            _("Only some of the parameters are updated: {names}.").format(names=", ".join(moved)),
            _("Loop over all the keys of net.params."),
        )
    rate = np.sum((before["W2"] - after["W2"]) * grads["W2"]) / np.sum(grads["W2"] ** 2)
    if all_are(lambda p, g: p - rate * g):
        raise Wrong(
            _("The parameters move by {rate:.4g} times the gradient; lr is {lr:g}.").format(
                rate=rate, lr=lr
            ),
            _("The caller's wish is in `lr`. Where does it stand in your update, and how often?"),
        )
    right = {key: before[key] - lr * grads[key] for key in before}
    key = next(key for key in right if not np.allclose(after[key], right[key]))
    spot = np.unravel_index(np.abs(after[key] - right[key]).argmax(), right[key].shape)
    numbers_of = [f"{one[key][spot]:.6g}" for one in (before, after, right)]
    raise Wrong(
        _("Step {n} takes a number of {key} from {old} to {new}; it should go to {right}.").format(
            n=step, key=key, **dict(zip(("old", "new", "right"), numbers_of, strict=True))
        ),
        _("Each number of net.params moves by −lr times its own slope, once in a step."),
    )


def _expect_losses(losses, batches, after, notes, x, t):
    """Wrong unless the losses are those on each step's own batch, after its update."""
    twin = _Diary()

    def each(loss):
        return [loss(*batch, now) for batch, now in zip(batches, after, strict=True)]

    right = each(lambda images, labels, before, now: twin.at(now).loss(images, labels))
    if np.allclose(losses, right, rtol=1e-5):
        return
    for loss, message, hint in (
        (
            lambda images, labels, before, now: twin.at(before).loss(images, labels),
            _("The losses are those before each update; those after it are asked for."),
            _("In which order do the last two of the four steps come?"),
        ),
        (
            lambda images, labels, before, now: twin.at(now).loss(x, t),
            _("The losses are those on all the data; each step's own batch is asked for."),
            _("Which images has this step drawn?"),
        ),
        (
            lambda images, labels, before, now: twin.at(before).loss(x, t),
            _("The losses are those on all the data, and before each update."),
            _("Which images has this step drawn, and when is the loss to be measured?"),
        ),
    ):
        if np.allclose(losses, each(loss), rtol=1e-5):
            raise Wrong(message, hint)
    own = [images for images, _labels, _at in batches]
    others = [images for which, images, _labels, _at in notes if which == "loss"]
    if len(others) == len(own) and len(others[0]) != len(own[0]):
        raise Wrong(
            _("The loss is measured on {n} of the images; a batch holds {size}.").format(
                n=len(others[0]) if others[0].ndim > 1 else 1, size=len(own[0])
            ),
            _("Hand `net.loss` the images that the gradient was computed with."),
        )
    if len(others) == len(own) and any(map(_differ, own, others)):
        raise Wrong(
            _("The loss is measured on other images than the gradient of its step."),
            _("Draw once in a step, and use these images for both."),
        )
    i = int(np.argmin(np.isclose(losses, right, rtol=1e-5)))
    raise Wrong(
        _(
            "The loss of step {n} is {got:.6g}; on its batch, after the update, it is {want:.6g}."
        ).format(n=i + 1, got=losses[i], want=right[i]),
        _("One loss for each step, on the step's own batch, after its update."),
    )


def _differ(one, other):
    return one.shape != other.shape or bool((one != other).any())


@exercise(hint=N_("The four steps, in order: draw a batch, gradient, update, note the loss."))
def check_learn(answer):
    x = np.random.default_rng(6).normal(size=(12, 2))
    t = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
    verdict = judge(
        answer,
        solutions.learn,
        via=_play_learn,
        praise=_("Right: this is the loop that trains every network of the book."),
        cases=[
            case(x, t, 0.1, 4, 5, of=_("four steps, batches of 5")),
            case(x, t, 0.25, 2, 3, of=_("two steps, another learning rate")),
            case(x, np.eye(10)[t], 0.1, 3, 1, of=_("batches of one")),
        ],
    )
    if verdict:
        net = _Quick()
        answer(net, x.copy(), t.copy(), 0.1, 300, 4)
        batches = [note[1:] for note in net.notes if note[0] == "gradient"]
        _expect_chance(_expect_batches(batches, x, t, 300, 4), len(x))
    return verdict


def _as_steps(answer, *args):
    steps = answer(*args)
    if _open(steps):
        return steps
    if isinstance(steps, (str, Mapping)) or not np.iterable(steps):
        raise Wrong(_("A list of steps is asked for."), _("One number for each reading."))
    steps = [*steps]
    for step in steps:
        number = _number(step)
        if number is None or not number.is_integer():
            raise Wrong(
                _("A step is a whole number; {step} is among yours.").format(
                    step=shown(step if number is None else number)
                ),
                _("`/` makes a float, always. Which division makes a whole number?"),
            )
    return np.array([int(step) for step in steps])


_as_steps.direct = True  # it is the very call, so arguments have their names


@exercise(
    hint=N_("How many whole batches fit into the training set? `//` divides to whole numbers.")
)
def check_reading_steps(answer):
    def every(per_epoch):
        return lambda n, size, last: np.array(
            [i for i in range(last) if i % per_epoch(n, size) == 0]
        )

    def shifted(n, size, last):
        return np.array([i for i in range(last) if (i + 1) % max(n // size, 1) == 0])

    def without_first(n, size, last):
        return solutions.reading_steps(n, size, last)[1:]

    def one_too_many(n, size, last):
        return solutions.reading_steps(n, size, last + 1)

    def finished_only(n, size, last):
        per_epoch = max(n // size, 1)
        return np.arange(last // per_epoch) * per_epoch

    def right(n, size, last):
        return np.array(solutions.reading_steps(n, size, last))

    return judge(
        answer,
        solutions.reading_steps,
        via=_as_steps,
        praise=_("Right: once an epoch, also where the batches do not divide the data."),
        cases=[
            case(
                600,
                100,
                25,
                of=_("600 images in batches of 100"),
                hint=_("An epoch has 6 steps here. Which steps below 25 are the first of one?"),
            ),
            case(600, 128, 25, of=_("600 images in batches of 128")),
            case(420, 100, 25, of=_("420 images in batches of 100")),
            case(60_000, 128, 1000, of=_("60,000 images in batches of 128")),
            case(50, 100, 4, of=_("fewer images than a batch")),
            case(
                600,
                100,
                0,
                of=_("no step at all"),
                hint=_("How many steps are there if max_iter is 0?"),
            ),
        ],
        mistakes=[
            Mistake(
                every(lambda n, size: n / size),
                _("60,000 / 128 is 468.75, and i % 468.75 is 0 only every 1,875 steps."),
                _("`/` makes a float, always. Which division makes a whole number?"),
            ),
            Mistake(
                every(lambda n, size: n // size),
                _("With fewer images than a batch an epoch has 0 steps, and % 0 is an error."),
                _("What should an epoch have at least?"),
            ),
            Mistake(
                every(lambda n, size: -(-n // size)),
                _("You round up: an epoch of 600 in batches of 128 has 4 whole batches, not 5."),
                _("The book's epoch counts whole batches."),
            ),
            Mistake(
                every(lambda n, size: max(round(n / size), 1)),
                _("You round to the nearest: 4.6875 becomes 5, but only 4 whole batches fit."),
                _("`//` cuts off."),
            ),
            Mistake(
                shifted,
                _("You read at the end of each epoch; the book reads at its first step."),
                _("Is 0 % 6 equal to 0?"),
            ),
            Mistake(
                without_first,
                _("The reading at step 0 is missing: how good is a network after one step?"),
                _("Where does your range begin?"),
            ),
            Mistake(
                finished_only,
                _("The last epoch is left out where it is not finished; its first step is there."),
                _("The list has the first step of every epoch that begins below max_iter."),
            ),
            Mistake(
                lambda n, size, last: solutions.reading_steps(n, size, last - 1),
                _("Steps go from 0 to max_iter − 1; yours end one earlier."),
                _("`range(n)` ends before n by itself."),
            ),
            Mistake(
                one_too_many,
                _("Steps go from 0 to max_iter − 1; you go one farther."),
                _("`range(n)` ends before n."),
            ),
            Mistake(
                lambda *args: right(*args)[:-1],
                _("The last reading is missing."),
                _("How far does your range go, and is its end among the steps?"),
            ),
            Mistake(
                lambda n, size, last: right(n, size, last) if n >= size else [],
                _("With fewer images than a batch you never read."),
                _("How many steps should an epoch have at least?"),
            ),
            Mistake(
                lambda n, size, last: right(n, size, last) if n >= size else [0],
                _("With fewer images than a batch you read once, at step 0, and never again."),
                _("How many steps should an epoch have at least?"),
            ),
            Mistake(
                every(lambda n, size: n // size + 1),
                _("You count one step too many to an epoch."),
                _("How many whole batches of 100 fit into 600 images?"),
            ),
            Mistake(
                lambda *args: np.arange(len(right(*args))),
                _("You number the epochs; the steps at which they begin are asked for."),
                _("Which step is the first one of the second epoch?"),
            ),
            Mistake(
                lambda n, size, last: np.arange(1, last, max(n // size, 1)),
                _("You begin at step 1, so every reading comes a step late."),
                _("Which number has the first step?"),
            ),
            Mistake(
                every(lambda n, size: size),
                _("You read every batch_size steps; that is no epoch."),
                _("An epoch is the number of batches that fit into the training set."),
            ),
        ],
    )
