"""Checks of chapter 4, learning from data. How a check is made: see exercises/verdict.py."""

from gettext import gettext as _

import numpy as np

from common.functions import sigmoid, softmax
from common.gradient import numerical_gradient

from .solutions import ch04 as solutions
from .verdict import Mistake, Verdict, Wrong, case, exercise, judge


def _open(answer):
    return answer is None or answer is ...


def _is_number(value):
    kinds = (int, float, np.integer, np.floating)
    return isinstance(value, kinds) and not isinstance(value, bool)


@exercise(hint=_("Which entry of each row of y counts? For one-hot labels, argmax finds it."))
def check_cross_entropy_batch(answer):
    y = np.array([[0.1, 0.6, 0.2, 0.1], [0.3, 0.1, 0.1, 0.5], [0.05, 0.05, 0.85, 0.05]])
    t, square = np.array([1, 0, 2]), np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.2, 0.1, 0.7]])

    def one_hot(t, k):
        return np.eye(k)[t]

    def numbers(t):
        return t.argmax(axis=1) if t.ndim == 2 else t

    def right(y, t):
        return y[np.arange(len(y)), numbers(t)] + 1e-7

    def shares(y, t):
        return one_hot(numbers(t), y.shape[1])

    return judge(
        answer,
        solutions.cross_entropy_batch,
        praise=_("Right for both kinds of labels, and a certain mistake costs 16.1, not inf."),
        cases=[
            case(y, t, of=_("three answers, class numbers")),
            case(y, one_hot(t, 4), of=_("the same three, one-hot labels")),
            case(square, np.array([2, 0, 1], dtype=np.uint8), of=_("as many answers as classes")),
            case(square[:1], np.array([1]), of=_("a batch of one")),
            case(
                np.array([[0.0, 1.0], [0.5, 0.5]]),
                np.array([0, 1]),
                of=_("a right class with probability 0"),
                hint=_("What is log(0)? The book adds 1e-7 to the probability."),
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
                lambda y, t: -(shares(y, t) * np.log(y + 1e-7)).mean(),
                _("You divide by all entries of y; one loss belongs to each row."),
                _("How many answers are in the batch, and how many entries has y?"),
            ),
            Mistake(
                lambda y, t: -np.log(y[:, numbers(t)] + 1e-7).mean(),
                _("`y[:, t]` takes these columns of every row, the answers of others included."),
                _("Row 0 with t[0], row 1 with t[1], …: both indices have to run together."),
            ),
            Mistake(
                lambda y, t: -np.log10(right(y, t)).mean(),
                _("This is the logarithm to the base 10; the loss is counted in nats."),
                _("Which function of NumPy is the natural logarithm?"),
            ),
            Mistake(
                lambda y, t: -np.log(y + 1e-7).sum() / len(y),
                _("Every class counts here, the wrong ones too; t has no effect."),
                _("The cross-entropy asks for the probability of the right class only."),
            ),
        ],
    )


# exp at x = 1: how far each kind of difference is from e


def _typical_errors(method, dtype, h):
    """Errors of a difference for steps near each of h: the median, for rounding is chance."""
    near = np.asarray(h, dtype=float)[:, np.newaxis] * np.geomspace(0.8, 1.25, 21)
    step, x = near.astype(dtype), dtype(1)
    below = x if method == "forward" else x - step
    width = step if method == "forward" else 2 * step
    slope = ((np.exp(x + step) - np.exp(below)) / width).astype(float)
    return np.median(np.abs(slope - np.e), axis=1)


@exercise(
    hint=_("Where has each curve of the panel its lowest place? The function is exp, x is 1.")
)
def check_step_sizes(answer):
    right = solutions.step_sizes
    if not isinstance(answer, dict):
        return judge(answer, right)
    if all(map(_open, answer.values())):
        return Verdict(None, _("not answered yet"))
    grid = np.geomspace(1e-15, 1, 150)
    for key in right:
        h = answer.get(key)
        if _open(h):
            return Verdict(None, _("not answered yet: {key}").format(key=key))
        if not _is_number(h) or not 0 < h < np.inf:
            raise Wrong(
                _("{key}: a step is a number above 0.").format(key=key),
                _("1e-3 is a way to write 0.001."),
            )
        method, kind = key.split(", ")
        dtype = np.dtype(kind).type
        error = _typical_errors(method, dtype, [h])[0]
        errors = _typical_errors(method, dtype, grid)
        best, least = grid[errors.argmin()], errors.min()
        if error <= 10 * least:
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


@exercise(hint=_("What happens to 0.0001 in an array of integers? Make x a copy of floats first."))
def check_safe_gradient(answer):
    def squares(x):
        return np.sum(x**2)

    def mixed(x):
        return x[0] * x[1] ** 2 + x[0] ** 3 + x[1] * x[2]

    def table(W):
        return np.sum(W**2 * np.arange(1, W.size + 1).reshape(W.shape)) + W[0, 0] * W[-1, -1]

    def kinds(x):
        return x.dtype.type

    return judge(
        answer,
        solutions.safe_gradient,
        rtol=1e-5,
        praise=_("Right for floats and integers, for rows and tables, and x stays as it was."),
        cases=[
            case(squares, np.array([3.0, 4.0]), of=_("x₀² + x₁² at floats")),
            case(mixed, np.array([1.0, -2.0, 0.5]), of=_("a function with mixed terms")),
            case(
                squares,
                np.array([3, 4]),
                of=_("x₀² + x₁² at integers"),
                hint=_("What is `np.array([3, 4])` after `x[0] = 3.0001`? Print it."),
            ),
            case(
                table,
                np.array([[1.0, 0.2, -3.0], [0.5, 2.0, 1.5]]),
                of=_("a table of weights"),
                hint=_("`np.ndindex(x.shape)` gives the place of every entry, however many axes."),
            ),
        ],
        mistakes=[
            Mistake(
                lambda f, x: _slopes(f, x, dtype=kinds(x), out=kinds(x)),
                _("For integers you get the wrong slopes: 3 + 0.0001 is cut off to 3 again."),
                _("Which dtype has the array that you nudge?"),
            ),
            Mistake(
                lambda f, x: _slopes(f, x, out=kinds(x)),
                _("For integers the slopes are cut to whole numbers: 5.9999999 becomes 5."),
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
                lambda f, x: _slopes(f, x, restore=False),
                _("The entries stay nudged: the second slope is measured at a shifted place."),
                _("Before the next entry gets its turn, what must the last one be again?"),
            ),
            Mistake(
                lambda f, x: (f(x + 1e-4) - f(x - 1e-4)) / 2e-4,
                _("All entries are nudged at once, so you get one number: the sum of all slopes."),
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
    hint=_("Where does the array that you step with come from? Copy it before the first step.")
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
    return judge(
        answer,
        solutions.safe_descent,
        atol=1e-8,
        praise=_("Right, and the caller's start is where it was."),
        cases=[
            case(bowl, start, 0.1, 3, of=_("three steps in the bowl")),
            case(valley, np.array([-7.0, 2.0]), 0.3, 5, of=_("five steps in the long valley")),
            case(bowl, start, 0.1, 100, of=_("a hundred steps")),
            case(bowl, start, 0.5, 0, of=_("no step at all")),
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
                lambda f, x, lr, n: f(walk(f, x, lr, n)),
                _("You return the height at the end; the place is asked for."),
                _("What should the caller learn: how low it is there, or where that is?"),
            ),
        ],
    )


@exercise(
    hint=_("y is multiplied by 1 − 2·lr in each step, x by 1 − lr/10. When is which negative?")
)
def check_oscillating_rate(answer):
    if _open(answer):
        return Verdict(None, _("not answered yet"))
    if not _is_number(answer):
        raise Wrong(_("A learning rate is one number."), _("Write it without quotes or brackets."))
    if not np.isfinite(answer):
        raise Wrong(
            _("{lr} is no finite number: after one step x would be inf or nan.").format(lr=answer),
            _("Look between 0 and 2."),
        )
    if answer == 0:
        raise Wrong(
            _("With 0 the walker never moves."), _("How long is a step of lr times the gradient?")
        )
    if answer < 0:
        raise Wrong(
            _("A negative rate walks uphill, away from the minimum."),
            _("x ← x − lr · gradient: what do two minus signs make?"),
        )
    place, path = np.array([-7.0, 2.0]), []
    for _step in range(100):
        place = place - answer * np.array([place[0] / 10, 2 * place[1]])
        path.append(place)
    x, y = np.array(path).T
    if abs(y[-1]) > 2:
        raise Wrong(
            _("It diverges: after 100 steps y is {y:.2g}.").format(y=y[-1]),
            _("Each step multiplies y by 1 − 2·lr. Which values of that grow?"),
        )
    if abs(y[-1]) == 2:
        raise Wrong(
            _("It jumps from side to side for ever: y is 2 and −2 in turn, and comes no nearer."),
            _("Each step multiplies y by 1 − 2·lr = −1. What would make it shrink as well?"),
        )
    if not (y[0] < 0 < y[1]):
        raise Wrong(
            _("It does not oscillate: y never jumps to the other side of the valley."),
            _("From which lr on is 1 − 2·lr negative?"),
        )
    if abs(y[-1]) > 0.01:
        raise Wrong(
            _("It oscillates, but after 100 steps y still jumps by {jump:.2g}.").format(
                jump=abs(y[-1] - y[-2])
            ),
            _("The farther 1 − 2·lr is from −1, the sooner the jumps die away."),
        )
    if abs(x[-1]) > 0.01:
        raise Wrong(
            _("It oscillates, but after 100 steps x has only come to {x:.2g}.").format(x=x[-1]),
            _("Along the valley each step multiplies x by 1 − lr/10. Which lr is faster?"),
        )
    return Verdict(
        True, _("Right: {lr:g} jumps across the valley, and still ends in it.").format(lr=answer)
    )


MINIMA = {
    "right above": (3.0, 2.0),
    "left above": (-2.805118, 3.131313),
    "left below": (-3.779310, -3.283186),
    "right below": (3.584428, -1.848127),
}


@exercise(hint=_("Choose Himmelblau in the panel, lr 0.01, and try one start in each corner."))
def check_four_starts(answer):
    if not isinstance(answer, dict):
        return judge(answer, solutions.four_starts)
    if all(map(_open, answer.values())):
        return Verdict(None, _("not answered yet"))
    for key, minimum in MINIMA.items():
        start = answer.get(key)
        if _open(start):
            return Verdict(None, _("not answered yet: {key}").format(key=key))
        pair = isinstance(start, (tuple, list, np.ndarray)) and len(start) == 2
        if not pair or not all(_is_number(part) and np.isfinite(part) for part in start):
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
        if np.hypot(start[0] - minimum[0], start[1] - minimum[1]) < 1:
            raise Wrong(
                _("{key}: it starts at the goal already; keep a distance of at least 1.").format(
                    key=key
                ),
                _("A start is found before one knows where the minimum is."),
            )
    return Verdict(True, _("Right: the same rule and the same hill country, and four ends."))


def _himmelblau_end(x, y, lr=0.01, steps=200):
    for _step in range(steps):
        first, second = x * x + y - 11, x + y * y - 7
        x, y = x - lr * (4 * x * first + 2 * second), y - lr * (2 * first + 4 * y * second)
        if not abs(x) + abs(y) < 1e6:
            return np.array([np.nan, np.nan])
    return np.array([x, y])


@exercise(hint=_("Follow the shapes: what has the shape (N, H) that W2 (H, K) wants on its left?"))
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
                _("The second layer reads x, so the hidden layer is computed and never used."),
                _("What should W2 be multiplied with?"),
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


def _play_draw(answer, x, t, size):
    """Draw many batches and return what can be compared; Wrong for what cannot be a batch."""
    batches = [answer(x, t, size) for _round in range(40)]
    if all(map(_open, batches)):
        return None
    rows = []
    for batch in batches:
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
                _("Index with an array of places: `x[batch]` keeps all columns."),
            )
        if len(images) != size or len(labels) != size:
            raise Wrong(
                _("The batch has {n} images; {size} are asked for.").format(
                    n=len(images), size=size
                ),
                _("The caller's wish is in `size`."),
            )
        places = np.array([np.flatnonzero((x == image).all(axis=1))[0] for image in images])
        if not np.array_equal(labels, t[places]):
            raise Wrong(
                _("Images and labels do not belong together."),
                _("Draw the places once, and use them for both arrays."),
            )
        rows.append(places)
    _expect_chance(np.array(rows), len(x), size)
    return {"batches": len(rows)}


def _expect_chance(rows, n, size):
    seen = set(rows.ravel().tolist())
    if (rows == rows[0]).all():
        raise Wrong(
            _("Every call gives the same batch."),
            _("A batch is drawn at random, anew each time. Is a seed set inside?"),
        )
    if max(seen) < size < n:
        raise Wrong(
            _("Only the first {size} images are ever drawn.").format(size=size),
            _("The places go from 0 to len(x) − 1."),
        )
    if n - 1 not in seen or 0 not in seen:
        place = _("first") if 0 not in seen else _("last")
        raise Wrong(
            _("The {place} image is never drawn.").format(place=place),
            _("np.random.choice(n, size) draws from 0 … n − 1."),
        )
    if (np.diff(rows, axis=1) == 1).all() and size > 1:
        raise Wrong(
            _("Each batch is a run of neighbours; every image should be drawn by itself."),
            _("np.random.choice draws `size` places at once."),
        )


@exercise(hint=_("Draw the places first: np.random.choice(how many images, how many to draw)."))
def check_draw_batch(answer):
    x = np.arange(24.0).reshape(12, 2) ** 2
    t = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
    return judge(
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


class _Recorder:
    """A network of two numbers that keeps a diary: its gradient depends on its parameters only."""

    def __init__(self):
        self.params = {"W": np.array([[2.0, -1.0]]), "b": np.array([0.5])}
        self.batches, self.lost = [], []

    def gradient(self, x, t):
        self.batches.append((np.array(x), np.array(t)))
        return {"W": 2 * self.params["W"], "b": 3 * self.params["b"]}

    def loss(self, x, t):
        self.lost.append((np.array(x), np.array(t)))
        return float(np.sum(self.params["W"] ** 2) + 1.5 * np.sum(self.params["b"] ** 2))

    def predict(self, x):
        return np.full((len(x), 10), 0.1)

    def accuracy(self, x, t):
        return 0.1


def _play_learn(answer, x, t, lr, steps, batch_size):
    net = _Recorder()
    losses = answer(net, x, t, lr, steps, batch_size)
    if _open(losses) and not net.batches:
        return None
    if not net.batches:
        raise Wrong(_("net.gradient is never called."), _("Step 2 of the four: the gradient."))
    _expect_batches(net, x, t, steps, batch_size)
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
    return {"W": net.params["W"], "b": net.params["b"], "losses": np.array(losses, dtype=float)}


def _expect_batches(net, x, t, steps, batch_size):
    if len(net.batches) != steps:
        raise Wrong(
            _("The gradient is computed {n} times; {steps} steps are asked for.").format(
                n=len(net.batches), steps=steps
            ),
            _("One gradient for each step. What does your loop run over?"),
        )
    places = []
    for images, labels in net.batches:
        if len(images) == len(x) != batch_size:
            raise Wrong(
                _("Every step looks at all {n} images: that is no mini-batch.").format(n=len(x)),
                _("Step 1 of the four: draw a batch."),
            )
        if len(images) != batch_size:
            raise Wrong(
                _("A batch has {n} images; {size} are asked for.").format(
                    n=len(images), size=batch_size
                ),
                _("The caller's wish is in `batch_size`."),
            )
        rows = np.array([np.flatnonzero((x == image).all(axis=1))[0] for image in images])
        if np.shape(labels) != t[rows].shape or not np.array_equal(labels, t[rows]):
            raise Wrong(
                _("Images and labels of a batch do not belong together."),
                _("`x[batch]` and `t[batch]`, with the same `batch`."),
            )
        places.append(rows)
    if steps > 1 and all(np.array_equal(rows, places[0]) for rows in places):
        raise Wrong(
            _("The batch is drawn once, and every step sees the same images."),
            _("Which line belongs inside the loop?"),
        )


@exercise(hint=_("The four steps, in order: draw a batch, gradient, update, note the loss."))
def check_learn(answer):
    x = np.arange(40.0).reshape(20, 2) ** 2
    t = np.arange(20) % 10

    def training(update=lambda p, lr, g: p - lr * g, before=False, keys=("W", "b")):
        def learn(net, x, t, lr, steps, batch_size):
            losses = []
            for _step in range(steps):
                batch = np.random.choice(len(x), batch_size)
                grads = net.gradient(x[batch], t[batch])
                if before:
                    losses.append(net.loss(x[batch], t[batch]))
                for key in keys:
                    net.params[key] = update(net.params[key], lr, grads[key])
                if not before:
                    losses.append(net.loss(x[batch], t[batch]))
            return losses

        return learn

    return judge(
        answer,
        solutions.learn,
        via=_play_learn,
        praise=_("Right: this is the loop that trains every network of the book."),
        cases=[
            case(x, t, 0.1, 4, 5, of=_("four steps, batches of 5")),
            case(x, t, 0.3, 2, 3, of=_("two steps, another learning rate")),
            case(x, t, 0.1, 3, 1, of=_("batches of one")),
        ],
        mistakes=[
            Mistake(
                training(lambda p, lr, g: p + lr * g),
                _("The parameters walk uphill: the loss grows with every step."),
                _("Which sign has the update?"),
            ),
            Mistake(
                training(lambda p, lr, g: p - g),
                _("The gradient is subtracted as it is, without the learning rate."),
                _("How long should a step be?"),
            ),
            Mistake(
                training(lambda p, lr, g: p - 0.1 * g),
                _("The learning rate is always 0.1."),
                _("The caller's wish is in `lr`."),
            ),
            Mistake(
                training(lambda p, lr, g: p),
                _("The parameters never change, so nothing is learned."),
                _("Step 3 of the four: update."),
            ),
            Mistake(
                training(lambda p, lr, g: -lr * g),
                _("The parameters are replaced by the step instead of being moved by it."),
                _("`=` or `-=`?"),
            ),
            Mistake(
                training(before=True),
                _("The losses are those before each update; those after it are asked for."),
                _("In which order do the last two of the four steps come?"),
            ),
            Mistake(
                training(keys=("W",)),
                _("Only some of the parameters are updated."),
                _("Loop over all the keys of net.params."),
            ),
        ],
    )


def _as_steps(answer, *args):
    steps = answer(*args)
    return steps if _open(steps) else np.array([int(step) for step in steps])


@exercise(
    hint=_("How many whole batches fit into the training set? `//` divides to whole numbers.")
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

    return judge(
        answer,
        solutions.reading_steps,
        via=_as_steps,
        praise=_("Right: once an epoch, also where the batches do not divide the data."),
        cases=[
            case(600, 100, 25, of=_("600 images in batches of 100")),
            case(600, 128, 25, of=_("600 images in batches of 128")),
            case(420, 100, 25, of=_("420 images in batches of 100")),
            case(60_000, 128, 1000, of=_("60,000 images in batches of 128")),
            case(50, 100, 4, of=_("fewer images than a batch")),
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
                _("The reading at step 0 is missing: how good is the untrained network?"),
                _("Where does your range begin?"),
            ),
            Mistake(
                one_too_many,
                _("Steps go from 0 to max_iter − 1; you go one farther."),
                _("`range(n)` ends before n."),
            ),
            Mistake(
                every(lambda n, size: size),
                _("You read every batch_size steps; that is no epoch."),
                _("An epoch is the number of batches that fit into the training set."),
            ),
        ],
    )
