"""Checks of chapter 6, training techniques. How a check is made: see exercises/verdict.py."""

import contextlib
from collections.abc import Mapping
from gettext import gettext as _
from inspect import isclass, isfunction

import numpy as np

from common.checks import shown

from .solutions import ch06 as solutions
from .verdict import (
    N_,
    Mistake,
    Verdict,
    Wrong,
    _kind,
    case,
    exercise,
    is_template,
    judge,
    unanswered,
)

RNG = np.random.default_rng(6)
W, V, DW = (np.round(RNG.normal(size=(2, 3)), 2) for _i in range(3))
X = np.round(RNG.normal(2.0, 3.0, size=(6, 4)), 2)
GAMMA, BETA = np.array([1.5, 0.5, 2.0, 1.2]), np.array([0.3, -1.0, 0.7, 2.0])


def _several(*names):
    """Call a function that gives back several results, and name them."""

    def via(function, *args):
        got = function(*args)
        if got is None or got is ...:
            return None
        if isinstance(got, np.ndarray) and got.shape == (len(names), *np.shape(args[0])):
            got = list(got)  # stacked
        if not isinstance(got, (tuple, list)) or len(got) != len(names):
            raise Wrong(
                _("{count} results are expected, in this order: {names}; this is {kind}.").format(
                    count=len(names), names=", ".join(names), kind=_kind(got)
                ),
                _("One `return` can hand back several results. What does the caller wait for?"),
            )
        return dict(zip(names, got, strict=True))

    via.direct = True
    return via


def _numbers(made):
    """Return a result as an array of numbers, or Wrong."""
    with contextlib.suppress(ValueError, TypeError):
        return np.asarray(made, dtype=float)
    raise Wrong(
        _("An array of numbers is expected; this is {kind}.").format(kind=_kind(made)),
        _("What does your `return` hand back?"),
    )


def _expect_from_rng(draw):
    """Wrong if draw(rng) is made by other dice than the `rng` that is handed in, or by a copy.

    No statistics: the same seed gives the same numbers, two seeds or two draws in a row give two
    different results (with thousands of draws, or billions of orders, never the same twice).
    """
    hint = _("Who hands in `rng` wants the same draws again by the same seed. Who draws here?")
    rng = np.random.default_rng(5)
    first, later = draw(rng), draw(rng)
    again, other = (draw(np.random.default_rng(seed)) for seed in (5, 6))
    if not np.array_equal(first, again):
        raise Wrong(
            _("`rng` is handed in, and you draw from somewhere else: twice the same seed, and the "
              "results differ."),
            hint,
        )  # fmt: skip
    if np.array_equal(first, other):
        raise Wrong(_("Whatever `rng` is handed in, the same comes out: it has no say."), hint)
    if np.array_equal(first, later):
        raise Wrong(
            _("Two draws in a row, with one and the same `rng`, are equal: it stays where it was."),
            _("A generator moves on with each draw. Is it the caller's own that you draw from?"),
        )


def _expect_unsorted(made):
    """Wrong if numbers drawn at random stand in an order that chance does not give."""
    if any((np.diff(made, axis=axis) >= 0).all() for axis in range(made.ndim)):
        raise Wrong(
            _("The numbers come out sorted; drawn ones come in any order."),
            _("What would the first of them have to be, if each is drawn by itself?"),
        )


@exercise(hint=N_("First the new v, then W with the new v. What does the slope do to v?"))
def check_momentum_step(answer):
    def rolls(new_v, new_w=lambda W, old, v: W + v):
        def step(W, v, dW, lr, momentum):
            new, more = new_v(v, dW, lr, momentum), (lr, momentum, dW)
            return new_w(W, v, new, *more[: new_w.__code__.co_argcount - 3]), new

        return step

    def right(v, dW, lr, a):
        return a * v - lr * dW

    return judge(
        answer,
        solutions.momentum_step,
        via=_several("W", "v"),
        praise=_("Right: the slope pushes the velocity, and the velocity moves the weights."),
        cases=[
            case(W, V, DW, 0.1, 0.9, of=_("a ball that rolls already")),
            case(W, 0 * V, DW, 0.5, 0.8, of=_("a ball at rest")),
            case(W, V, DW, 0.2, 0.0, of=_("momentum 0")),
            case(W[0], V[0], DW[0], 0.1, 0.9, of=_("a row of three numbers, such as biases")),
        ],
        mistakes=[
            Mistake(
                rolls(lambda v, dW, lr, a: a * v + lr * dW),
                _("The sign of the slope is wrong: this ball rolls uphill."),
                _("dW points to where the loss grows. Which way should v be pushed?"),
            ),
            Mistake(
                rolls(right, lambda W, old, v: W - v),
                _("The weights move against the velocity: two minus signs make a plus."),
                _("The minus is in v already. What becomes of it when v is taken off W?"),
            ),
            Mistake(
                rolls(lambda v, dW, lr, a: v - lr * dW),
                _("Without friction: the old velocity is kept whole, momentum plays no part."),
                _("With momentum 0 nothing of the old v should be left."),
            ),
            Mistake(
                rolls(lambda v, dW, lr, a: a * v - dW),
                _("The learning rate plays no part in your velocity."),
                _("By how much should one slope push?"),
            ),
            Mistake(
                rolls(right, lambda W, old, v: W + old),
                _("The weights move with the old velocity, a step too late."),
                _("A ball at rest should start to move in its very first step."),
            ),
            Mistake(
                rolls(lambda v, dW, lr, a: a * v - (1 - a) * lr * dW),
                _("The slope is weighted with 1 - momentum: a running mean, not a rolling ball."),
                _("Here momentum multiplies only v. (Averaging makes smaller steps.)"),
            ),
            Mistake(
                lambda W, v, dW, lr, a: (W + a * v - lr * dW, v),
                _("W is right, but the old v is handed back: the ball forgets."),
                _("Which v does the next step need?"),
            ),
            Mistake(
                lambda W, v, dW, lr, a: (W - lr * dW, a * v - lr * dW),
                _("This is plain SGD for W; the velocity is computed and not used."),
                _("What is added to W, if it is a ball and not a walker?"),
            ),
            Mistake(
                lambda *args: solutions.momentum_step(*args)[::-1],
                _("Both are right, and they have changed places: the new W comes first."),
                _("In which order does the template name them?"),
            ),
            Mistake(
                rolls(lambda v, dW, lr, a: -lr * dW),
                _("The old velocity plays no part: this ball starts from rest in every step."),
                _("Which share of the old v is left in the new one?"),
            ),
            Mistake(
                rolls(lambda v, dW, lr, a: a * (v - lr * dW)),
                _("Momentum weakens the push of the slope, too; it should weaken the old v alone."),
                _("What does a ball at rest do in its first step?"),
            ),
            Mistake(
                rolls(lambda v, dW, lr, a: a * v + dW, lambda W, old, v, lr: W - lr * v),
                _("Another v: yours adds up slopes, and lr comes in later. Here lr is in v."),
                _("What is the unit of v, if W moves by v itself?"),
            ),
            Mistake(
                rolls(right, lambda W, old, v, lr, a, dW: W + a * v - lr * dW),
                _("W makes one step more than v says: that is Nesterov's step."),
                _("By what does W move, if the ball moves by its velocity?"),
            ),
            Mistake(
                rolls(lambda v, dW, lr, a: 0.9 * v - lr * dW),
                _("Your velocity always keeps 0.9, whichever momentum the caller asks for."),
                _("Which arguments does your function never look at?"),
            ),
        ],
    )  # fmt: skip


@exercise(hint=N_("At t = 1, m is (1 - beta1) · dW. By what must it be divided to be dW again?"))
def check_adam_step(answer):
    def adam(fair_m=True, fair_v=True, root=True, square=True, minus=True, shift=0, power=True,
             tiny=1e-7, inside=0.0):  # fmt: skip
        def step(W, m, v, dW, t, lr, beta1, beta2):
            m = beta1 * m + (1 - beta1) * dW
            v = beta2 * v + (1 - beta2) * (dW**2 if square else dW)
            t = t + shift if power else 1
            m_fair = m / (1 - beta1**t) if fair_m else m
            v_fair = (v / (1 - beta2**t) if fair_v else v) + inside
            move = lr * m_fair / ((np.sqrt(v_fair) if root else v_fair) + tiny)
            return (W - move if minus else W + move), m, v

        return step

    def swapped(W, m, v, dW, t, lr, beta1, beta2):
        return solutions.adam_step(W, m, v, dW, t, lr, beta2, beta1)

    def corrected_twice(W, m, v, dW, t, lr, beta1, beta2):
        new, m, v = solutions.adam_step(W, m, v, dW, t, lr, beta1, beta2)
        return new, m / (1 - beta1**t), v / (1 - beta2**t)

    def via(step, W, m, v, dW, t, lr, beta1, beta2):
        """The book draws the divisors into lr: then 1e-7 meets another root, which is as good."""
        both = W.copy(), m.copy(), v.copy(), dW.copy(), t, lr, beta1, beta2
        new, mean, square = solutions.adam_step(*both)
        root = np.sqrt((1 - beta2**t) * 1.0)
        books = both[0] - lr * root / (1 - beta1**t) * mean / (np.sqrt(square) + 1e-7)
        got = _several("W", "m", "v")(step, W, m, v, dW, t, lr, beta1, beta2)
        with contextlib.suppress(ValueError, TypeError):  # no array: judge has words for it
            made = None if got is None else np.asarray(got["W"], dtype=float)
            if np.shape(made) == new.shape and np.allclose(made, books, rtol=1e-5):
                got["W"] = new
        return got

    via.direct = True
    lines = _("Four formulas, in their order: which of your lines differs from its formula?")
    small, square = np.array([0.0, 1e-6, -3e-6, 2e-7]), V**2
    found = judge(
        answer,
        solutions.adam_step,
        via=via,
        rtol=1e-5,
        may_change=True,  # the text leaves it open
        cases=[
            case(W, 0 * W, 0 * W, DW, 1, 0.1, 0.9, 0.999, of=_("the first step"), hint=lines),
            case(W, V, square, DW, 3, 0.1, 0.9, 0.99, of=_("the third step"), hint=lines),
            case(W, V, square, DW, 500, 0.01, 0.8, 0.99, of=_("step 500"), hint=lines),
            case(
                W[0], V[0], square[0], DW[0], 2, 0.1, 0.8, 0.9,
                of=_("a row of three numbers"),
                hint=_("Do your lines hold for arrays of any shape?"),
            ),
        ],
        mistakes=[
            Mistake(
                adam(fair_m=False, fair_v=False),
                _("The bias correction is missing: m and v start at 0 and are too small at first."),
                _("How large is m at t = 1, if it should be an average of slopes?"),
            ),
            Mistake(
                adam(fair_v=False),
                _("Only m is corrected; v starts at 0, too."),
                _("With beta2 = 0.999, how large is v after one step?"),
            ),
            Mistake(
                adam(fair_m=False),
                _("Only v is corrected; m starts at 0, too."),
                _("With beta1 = 0.9, how large is m after one step?"),
            ),
            Mistake(
                adam(power=False),
                _("Your correction is the same at every step: t plays no part in it."),
                _("After many steps, how much of the start at 0 is left in m?"),
            ),
            Mistake(
                adam(root=False),
                _("The root is missing: v is a mean of squares, and the step is divided by it."),
                _("In which unit is v, if dW is in metres? And what should the divisor's be?"),
            ),
            Mistake(
                adam(square=False),
                _("v averages the slopes themselves, so that signs cancel out."),
                _("v should measure the size of the slopes. What makes every sign a plus?"),
            ),
            Mistake(
                adam(minus=False),
                _("The step goes uphill."),
                _("Which sign stands before the learning rate?"),
            ),
            Mistake(
                adam(shift=1),
                _("You count one step too many: here t is 1 in the first step already."),
                _("With t = 1, what should 1 - beta1**t be?"),
            ),
            Mistake(
                swapped,
                _("beta1 and beta2 have changed places."),
                _("Which of the two belongs to the slopes, and which to their squares?"),
            ),
            Mistake(
                corrected_twice,
                _("The corrected m and v are handed back: the next step corrects them again."),
                _("Which of the two pairs should live on, the raw or the corrected one?"),
            ),
            Mistake(
                lambda *args: solutions.adam_step(*args)[1:] + solutions.adam_step(*args)[:1],
                _("All three are right, and in another order than W, m, v."),
                _("In which order does the template name them?"),
            ),
            Mistake(
                lambda W, m, v, *more: (solutions.adam_step(W, m, v, *more)[0], m, v),
                _("W is right, but the old m and v are handed back: Adam remembers nothing."),
                _("Which m and v does the next step need?"),
            ),
            Mistake(
                lambda W, m, v, dW, *more: solutions.adam_step(W, 0 * m, 0 * v, dW, *more),
                _("The old m and v play no part: every step starts from 0."),
                _("Which share of the old m is left in the new one?"),
            ),
        ],
    )  # fmt: skip
    if not found:
        return found
    return judge(
        answer,
        solutions.adam_step,
        via=via,
        rtol=1e-5,
        may_change=True,
        praise=_("Right: the first step has the size lr, whatever the size of the slope."),
        cases=[
            case(
                GAMMA, 0 * small, 0 * small, small, 1, 0.1, 0.9, 0.999,
                of=_("slopes of 0 and hardly more"),
                hint=_("What does the number that is added to the root do to slopes like these?"),
            )
        ],
        mistakes=[
            Mistake(
                adam(tiny=0.0),
                _("Where the slope is 0, you divide 0 by 0: nan."),
                _("What is added to the root, and what for?"),
            ),
            Mistake(
                adam(tiny=0.0, inside=1e-7),
                _("You add 1e-7 under the root, to the mean of squares, and not to the root."),
                _("How large is the root of 1e-7, beside slopes of a millionth?"),
            ),
            *[
                Mistake(
                    adam(tiny=tiny),
                    _("You add {tiny:.0e} to the root; the text says another number.").format(
                        tiny=tiny
                    ),
                    _("Which number keeps the root from 0 in the text above?"),
                )
                for tiny in (1e-8, 1e-6, 1e-5)
            ],
        ],
    )  # fmt: skip


@exercise(hint=N_("A sum of n terms w·z has the mean square n · std² · (mean square of z)."))
def check_relu_growth(answer):
    def via(function, *args):
        one, other = function(*args), function(*args)
        if isinstance(one, (float, np.floating)) and one != other and one == one:
            raise Wrong(
                _("Asked twice, your function gives {one:.4g} and {other:.4g}: a formula is asked, "
                  "which needs no random numbers.").format(one=one, other=other),
                _("By which factor does one layer change the mean square?"),
            )  # fmt: skip
        return one

    via.direct = True
    return judge(
        answer,
        solutions.relu_growth,
        via=via,
        praise=_("Right: per layer √(n·std²/2), and a power over the layers."),
        cases=[
            case(0.1, 50, 1, of="std 0.1, fan_in 50, depth 1"),
            case(0.01, 100, 5, of="std 0.01, fan_in 100, depth 5"),
            case(0.2, 25, 3, of="std 0.2, fan_in 25, depth 3"),
            case(2 / np.sqrt(300), 300, 10, of="std 2/√300, fan_in 300, depth 10"),
            case(0.3, 25, 30, of="std 0.3, fan_in 25, depth 30"),
        ],
        mistakes=[
            Mistake(
                lambda std, n, depth: np.sqrt(n * std**2) ** depth,
                _("The half is missing: that would be a network without ReLU."),
                _("Which share of the sums does ReLU set to 0?"),
            ),
            Mistake(
                lambda std, n, depth: (n * std**2 / 2) ** depth,
                _("This is the growth of the mean square; the root mean square is asked."),
                _("If squares grow fourfold, how do the numbers themselves grow?"),
            ),
            Mistake(
                lambda std, n, depth: np.sqrt(n * std**2 / 2) * depth,
                _("You multiply by the depth, but each layer multiplies what the one before gave."),
                _("A factor 2, three times in a row: 6 or 8?"),
            ),
            Mistake(
                lambda std, n, depth: np.sqrt(n * std**2 / 2),
                _("This is the growth over one layer, whatever the depth."),
                _("Where does `depth` stand in your function?"),
            ),
            Mistake(
                lambda std, n, depth: np.sqrt(n * std / 2) ** depth,
                _("std is a standard deviation, and variances are what adds up: square it."),
                _("What is the variance of w·z, if w has the standard deviation std?"),
            ),
            Mistake(
                lambda std, n, depth: (np.sqrt(n) * std / 2) ** depth,
                _("Each layer's growth is √2 times too small: the mean square is what is halved."),
                _("Half of the squares are gone. By what does the root mean square shrink?"),
            ),
            Mistake(
                lambda std, n, depth: (std * np.sqrt(1 / 2)) ** depth,
                _("fan_in plays no part in your growth."),
                _("Is a sum of 300 terms as wide as a sum of 50?"),
            ),
        ],
    )


def _spread_of(function, fan_in, fan_out, rng):
    """The spread of first weights; Wrong if shape, mean or luck are not what they should be.

    Of 40,000 right numbers the spread is off by 2 % once in 50 million times.
    """
    made = function(fan_in, fan_out, rng)
    if made is None or made is ...:
        return None
    made = _numbers(made)
    if made.shape == (fan_out, fan_in):
        raise Wrong(
            _("The array lies on its side: (fan_out, fan_in) instead of (fan_in, fan_out)."),
            _("x has fan_in columns. Which shape must W have in x @ W?"),
        )
    if made.shape != (fan_in, fan_out):
        raise Wrong(
            _(
                "With fan_in {i} and fan_out {o}, W has the shape ({i}, {o}); this is {kind}."
            ).format(i=fan_in, o=fan_out, kind=_kind(made)),
            _("x has fan_in columns, x @ W has fan_out. How many numbers must be drawn?"),
        )
    if (count := np.unique(made).size) < 0.9 * made.size:
        text = _("Of {size} weights only {count} are different: each is to be a draw of its own.")
        if count == 1:
            text = _("All {size} weights are the same number.")
        raise Wrong(
            text.format(size=made.size, count=count),
            _("What becomes of units that start with equal weights? And are there decimals?"),
        )
    if abs(made.mean()) > 0.05 * made.std():  # ten spreads of such a mean
        text = _("The mean of your weights is {mean:.3g}, and not 0.")
        if made.min() >= 0:
            text = _("None of your weights is negative; their mean should be 0.")
        raise Wrong(
            text.format(mean=made.mean()),
            _("Which method of rng draws from a bell curve around 0?"),
        )
    return {"std": float(made.std())}


_spread_of.direct = True


@exercise(hint=N_("He's variance is 2 / fan_in. What is the standard deviation then?"))
def check_he_weights(answer):
    def drawn(std):
        return lambda i, o, rng: rng.standard_normal((i, o)) * std(i, o)

    found = judge(
        answer,
        solutions.he_weights,
        via=_spread_of,
        rtol=0.02,
        praise=_("Right: variance 2 / fan_in, so the spread is its root."),
        cases=[
            case(400, 100, np.random.default_rng(1), of="fan_in = 400, fan_out = 100"),
            case(5, 8000, np.random.default_rng(1), of="fan_in = 5, fan_out = 8000"),
        ],
        mistakes=[
            Mistake(
                drawn(lambda i, o: 2 / np.sqrt(i)),
                _("This is 2 / √n, and He is √(2/n): the 2 stands outside of the root, so the "
                  "spread is √2 times too wide."),
                _("Square your spread. Is that 2 / fan_in?"),
            ),
            Mistake(
                drawn(lambda i, o: 2 / i),
                _("This is the variance; numbers are spread by its root."),
                _("If all numbers are multiplied by s, by what is their variance multiplied?"),
            ),
            Mistake(
                drawn(lambda i, o: np.sqrt(2 / o)),
                _("The wrong fan: a sum has as many terms as the layer has inputs."),
                _("How many products does one node of this layer add up?"),
            ),
            Mistake(
                drawn(lambda i, o: np.sqrt(1 / i)),
                _("This is Xavier, √(1/n). ReLU throws half of the signal away."),
                _("What has to make up for the half that ReLU sets to 0?"),
            ),
            Mistake(
                drawn(lambda i, o: np.sqrt(2) / i),
                _("Only the 2 is under your root; fan_in belongs there, too."),
                _("√(2/n): how far does the root sign reach?"),
            ),
            Mistake(
                drawn(lambda i, o: np.sqrt(2 / (i + o))),
                _("Both fans are in your spread: that is Glorot's own form for tanh, not He's."),
                _("He's rule asks only how many numbers come in."),
            ),
            Mistake(
                drawn(lambda i, o: 0.01),
                _("The spread is 0.01, however many inputs there are."),
                _("A sum of more terms is wider. What must each term do in return?"),
            ),
            Mistake(
                drawn(lambda i, o: 1.0),
                _("The spread is 1, however many inputs there are."),
                _("A sum of more terms is wider. What must each term do in return?"),
            ),
            Mistake(
                drawn(lambda i, o: np.sqrt(i / 2)),
                _("The spread grows with fan_in: you multiply by what should divide."),
                _("Which is wider, a sum of five terms or of 400? What must each term do then?"),
            ),
        ],
    )  # fmt: skip
    if found:
        _expect_unsorted(np.asarray(answer(9, 5, np.random.default_rng(2))))
        _expect_from_rng(lambda rng: answer(4, 9, rng))
    return found


@exercise(hint=N_("Every feature, a column of x, has its own mean and variance over the batch."))
def check_batch_norm(answer):
    def norm(axis=0, ddof=0, power=0.5, centre=True, scale=True, order="right", tiny=(1e-6, 0)):
        def forward(x, gamma, beta):
            keep = {"axis": axis, "keepdims": True}
            mean = x.mean(**keep) if centre else 0
            var = x.var(ddof=ddof, **keep) + tiny[0]
            xn = (x - mean) / (var**power + tiny[1])
            if not scale:
                return xn
            return beta * xn + gamma if order == "swapped" else gamma * xn + beta

        return forward

    found = judge(
        answer,
        solutions.batch_norm,
        rtol=1e-4,
        cases=[
            case(X, GAMMA, BETA, of=_("six rows of four")),
            case(X[:2], GAMMA, BETA, of=_("two rows")),
            case(X**2, GAMMA, BETA, of=_("six other rows")),
            case(X[:, :1], GAMMA[:1], BETA[:1], of=_("a single column")),
        ],
        mistakes=[
            Mistake(
                norm(axis=1),
                _("Each row is normalised by itself, over its features: another idea, known as "
                  "layer normalisation."),
                _("Which axis is the batch?"),
            ),
            Mistake(
                norm(axis=None),
                _("One mean and one variance for the whole array: the columns keep their offsets."),
                _("How many means should there be for an x of shape (6, 4)?"),
            ),
            Mistake(
                norm(ddof=1),
                _("Your variance divides by N - 1; batch normalisation divides by N."),
                _("What is the default of `ddof` in NumPy, and what does a 1 do?"),
            ),
            Mistake(
                norm(power=1),
                _("You divide by the variance; the spread is its root."),
                _("What should the standard deviation be afterwards?"),
            ),
            Mistake(
                norm(centre=False),
                _("The mean is not taken off."),
                _("Where is the middle of each column afterwards?"),
            ),
            Mistake(
                norm(scale=False),
                _("Normalised, but gamma and beta play no part."),
                _("What may the network want back that normalising took away?"),
            ),
            Mistake(
                norm(order="swapped"),
                _("gamma and beta have changed places."),
                _("Which of the two multiplies?"),
            ),
            Mistake(
                lambda x, gamma, beta: gamma * (norm(scale=False)(x, gamma, beta) + beta),
                _("beta is multiplied by gamma as well."),
                _("Which comes first, the scale or the shift?"),
            ),
        ],
    )  # fmt: skip
    if not found:
        return found
    levels = np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 6.0]])
    narrow = np.array([[0.001, 3.0], [0.004, 1.0], [0.002, 7.0]])
    return judge(
        answer,
        solutions.batch_norm,
        rtol=1e-4,
        praise=_("Right: mean 0 and variance 1 in each column, then gamma and beta."),
        cases=[
            case(
                np.round(X).astype(int), GAMMA, BETA,
                of=_("integers"),
                hint=_("Do your lines hold for whole numbers, too? Which dtype has each array?"),
            ),
            case(
                levels, GAMMA[:2], BETA[:2],
                of=_("a column without spread"),
                hint=_("What is left of that column without its mean, and what is it divided by?"),
            ),
            case(
                narrow, GAMMA[:2], BETA[:2],
                of=_("a column that hardly varies"),
                hint=_("Which number is added here, to what, and before or after the root?"),
            ),
            case(X[:1], GAMMA, BETA, of=_("one row alone"), hint=_("What is its mean?")),
        ],
        mistakes=[
            Mistake(
                norm(tiny=(0, 0)),
                _("Nothing is added to the variance: a column without spread divides 0 by 0, nan."),
                _("Which number does the template speak of?"),
            ),
            Mistake(
                norm(tiny=(0, 1e-6)),
                _("You add 1e-6 to the spread; the template says, to the variance."),
                _("Does the root come before it or after it?"),
            ),
            *[
                Mistake(
                    norm(tiny=(tiny, 0)),
                    _("You add {tiny:.0e} to the variance; the template says another number."
                      ).format(tiny=tiny),
                    _("It matters little in most columns. In which does it?"),
                )
                for tiny in (1e-8, 1e-7, 1e-5)
            ],
        ],
    )  # fmt: skip


@exercise(hint=N_("At test time an image may come alone. Whose mean can be used then?"))
def check_batch_norm_at_test(answer):
    mean, var = np.array([1.0, 2.5, -0.5, 3.0]), np.array([4.0, 0.5, 9.0, 2.0])

    def own(x, gamma, beta, running_mean, running_var):
        return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-6) + beta

    def own_var(x, gamma, beta, running_mean, running_var):
        return gamma * (x - running_mean) / np.sqrt(x.var(axis=0) + 1e-6) + beta

    def own_mean(x, gamma, beta, running_mean, running_var):
        return gamma * (x - x.mean(axis=0)) / np.sqrt(running_var + 1e-6) + beta

    def mixed(x, gamma, beta, running_mean, running_var):
        mean = 0.9 * running_mean + 0.1 * x.mean(axis=0)
        var = 0.9 * running_var + 0.1 * x.var(axis=0)
        return gamma * (x - mean) / np.sqrt(var + 1e-6) + beta

    found = judge(
        answer,
        solutions.batch_norm_at_test,
        rtol=1e-4,
        cases=[
            case(X, GAMMA, BETA, mean, var, of=_("six rows")),
            case(X[:1], GAMMA, BETA, mean, var, of=_("one row alone")),
        ],
        mistakes=[
            Mistake(
                own,
                _("The batch's own mean and variance, at test time: an image's answer then hangs "
                  "on its neighbours, and one image alone always comes out as beta."),
                _("What are running_mean and running_var there for?"),
            ),
            Mistake(
                lambda x, *more: (own if len(x) > 1 else solutions.batch_norm_at_test)(x, *more),
                _("Right for one row alone; several rows are normalised by their own mean and "
                  "variance, so that an image's answer hangs on its neighbours."),
                _("Whose statistics should hold, however many images come?"),
            ),
            Mistake(
                own_var,
                _("The mean is the running one, the variance is the batch's own."),
                _("What is the variance of a single row?"),
            ),
            Mistake(
                own_mean,
                _("The variance is the running one, the mean is the batch's own."),
                _("What is a single row, minus its own mean?"),
            ),
            Mistake(
                mixed,
                _("The running statistics move on with the test batch: testing changes the "
                  "network."),
                _("Should the answer to one image depend on those that came before it?"),
            ),
            Mistake(
                lambda x, g, b, mean, var: g * (x - mean) / (var + 1e-6) + b,
                _("You divide by the running variance; the spread is its root."),
                _("Is running_var a variance or a standard deviation?"),
            ),
            Mistake(
                lambda x, g, b, mean, var: (x - mean) / np.sqrt(var + 1e-6),
                _("gamma and beta play no part; they were learnt for test time as well."),
                _("What did the layers behind this one learn to expect?"),
            ),
            Mistake(
                lambda x, g, b, mean, var: g * x + b,
                _("Nothing is normalised: only gamma and beta are used."),
                _("Which numbers did gamma see during training?"),
            ),
            Mistake(
                lambda x, g, b, mean, var: b * (x - mean) / np.sqrt(var + 1e-6) + g,
                _("gamma and beta have changed places."),
                _("Which of the two multiplies?"),
            ),
            Mistake(
                lambda x, g, b, mean, var: g * ((x - mean) / np.sqrt(var + 1e-6) + b),
                _("beta is multiplied by gamma as well."),
                _("Which comes first, the scale or the shift?"),
            ),
            Mistake(
                lambda x, g, b, mean, var: g * x / np.sqrt(var + 1e-6) + b,
                _("The running mean is not taken off."),
                _("Which of the five arguments does your function never look at?"),
            ),
            Mistake(
                lambda x, g, b, mean, var: g * (x - mean) + b,
                _("The running variance plays no part."),
                _("Which of the five arguments does your function never look at?"),
            ),
        ],
    )  # fmt: skip
    if not found:
        return found
    still, var_0 = X * [1, 0, 1, 1], var * [1, 0, 1, 1]
    still[:, 1] = mean[1] + np.array([0, 1, 0, -2, 0, 1]) / 1000

    def via(forward, x, gamma, beta, running_mean, running_var):
        """The exercise leaves open how tiny the number under the root is: 1e-8 to 1e-5 will do."""
        got = forward(x, gamma, beta, running_mean, running_var)
        with contextlib.suppress(ValueError, TypeError):  # no array: judge has words for it
            made = np.array(got, dtype=float)
            divisor = gamma[1] * 0.001 / (made[1, 1] - beta[1])
            if running_var[1] == 0 and 0.99e-4 < divisor < 3.2e-3:
                made[:, 1] = beta[1] + (made[:, 1] - beta[1]) * divisor * 1000
                return made
        return got

    via.direct = True
    return judge(
        answer,
        solutions.batch_norm_at_test,
        via=via,
        rtol=1e-4,
        praise=_("Right: one image alone gets the same answer as among a hundred others."),
        cases=[
            case(
                np.round(X).astype(int), GAMMA, BETA, mean, var,
                of=_("integers"),
                hint=_("Do your lines hold for whole numbers, too? Which dtype has each array?"),
            ),
            case(
                still, GAMMA, BETA, mean, var_0,
                of=_("a feature that never varied in training"),
                hint=_("Its running variance is 0. What do you divide by?"),
            ),
        ],
        mistakes=[
            Mistake(
                lambda x, g, b, mean, var: g * (x - mean) / np.sqrt(var) + b,
                _("A feature that never varied in training has the running variance 0: you divide "
                  "by 0."),
                _("What stands under the root beside the variance, while training?"),
            ),
            Mistake(
                lambda x, g, b, mean, var: g * (x - mean) / (np.sqrt(var) + 1e-6) + b,
                _("You add 1e-6 to the spread; in the formula it is added to the variance."),
                _("Does the root come before it or after it?"),
            ),
        ],
    )  # fmt: skip


@exercise(hint=N_("Which keys begin with W? And what is the slope of ½ · lam · W²?"))
def check_decayed_gradients(answer):
    params = {"W1": W, "b1": np.array([0.4, -0.2, 1.0]), "W2": V.T, "b2": np.array([2.0, -3.0])}
    deep = params | {"W3": GAMMA[:, None] * BETA[:2], "b3": BETA[:2]}
    grads = {key: np.round(RNG.normal(size=p.shape), 2) for key, p in deep.items()}
    filters = {"W1": W.reshape(1, 2, 3, 1), "b1": W[0], "W2": V, "b2": V[0]}
    shallow = {key: grads[key] for key in params}

    def decays(change, which=lambda key: key.startswith("W")):
        def decayed(grads, params, lam):
            return {
                key: g + change(params[key], lam) if which(key) else g for key, g in grads.items()
            }

        return decayed

    return judge(
        answer,
        solutions.decayed_gradients,
        praise=_("Right: lam · W for every weight, and biases are left alone."),
        cases=[
            case(shallow, params, 0.1, of="lam = 0.1"),
            case(shallow, params, 2.0, of="lam = 2"),
            case(
                grads,
                deep,
                0.1,
                of=_("a network of three layers"),
                hint=_("Which keys has it? The rule is about their first letters."),
            ),
            case(
                {key: 2 * p for key, p in filters.items()},
                filters,
                0.1,
                of=_("a network with filters, weights of four axes"),
                hint=_("By what do you tell weights from biases? Their names say it."),
            ),
        ],
        mistakes=[
            Mistake(
                decays(lambda p, lam: lam * p, which=lambda key: True),
                _("The biases decay as well."),
                _("A bias shifts, it does not magnify. Which parameters make a network sharp?"),
            ),
            Mistake(
                decays(lambda p, lam: 2 * lam * p),
                _("Twice too much: the ½ in the loss is there to meet the 2 of the derivative."),
                _("What is the slope of ½ · lam · W²?"),
            ),
            Mistake(
                decays(lambda p, lam: lam * p / 2),
                _("Half too little: the ½ of the loss does not survive the derivative."),
                _("What is the slope of W²?"),
            ),
            Mistake(
                decays(lambda p, lam: -lam * p),
                _("The sign is wrong: these weights grow."),
                _("The gradient is taken off the weights. With which sign must it hold lam · W?"),
            ),
            Mistake(
                decays(lambda p, lam: 0.5 * lam * p**2),
                _("You add the penalty itself; a gradient takes its slope."),
                _("What is the slope of W² along W?"),
            ),
            Mistake(
                decays(lambda p, lam: 0.5 * lam * np.sum(p**2)),
                _("You add one number, the penalty, to every slope."),
                _("Along which direction does the penalty grow, for each single weight?"),
            ),
            Mistake(
                decays(lambda p, lam: lam * np.sign(p)),
                _("This is the slope of lam · |W|: L1, which pulls all weights equally hard."),
                _("In ½ · lam · W², which weights are pulled hardest?"),
            ),
            Mistake(
                decays(lambda p, lam: lam * p, which=lambda key: key == "W1"),
                _("Only the first layer decays."),
                _("Your rule should hold for W2, W3 … as well. What do their names share?"),
            ),
            Mistake(
                decays(lambda p, lam: lam * p, which=lambda key: key.startswith("b")),
                _("The biases decay and the weights do not: the other way round."),
                _("Look at the keys: which letter stands for weights?"),
            ),
            Mistake(
                decays(lambda p, lam: 0 * p),
                _("Nothing decays: lam plays no part."),
                _("What is added to the slope of W1?"),
            ),
            Mistake(
                decays(lambda p, lam: lam * p, which=lambda key: key in ("W1", "W2")),
                _("Only the first two layers decay; a third one, W3, does not."),
                _("What do the names of all weights share, however many there are?"),
            ),
            Mistake(
                lambda grads, params, lam: {
                    key: grads[key] + lam * params[key] for key in grads if key[0] == "W"
                },
                _("The slopes of the biases are gone: the optimizer needs them, as they were."),
                _("Which keys should the new dict have?"),
            ),
            Mistake(
                lambda grads, params, lam: {
                    key: g + lam * g if key[0] == "W" else g for key, g in grads.items()
                },
                _("You add lam times the slope; it is the weight that is priced."),
                _("Which of the two dicts holds the weights?"),
            ),
            Mistake(
                lambda grads, params, lam: {
                    key: lam * params[key] if key[0] == "W" else g for key, g in grads.items()
                },
                _("Of the plain loss nothing is left in the slopes of the weights."),
                _("The slope of a sum of two losses is … of their slopes?"),
            ),
            Mistake(
                lambda grads, params, lam: {
                    key: p - lam * p if key[0] == "W" else p for key, p in params.items()
                },
                _("These are the parameters after a step of decay; slopes are asked."),
                _("Who takes the step later, and from what?"),
            ),
        ],
    )


def _away_from_zero(shape):
    return RNG.uniform(1, 2, size=shape) * RNG.choice([-1, 1], size=shape)


# Many values, so that shares are sure: with 6,000 the share that is dropped is off by 0.05 less
# than once in 10**13 times.
DROPOUT_X = {shape: _away_from_zero(shape) for shape in [(120, 50), (6000,), (20, 3, 10, 10)]}
DROPOUT_CASES = [
    case(0.3, (120, 50), of=N_("ratio 0.3")),
    case(0.8, (120, 50), of=N_("ratio 0.8")),
    case(0.5, (20, 3, 10, 10), of=N_("ratio 0.5 and images, x of shape (20, 3, 10, 10)")),
    case(0.5, (6000,), of=N_("ratio 0.5 and a single row, x of shape (6000,)")),
]


def _try_dropout(inverted):
    """Plays with a dropout layer and raises Wrong for whatever it does not keep to."""

    def via(Layer, ratio, shape):
        layer, neighbour = (Layer(ratio, np.random.default_rng(seed)) for seed in (3, 4))
        x, dout = DROPOUT_X[shape], 1.5 - 0.3 * np.sign(DROPOUT_X[shape])

        def forward(layer, train_flg):
            return _called(f"forward(x, {train_flg})", layer.forward, x, train_flg)

        def backward(layer):
            return _called("backward(dout)", layer.backward, dout)

        out, others = forward(layer, True), forward(neighbour, True) != 0
        kept = out != 0
        if kept.all() and not forward(Layer(ratio, np.random.default_rng(3)), False).all():
            raise Wrong(
                _("Values are dropped at test time, and none in training: the other way round."),
                _("What does train_flg=True say?"),
            )
        _judge_mask(kept, ratio)
        dx = backward(layer)
        out_again = forward(layer, True)
        again = out_again != 0
        dx_again = backward(layer)
        if np.array_equal(kept, again):
            raise Wrong(
                _("Every forward has the same mask; each batch should meet another network."),
                _("When are the random numbers drawn: once, or in each forward?"),
            )
        test, test_again = forward(layer, False), forward(layer, False)
        training_scale = _factor(out[kept] / x[kept])
        _judge_test(test, test_again, again)
        test_scale = _factor(test / x)
        _judge_scales(inverted, ratio, training_scale, test_scale, kept.mean())
        second_scale = _factor(out_again[again] / x[again])
        if not np.isclose(second_scale, training_scale, rtol=1e-4):
            raise Wrong(
                _("forward multiplies by {first:.4g} in the first batch and by {second:.4g} in the "
                  "second.").format(first=training_scale, second=second_scale),
                _("The factor should be the same for every batch. What moves it?"),
            )  # fmt: skip
        _judge_backward(dx, dout, kept, training_scale, others)
        if np.array_equal(dx_again != 0, kept):
            raise Wrong(
                _("After a second batch, backward still has the mask of the first one."),
                _("When is the mask kept that backward needs?"),
            )
        _judge_backward(dx_again, dout, again, training_scale, others)
        return {"training": round(training_scale, 3), "test": round(test_scale, 3)}

    return via


def _called(name, method, array, *more):
    """Return what a method makes of an array, as one of the same shape; else Wrong."""
    given = array.copy()
    out = method(given, *more)
    if not np.array_equal(given, array):
        raise Wrong(
            _("`{name}` overwrites the array that it is given.").format(name=name),
            _("The caller still needs it. Which line writes into it? Make a new array."),
        )
    if out is None or out is ...:
        raise Wrong(
            _("`{name}` gives back nothing (None).").format(name=name),
            _("Does every way through it end in `return`?"),
        )
    with contextlib.suppress(ValueError, TypeError):
        made = np.array(out, dtype=float)
        if made.shape == array.shape:
            return made
    raise Wrong(
        _("`{name}` gives back {kind}; its argument has the shape {shape}.").format(
            name=name, kind=_kind(out), shape=array.shape
        ),
        _("For each number that comes in, one comes out. Is the whole array worked on?"),
    )


def _factor(ratios):
    """The one number that all ratios are, or nan."""
    if ratios.size and np.ptp(ratios) < 1e-5 * np.max(np.abs(ratios)):
        return float(ratios.mean())
    return float("nan")


def _judge_mask(kept, ratio):
    share = 1 - kept.mean()
    if share == 0:
        raise Wrong(
            _("No value becomes 0 in training: nothing is dropped."),
            _("What does train_flg=True ask the layer to do?"),
        )
    if share == 1:
        raise Wrong(
            _("Everything is dropped in training: only zeros come out."),
            _("Of random numbers from 0 to 1, which share lies above ratio?"),
        )
    if abs(share - ratio) > 0.05 and abs(share - (1 - ratio)) < 0.05:
        raise Wrong(
            _("The mask is turned round: with ratio {ratio}, {share:.0%} are dropped.").format(
                ratio=ratio, share=share
            ),
            _("Of random numbers from 0 to 1, which share lies above ratio?"),
        )
    if kept.ndim > 1 and any((kept == kept.take([0], axis)).all() for axis in range(kept.ndim)):
        raise Wrong(
            _("Whole rows or columns share one mask; each value should have its own luck."),
            _("Which shape do your random numbers have?"),
        )
    if abs(share - ratio) > 0.05:
        raise Wrong(
            _("With ratio {ratio}, {share:.0%} of the values are dropped.").format(
                ratio=ratio, share=share
            ),
            _("Random numbers from 0 to 1, all equally likely: compare them with ratio."),
        )
    for axis in range(kept.ndim):  # off by 7 spreads less than once in 10**8 times
        along = np.moveaxis(kept, axis, -1).reshape(-1, kept.shape[axis])
        spread = np.sqrt(ratio * (1 - ratio) / len(along))
        if len(along) > 20 and np.abs(along.mean(axis=0) - 1 + ratio).max() > 7 * spread:
            raise Wrong(
                _("Some places are dropped far more often than others; all should have the same "
                  "luck."),
                _("Does anything come between the draw and the mask?"),
            )  # fmt: skip


def _judge_test(test, test_again, mask):
    silent = test == 0
    if not silent.any():
        return
    if silent.all():
        raise Wrong(
            _("At test time nothing but zeros comes out."),
            _("What should train_flg=False change?"),
        )
    if not np.array_equal(test, test_again):
        raise Wrong(
            _("Dropout is active at test time: the same image, asked twice, gets two answers."),
            _("What should train_flg=False change?"),
        )
    if np.array_equal(silent, ~mask):
        raise Wrong(
            _("At test time the mask of the last training batch is still at work."),
            _("Which units should speak at test time?"),
        )
    raise Wrong(
        _("At test time {share:.0%} of the values are switched off.").format(share=silent.mean()),
        _("Which units should speak at test time?"),
    )


def _judge_scales(inverted, ratio, training, test, share):
    keep = 1 - ratio
    wanted = (1 / keep, 1.0) if inverted else (1.0, keep)
    if np.allclose((training, test), wanted, rtol=1e-4):
        return
    if np.isnan(training):
        raise Wrong(
            _("In training the survivors are not all multiplied by the same number."),
            _("Which one number belongs to the form of dropout that is asked?"),
        )
    if np.isnan(test):
        raise Wrong(
            _("At test time the values are not all multiplied by the same number."),
            _("Which one number belongs to the form of dropout that is asked?"),
        )
    if np.isclose(training, 1 / share, rtol=1e-4):
        raise Wrong(
            _("You divide by the share that happened to survive in this batch, not by 1 - ratio."),
            _("The factor should be the same for every batch. Which share survives on average?"),
        )
    if not inverted and np.allclose((training, test), (1.0, 1.0)):
        raise Wrong(
            _("The scale is missing at test time: all units speak at once, and the next layer "
              "hears more than it ever did in training."),
            _("In training a share of 1 - ratio came through. What is that share for, at test?"),
        )  # fmt: skip
    if np.allclose((training, test), (1 / keep, keep)):
        raise Wrong(
            _("Scaled in training and at test time; one of the two is enough."),
            _("Which of the two does this form of dropout do?"),
        )
    if np.isclose(test, ratio) or np.isclose(training, 1 / ratio):
        raise Wrong(
            _("Scaled with ratio, which is the share that is dropped, not the one that stays."),
            _("If a tenth is dropped, how much comes through on average?"),
        )
    if inverted and np.allclose((training, test), (1.0, keep)):
        raise Wrong(
            _("This is the book's form: it scales at test time. Inverted dropout leaves the test "
              "alone."),
            _("By what must the survivors be multiplied so that the mean stays as it was?"),
        )  # fmt: skip
    if inverted and np.allclose((training, test), (1.0, 1.0)):
        raise Wrong(
            _("No scale anywhere: in training, less comes through than at test time."),
            _("By what must the survivors be multiplied so that the mean stays as it was?"),
        )
    if inverted and np.isclose(training, keep):
        raise Wrong(
            _("The survivors are made smaller; they should make up for those that fell silent."),
            _("Multiply or divide by 1 - ratio?"),
        )
    if not inverted and np.allclose((training, test), (1 / keep, 1.0)):
        raise Wrong(
            _("This is inverted dropout, which scales in training; the book's form scales at "
              "test time."),
            _("Which of your two branches should hold 1 - ratio?"),
        )  # fmt: skip
    text = _("Survivors are multiplied by {training:.4g} in training and by {test:.4g} at test.")
    raise Wrong(
        text.format(training=training, test=test),
        _("The mean of what comes through should be the same both times."),
    )


def _judge_backward(dx, dout, kept, scale, others):
    if np.allclose(dx, dout * kept * scale, rtol=1e-4):
        return
    same = _("Every multiplication hands dout back times the same factor.")
    factors = dx / dout
    if np.allclose(dx, dout):
        raise Wrong(
            _("The gradient flows through units that were switched off."),
            _("A unit that gave 0 whatever came in: how does the loss change with its input?"),
        )
    if np.array_equal(dx != 0, kept):
        got = _factor(factors[kept])
        if np.isclose(got, 1.0):
            raise Wrong(
                _("The gradient has the mask, but not the factor that forward multiplied with."),
                _("out = x * mask * factor: what is the slope of out along x?"),
            )
        if np.isnan(got):
            raise Wrong(
                _("backward has the right mask, but what passes is not dout times one factor."),
                same,
            )
        raise Wrong(
            _("backward has the right mask and multiplies by {got:.4g}; forward did by {want:.4g}."
              ).format(got=got, want=scale),
            same,
        )  # fmt: skip
    if np.array_equal(dx != 0, ~kept):
        raise Wrong(
            _("The mask is turned round in backward: the gradient flows where nothing came out."),
            _("A unit that gave 0 whatever came in: how does the loss change with its input?"),
        )
    if np.array_equal(dx != 0, others):
        raise Wrong(
            _("Two layers share one mask: backward has that of another layer."),
            _("Where does each layer keep what is its own?"),
        )
    if abs((dx == 0).mean() - (1 - kept.mean())) < 0.05:
        raise Wrong(
            _("backward drops other units than forward did: it must be the same mask."),
            _("What does forward have to keep for backward?"),
        )
    raise Wrong(_("dx is not dout times what forward multiplied x with."), same)


def _expect_mask_is_kept(answer, ones):
    """ReLU lets many zeros in: they are no units that were switched off."""
    slopes = []
    for x in (ones, ones * np.tile([1.0, 0.0], 25)):
        layer = answer(0.5, np.random.default_rng(3))
        layer.forward(x, True)
        slopes.append(np.asarray(layer.backward(ones)))
    if not np.allclose(*slopes):
        raise Wrong(
            _("A unit that hears 0 counts as switched off: its gradient is lost."),
            _("Which units are off: those that the mask silences, or those that say 0?"),
        )


def _expect_own_luck(answer):
    """Of two values at ratio 0.5 not always one is dropped: 64 times in a row, once in 10**19."""
    layer, pair = answer(0.5, np.random.default_rng(3)), np.ones((1, 2))
    left = {np.count_nonzero(layer.forward(pair.copy(), True)) for _i in range(64)}
    if len(left) == 1:
        raise Wrong(
            _("Of two values always {count} is dropped, in 64 batches out of 64: each should have "
              "its own luck.").format(count=2 - left.pop()),
            _("By chance, may all the units of a batch be off at once? Or all be on?"),
        )  # fmt: skip


def _check_dropout(answer, solution, inverted, praise):
    methods = (
        [vars(answer).get(name) for name in ("forward", "backward")] if isclass(answer) else []
    )
    empty = [method.__name__ for method in methods if isfunction(method) and is_template(method)]
    if empty == ["backward"]:
        return Verdict(None, _("not answered yet: {names}").format(names="`backward`"))
    if empty:
        return Verdict(None, _("not answered yet: the answer gives back nothing (None)"))
    found = judge(answer, solution, DROPOUT_CASES, via=_try_dropout(inverted), praise=praise)
    if found:
        ones = np.ones((4, 50))
        _expect_from_rng(lambda rng: answer(0.5, rng).forward(ones, True))
        _expect_mask_is_kept(answer, ones)
        _expect_own_luck(answer)
    return found


@exercise(hint=N_("Three places use the same mask idea: where is it drawn, kept, used again?"))
def check_BookDropout(answer):
    return _check_dropout(
        answer,
        solutions.BookDropout,
        inverted=False,
        praise=_("Right: a new mask for each batch, the same one back, and 1 - ratio at test."),
    )


@exercise(hint=N_("If a share of 1 - ratio survives, by what must it be multiplied?"))
def check_InvertedDropout(answer):
    return _check_dropout(
        answer,
        solutions.InvertedDropout,
        inverted=True,
        praise=_("Right: the survivors speak up in training, and the test needs nothing."),
    )


_split = _several("x_train", "t_train", "x_val", "t_val")


def _try_split(function, count, share):
    """Samples that know their own number: who went where, and with which label?"""
    x = np.arange(count)[:, None] * np.array([10.0, 1.0])  # row i is (10 i, i)
    t = np.arange(count) // (count // 10)  # sorted by class, as files often are
    before = x.copy(), t.copy()
    got = _split(function, x, t, share, np.random.default_rng(8))
    if got is None or all(part is None or part is ... for part in got.values()):
        return None
    if not (np.array_equal(x, before[0]) and np.array_equal(t, before[1])):
        raise Wrong(
            _("The caller's own arrays are shuffled; make new ones."),
            _("Which line works in place, and what would leave `x` and `t` as they are?"),
        )
    axes = dict.fromkeys(got)
    for name, part in got.items():
        with contextlib.suppress(ValueError):  # rows of different lengths
            axes[name] = np.ndim(part)
    if [*axes.values()] == [2, 2, 1, 1]:
        raise Wrong(
            _("The order is another one: x_train, t_train, x_val, t_val."),
            _("In which order does the template name the four results?"),
        )
    if [*axes.values()] == [1, 2, 1, 2]:
        raise Wrong(
            _("Labels stand where images are expected: x_train, t_train, x_val, t_val."),
            _("In which order does the template name the four results?"),
        )
    for name, part in got.items():
        like = "x" if name[0] == "x" else "t"
        if axes[name] != (2 if like == "x" else 1) or np.shape(part)[1:] != (2,) * (like == "x"):
            raise Wrong(
                _("`{name}` is {kind}; rows of `{like}` are expected.").format(
                    name=name, kind=_kind(part), like=like
                ),
                _("What does `x[places]` give, for a list of places?"),
            )
    parts = {name: np.asarray(part) for name, part in got.items()}
    sizes = {name: len(part) for name, part in parts.items()}
    held = int(count * share)
    rows, wanted = "x_val", {"x_train": count - held, "x_val": held}
    if any(not np.array_equal(part[:, 0], 10 * part[:, 1]) for part in map(parts.get, wanted)):
        raise Wrong(
            _("The numbers of one sample are torn apart: its row is not one of x any more."),
            _("It is rows that change places. Along which axis do you shuffle?"),
        )
    numbers = {name: parts[name][:, 1].astype(int) for name in wanted}
    if any(np.unique(found).size < found.size for found in numbers.values()):
        raise Wrong(
            _("Some samples stand twice in one part."),
            _("In a random order, how often does each place stand?"),
        )
    if np.intersect1d(numbers["x_train"], numbers["x_val"]).size:
        raise Wrong(
            _("Some samples are in both parts: what is trained on cannot check the training."),
            _("Does the training part begin where the validation part ends?"),
        )
    if sizes["x_val"] == wanted["x_train"] != held:
        raise Wrong(
            _("The two parts are exchanged: validation gets the large one."),
            _("Which share is `share`?"),
        )
    for name in wanted:
        label = name.replace("x", "t")
        if sizes[name] != wanted[name] or sizes[label] != sizes[name]:
            text = _("{name} has {got} rows and {label} {labels}; {want} are expected for both.")
            raise Wrong(
                text.format(
                    name=name, got=sizes[name], label=label, labels=sizes[label], want=wanted[name]
                ),
                _("int(len(x) * share) samples are held out, all the others are trained on."),
            )
        if not np.array_equal(parts[label], t[numbers[name]]):
            raise Wrong(
                _("Images and labels have come apart: a sample's label is another one's."),
                _("One and the same order for x and t: how do you draw it once?"),
            )
    if (
        np.sum(np.diff(np.sort(numbers[rows])) > 1) < 2
    ):  # a run of neighbours, perhaps round the end
        raise Wrong(
            _("Not shuffled first: the data are sorted by class, and validation sees only some."),
            _("What does `rng.permutation(len(x))` give?"),
        )
    return {"rows": count}


@exercise(hint=N_("Draw one random order, apply it to x and t, then cut."))
def check_split_validation(answer):
    found = judge(
        answer,
        solutions.split_validation,
        via=_try_split,
        praise=_("Right: shuffled, cut once, and every image still has its own label."),
        cases=[
            case(200, 0.2, of=_("200 samples, a fifth")),
            case(50, 0.5, of=_("50, a half")),
            case(59, 0.3, of=_("59 samples, 0.3 of them")),  # 17.7
        ],
    )
    if found:
        x, t = np.arange(200)[:, None] * np.array([10.0, 1.0]), np.arange(200)
        _expect_from_rng(lambda rng: answer(x, t, 0.2, rng)[3])
        sizes = [len(part) for part in answer(x[:30], t[:30], 0.02, np.random.default_rng(8))]
        if sizes != [30, 30, 0, 0]:
            raise Wrong(
                _("0.02 of 30 samples are int(0.6) = 0 to be held out; you hold out {held} and "
                  "keep {kept}.").format(held=sizes[2], kept=sizes[0]),
                _("What becomes of your cut if 0 samples are held out?"),
            )  # fmt: skip
    return found


def _uneven(numbers, low, high):
    """How far the shares of numbers below each point are from those of even ones, at most."""
    numbers = np.sort((numbers - low) / (high - low))
    return float(np.abs(numbers - (np.arange(numbers.size) + 0.5) / numbers.size).max())


def _try_log_uniform(function, low, high, size, rng):
    """Where do the exponents of many draws lie?

    By Kolmogorov's law, of 4,000 even draws the shares are off by more than 0.05 once in 10**8
    times, and by less than 0.003 more seldom still: then they are spread like a grid, not drawn.
    """
    made = function(low, high, size, rng)
    if made is None or made is ...:
        return None
    made = _numbers(made)
    if made.shape != (size,):
        raise Wrong(
            _("`size` numbers are expected, {size} here; the result has the shape {shape}.").format(
                size=size, shape=made.shape
            ),
            _("How many numbers does one draw give, and where does `size` stand?"),
        )
    if (made <= 0).any() and low - 1e-4 <= made.min() and made.max() <= high + 1e-4:
        raise Wrong(
            _("These are the exponents; the numbers themselves are 10 to that power."),
            _("Can a learning rate be negative?"),
        )
    if (count := np.unique(made).size) < 0.99 * size:
        text = _("Of {size} numbers only {count} are different.")
        if count == 1:
            text = _("All {size} numbers are the same.")
        raise Wrong(
            text.format(size=size, count=count),
            _("How many draws are made, and can an exponent have decimals?"),
        )
    if not (made > 0).all():
        raise Wrong(_("Not all numbers are above 0."), _("10 to any power is above 0."))
    exponents = np.log10(made)
    natural = np.log(made)
    if np.abs([natural.min() - low, natural.max() - high]).max() < 0.1:
        raise Wrong(
            _("The base is e = 2.718…; powers of 10 are asked."),
            _("np.exp(-4) is 0.018. What is 10 to the power of -4?"),
        )
    if exponents.min() < low - 1e-5 or exponents.max() > high + 1e-5:
        text = _("The numbers go from {a:.2g} to {b:.2g} and not from 10^{low} to 10^{high}.")
        raise Wrong(
            text.format(a=made.min(), b=made.max(), low=low, high=high),
            _("Between which ends should the exponent be drawn, and what becomes of it?"),
        )
    if _uneven(made, 10.0**low, 10.0**high) < 0.05:
        raise Wrong(
            _("Drawn evenly between the ends: {share:.0%} of the numbers lie in the upper half of "
              "the exponents, and small ones are hardly tried.").format(
                share=(exponents > (low + high) / 2).mean()
            ),
            _("It is the exponents that should be spread evenly."),
        )  # fmt: skip
    off = _uneven(exponents, low, high)
    if off > 0.05:
        thirds = np.histogram(exponents, 3, (low, high))[0] / size
        raise Wrong(
            _("The exponents are not spread evenly from low to high: the lowest third "
              "gets {a:.0%} of them, the middle one {b:.0%}, the highest {c:.0%}.").format(
                a=thirds[0], b=thirds[1], c=thirds[2]
            ),
            _("Which method of rng gives every number between two ends the same chance?"),
        )  # fmt: skip
    _expect_unsorted(made)
    _expect_unsorted(made[::-1])
    if off < 0.003:
        raise Wrong(
            _("The exponents are spread more evenly than chance does it, like a grid."),
            _("Which method of rng draws a number between two ends?"),
        )
    return {"size": size}


_try_log_uniform.direct = True


@exercise(hint=N_("Draw exponents evenly, then raise 10 to them."))
def check_log_uniform(answer):
    found = judge(
        answer,
        solutions.log_uniform,
        via=_try_log_uniform,
        praise=_("Right: each power of ten gets as many trials as the next."),
        cases=[
            case(-6, -2, 4000, np.random.default_rng(2), of="-6, -2"),
            case(-2.5, 0, 5000, np.random.default_rng(2), of="-2.5, 0"),
        ],
    )
    if found:
        _expect_from_rng(lambda seed: answer(-6, -2, 9, np.random.default_rng(seed)))
    return found


@exercise(hint=N_("Who may see the test accuracies before the choice is made?"))
def check_reported_accuracy(answer):
    def trials(*pairs):
        rates = (0.03, 0.1, 0.001, 0.01, 0.3, 0.0001)
        return [
            {"lr": lr, "validation": v, "test": t} for lr, (v, t) in zip(rates, pairs, strict=False)
        ]

    found = judge(
        answer,
        solutions.reported_accuracy,
        may_change=True,  # sorted in place or not: the text leaves it open
        praise=_("Right: validation chooses, and the test is asked once, about the chosen one."),
        cases=[
            case(
                trials((0.80, 0.78), (0.91, 0.84), (0.88, 0.90), (0.60, 0.62)),
                of=_("four trials"),
            ),
            case(
                trials((0.70, 0.66), (0.65, 0.52), (0.50, 0.58), (0.69, 0.74)),
                of=_("four other trials"),
            ),
            case(trials((0.31, 0.33), (0.20, 0.19), (0.40, 0.28)), of=_("three trials")),
            case(
                trials((0.3, 0.4), (0.5, 0.45), (0.2, 0.1), (0.6, 0.65), (0.1, 0.2), (0.7, 0.6)),
                of=_("six trials"),
            ),
            case(trials((0.52, 0.55)), of=_("a single trial")),
        ],
        mistakes=[
            Mistake(
                lambda trials: max(one["test"] for one in trials),
                _("Chosen by the test set: the best of several test scores is a lucky one, and no "
                  "digits are left that could tell."),
                _("Which of the two accuracies may take part in the choice?"),
            ),
            Mistake(
                lambda trials: max(one["validation"] for one in trials),
                _("This is the validation accuracy of the winner: it won because it is high."),
                _("Which digits did not take part in the choice?"),
            ),
            Mistake(
                lambda trials: float(np.mean([one["test"] for one in trials])),
                _("The mean over all trials: it says what an average setting is worth."),
                _("Only one network is used in the end. Which?"),
            ),
            Mistake(
                lambda trials: min(max((one["validation"], one["test"]) for one in trials)),
                _("The smaller of the winner's two accuracies; the test's is asked, even if it is "
                  "the larger one."),
                _("Which digits did not take part in the choice?"),
            ),
            Mistake(
                lambda trials: min(trials, key=lambda one: one["validation"])["test"],
                _("The trial with the lowest validation accuracy is chosen."),
                _("Accuracy: is more better or worse?"),
            ),
            Mistake(
                lambda trials: trials[-1]["test"],
                _("The last trial is reported, whatever its validation accuracy."),
                _("What does the validation set decide?"),
            ),
            Mistake(
                lambda trials: max(trials, key=lambda one: one["validation"]),
                _("The whole trial comes back; one number is asked, its test accuracy."),
                _("A trial is a dict. Under which key is the number?"),
            ),
            Mistake(
                lambda trials: max(trials, key=lambda one: one["validation"])["lr"],
                _("This is the winner's learning rate; its accuracy on the test is asked."),
                _("Which key of the winner is meant?"),
            ),
            Mistake(
                lambda trials: max(trials, key=lambda one: one["validation"] + one["test"])["test"],
                _("The test accuracies take part in the choice, beside those of the validation."),
                _("Which of the two accuracies may take part in the choice?"),
            ),
            Mistake(
                lambda trials: int(np.argmax([one["validation"] for one in trials])),
                _("This is the winner's place in the list; its accuracy on the test is asked."),
                _("What does the trial at that place hold?"),
            ),
            Mistake(
                lambda trials: trials[0]["test"],
                _("The first trial is reported, whatever its validation accuracy."),
                _("What does the validation set decide?"),
            ),
        ],
    )  # fmt: skip
    if found:  # of two that are equally good either may be chosen, but not by their tests
        tests = (0.7, 0.9), (0.9, 0.7)
        chosen = [answer(trials((0.6, 0.5), (0.8, a), (0.8, b))) for a, b in tests]
        if chosen[0] == chosen[1]:
            raise Wrong(
                _("Of two trials with the same validation accuracy you report {got}, whichever of "
                  "them comes first: their tests, 0.7 and 0.9, have a say.").format(
                    got=f"{float(chosen[0]):.3g}"
                ),
                _("Which of the two accuracies may take part in the choice?"),
            )  # fmt: skip
    return found


@exercise(hint=N_("For each cause, ask: what would I see if I looked at one image, at one layer?"))
def check_diagnosis(answer):
    right = solutions.diagnosis
    says = {  # a cause, and what one would see if it were the reason
        "learning rate too large": _("the loss leaps, and ends as nan"),
        "weights too narrow": _("signals shrink from layer to layer, and nothing is learnt"),
        "weights all equal": _("units of a layer get equal slopes and stay equal for ever"),
        "overfitting": _("the digits that were trained on go well, and all others worse"),
        "dropout at test time": _("chance has a say in each answer"),
        "batch statistics at test time": _("an answer depends on the images beside it"),
        "tuned on the test set": _("the test accuracy is too good, until really new digits come"),
    }
    if not isinstance(answer, Mapping):
        return judge(answer, right)
    if all(value is None or value is ... for value in answer.values()):
        return Verdict(None, _("not answered yet"))
    if odd := [symptom for symptom in answer if symptom not in right]:
        raise Wrong(
            _("`{odd}` is none of the seven symptoms.").format(odd=str(odd[0])),
            _("Keep the left side of each line as the template has it."),
        )
    if (missing := unanswered(answer, right)) is not None:
        return missing
    for symptom, want in right.items():
        got = answer[symptom]
        plain = " ".join(got.strip(" \n\t`'\".").lower().split()) if isinstance(got, str) else got
        if not isinstance(plain, str) or plain not in says:
            raise Wrong(
                _("`{symptom}`: {got} is none of the causes: {causes}.").format(
                    symptom=symptom, got=shown(got), causes=", ".join(says)
                ),
                _("Choose one of the seven for each line, in the same words."),
            )
        if plain != want:
            raise Wrong(
                _("`{symptom}` does not come from `{got}`: there, {sign}.").format(
                    symptom=symptom, got=plain, sign=says[plain]
                )
            )
    return Verdict(True, _("Right, all seven. You would find them in the wild."))
