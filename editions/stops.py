"""Which of a panel's states a page shows without Python, and how its controls lead to them.

A state is known by its key, the places of the controls' values among their stops: (0, 3, 1).
"""

from gettext import gettext as _

from editions.languages import say
from panels.shell import RunPanel
from panels.shell.frames import named
from panels.shell.plain import described, flat, parts

NOTE = "One control at a time here; in the notebook all of them at once."


def retold(panel, found, data):
    """The words of `data` in another language, which `panel` speaks: the same one, built there."""
    found = [state._replace(words=words(panel, state)) for state in found]
    other, _drawn = content(panel, found, "ko")
    if [other["keys"], other["ways"]] != [data["keys"], data["ways"]]:
        raise ValueError(f"{data['title']}: its controls hold other values in another language.")
    return {name: other[name] for name in other if other[name] != data[name]}


def words(panel, state):
    """What the panel says in this state, in the language that is spoken now."""
    if state.data is not None:
        return panel.describe(state.data)
    panel.undrawn = True  # a message
    panel.set(**state.values)
    return panel.message


def content(panel, found, language="en"):
    """All that the page needs but the pictures; and the states, each once, that want one."""
    once = {repr(flat(panel, state.values)): state for state in reversed(found)}
    drawn = list(reversed(once.values()))
    controls, stops = [], []
    for column in zip(*(parts(panel, state.values) for state in drawn), strict=True):
        label, widget, moved, _value = column[0]
        values = {repr(value): value for *_part, value in column}
        control, order = described(label, widget, moved, list(values.values()))
        controls.append(control)
        stops.append([list(values)[place] for place in order])
    places = [{text: place for place, text in enumerate(one)} for one in stops]

    def key(values):
        each = zip(places, flat(panel, values), strict=True)
        return tuple(place.get(repr(value), -1) for place, value in each)

    keys = {key(state.values): number for number, state in enumerate(drawn)}
    ways = {}  # what was asked for and ends elsewhere, for one control follows another
    for state in found:
        ways.setdefault(key(state.asked), keys[key(state.values)])
    if isinstance(panel, RunPanel):
        last = {at[:-1]: number for at, number in sorted(keys.items())}  # of each run
        ways |= {(*at, on): n for at, n in last.items() for on in range(len(stops[-1]))}
    ways = {at: number for at, number in ways.items() if at not in keys and -1 not in at}
    whole = {**keys, **ways}
    bases = []
    names = [_("as at the start"), *panel.presets, *[None] * len(panel.stops)]
    for name, values in zip(names, named(panel), strict=True):
        end = {"progress": drawn[0].values["progress"]} if isinstance(panel, RunPanel) else {}
        base = whole.get(key({**values, **end}))
        if end and base is not None:
            base = last[key(drawn[base].values)[:-1]]
        if base is not None:
            bases.append((name, base))
    sentences = {state.words: None for state in drawn}
    sentences = {words: number for number, words in enumerate(sentences)}
    return {
        "title": panel.title,
        "controls": controls,
        "bases": bases,
        "keys": list(keys),
        "ways": [[*at, number] for at, number in ways.items()],
        "sentences": list(sentences),
        "said": [sentences[state.words] for state in drawn],
        "words": {
            "preset": panel._preset_choice.description,
            "own": _("own values"),
            "play": say("Play", language),
            "pause": say("Pause", language),
            "previous": _("previous"),
            "next": _("next"),
            "note": say(NOTE, language),
        },
    }, drawn
