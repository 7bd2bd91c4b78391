"""The search game: who finds the best learning rate and weight decay with k trials? (book 6.5)

Three players have the same budget: you, random points, and a square grid. Each trial trains a small
network, always from the same first weights, on the same samples and batches. It is measured on
validation samples that nobody trains on; the test digits stay covered until the game is over.
"""

import asyncio
from contextlib import suppress
from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.multi_layer_net import MultiLayerNet
from common.trainer import Trainer

from .ch04_training import check_digits
from .outlines import Letters
from .shell import N_, Panel, RunPanel, artists, choice, layout_of, log_slider, slider
from .shell.style import BLACK, BLUE, GREEN, NORMAL, RED, SMALL, add_axes

RATES, DECAYS = (-4.0, 1.0), (-6.0, 1.0)  # exponents of 10: the field that is searched
BUDGETS = (4, 9, 16)
PLAYERS = N_("you"), N_("random"), N_("grid")
MARKS = {  # marker, colour, line, size in square points: there is room in it for two digits
    "you": ("o", BLACK, "-", 400),
    "random": ("D", RED, "--", 300),
    "grid": ("s", BLUE, ":", 320),
}
TRAINED, VALIDATED, HIDDEN, EPOCHS, BATCH = 300, 100, 50, 20, 30
BROKEN = 0.0  # the accuracy that counts for a network whose loss is no number any more


class Trial(NamedTuple):
    lr: float
    decay: float
    validation: float  # accuracy, 0 to 1
    test: float


class Game(NamedTuple):
    progress: float
    budget: int
    seed: int
    trials: dict  # player -> tuple of Trials
    next_lr: float  # where you are about to try
    next_decay: float
    over: bool


def run_game(lr, decay, budget, seed, *, digits, games):
    """One trial of yours and, beside it, one of each of the others.

    games: a dict that remembers the trials of every game, by (budget, seed).
    """
    trials = games.setdefault((budget, seed), {player: [] for player in PLAYERS})
    yield _state(trials, budget, seed, lr, decay)
    if len(trials["you"]) >= budget:
        text = _("All {budget} trials of this game are used. Another number starts another game.")
        raise ValueError(text.format(budget=budget))
    number = len(trials["you"])
    places = {
        "you": (lr, decay),
        "random": random_places(budget, seed)[number],
        "grid": grid_places(budget)[number],
    }
    for player, place in places.items():
        for trial in train(digits, *place, seed):
            if trial is not None:
                trials[player].append(trial)
            yield _state(trials, budget, seed, lr, decay)


def _state(trials, budget, seed, lr, decay):
    kept = {player: tuple(rows) for player, rows in trials.items()}
    done = min(map(len, kept.values()))
    return Game(done / budget, budget, seed, kept, lr, decay, done == budget)


def random_places(budget, seed):
    """Points drawn evenly over the exponents: (learning rate, weight decay)."""
    rng = np.random.default_rng(seed)
    exponents = rng.uniform((RATES[0], DECAYS[0]), (RATES[1], DECAYS[1]), size=(budget, 2))
    return [tuple(10.0**pair) for pair in exponents]


def grid_places(budget):
    """A square grid over the same field, in the middle of its boxes, in a scattered order."""
    side = int(np.sqrt(budget))
    shares = (np.arange(side) + 0.5) / side
    lrs, decays = (10 ** (low + shares * (high - low)) for low, high in (RATES, DECAYS))
    places = [(lr, decay) for lr in lrs for decay in decays]
    return [places[i] for i in np.random.default_rng(0).permutation(len(places))]


def train(digits, lr, decay, seed):
    """Trains a small network and yields None on the way, so that nobody waits, then its Trial."""
    net = MultiLayerNet(784, [HIDDEN], 10, weight_decay_lambda=decay, rng=seed, dtype=np.float32)
    order = np.random.default_rng(seed).permutation(len(digits.x_train))
    chosen, held_out = order[:TRAINED], order[TRAINED : TRAINED + VALIDATED]
    trainer = Trainer(
        net, digits.x_train[chosen], digits.t_train[chosen], digits.x_test, digits.t_test,
        epochs=EPOCHS, mini_batch_size=BATCH, optimizer="SGD", optimizer_param={"lr": lr},
        evaluate_sample_num_per_epoch=1, verbose=False, rng=seed,
    )  # fmt: skip
    try:
        for now in trainer.steps():
            if now.step % 50 == 0:
                yield None
    except FloatingPointError:
        yield Trial(lr, decay, BROKEN, BROKEN)
        return
    validation = net.accuracy(digits.x_train[held_out], digits.t_train[held_out])
    yield Trial(lr, decay, validation, net.accuracy(digits.x_test, digits.t_test))


def best(trials, by="validation"):
    """The trial with the highest accuracy; the earlier one of two that are equal."""
    return max(trials, key=lambda trial: getattr(trial, by))


PLANS = {  # size; left, bottom, width and height of map and race; left and bottom of the key
    "normal": ((9.8, 3.9), (0.85, 0.5, 4.95, 3.05), (6.5, 0.5, 3.15, 2.25), (6.5, 3.05)),
    "lecture": ((7.2, 3.1), (0.8, 0.5, 3.4, 2.3), (4.85, 0.5, 2.2, 1.4), (4.55, 2.25)),
    "narrow": ((3.6, 6.6), (0.72, 3.7, 2.75, 2.55), (0.6, 0.45, 2.8, 1.8), (0.4, 2.52)),
}


def draw_game(figure, data):
    art = artists(figure, _lay_out)
    numbers = []
    for player, points in art.points.items():
        trials = data.trials[player]
        scores = np.array([trial.validation for trial in trials])
        points.set_offsets(np.reshape([trial[:2] for trial in trials], (-1, 2)))
        points.set_array(scores)
        mark = best(trials) if trials else None
        points.set_linewidths([3.0 if trial is mark else 1.2 for trial in trials])
        places = art.field.transData.transform(points.get_offsets()) / figure.dpi
        numbers += [(*xy, f"{100 * s:.0f}", 0) for xy, s in zip(places, scores, strict=True)]
        steps = np.arange(1, len(trials) + 1)
        art.bests[player].set_data(steps, np.maximum.accumulate(scores) if trials else [])
        shown = data.over and mark
        art.tests[player].set_data([data.budget] if shown else [], [mark.test] if shown else [])
    art.numbers.write(numbers)
    art.next.set_data([data.next_lr], [data.next_decay])
    still = data.budget, data.seed, len(data.trials["you"]), data.over
    if still != art.still:  # what stands still is drawn anew
        art.still = still
        budget, seed, used, over = still
        art.race.set_xlim(0.5, budget + 0.5)
        art.race.set_xticks(range(1, budget + 1, 1 if budget < 12 else 3))
        word = _("hollow: on the test digits") if over else _("best on validation")
        art.race.set_title(word, fontsize=NORMAL, loc="left")
        title = _("game {seed}: {left} of {budget} trials left")
        words = title.format(seed=seed, left=budget - used, budget=budget)
        art.field.set_title(words, fontsize=NORMAL, loc="left")


def _lay_out(figure):
    _size, map_box, race_box, key = PLANS[layout_of(figure)]
    inches = np.tile(figure.get_size_inches(), 2)
    field = add_axes(figure, np.divide(map_box, inches), label="map")
    field.set(xscale="log", yscale="log", xlim=(10.0 ** RATES[0], 10.0 ** RATES[1]))
    field.set(ylim=(10.0 ** DECAYS[0], 10.0 ** DECAYS[1]))
    field.set_xlabel(_("learning rate"), fontsize=SMALL, labelpad=1)
    field.set_ylabel(_("weight decay λ"), fontsize=SMALL, labelpad=4)
    field.minorticks_off()
    field.grid(color="#E5E5E5", linewidth=0.6)
    race = add_axes(figure, np.divide(race_box, inches), xlabel=_("trial"))
    race.xaxis.labelpad = 1
    race.set(ylim=(0, 1), yticks=[0, 0.5, 1], yticklabels=["0", "50 %", "100 %"])
    race.grid(axis="y", color="#E5E5E5", linewidth=0.6)
    points, bests, tests = {}, {}, {}
    for place, (player, (marker, color, style, size)) in enumerate(MARKS.items()):
        look = {"color": color, "marker": marker, "animated": True, "clip_on": False}
        points[player] = field.scatter(
            [], [], c=[], cmap="Blues", vmin=0, vmax=1.6, marker=marker, s=size, edgecolor=color,
            zorder=4 - place / 10, clip_on=False, animated=True,
        )  # fmt: skip
        (bests[player],) = race.plot([], [], style, markersize=5, drawstyle="steps-post", **look)
        (tests[player],) = race.plot(
            [], [], "", markersize=11, markerfacecolor="none", markeredgewidth=2, **look
        )
    cross = {"color": GREEN, "markersize": 32, "markeredgewidth": 2.5}
    (now,) = field.plot([], [], "+", zorder=3.5, clip_on=False, animated=True, **cross)
    handles = [
        race.plot([], [], style, color=color, marker=marker, markersize=6, label=_(player))[0]
        for player, (marker, color, style, _size) in MARKS.items()
    ]
    handles += race.plot([], [], "+", label=_("your next trial"), **{**cross, "markersize": 12})
    figure.legend(
        handles=handles, fontsize=SMALL, frameon=False, loc="lower left", ncols=2, borderaxespad=0,
        bbox_to_anchor=np.divide(key, inches[:2]), columnspacing=1.0, handlelength=2.2,
    )  # fmt: skip
    return SimpleNamespace(
        field=field, race=race, points=points, bests=bests, tests=tests, next=now, still=None,
        numbers=Letters(figure),
    )  # fmt: skip


def describe_game(data):
    yours = data.trials["you"]
    where = _("learning rate {lr:.2g}, λ {decay:.2g}").format(
        lr=data.next_lr, decay=data.next_decay
    )
    if not yours:
        text = _("Game {seed}, {budget} trials each. Your first trial: {where}. Run, or a click "
                 "on the map, trains a network there, and beside it one at a random point and one "
                 "at a point of a grid.")  # fmt: skip
        return text.format(seed=data.seed, budget=data.budget, where=where)
    bests = ", ".join(
        _("{player} {score:.0%}").format(player=_(player), score=best(trials).validation)
        for player, trials in data.trials.items()
        if trials
    )
    last = yours[-1]
    text = _("Game {seed}, trial {n} of {budget}: your learning rate {lr:.2g} with λ {decay:.2g} "
             "gives {score:.0%} on the validation samples. Best so far: {bests}.").format(
        seed=data.seed, n=len(yours), budget=data.budget, lr=last.lr, decay=last.decay,
        score=last.validation, bests=bests,
    )  # fmt: skip
    if not data.over:
        return text + " " + _("Next: {where}.").format(where=where)
    return f"{text} {_reveal(data)} " + _("(Marked now: {where}.)").format(where=where)


def _reveal(data):
    """The test digits are uncovered: what the winners are worth, and what peeking would do."""
    winners = {player: best(trials) for player, trials in data.trials.items()}
    scores = ", ".join(
        _("{player} {test:.1%}").format(player=_(player), test=trial.test)
        for player, trial in winners.items()
    )
    text = _("The game is over, the test digits are uncovered: {scores}.").format(scores=scores)
    everything = [trial for trials in data.trials.values() for trial in trials]
    honest, peeked = best(everything), best(everything, by="test")
    promised = honest.validation - honest.test
    text += " " + _("The overall winner scored {validation:.0%} on {n} validation samples and "
                    "{test:.1%} on the test ({promised:+.1%}).").format(
        validation=honest.validation, n=VALIDATED, test=honest.test, promised=-promised
    )  # fmt: skip
    if peeked.test > honest.test:
        text += " " + _("Choosing by the test digits would have shown {peeked:.1%}: a score that "
                        "was picked because it is high, not one to expect again.").format(
            peeked=peeked.test
        )  # fmt: skip
    return text


class GamePanel(RunPanel):
    """A RunPanel that shows, between the runs, where your next trial would be; a click tries it."""

    def feel(self, hand, values):
        """A click on the map is a trial; arrow keys only walk there."""
        if hand.x is None:
            return {name: values[name] * 10 ** (0.1 * steps)
                    for name, steps in (("lr", hand.dx), ("decay", hand.dy))}  # fmt: skip
        if (hand.x, hand.y) != hand.down or self.running:
            return {}
        with suppress(RuntimeError):  # plain Python has no loop that a run could go on in
            asyncio.get_running_loop().call_soon(self._run_unless_over)
        return {"lr": hand.x, "decay": hand.y}

    def _run_unless_over(self):
        if not self.data.over:
            self.run()

    def _update(self):
        if self.running:
            super()._update()
        else:
            Panel._update(self)


def search_panel(x_train, t_train, x_test, t_test, *, hide=(), **start):
    """The game with these digits: images (N, 784), labels (N,) or one-hot (N, 10)."""
    digits = check_digits(x_train, t_train, x_test, t_test)
    if len(digits.x_train) < TRAINED + VALIDATED:
        text = _("The game needs {n} training images; {there} are there.")
        raise ValueError(text.format(n=TRAINED + VALIDATED, there=len(digits.x_train)))

    def feel(hand, values):
        return panel.feel(hand, values)

    panel = GamePanel(
        title=_("The search game"),
        run=partial(run_game, digits=digits, games={}),
        controls={
            "lr": log_slider(_("learning rate"), *RATES, 0.1, 0.01),
            "decay": log_slider(_("weight decay λ"), *DECAYS, 0.1, 0.01),
            "budget": choice(_("trials each"), BUDGETS, 9),
            "seed": slider(_("game"), 1, 20, 1, 1),
        },
        draw=draw_game,
        describe=describe_game,
        figsize=PLANS["normal"][0],
        narrow=PLANS["narrow"][0],
        lecture=PLANS["lecture"][0],
        touch={"map": feel},
        stops=[{"budget": 4, "seed": 2}],
        hide=hide,
    )
    return panel.start(start)
