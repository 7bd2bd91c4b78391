"""What the pencil network's picture shows, in words: a step written out, a nudge, a score."""

from gettext import gettext as _

import numpy as np

from .ch05_pencil_sheets import BACKWARD, LAST, NUMBERS, PLACES, parts
from .ch05_written import operand, short, written

AGREE = 0.01  # a true change that differs by less, as a share, is as the gradient says


def describe_pencil(data):
    words = [_step(data)]
    if not data.hidden:
        words.append(_arithmetic(data) + ".")
    else:
        words.append(_score(data))
    if data.delta and (data.seen(data.number) or not data.hidden):
        words.append(_nudge(data))
    return " ".join(words)


def _step(data):
    if data.hidden:
        return _("Predict: what is the gradient of {name} = {value}?").format(
            name=data.number, value=short(data.values[data.number])
        )
    text = _("Step {step} of {last}: {what}.")
    return text.format(step=data.step, last=LAST, what=data.title.replace(",  ", ", "))


def _arithmetic(data):
    v = data.values
    if data.step == 0:
        return _("x = ({x}), and the right class is {t}").format(x=_row(data, "x"), t=data.t)
    if data.step < 5:
        return _forward(data)
    keys = BACKWARD[data.step - 5]
    names = [name for name in NUMBERS if PLACES[name][0] in keys]
    if data.step == 5:
        lines = []
        for k, name in enumerate(names):
            truth = float(k == data.t)
            left = written("{0} − {1}", np.subtract, (data.y[k], truth), data.gradients[name])
            lines.append(f"{left or v[name]} = {short(data.gradients[name])}")
        return "; ".join(lines)
    lines = [_product(data, name) for name in names if not name.startswith("b")]
    return "; ".join(lines)


def _forward(data):
    v, lines = data.values, []
    if data.step == 4:
        loss = written("−log {0}", lambda p: -np.log(p), (data.y[data.t],), data.loss)
        text = _("y = ({y}), and of the right class {t} it is {loss} = {L}")
        y = ", ".join(map(short, data.y))
        return text.format(y=y, t=data.t, loss=loss, L=short(data.loss))
    if data.step == 2:
        h = "relu" if data.relu else "σ"
        return "; ".join(f"{h}({short(v[f'a[{j}]'])}) = {short(v[f'z[{j}]'])}" for j in range(2))
    before, W, b, behind = ("x", "W1", "b1", "a") if data.step == 1 else ("z", "W2", "b2", "s")
    for j in range(2):
        given = [v[f"{before}[0]"], v[f"{W}[0, {j}]"], v[f"{before}[1]"], v[f"{W}[1, {j}]"]]
        given.append(v[f"{b}[{j}]"])
        result = v[f"{behind}[{j}]"]
        form = "{0} · {1} + {2} · {3} + {4}"
        left = written(form, lambda p, q, r, s, c: p * q + r * s + c, given, result)
        lines.append(f"{left} = {short(result)}")
    return "; ".join(lines)


def _product(data, name):
    """The gradient of one number, written out: upstream × local, added where ways meet."""
    made = parts(name)
    pairs = [(data.gradients[up], _local(data, part)) for part, up in made]
    given = [number for pair in pairs for number in pair]
    form = " + ".join(f"{{{2 * i}}} × {{{2 * i + 1}}}" for i in range(len(pairs)))

    def added(*numbers):
        return sum(up * local for up, local in zip(numbers[::2], numbers[1::2], strict=True))

    left = written(form, added, given, data.gradients[name])
    return f"{left} = {short(data.gradients[name])}"


def _local(data, part):
    if isinstance(part, tuple):
        return data.slopes[part[1]]
    return data.values[part] if isinstance(part, str) else part


def _row(data, key):
    return ", ".join(short(data.values[name]) for name in NUMBERS if PLACES[name][0] == key)


def _nudge(data):
    changed = data.moved - data.loss
    move = _("{name} moved by {delta}: the loss goes from {before} to {after}, truly by {true}")
    text = move.format(
        name=data.number,
        delta=operand(data.delta),
        before=short(data.loss, 4),
        after=short(data.moved, 4),
        true=short(changed, 4),
    )
    if not data.seen(data.number):
        return text + ". " + _("Its gradient comes at a later step.")
    product = written(
        "{0} × {1}", np.multiply, (data.gradients[data.number], data.delta), data.promised, 4
    )
    text += _("; gradient · Δ says {product} = {said}").format(
        product=product, said=short(data.promised, 4)
    )
    apart = abs(changed - data.promised)
    if apart <= AGREE * abs(changed) or apart < 1e-12:
        return text + _(", and that is it.")
    if data.switched:
        return text + _(": on the way a ReLU has switched.")
    return text + _(": the curve bends away from the straight line by {apart}.").format(
        apart=short(apart, 2)
    )


def _score(data):
    right = sum(one.right for one in data.judged.values())
    text = _("{right} of {all} gradients found.").format(right=right, all=len(NUMBERS))
    if one := data.judged.get(data.number):
        mark = "✓" if one.right else "✗"
        words = one.words[0].upper() + one.words[1:]
        text = f"{mark} {short(one.typed, 4)}. {words}. {text}"
    return text.replace("?.", "?")
