"""What a declared test, such as `@manners()` makes, finds in an answer."""

import numpy as np


def names_of(test):
    """The cases that a declaration gave rise to."""
    return [getattr(name, "values", [name])[0] for name in test.pytestmark[0].args[1]]


def failures(test):
    """What each case of a declared test says that fails, by its name."""
    found = {}
    argument = test.pytestmark[0].args[0]
    for name in names_of(test):
        try:
            test(rng=np.random.default_rng(5), **{argument: name})
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found
