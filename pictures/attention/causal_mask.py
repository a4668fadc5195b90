"""Dark is what each query may see: of all positions, and of two new ones after a cache."""

from typing import Any

SIZE = 7.5, 2.8
SHOWS = "aligned_to_the_first"
WORDS = ["to", "be", "or", "not", "to", "be"]


def draw(answer: Any, figure: Any) -> None:
    left, right = figure.subplots(1, 2)
    for panel, new in ((left, len(WORDS)), (right, 2)):
        panel.imshow(answer.causal_mask(new, len(WORDS)), cmap="Blues", vmin=0, vmax=1.3)
        panel.set(title=f"causal_mask({new}, {len(WORDS)})", xlabel="key", ylabel="query")
        panel.set_xticks(range(len(WORDS)), WORDS)
        panel.set_yticks(range(new), WORDS[-new:])
        panel.tick_params(length=0)
