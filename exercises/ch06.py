"""Checks of chapter 6, training techniques. How a check is made: see exercises/verdict.py."""

from gettext import gettext as _

import numpy as np

from .solutions import ch06 as solutions
from .verdict import Mistake, Verdict, Wrong, case, exercise, judge

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
        if not isinstance(got, (tuple, list)) or len(got) != len(names):
            raise Wrong(
                _("{count} results are expected, in this order: {names}.").format(
                    count=len(names), names=", ".join(names)
                ),
                _("Keep the last line of the template: `return` with all of them."),
            )
        return dict(zip(names, got, strict=True))

    return via


@exercise(hint=_("First the new v, then W with the new v. What does the slope do to v?"))
def check_momentum_step(answer):
    def rolls(new_v, new_w=lambda W, old, v: W + v):
        def step(W, v, dW, lr, momentum):
            new = new_v(v, dW, lr, momentum)
            return new_w(W, v, new), new

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
        ],
    )  # fmt: skip


@exercise(hint=_("At t = 1, m is (1 - beta1) · dW. By what must it be divided to be dW again?"))
def check_adam_step(answer):
    def adam(fair_m=True, fair_v=True, root=True, square=True, minus=True, shift=0, power=True):
        def step(W, m, v, dW, t, lr, beta1, beta2):
            m = beta1 * m + (1 - beta1) * dW
            v = beta2 * v + (1 - beta2) * (dW**2 if square else dW)
            t = t + shift if power else 1
            m_fair = m / (1 - beta1**t) if fair_m else m
            v_fair = v / (1 - beta2**t) if fair_v else v
            move = lr * m_fair / ((np.sqrt(v_fair) if root else v_fair) + 1e-7)
            return (W - move if minus else W + move), m, v

        return step

    def swapped(W, m, v, dW, t, lr, beta1, beta2):
        return solutions.adam_step(W, m, v, dW, t, lr, beta2, beta1)

    def corrected_twice(W, m, v, dW, t, lr, beta1, beta2):
        new, m, v = solutions.adam_step(W, m, v, dW, t, lr, beta1, beta2)
        return new, m / (1 - beta1**t), v / (1 - beta2**t)

    zero, square = 0 * W, V**2
    return judge(
        answer,
        solutions.adam_step,
        via=_several("W", "m", "v"),
        rtol=1e-5,
        praise=_("Right: the first step has the size lr, whatever the size of the slope."),
        cases=[
            case(W, zero, zero, DW, 1, 0.1, 0.9, 0.999, of=_("the first step")),
            case(W, V, square, DW, 3, 0.1, 0.9, 0.99, of=_("the third step")),
            case(W, V, square, DW, 500, 0.01, 0.8, 0.99, of=_("step 500")),
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
        ],
    )  # fmt: skip


def _spread_of(function, fan_in, fan_out):
    """Shape, mean and spread of first weights: any source of random numbers will do."""
    made = function(fan_in, fan_out, np.random.default_rng(1))
    if made is None or made is ...:
        return None
    made = np.asarray(made, dtype=float)
    found = {"shape": made.shape}
    if made.ndim == 2 and made.size > 1000:
        found["std"] = float(made.std())
        found["mean"] = round(float(made.mean() / (made.std() + 1e-12)), 1) + 0.0
        found["different numbers"] = np.unique(made).size > made.size / 2
    return found


@exercise(hint=_("He's variance is 2 / fan_in. What is the standard deviation then?"))
def check_he_weights(answer):
    def drawn(std, shape=lambda i, o: (i, o), make=np.random.Generator.standard_normal):
        return lambda i, o, rng: make(rng, shape(i, o)) * std(i, o)

    return judge(
        answer,
        solutions.he_weights,
        via=_spread_of,
        rtol=0.02,
        praise=_("Right: variance 2 / fan_in, so the spread is its root."),
        cases=[
            case(400, 100, of="fan_in = 400, fan_out = 100"),
            case(90, 300, of="fan_in = 90, fan_out = 300"),
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
                drawn(lambda i, o: np.sqrt(2 / i), lambda i, o: (o, i)),
                _("The array lies on its side: (fan_out, fan_in) instead of (fan_in, fan_out)."),
                _("x has fan_in columns. Which shape must W have in x @ W?"),
            ),
            Mistake(
                drawn(lambda i, o: np.sqrt(2 / i), make=np.random.Generator.random),
                _("rng.random gives numbers from 0 to 1: none is negative, the mean is not 0."),
                _("Which method of rng draws from a bell curve around 0?"),
            ),
            Mistake(
                drawn(lambda i, o: 0.01),
                _("The spread is 0.01, however many inputs there are."),
                _("A sum of more terms is wider. What must each term do in return?"),
            ),
        ],
    )  # fmt: skip


@exercise(hint=_("A sum of n terms w·z has the mean square n · std² · (mean square of z)."))
def check_relu_growth(answer):
    return judge(
        answer,
        solutions.relu_growth,
        praise=_("Right: per layer √(n·std²/2), and a power over the layers."),
        cases=[
            case(0.1, 50, 1, of="std 0.1, fan_in 50, depth 1"),
            case(0.01, 100, 5, of="std 0.01, fan_in 100, depth 5"),
            case(2 / np.sqrt(300), 300, 10, of="std 2/√300, fan_in 300, depth 10"),
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
                _("The half stands outside of the root, though it is the square that is halved."),
                _("Half of the squares are gone. By what does the root mean square shrink?"),
            ),
            Mistake(
                lambda std, n, depth: (std * np.sqrt(1 / 2)) ** depth,
                _("fan_in plays no part in your growth."),
                _("Is a sum of 300 terms as wide as a sum of 50?"),
            ),
        ],
    )


@exercise(hint=_("Every feature, a column of x, has its own mean and variance over the batch."))
def check_batch_norm(answer):
    def norm(axis=0, ddof=0, power=0.5, centre=True, scale=True, order="right"):
        def forward(x, gamma, beta):
            keep = {"axis": axis, "keepdims": True}
            mean = x.mean(**keep) if centre else 0
            var = x.var(ddof=ddof, **keep) + 1e-6
            xn = (x - mean) / var**power
            if not scale:
                return xn
            return beta * xn + gamma if order == "swapped" else gamma * xn + beta

        return forward

    return judge(
        answer,
        solutions.batch_norm,
        rtol=1e-4,
        praise=_("Right: mean 0 and variance 1 in each column, then gamma and beta."),
        cases=[
            case(X, GAMMA, BETA, of=_("six rows of four")),
            case(X[:2], GAMMA, BETA, of=_("two rows")),
            case(
                np.array([[1, 20], [3, 10], [8, 90]]),
                GAMMA[:2],
                BETA[:2],
                of=_("integers"),
                hint=_("Which dtype has your result?"),
            ),
            case(
                np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 6.0]]),
                GAMMA[:2],
                BETA[:2],
                of=_("a column without spread"),
                hint=_("What keeps you from dividing by 0 there?"),
            ),
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
        ],
    )  # fmt: skip


@exercise(hint=_("At test time an image may come alone. Whose mean can be used then?"))
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

    return judge(
        answer,
        solutions.batch_norm_at_test,
        rtol=1e-4,
        praise=_("Right: one image alone gets the same answer as among a hundred others."),
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
        ],
    )  # fmt: skip


@exercise(hint=_("Which keys begin with W? And what is the slope of ½ · lam · W²?"))
def check_decayed_gradients(answer):
    params = {"W1": W, "b1": np.array([0.4, -0.2, 1.0]), "W2": V.T, "b2": np.array([2.0, -3.0])}
    grads = {key: np.round(RNG.normal(size=p.shape), 2) for key, p in params.items()}

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
            case(grads, params, 0.1, of="lam = 0.1"),
            case(grads, params, 2.0, of="lam = 2"),
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
                _("The gradient is taken *off* the weights. With which sign must it hold lam · W?"),
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
        ],
    )


DROPOUT_X = RNG.uniform(1, 2, size=(120, 50)) * RNG.choice([-1, 1], size=(120, 50))
DROPOUT_DOUT = RNG.uniform(1, 2, size=(120, 50))


def _try_dropout(inverted):
    """Plays with a dropout layer and raises Wrong for whatever it does not keep to."""

    def via(Layer, ratio):
        layer = Layer(ratio, np.random.default_rng(3))
        x, dout = DROPOUT_X.copy(), DROPOUT_DOUT.copy()
        out = layer.forward(x, True)
        if out is None or out is ...:
            return None
        _expect_array(out, "forward")
        dx = layer.backward(dout)
        again = layer.forward(x, True)
        _expect_array(dx, "backward")
        test = layer.forward(x, False)
        _expect_array(test, _("forward at test time"))
        if not (np.array_equal(x, DROPOUT_X) and np.array_equal(dout, DROPOUT_DOUT)):
            raise Wrong(
                _("Your layer overwrites the array that it was given."),
                _("Make a new array: `x * mask`, and not `x *= mask` or `x[...] = 0`."),
            )
        kept = out != 0
        _judge_mask(kept, again != 0, ratio)
        training_scale = _factor(out[kept] / x[kept])
        test_scale = _factor(test / x)
        _judge_scales(inverted, ratio, training_scale, test_scale, np.any(test == 0))
        _judge_backward(dx, dout, kept, training_scale)
        return {"training": round(training_scale, 6), "test": round(test_scale, 6)}

    return via


def _expect_array(value, name):
    if not isinstance(value, np.ndarray) or value.shape != DROPOUT_X.shape:
        raise Wrong(
            _("{name} should give an array of the shape of its argument.").format(name=name),
            _("Does it end in `return`, and is what it returns computed from the whole x?"),
        )


def _factor(ratios):
    """The one number that all ratios are, or nan."""
    ratios = np.asarray(ratios, dtype=float)
    if ratios.size and np.ptp(ratios) < 1e-6:
        return float(ratios.flat[0])
    return float("nan")


def _judge_mask(kept, kept_again, ratio):
    share = 1 - kept.mean()
    if share == 0:
        raise Wrong(
            _("Nothing is dropped in training."), _("What does train_flg=True ask the layer to do?")
        )
    if abs(share - ratio) > 0.05 and abs(share - (1 - ratio)) < 0.05:
        raise Wrong(
            _("The mask is turned round: with ratio {ratio}, {share:.0%} are dropped.").format(
                ratio=ratio, share=share
            ),
            _("Of random numbers from 0 to 1, which share lies above ratio?"),
        )
    rows_equal = (kept == kept[0]).all() or (kept == kept[:, :1]).all()
    if rows_equal:
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
    if np.array_equal(kept, kept_again):
        raise Wrong(
            _("Every forward has the same mask; each batch should meet another network."),
            _("Where are the random numbers drawn, in __init__ or in forward?"),
        )


def _judge_scales(inverted, ratio, training, test, drops_at_test):
    if drops_at_test:
        raise Wrong(
            _("Dropout is active at test time: the same image, asked twice, gets two answers."),
            _("What should train_flg=False change?"),
        )
    keep = 1 - ratio
    wanted = (1 / keep, 1.0) if inverted else (1.0, keep)
    if np.allclose((training, test), wanted):
        return
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
    if not inverted and np.isclose(training, 1 / keep):
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


def _judge_backward(dx, dout, kept, scale):
    if np.allclose(dx, dout * kept * scale):
        return
    if np.allclose(dx, dout):
        raise Wrong(
            _("The gradient flows through units that were switched off."),
            _("A unit that gave 0 whatever came in: how does the loss change with its input?"),
        )
    if np.allclose(dx, dout * kept):
        raise Wrong(
            _("The gradient has the mask, but not the factor that forward multiplied with."),
            _("out = x * mask * factor: what is the slope of out along x?"),
        )
    if abs((dx == 0).mean() - (1 - kept.mean())) < 0.05:
        raise Wrong(
            _("backward drops other units than forward did: it must be the same mask."),
            _("What does forward have to keep for backward?"),
        )
    raise Wrong(
        _("dx is not dout times what forward multiplied x with."),
        _("Every multiplication hands dout back times the same factor."),
    )


@exercise(hint=_("Three places use the same mask idea: where is it drawn, kept, used again?"))
def check_BookDropout(answer):
    return judge(
        answer,
        solutions.BookDropout,
        via=_try_dropout(inverted=False),
        praise=_("Right: a new mask for each batch, the same one back, and 1 - ratio at test."),
        cases=[case(0.3, of="ratio 0.3"), case(0.8, of="ratio 0.8")],
    )


@exercise(hint=_("If a share of 1 - ratio survives, by what must it be multiplied?"))
def check_InvertedDropout(answer):
    return judge(
        answer,
        solutions.InvertedDropout,
        via=_try_dropout(inverted=True),
        praise=_("Right: the survivors speak up in training, and the test needs nothing."),
        cases=[case(0.3, of="ratio 0.3"), case(0.8, of="ratio 0.8")],
    )


def _try_split(function, count, share):
    """Samples that know their own number: who went where, and with which label?"""
    x = np.arange(count)[:, None] * np.array([10.0, 1.0])  # row i is (10 i, i)
    t = np.arange(count) // (count // 10)  # sorted by class, as files often are
    before = x.copy(), t.copy()
    got = _several("x_train", "t_train", "x_val", "t_val")(
        function, x, t, share, np.random.default_rng(8)
    )
    if got is None:
        return None
    if not (np.array_equal(x, before[0]) and np.array_equal(t, before[1])):
        raise Wrong(
            _("The caller's own arrays are shuffled; make new ones."),
            _("`rng.shuffle(x)` works in place. What does `x[order]` do?"),
        )
    parts = {name: np.asarray(part) for name, part in got.items()}
    sizes = {name: len(part) for name, part in parts.items()}
    held = int(count * share)
    rows, wanted = "x_val", {"x_train": count - held, "x_val": held}
    numbers = {name: parts[name][:, 1].astype(int) for name in wanted}
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
    if np.ptp(numbers[rows]) + 1 == held:
        raise Wrong(
            _("Not shuffled first: the data are sorted by class, and validation sees only some."),
            _("What does `rng.permutation(len(x))` give?"),
        )
    return {"rows": count}


@exercise(hint=_("Draw one random order, apply it to x and t, then cut."))
def check_split_validation(answer):
    return judge(
        answer,
        solutions.split_validation,
        via=_try_split,
        praise=_("Right: shuffled, cut once, and every image still has its own label."),
        cases=[case(200, 0.2, of=_("200 samples, a fifth")), case(50, 0.5, of=_("50, a half"))],
    )


def _try_log_uniform(function, low, high):
    """Where do the exponents of many draws lie?"""
    made = function(low, high, 4000, np.random.default_rng(2))
    if made is None or made is ...:
        return None
    made = np.asarray(made, dtype=float)
    if made.shape != (4000,):
        raise Wrong(
            _("An array of `size` numbers is expected; this has the shape {shape}.").format(
                shape=made.shape
            ),
            _("Which argument of rng.uniform says how many?"),
        )
    if (made < 0).any() and low <= made.min() and made.max() <= high:
        raise Wrong(
            _("These are the exponents; the numbers themselves are 10 to that power."),
            _("Can a learning rate be negative?"),
        )
    if np.unique(made).size < 100:
        raise Wrong(
            _("Only {n} different numbers come out: whole exponents, or one draw for all.").format(
                n=np.unique(made).size
            ),
            _("rng.uniform draws decimals, and as many as `size` says."),
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
    if exponents.min() < low - 1e-9 or exponents.max() > high + 1e-9:
        text = _("The numbers go from {a:.2g} to {b:.2g} and not from 10^{low} to 10^{high}.")
        raise Wrong(
            text.format(a=made.min(), b=made.max(), low=low, high=high),
            _("Draw the exponent between low and high."),
        )
    middle = (low + high) / 2
    below = float((exponents < middle).mean())
    if below < 0.2:
        raise Wrong(
            _("Drawn evenly between the ends: {share:.0%} of the numbers lie in the upper half of "
              "the exponents, and small ones are hardly tried.").format(share=1 - below),
            _("It is the exponents that should be spread evenly."),
        )  # fmt: skip
    if not 0.45 < below < 0.55 or not 0.2 < (exponents < (low + middle) / 2).mean() < 0.3:
        raise Wrong(
            _("The exponents are not spread evenly between low and high."),
            _("Which method of rng gives every number between two ends the same chance?"),
        )
    return {"below the middle": round(below, 1)}


@exercise(hint=_("Draw exponents evenly, then raise 10 to them."))
def check_log_uniform(answer):
    return judge(
        answer,
        solutions.log_uniform,
        via=_try_log_uniform,
        praise=_("Right: each power of ten gets as many trials as the next."),
        cases=[case(-6, -2, of="-6, -2"), case(-8, -4, of="-8, -4")],
    )


@exercise(hint=_("Who may see the test accuracies before the choice is made?"))
def check_reported_accuracy(answer):
    def trials(*pairs):
        return [
            {"lr": 0.01 * i, "validation": v, "test": t} for i, (v, t) in enumerate(pairs, start=1)
        ]

    return judge(
        answer,
        solutions.reported_accuracy,
        praise=_("Right: validation chooses, and the test is asked once, about the chosen one."),
        cases=[
            case(trials((0.80, 0.78), (0.91, 0.84), (0.88, 0.87), (0.60, 0.62))),
            case(trials((0.70, 0.75), (0.65, 0.71), (0.50, 0.55), (0.69, 0.74))),
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
        ],
    )  # fmt: skip


@exercise(hint=_("For each cause, ask: what would I see if I looked at one image, at one layer?"))
def check_diagnosis(answer):
    right = solutions.diagnosis
    says = {  # a cause, and what one would see if it were the reason
        "learning rate too large": _("the loss leaps, and ends as nan"),
        "weights too narrow": _("signals shrink from layer to layer, and nothing is learnt"),
        "weights all equal": _("units of a layer get equal slopes and stay equal for ever"),
        "overfitting": _("training goes well, and new digits go worse"),
        "dropout at test time": _("chance has a say in each answer"),
        "batch statistics at test time": _("an answer depends on the images beside it"),
        "tuned on the test set": _("the score falls as soon as really new digits come"),
    }
    if not isinstance(answer, dict):
        return judge(answer, right)
    if all(value is None or value is ... for value in answer.values()):
        return Verdict(None, _("not answered yet"))
    for symptom, want in right.items():
        got = answer.get(symptom)
        if got is None or got is ...:
            return Verdict(None, _("not answered yet: {symptom}").format(symptom=symptom))
        got = got.strip().lower() if isinstance(got, str) else got
        if not isinstance(got, str) or got not in says:
            raise Wrong(
                _("`{symptom}`: the answer is one of: {causes}.").format(
                    symptom=symptom, causes=", ".join(says)
                )
            )
        if got != want:
            raise Wrong(
                _("`{symptom}` does not come from `{got}`: there, {sign}.").format(
                    symptom=symptom, got=got, sign=says[got]
                )
            )
    return Verdict(True, _("Right, all seven. You would find them in the wild."))
