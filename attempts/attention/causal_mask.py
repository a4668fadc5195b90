import numpy as np

from kata.attempts import right, slip
from solutions.attention.causal_mask import causal_mask

RULE = "np.arange(t_k) <= past + np.arange(t_q)[:, None]"
CHECK = "if t_q > t_k:"


@right(causal_mask)
def as_a_lower_triangle(t_q, t_k=None):
    t_k = t_q if t_k is None else t_k
    if t_q > t_k:
        raise ValueError("more queries than keys")
    return np.tri(t_q, t_k, t_k - t_q, dtype=bool)


@right(causal_mask)
def as_what_is_not_the_future(t_q, t_k=None):
    if t_k is None:
        t_k = t_q
    if t_k < t_q:
        raise ValueError("more queries than keys")
    return ~np.triu(np.ones((t_q, t_k), dtype=bool), k=t_k - t_q + 1)


@right(causal_mask)
def as_the_last_rows_of_a_square(t_q, t_k=None):
    size = t_q if t_k is None else t_k
    if t_q > size:
        raise ValueError("more queries than keys")
    return np.tril(np.ones((size, size)))[size - t_q :].astype(bool)


@right(causal_mask)
def as_a_sum_over_what_comes_after(t_q, t_k=None):
    t_k = t_q if t_k is None else t_k
    if t_q > t_k:
        raise ValueError("more queries than keys")
    own = np.eye(t_q, t_k, t_k - t_q)
    return np.cumsum(own[:, ::-1], axis=1)[:, ::-1] > 0


future_seen = slip(
    "This is the upper triangle: a position sees itself and its future, not its past.",
    {"<= past": ">= past"},
)

not_itself = slip(
    "A position does not see itself, and the first one of all sees nothing.", {"<= past": "< past"}
)

one_ahead = slip(
    "A position also sees the next one, the very token that it is to predict.",
    {"<= past": "<= 1 + past"},
)

inverted = slip(
    "The mask is inverted: True shows a key here. (In torch's nn.MultiheadAttention it hides one.)",
    {"<= past": "> past"},
)

aligned_to_the_first = slip(
    "The queries are taken for the first of the positions, as torch's `is_causal` does. They are "
    "the last, with the cached keys in their past.",
    {"past = t_k - t_q": "past = 0"},
)

past_subtracted = slip(
    "The number of cached keys moves the diagonal in the wrong direction.",
    {"past = t_k - t_q": "past = t_q - t_k"},
)

rows_are_keys = slip(
    "Rows are keys and columns are queries. It is the other way round.",
    {RULE: "np.arange(t_k)[:, None] <= past + np.arange(t_q)"},
)

cache_hidden = slip(
    "The cached keys are hidden: the new positions see only each other.",
    {RULE: f"({RULE}) & (np.arange(t_k) >= past)"},
)

everything_seen_after_a_cache = slip(
    "With cached keys nothing is hidden. That is right for a single new position, but of several "
    "the earlier would see the later.",
    {RULE: f"({RULE}) | (past > 0)"},
)

nothing_hidden = slip("No key is hidden from any query.", {RULE: f"({RULE}) | True"})

itself_only = slip(
    "A position sees only itself. All before it should be seen, too.", {"<= past": "== past"}
)

window_as_long_as_the_queries = slip(
    "Each query sees only the last t_q positions up to its own: the oldest cached keys are hidden.",
    {RULE: f"({RULE}) & (np.arange(t_k) > past + np.arange(t_q)[:, None] - t_q)"},
)

mirrored = slip(
    "The columns run backwards: the first column belongs to the first position.",
    {RULE: f"({RULE})[:, ::-1].copy()"},
)

upside_down = slip(
    "The rows run backwards: the first row belongs to the earliest query.",
    {RULE: f"({RULE})[::-1].copy()"},
)

no_keys_taken_for_no_argument = slip(
    "A t_k of 0 is taken for none given: the mask becomes square.",
    {"if t_k is None:": "if not t_k:"},
)

more_queries_let_through = slip(
    "More queries than keys are let through: the first ones get a row without a single True.",
    {CHECK: "if False:"},
)

more_keys_refused = slip(
    "More keys than queries are refused. That is every step of generation with a cache.",
    {CHECK: "if t_q != t_k:"},
)

as_many_keys_refused = slip(
    "As many keys as queries are refused when `t_k` is given. A cache may be empty.",
    {"if t_k is None:": "if t_k == t_q:\n    t_k -= 1\nif t_k is None:"},
)

positions_in_one_byte = slip(
    "Positions are kept in one byte, and wrap around beyond 127.",
    {RULE: "np.arange(t_k).astype(np.int8) <= (past + np.arange(t_q)[:, None]).astype(np.int8)"},
)

one_query_at_a_time = slip(
    "It goes through the queries one at a time in Python. Compare a column of query positions with "
    "a row of key positions.",
    {RULE: ("np.array([np.arange(t_k) <= past + i for i in range(t_q)], bool).reshape(t_q, t_k)")},
)

one_key_at_a_time = slip(
    "It goes through the keys one at a time in Python. Compare a column of query positions with a "
    "row of key positions.",
    {
        RULE: (
            "np.array([past + np.arange(t_q) >= j for j in range(t_k)], bool).reshape(t_k, t_q).T"
        )
    },
)
