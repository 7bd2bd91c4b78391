"""Checks of chapter 3, neural networks. How a check is made: see exercises/verdict.py."""

import ast
import contextlib
import itertools
import math
import numbers
from collections.abc import Mapping
from gettext import gettext as _

import numpy as np

from common.functions import relu, sigmoid, softmax

from .solutions import ch03 as solutions
from .verdict import N_, Mistake, Verdict, Wrong, case, exercise, judge, unanswered

INPUTS = ((0, 0), (1, 0), (0, 1), (1, 1))
AND, OR, NAND, NOR = (1, 1, -1.5), (1, 1, -0.5), (-1, -1, 1.5), (-1, -1, 0.5)


def _open(value):
    return value is None or value is ...


def _network(first, second, output):
    return {"first": first, "second": second, "output": output}


def _truth_table(neurons):
    """What two hidden step neurons and one output neuron answer to the four inputs."""
    for name in ("first", "second", "output"):
        weights = neurons.get(name) if isinstance(neurons, Mapping) else None
        row = isinstance(weights, (tuple, list)) or getattr(weights, "ndim", 0) == 1
        if not row or len(weights) != 3:
            raise Wrong(
                _("`{name}` needs three numbers in parentheses: (w1, w2, b).").format(name=name),
                _("AND, for instance, is (1, 1, -1.5)."),
            )
        if not all(isinstance(weight, numbers.Real) for weight in weights):
            raise Wrong(_("`{name}`: w1, w2 and b are numbers.").format(name=name))

    def fires(name, x1, x2):
        w1, w2, b = (float(weight) for weight in neurons[name])
        return int(b + w1 * x1 + w2 * x2 > 0)

    hidden = [(fires("first", *x), fires("second", *x)) for x in INPUTS]
    answers = [fires("output", *h) for h in hidden]
    return {f"XOR{x}": answer for x, answer in zip(INPUTS, answers, strict=True)}


def _gaps(three):
    return isinstance(three, (tuple, list)) and any(map(_open, three))


@exercise(hint=N_("Say XOR in words: at least one input is 1, and not both. What is each half?"))
def check_xor_neurons(answer):
    never, always = (0, 0, -1), (0, 0, 1)
    if isinstance(answer, Mapping):  # a neuron with a number missing is open
        answer = {name: None if _gaps(three) else three for name, three in answer.items()}
    elif not _open(answer):
        raise Wrong(
            _("Three neurons are asked for, by their names in the template."),
            _("Keep the template's braces and names, and fill in the numbers."),
        )
    return judge(
        answer,
        solutions.xor_neurons,
        via=_truth_table,
        praise=_("Right: two neurons draw two lines, and the third combines their answers."),
        mistakes=[
            Mistake(
                _network(OR, OR, AND),
                _("Your network computes OR: for the inputs 1 and 1 it must answer 0."),
                _("Which of your two hidden neurons falls silent when both inputs are 1?"),
            ),
            Mistake(
                _network(AND, AND, AND),
                _("Your network computes AND: it fires only when both inputs are 1."),
                _("The output should fire when exactly one of the inputs does."),
            ),
            Mistake(
                _network(NAND, NAND, AND),
                _("Your network computes NAND: for the inputs 0 and 0 it must answer 0."),
                _("Which hidden neuron asks whether there is a 1 at all?"),
            ),
            Mistake(
                _network(AND, NOR, OR),
                _("Your network answers the opposite of XOR in all four cases."),
                _("What does a neuron answer when all three of its numbers change sign?"),
            ),
            Mistake(
                _network(NOR, NOR, OR),
                _("Your network computes NOR: it fires only when both inputs are 0."),
                _("What does a neuron answer when all three of its numbers change sign?"),
            ),
            Mistake(
                _network((1, 0, -0.5), (1, 0, -0.5), AND),
                _("Your network repeats the first input; the second makes no difference."),
                _("Which hidden neurons listen to both inputs, and does the output use them?"),
            ),
            Mistake(
                _network((0, 1, -0.5), (0, 1, -0.5), AND),
                _("Your network repeats the second input; the first makes no difference."),
                _("Which hidden neurons listen to both inputs, and does the output use them?"),
            ),
            Mistake(
                _network(never, never, never),
                _("Your output neuron never fires."),
                _("Which a must be above 0? The larger the bias, the sooner a neuron fires."),
            ),
            Mistake(
                _network(always, always, always),
                _("Your output neuron always fires."),
                _("For the inputs 0 and 0 it should not. What is its a there?"),
            ),
        ],
    )


LARGE = 20  # an exponent that no safe form of the sigmoid asks for


def _loudly(function, x):
    """Call with overflow as an exception: quiet inf and nan would pass for numbers."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        return function(x)


_loudly.direct = True  # it is the very call, so arguments have their names


def _expect_small_exponents(function, *inputs):
    """Who silences an overflow, or cuts x off far out, still takes exp of a large number."""
    with _exponents() as seen:
        for x in inputs:
            function(np.array(x))
    if max(seen) > LARGE:
        raise Wrong(
            _("The numbers are right, but exp is taken of {largest:g}, which is large.").format(
                largest=max(seen)
            )
        )


@contextlib.contextmanager
def _exponents():
    """Note the largest number that each call of np.exp and math.exp is asked for."""
    seen, modules = [0.0], (np, math)

    def noted(exp):
        def notes(x, *args, **options):
            with contextlib.suppress(TypeError, ValueError):  # exp itself will complain
                seen.append(float(np.max(x, where=options.get("where", True), initial=0)))
            return exp(x, *args, **options)

        return notes

    before = [module.exp for module in modules]
    try:
        for module in modules:
            module.exp = noted(module.exp)
        yield seen
    finally:
        for module, exp in zip(modules, before, strict=True):
            module.exp = exp


@exercise(hint=N_("exp only overflows upwards. Of which number is the exponent never positive?"))
def check_stable_sigmoid(answer):
    def one_question(x):
        return 1 / (1 + np.exp(-x)) if x >= 0 else np.exp(x) / (1 + np.exp(x))

    def both_branches(x):
        return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))

    verdict = judge(
        answer,
        solutions.stable_sigmoid,
        via=_loudly,
        atol=1e-15,
        praise=_("Right from -800 to 800, and exp never sees a large positive number."),
        cases=[
            case(np.array([-1.0, 1.0, 2.0]), of=_("small numbers")),
            case(np.array([-800.0]), of="x = -800"),
            case(np.array([800.0]), of="x = 800"),
            case(
                np.array([[-40.0, 0.0, 3.0], [750.0, -2.0, -750.0]]),
                of=_("a batch"),
                hint=_("Each x for itself: which form of the fraction does it take, also at 0?"),
            ),
            case(np.array([[[0.5, -0.5]], [[-30.0, 30.0]]]), of=_("an array with three axes")),
            case(np.array([-3, 0, 4]), of=_("integers"), hint=_("Which dtype has your result?")),
        ],
        mistakes=[
            Mistake(
                lambda x: 1 / (1 + np.exp(-x)),
                _("Overflow on the left: for x = -800 this asks for exp(800)."),
                _("For negative x, can you multiply the fraction above and below by exp(x)?"),
            ),
            Mistake(
                lambda x: np.exp(x) / (1 + np.exp(x)),
                _("Overflow on the right: for x = 800 this divides inf by inf."),
                _("This form suits negative x. Which one suits positive x?"),
            ),
            Mistake(
                both_branches,
                _("Overflow on both sides: exp(800) is asked for at x = 800 and at x = -800."),
                _("Compute exp(-abs(x)) once, before choosing, and choose only what is above it."),
            ),
            Mistake(
                one_question,
                _("One question is asked of a whole array, and the array has no one answer."),
                _("Which NumPy function chooses element by element?"),
            ),
            Mistake(
                lambda x: 1 / (1 + np.exp(np.abs(x))),
                _("Mirrored: for positive x you give what belongs to -x."),
                _("sigmoid(-x) = 1 - sigmoid(x): on which side is the small number right?"),
            ),
            Mistake(
                lambda x: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))),
                _("You never exceed one half: positive x get what belongs to -x."),
                _("sigmoid(-x) = 1 - sigmoid(x): on which side is the small number right?"),
            ),
            Mistake(
                lambda x: 1 / (1 + np.exp(-np.abs(x))),
                _("You are never below one half: negative x get what belongs to -x."),
                _("Which form of the fraction is right on the left?"),
            ),
            Mistake(
                lambda x: solutions.stable_sigmoid(-x),
                _("Left and right are exchanged: each x gets what belongs to -x."),
                _("Should the sigmoid of a large positive number be near 0 or near 1?"),
            ),
            Mistake(
                lambda x: np.where(x == 0, 0, solutions.stable_sigmoid(x)),
                _("At x = 0 your function gives 0; the sigmoid is one half there."),
                _("Which of your conditions is true for x = 0?"),
            ),
        ],
    )
    if verdict:
        _expect_small_exponents(answer, [-800.0], [800.0], [-300.0], [300.0])
    return verdict


@exercise(hint=N_("For which x does the result differ from x? np.where(condition, a, b) chooses."))
def check_leaky_relu(answer):
    return judge(
        answer,
        solutions.leaky_relu,
        praise=_("Right: negative numbers leak through, and the caller's array is untouched."),
        cases=[
            case(np.array([-2.0, -0.5, 0.0, 3.0, 0.5, 0.005]), 0.01, of=_("a row")),
            case(np.array([[-1.0, 2.0]]), 0.01, of=_("a batch of one")),
            case(np.array([[[0.5, -4.0]], [[-3.0, 1.0]]]), 0.01, of=_("an array with three axes")),
            case(
                np.array([-250, 3]),
                0.01,
                of=_("integers"),
                hint=_("A copy of an integer array holds integers: what becomes of -0.02 there?"),
            ),
            case(
                np.array([-2.0, 5.0]),
                0.2,
                of=_("slope = 0.2"),
                hint=_("Where in your function does `slope` stand?"),
            ),
            case(
                np.array([-3.0, 2.0]),
                of=_("the slope of the template's first line"),
                hint=_("Keep the first line of the template as it is."),
            ),
            case(
                np.array([-3.0, 2.0]),
                0.0,
                of=_("slope = 0"),
                hint=_("A slope of 0 is a slope that a caller may wish for, too."),
            ),
        ],
        mistakes=[
            Mistake(
                lambda x, slope=0.01: solutions.leaky_relu(x, slope or 0.01),
                _("A slope of 0 is taken for no slope at all, and 0.01 comes instead."),
                _("A caller may wish for 0 as well. What is `slope or 0.01` for slope 0?"),
            ),
            Mistake(
                lambda x, slope=0.01: np.maximum(0, x),
                _("This is ReLU: negative numbers become 0, nothing leaks."),
                _("What should -2 become, if one hundredth of it leaks through?"),
            ),
            Mistake(
                lambda x, slope=0.01: np.where(x > 0, x, 0.01 * x),
                _("The slope is always 0.01, whatever the caller asks for."),
                _("The caller's wish is in `slope`."),
            ),
            Mistake(
                lambda x, slope=0.01: np.where(x > 0, x, -slope * x),
                _("The leak has the wrong sign: negative numbers come out positive."),
                _("A line through 0 with a small positive slope lies below 0 on the left."),
            ),
            Mistake(
                lambda x, slope=0.01: np.where(x > 0, slope * x, x),
                _("The two sides are exchanged: positive numbers are scaled, negative ones pass."),
                _("Which side of 0 should the leak be on?"),
            ),
            Mistake(
                lambda x, slope=0.01: np.where(x > 0, 0, slope * x),
                _("Only the leak is left: positive numbers become 0."),
                _("What should become of 3?"),
            ),
            Mistake(
                lambda x, slope=0.01: np.maximum(0, x) + slope * x,
                _("The slope is added on both sides: positive numbers come out too large."),
                _("What should become of 3?"),
            ),
            Mistake(
                lambda x, slope=0.01: np.where(x > 0, x, x / slope),
                _("You divide by the slope: negative numbers grow instead of shrinking."),
                _("What should -2 become, if one hundredth of it leaks through?"),
            ),
            Mistake(
                lambda x, slope=0.01: np.where(x > 0, x, slope),
                _("Every negative number becomes the slope itself."),
                _("-2 and -4 should stay apart: a slope multiplies something."),
            ),
        ],
    )


def _shape(value):
    """Return what stands for a shape as a tuple: a list, an array, "(2, 3)". Others stay."""
    if isinstance(value, str):
        value = value.strip().strip("'\"").strip()
        if value.lower() in ("error", "an error", "shape error", "valueerror"):
            return "error"
        with contextlib.suppress(ValueError, SyntaxError):
            value = ast.literal_eval(value)
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)) and all(isinstance(n, numbers.Real) for n in value):
        return tuple(value)
    return value if isinstance(value, (str, numbers.Integral)) else None


@exercise(
    hint=N_("Write the shapes side by side: the inner numbers must agree, the outer ones stay.")
)
def check_product_shapes(answer):
    right = solutions.product_shapes
    shape_of = {  # plausible shapes, and what a reader who gives them has in mind
        ("(3, 2) @ (2,)", (3, 1)): _("a column, but a product with a 1-D array stays 1-D"),
        ("(2,) @ (2, 3)", (1, 3)): _("a row, but a product with a 1-D array stays 1-D"),
        ("(4,) @ (4,)", (1,)): _("an array of one, but two 1-D arrays give a plain number"),
        ("(4,) @ (4,)", (4, 4)): _("a table of all products, but inner numbers are summed away"),
        ("(4,) @ (4,)", (4,)): _("what `*` gives; `@` sums the products"),
        ("(3, 4) @ (3, 4)", (3, 4)): _("what `*` gives; for `@` the inner numbers must agree"),
        ("(3, 4) @ (3, 4)", (3, 3)): _("what a transposed second array would give"),
        ("(3, 4) @ (3, 4)", (4, 4)): _("what a transposed first array would give"),
    }
    if not isinstance(answer, Mapping) or all(map(_open, answer.values())):
        return judge(answer, right)
    if (missing := unanswered(answer, right)) is not None:
        return missing
    for key, want in right.items():
        got = _shape(answer[key])
        if got == want:
            continue
        if isinstance(got, numbers.Integral) and not isinstance(got, bool):
            raise Wrong(
                _("`{key}`: {got} is a number; a shape is a tuple.").format(key=key, got=got),
                _("A tuple of one needs its comma: `(3,)`. A single number has the shape `()`."),
            )
        if got != "error" and not isinstance(got, tuple):
            raise Wrong(
                _('`{key}`: the answer is a tuple of numbers, or the word "error".').format(key=key)
            )
        if (key, got) in shape_of:
            raise Wrong(_("`{key}`: {reason}.").format(key=key, reason=shape_of[key, got]))
        if want == "error":
            raise Wrong(_("`{key}` gives no array at all.").format(key=key))
        if got == "error":
            raise Wrong(
                _("`{key}` is no error: its inner numbers agree.").format(key=key),
                _("The inner numbers are the last of the left and the first of the right shape."),
            )
        if got == want[::-1]:
            raise Wrong(_("`{key}`: rows and columns are exchanged.").format(key=key))
        raise Wrong(
            _("`{key}` has another shape than {got}.").format(key=key, got=got),
        )
    return Verdict(True, _("Right: inner numbers agree and vanish, outer ones stay."))


@exercise(hint=N_("All layers but the last do the same: multiply, add, activate. And the last?"))
def check_forward(answer):
    rng = np.random.default_rng(3)

    def layers(*sizes):
        pairs = list(itertools.pairwise(sizes))
        return [rng.normal(size=pair) for pair in pairs], [rng.normal(size=n) for _m, n in pairs]

    def through(x, weights, biases, hidden, last, before_bias=False):
        for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
            activation = last if i == len(weights) - 1 else hidden
            x = activation(x @ W) + b if before_bias else activation(x @ W + b)
        return x

    def same(x):
        return x

    def no_bias(x, W, b):
        return through(x, W, [0 * one for one in b], sigmoid, same)

    return judge(
        answer,
        solutions.forward,
        praise=_("Right for any number of layers, and for one input as for a batch."),
        cases=[
            case(np.array([1.0, 0.5]), *layers(2, 3, 2, 2), of=_("three layers, one input")),
            case(rng.normal(size=(4, 2)), *layers(2, 3, 5, 2), of=_("three layers, a batch of 4")),
            case(
                rng.normal(size=(3, 4)),
                *layers(4, 3, 2),
                of=_("two layers"),
                hint=_("How many entries has `weights`? Let a loop count them."),
            ),
            case(rng.normal(size=(1, 3)), *layers(3, 4, 5, 3, 2), of=_("four layers")),
            case(rng.normal(size=(2, 3)), *layers(3, 4), of=_("a single layer")),
        ],
        mistakes=[
            Mistake(
                lambda x, W, b: through(x, W, b, sigmoid, sigmoid),
                _("The last layer goes through sigmoid as well; its numbers should stay free."),
                _("Which layer is the last one in your loop, and what should it leave out?"),
            ),
            Mistake(
                lambda x, W, b: through(x, W, b, sigmoid, softmax),
                _("The last layer goes through softmax; this network should end in the identity."),
                _("The exercise asks for the numbers themselves, not for shares of 1."),
            ),
            Mistake(
                no_bias,
                _("The biases are missing: every neuron fires as easily as any other."),
                _("`biases` has one array for each layer."),
            ),
            Mistake(
                lambda x, W, b: through(x, W, [*b[:-1], 0], sigmoid, same),
                _("The last layer has lost its bias."),
                _("`biases` has one array for each layer."),
            ),
            Mistake(
                lambda x, W, b: through(x, W, b, same, same),
                _("There is no activation between the layers: they collapse into one."),
                _("What did c·(c·(c·x)) show?"),
            ),
            Mistake(
                lambda x, W, b: through(x, W, b, sigmoid, same, before_bias=True),
                _("The bias is added after the activation, where it moves no threshold."),
                _("a = xW + b comes first, and z = sigmoid(a) then."),
            ),
            Mistake(
                lambda x, W, b: through(x, W, b, relu, same),
                _("The hidden layers use ReLU; this network is asked for with sigmoid."),
                _("Which function follows each product?"),
            ),
            Mistake(
                lambda x, W, b: through(x, [one.T for one in W], b, sigmoid, same),
                _("a weight array is transposed, on the wrong side of x, or not its layer's own."),
                _("x is (N, in) and W is (in, out): which order makes the inner numbers agree?"),
            ),
        ],
    )


@exercise(
    hint=N_("One image is one column now. On which side of X must W1 stand, and how lies b1?")
)
def check_scores_in_columns(answer):
    rng = np.random.default_rng(5)

    def given(D, H, K, N):
        shapes = [(D, N), (H, D), (H,), (K, H), (K,)]
        return [rng.normal(size=shape) for shape in shapes]

    def net(X, W1, b1, W2, b2, hidden=relu, last=lambda a: a):
        return last(W2 @ hidden(W1 @ X + b1[:, None]) + b2[:, None])

    return judge(
        answer,
        solutions.scores_in_columns,
        praise=_("Right: the same network, with everything standing upright."),
        cases=[
            case(*given(3, 4, 2, 5), of=_("five images")),
            case(*given(3, 4, 4, 4), of=_("four images, four hidden and four output neurons")),
            case(*given(6, 3, 2, 1), of=_("a batch of one")),
        ],
        mistakes=[
            Mistake(
                lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X + b1) + b2,
                _("The bias lies along a row, so each image gets a bias instead of each neuron."),
                _("b1 has the shape (H,) and meets (H, N). Which shape stretches to N columns?"),
            ),
            Mistake(
                lambda X, W1, b1, W2, b2: relu(X @ W1 + b1) @ W2 + b2,
                _("this is the row form, x·W; in columns the weights stand on the left."),
                _("W1 is (H, D) and X is (D, N): which order makes the inner numbers agree?"),
            ),
            Mistake(
                lambda *args: net(*args, hidden=lambda a: a),
                _("There is no ReLU between the two layers."),
                _("f = W₂·max(0, W₁x): where is the max in your code?"),
            ),
            Mistake(
                lambda *args: net(*args, last=relu),
                _("The scores go through ReLU too, so no score can be negative."),
                _("Only the hidden layer is activated."),
            ),
            Mistake(
                lambda *args: net(*args, hidden=sigmoid),
                _("The hidden layer uses sigmoid where max(0, ·) is asked for."),
                _("Which activation is max(0, a)?"),
            ),
            Mistake(
                lambda X, W1, b1, W2, b2: net(X, W1, 0 * b1, W2, b2),
                _("The bias of the hidden layer is missing."),
                _("Where does b1 stand in your code?"),
            ),
            Mistake(
                lambda X, W1, b1, W2, b2: net(X, W1, b1, W2, 0 * b2),
                _("The bias of the output layer is missing."),
                _("Where does b2 stand in your code?"),
            ),
            Mistake(
                lambda X, W1, b1, W2, b2: W2 @ (relu(W1 @ X) + b1[:, None]) + b2[:, None],
                _("The bias b1 is added after the ReLU, where it moves no threshold."),
                _("What is a hidden neuron's a, before max(0, a)?"),
            ),
            Mistake(
                lambda *args: net(*args, last=lambda a: softmax(a.T).T),
                _("You give shares of 1; the scores themselves are asked for."),
                _("Which function follows the second product, and is it asked for?"),
            ),
            Mistake(
                lambda *args: net(*args, last=softmax),
                _("There is a softmax at the end; the scores themselves are asked for."),
                _("Which function follows the second product, and is it asked for?"),
            ),
            Mistake(
                lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X),
                _("Both biases are missing."),
                _("A bias for each neuron, the same for every image: one column, N times."),
            ),
            Mistake(
                lambda *args: net(*args).T,
                _("The scores come out with one row for each image; in columns, (K, N) is asked."),
                _("Has something been transposed at the end?"),
            ),
        ],
    )


@exercise(hint=N_("Is the answer a quantity? A yes or no? One of several kinds?"))
def check_output_layers(answer):
    right = solutions.output_layers
    reasons = {
        ("identity", "sigmoid"): _("sigmoid ends at 0 and 1, and this quantity does not"),
        ("identity", "softmax"): _("softmax shares out a whole among kinds; this is a quantity"),
        ("softmax", "sigmoid"): _("sigmoid judges each kind alone: no shares of 1"),
        ("softmax", "identity"): _("raw scores rank the kinds, but they are no probabilities"),
        ("sigmoid", "softmax"): _("softmax of a single number is always 1"),
        ("sigmoid", "identity"): _("a raw score is no probability: it may be -3 or 70"),
    }  # fmt: skip
    if not isinstance(answer, Mapping) or all(map(_open, answer.values())):
        return judge(answer, right)
    if (missing := unanswered(answer, right)) is not None:
        return missing
    for key, want in right.items():
        got = getattr(answer[key], "__name__", answer[key])  # the function itself will do
        got = got.strip().lower() if isinstance(got, str) else got
        got = "identity" if got in ("identity_function", "identity function") else got
        if got not in ("identity", "sigmoid", "softmax"):
            raise Wrong(
                _("{key}: the answer is one of `identity`, `sigmoid`, `softmax`.").format(key=key)
            )
        if got != want:
            raise Wrong(_("{key}: {reason}.").format(key=key, reason=reasons[want, got]))
    return Verdict(True, _("Right: quantities stay free, yes or no is squeezed, kinds share 1."))


@exercise(hint=N_("Each row is a softmax of its own: its own largest score, its own sum."))
def check_softmax_batch(answer):
    def shares(X, top, total):
        e = np.exp(X - top(X))
        return e / total(e)

    def largest(X):
        return X.max(axis=1, keepdims=True)

    def row_sum(e):
        return e.sum(axis=1, keepdims=True)

    return judge(
        answer,
        solutions.softmax_batch,
        praise=_("Right: every row sums to 1, however large its scores are."),
        cases=[
            case(np.array([[0.3, 2.9, 4.0], [1.0, 0.5, -1.0]]), of=_("two rows of three")),
            case(np.array([[0.0, 1.0], [3.0, 1.5]]), of=_("two rows of two")),
            case(
                np.array([[1010.0, 1000.0, 990.0], [1.0, 2.0, 4.0]]),
                of=_("one row with large scores"),
                hint=_("exp(1010) is inf. Which number can be taken off every score of a row?"),
            ),
            case(
                np.array([[-1010.0, -1000.0, -990.0], [-900.0, 0.0, 900.0]]),
                of=_("scores far below 0, and far apart"),
                hint=_("Which number taken off a row makes its largest score 0, whatever it is?"),
            ),
            case(np.array([[2.0, 1.0, 0.1, -3.0]]), of=_("a batch of one")),
            case(np.array([[0.5, -1.0], [2.0, 2.5], [0.0, 3.0]]), of=_("three rows of two")),
            case(np.array([[3, 1, 2], [0, 0, 5]]), of=_("integers")),
        ],
        mistakes=[
            Mistake(
                lambda X: shares(X, np.max, np.sum),
                _("The sum runs over the whole batch: rows do not sum to 1, only all together do."),
                _("How does `np.sum` know that each row is a sum of its own?"),
            ),
            Mistake(
                lambda X: shares(X, largest, np.sum),
                _("Each row has its own maximum, but one sum serves the whole batch."),
                _("Which axis runs along a row?"),
            ),
            Mistake(
                lambda X: shares(X, np.max, row_sum),
                _("Too much is taken off a small row that stands beside a large one: it gets 0/0."),
                _("What is exp(2 - 1010)? Which maximum would keep that row alive?"),
            ),
            Mistake(
                lambda X: shares(X, lambda x: x.max(axis=0), lambda e: e.sum(axis=0)),
                _("The sum runs down the columns: columns sum to 1, rows do not."),
                _("axis=0 goes from row to row. Which axis stays within a row?"),
            ),
            Mistake(
                lambda X: np.exp(X) / row_sum(np.exp(X)),
                _("Right for small scores, but exp(1010) overflows."),
                _("Subtracting the same number from every score of a row changes nothing."),
            ),
            Mistake(
                lambda X: shares(X, lambda x: x.max(axis=1), lambda e: e.sum(axis=1)),
                _("The row sums lost their axis: (N,) is stretched along the wrong direction."),
                _("Which argument makes sum and max give (N, 1) instead of (N,)?"),
            ),
            Mistake(
                lambda X: X - largest(X) - np.log(row_sum(np.exp(X - largest(X)))),
                _("These are the logarithms of the shares."),
                _("Shares lie between 0 and 1. Which function undoes a logarithm?"),
            ),
            Mistake(
                lambda X: sigmoid(X),
                _("This is a sigmoid, each score for itself: no row sums to 1."),
                _("What must the shares of a row add up to?"),
            ),
            Mistake(
                lambda X: np.array([[*np.exp(row - row.max())] for row in X]),
                _("The exponentials are not divided by their sum yet."),
                _("Shares of what? They have to add up to 1."),
            ),
        ],
    )


@exercise(hint=N_("Which numbers can a uint8 hold? Which ones can a difference of two pixels be?"))
def check_pixel_distance(answer):
    rng = np.random.default_rng(8)
    a, b = rng.integers(0, 256, (2, 4, 3)).astype(np.uint8)
    a, b = (a, b) if a.mean() < b.mean() else (b, a)  # so that the mean of a - b is negative
    faint = np.array([[3, 40], [0, 90], [7, 1]], dtype=np.uint8)

    def apart(a, b):
        return a.astype(float) - b.astype(float)

    return judge(
        answer,
        solutions.pixel_distance,
        praise=_("Right, and 10 - 20 is -10 again."),
        cases=[
            case(faint + np.uint8(100), faint, of=_("an image and a paler one")),
            case(a, b, of=_("two images of uint8")),
            case(a / 255, b / 255, of=_("images of floats")),
        ],
        mistakes=[
            Mistake(
                lambda a, b: np.abs(a - b).mean(),
                _("The difference is taken in uint8, where 10 - 20 is 246: it wraps around."),
                _("Look at `(a - b).dtype`. When do the numbers become ones with a sign?"),
            ),
            Mistake(
                lambda a, b: np.abs(a.astype(int) - b.astype(int)).mean(),
                _("Right for uint8; images of floats are cut to whole numbers, 0.7 to 0."),
                _("Which kind of number holds 200 and 0.7 alike?"),
            ),
            Mistake(
                lambda a, b: np.abs(apart(a, b)).sum(),
                _("The differences are summed; the mean is asked for."),
                _("By how many pixels must the sum be divided?"),
            ),
            Mistake(
                lambda a, b: np.abs(apart(a, b)).sum() / len(a),
                _("The sum is divided by the number of rows; an image has more pixels than that."),
                _("By how many pixels must the sum be divided?"),
            ),
            Mistake(
                lambda a, b: apart(a, b).mean(),
                _("Brighter and darker pixels cancel: the distance may even be negative."),
                _("What makes a difference of -10 count as 10?"),
            ),
            Mistake(
                lambda a, b: np.abs(apart(a, b).mean()),
                _("The absolute value comes too late: brighter and darker pixels have cancelled."),
                _("First each pixel's distance, then the mean of them."),
            ),
            Mistake(
                lambda a, b: (apart(a, b) ** 2).mean(),
                _("The differences are squared; their absolute values are asked for."),
                _("|-10| is 10, and (-10)² is 100."),
            ),
            Mistake(
                lambda a, b: np.maximum(apart(a, b), 0).mean(),
                _("Only where a is brighter than b is there a difference."),
                _("What makes a difference of -10 count as 10?"),
            ),
            Mistake(
                lambda a, b: np.sqrt((apart(a, b) ** 2).mean()),
                _("This is the root of the mean square; large differences count more in it."),
                _("|-10| is 10: no square and no root is needed."),
            ),
            Mistake(
                lambda a, b: np.linalg.norm(apart(a, b)),
                _("This is the length of the difference; the mean of its parts is asked for."),
                _("|-10| is 10: no square and no root is needed."),
            ),
            Mistake(
                lambda a, b: np.abs(apart(a, b)).max(),
                _("This is the largest difference; the mean is asked for."),
                _("Which of NumPy's functions adds up and divides by the number?"),
            ),
            Mistake(
                lambda a, b: np.abs(a.astype(np.int8) - b.astype(np.int8)).mean(),
                _("int8 ends at 127, and pixels go up to 255."),
                _("Which dtype holds every whole number from -255 to 255?"),
            ),
        ],
    )


class _Predict:
    """Scores (n, K) of a batch (n, D), all below 0; it notes how many images each call brings."""

    def __init__(self, W, size):
        self.W, self.size, self.calls = W, size, [0]

    def __call__(self, x):
        if np.ndim(x) != 2 or np.shape(x)[1] != len(self.W):
            raise Wrong(
                _("predict gets an array of shape {shape}; a batch of n images is {batch}.").format(
                    shape=np.shape(x), batch=f"(n, {len(self.W)})"
                ),
                _("x[start : start + batch_size] is one batch."),
            )
        if len(x) > self.size:
            raise Wrong(
                _("predict gets {many} images at once; the batch size is {size}.").format(
                    many=len(x), size=self.size
                ),
                _("x[start : start + batch_size] is one batch."),
            )
        self.calls.append(len(x))
        return x @ self.W - 100

    def expect_batches(self):
        if max(self.calls) < self.size:
            raise Wrong(
                _("The share is right, but predict never gets more than {most} at a time.").format(
                    most=max(self.calls)
                ),
                _("The caller's wish is in `batch_size`."),
            )


@exercise(hint=N_("10 images in batches of 4: which batches are there, and how long is the last?"))
def check_batched_accuracy(answer):
    rng = np.random.default_rng(2)
    images, W = rng.normal(size=(12, 5)), rng.normal(size=(5, 3))
    labels = (images @ W).argmax(axis=1)
    labels[[1, 5, 8, 9]] = (labels[[1, 5, 8, 9]] + 1) % 3

    def given(n, size):
        return _Predict(W, size), images[:n], labels[:n], size

    def parts(x, size, whole=False):
        return range(0, len(x) - size + 1 if whole else len(x), size)

    def hits(predict, x, t, size):
        return [
            np.mean(predict(x[i : i + size]).argmax(axis=1) == t[i : i + size])
            for i in parts(x, size)
        ]

    def count(predict, x, t, size, whole=False, axis=1):
        return sum(
            np.sum(predict(x[i : i + size]).argmax(axis=axis) == t[i : i + size])
            for i in parts(x, size, whole)
        )

    verdict = judge(
        answer,
        solutions.batched_accuracy,
        praise=_("Right: every image counts once, the last few too."),
        cases=[
            case(
                *given(12, 4),
                of=_("12 images in batches of 4"),
                hint=_("Which images does predict get, batch by batch, and what is counted?"),
            ),
            case(*given(10, 4), of=_("10 images in batches of 4")),
            case(*given(10, 100), of=_("10 images, batch size 100")),
            case(*given(5, 1), of=_("batches of one")),
        ],
        mistakes=[
            Mistake(
                lambda p, x, t, n: count(p, x, t, n, whole=True) / len(x),
                _("The last, incomplete batch is left out, and its images count as wrong."),
                _("Where does your range end? x[8:12] of 10 images is no error."),
            ),
            Mistake(
                lambda p, x, t, n: (
                    count(p, x, t, n, whole=True) / (len(parts(x, n, whole=True)) * n)
                ),
                _("The last, incomplete batch is left out: its images are never looked at."),
                _("What remains of 10 images after two batches of 4?"),
            ),
            Mistake(
                lambda *args: np.mean(hits(*args)),
                _("The mean over batches gives the 2 images of a short batch the weight of 4."),
                _("Count right answers, and divide once, at the end. By what?"),
            ),
            Mistake(
                lambda p, x, t, n: count(p, x, t, n) / (len(parts(x, n)) * n),
                _("You divide by full batches: images are counted that do not exist."),
                _("By how many images must the right answers be divided?"),
            ),
            Mistake(
                lambda p, x, t, n: (
                    sum(
                        np.sum(p(x[i : i + n - 1]).argmax(axis=1) == t[i : i + n - 1])
                        for i in parts(x, n)
                    )
                    / len(x)
                ),
                _("The last image of each full batch is left out, and counts as wrong."),
                _("x[0:4] holds four images, 0 to 3. How many does your slice hold?"),
            ),
            Mistake(
                count,
                _("This is the number of right answers; the accuracy is a share, from 0 to 1."),
                _("Right answers out of how many?"),
            ),
            Mistake(
                lambda p, x, t, n: count(p, x, t, n) / len(parts(x, n)),
                _("You divide by the number of batches; the accuracy is a share of the images."),
                _("By how many images must the right answers be divided?"),
            ),
            Mistake(
                lambda p, x, t, n: count(p, x, t, n) // len(x),
                _("Every share below 1 comes out as 0."),
                _("`//` cuts, `/` divides: what should 2 of 3 be?"),
            ),
            Mistake(
                lambda p, x, t, n: count(p, x, t, n) / len(x) * 100,
                _("You count in per cent; a share goes from 0 to 1."),
                _("Which share is 50 %?"),
            ),
            Mistake(
                lambda p, x, t, n: hits(p, x, t, n)[-1] * len(x[parts(x, n)[-1] :]) / len(x),
                _("Only the last batch is counted."),
                _("Where do the right answers of the batches before it go?"),
            ),
            Mistake(
                lambda p, x, t, n: 1 - count(p, x, t, n) / len(x),
                _("This is the share of wrong answers."),
                _("Which comparison counts a right answer?"),
            ),
            Mistake(
                lambda p, x, t, n: np.mean(x.argmax(axis=1) == t),
                _("The labels are compared with the images themselves; predict is not asked."),
                _("What does predict make from a batch of images?"),
            ),
            Mistake(
                lambda p, x, t, n: count(p, x, t, n, axis=0) / len(x),
                _("argmax(axis=0) finds the best image of each class, not the best class."),
                _("Which axis of (n, K) runs over the classes?"),
            ),
        ],
    )
    if verdict:
        predict = _Predict(W, 4)
        answer(predict, images, labels, 4)
        predict.expect_batches()
    return verdict
