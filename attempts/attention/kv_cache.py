import math

import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.attention.kv_cache import CachedAttention

SEES = "np.tril(np.ones((x.shape[1], k.shape[2]), dtype=bool), k=past)"
ATTEND = "heads = scaled_dot_product(q, k, v, sees)"
STORE = "self._keys, self._values = k, v\n"
APPEND_KEYS = "k = np.concatenate([self._keys, k], axis=2)"
APPEND_VALUES = "v = np.concatenate([self._values, v], axis=2)"
PROJECT = "q, k, v = (self._split(x @ w.T) for w in (self.w_q, self.w_k, self.w_v))"
SPLIT = "x.reshape(n, t, self.n_heads, inner // self.n_heads).swapaxes(1, 2)"
JOIN = "x.swapaxes(1, 2).reshape(n, t, -1)"
RESULT = "return self._join(heads) @ self.w_o.T"
CUT = "self._keys, self._values = self._keys[:, :, :length], self._values[:, :, :length]"


@right(CachedAttention)
class WithABufferThatDoubles:
    def __init__(self, w_q, w_k, w_v, w_o, n_heads):
        if w_q.shape[0] % n_heads != 0:
            raise ValueError("the heads do not divide the width")
        self.w_qkv, self.w_o, self.n_heads = np.concatenate([w_q, w_k, w_v]), w_o, n_heads
        self.buffer, self.length = None, 0

    def step(self, x):
        n, t, _ = x.shape
        q, k, v = np.moveaxis((x @ self.w_qkv.T).reshape(n, t, 3, self.n_heads, -1), 2, 0)
        if self.buffer is None:
            self.buffer = np.empty((2, n, 16, *k.shape[2:]), k.dtype)
        if n != self.buffer.shape[1]:
            raise ValueError("another batch")
        past, total = self.length, self.length + t
        if total > self.buffer.shape[2]:
            larger = np.empty((2, n, 2 * total, *k.shape[2:]), k.dtype)
            larger[:, :, :past] = self.buffer[:, :, :past]
            self.buffer = larger
        self.buffer[0, :, past:total], self.buffer[1, :, past:total] = k, v
        keys, values = self.buffer[:, :, :total]
        scores = np.einsum("nqhd,nkhd->nhqk", q, keys) / math.sqrt(q.shape[-1])
        future = np.arange(total) > np.arange(past, total)[:, None]
        scores = np.where(future, -np.inf, scores).astype(x.dtype)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        self.length = total
        return np.einsum("nhqk,nkhd->nqhd", weights, values).reshape(n, t, -1) @ self.w_o.T

    def truncate(self, length):
        if length < 0 or length > self.length:
            raise ValueError("no such length")
        self.length = length


@right(CachedAttention)
class WithAListOfPieces:
    def __init__(self, w_q, w_k, w_v, w_o, n_heads):
        self.d_head, rest = divmod(len(w_q), n_heads)
        if rest or self.d_head == 0:
            raise ValueError("the heads do not divide the width")
        self.weights, self.w_o, self.n_heads = (w_q, w_k, w_v), w_o, n_heads
        self.pieces, self.length = [], 0

    def step(self, x):
        n, t, _ = x.shape
        if self.pieces and len(self.pieces[0][0]) != n:
            raise ValueError("another batch")
        shape = n, t, self.n_heads, self.d_head
        q, *new = ((x @ w.T).reshape(shape).transpose(0, 2, 1, 3) for w in self.weights)
        self.pieces.append(new)
        k, v = (np.concatenate(kind, axis=2) for kind in zip(*self.pieces, strict=True))
        self.pieces, self.length = [[k, v]], self.length + t
        scores = q @ k.transpose(0, 1, 3, 2) * self.d_head**-0.5
        scores += np.triu(np.full((t, self.length), -np.inf, x.dtype), self.length - t + 1)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        y = weights @ v / weights.sum(-1, keepdims=True)
        return y.transpose(0, 2, 1, 3).reshape(n, t, -1) @ self.w_o.T

    def truncate(self, length):
        if length not in range(self.length + 1):
            raise ValueError("no such length")
        self.pieces = [[one[:, :, :length] for one in piece] for piece in self.pieces]
        self.length = length


with_indices_for_the_mask = rewrite(
    {
        SEES: "np.arange(k.shape[2]) <= np.arange(past, k.shape[2])[:, None]",
        CUT: "self._keys = self._keys[:, :, :length].copy()\n"
        "self._values = self._values[:, :, :length].copy()",
    }
)

no_mask = slip(
    "The tokens of a step see those that come after them. The mask is needed within a step too.",
    {ATTEND: "heads = scaled_dot_product(q, k, v)"},
)

no_mask_after_the_first_step = slip(
    "After the first step there is no mask: tokens that come in one step see those after them.",
    {ATTEND: "heads = scaled_dot_product(q, k, v, None if past else sees)"},
)

mask_of_the_whole_sequence = slip(
    "A step takes too much memory. Does it make a mask of the whole sequence? Only the new tokens' "
    "rows are needed.",
    {SEES: "np.tri(k.shape[2], dtype=bool)[past:]"},
)

mask_without_the_past = slip(
    "The mask counts from the first token remembered, as if the new ones stood at the start: they "
    "see too little of the past.",
    {"k=past)": "k=0)"},
)

mask_on_the_new_tokens_alone = slip(
    "New tokens see each other as they should, but nothing of the past.",
    {SEES: SEES + " & ~np.tri(1, k.shape[2], past - 1, dtype=bool)"},
)

blind_to_itself = slip("A token does not see itself.", {"k=past)": "k=past - 1)"})

one_token_ahead = slip(
    "A token sees the one after it, where both come in the same step.", {"k=past)": "k=past + 1)"}
)

mask_turned_around = slip("The mask shows the future and hides the past.", {"np.tril(": "np.triu("})

nothing_remembered = slip(
    "Earlier steps are forgotten: each step sees its own tokens only.", {STORE: "pass\n"}
)

last_step_only = slip(
    "A step's keys and values take the place of the earlier ones, where they should join them.",
    {
        "if self._keys is not None:\n    if": "new = k, v\nif self._keys is not None:\n    if",
        STORE: "self._keys, self._values = new\n",
    },
)

past_only = slip(
    "After the first step, new tokens see only what was remembered before, not their own keys.",
    {
        SEES: (
            "np.tril(np.ones((x.shape[1], k.shape[2]), dtype=bool), k=past)\n"
            "sees[:, past:] &= past == 0"
        )
    },
)

first_step_kept = slip(
    "Only the first step's keys and values are remembered; those of later steps are dropped.",
    {STORE: "if self._keys is None:\n    self._keys, self._values = k, v\n"},
)

new_tokens_in_front = slip(
    "New keys and values are put before the old ones, so the mask hides the wrong tokens.",
    {"[self._keys, k]": "[k, self._keys]", "[self._values, v]": "[v, self._values]"},
)

values_in_another_order = slip(
    "Keys and values are joined in different orders, so a weight meets another token's value.",
    {"[self._values, v]": "[v, self._values]"},
)

shared_by_all_objects = slip(
    "The cache belongs to the class: all objects write into the same one.",
    {
        "self._keys: np.ndarray | None = None": "pass",
        "self._values: np.ndarray | None = None": "pass",
        "def __init__(": "_keys = None\n_values = None\n\ndef __init__(",
        STORE: "type(self)._keys, type(self)._values = k, v\n",
    },
)

tokens_remembered = slip(
    "It remembers the tokens, and computes the keys and values of all of them anew in every step.",
    {
        PROJECT: (
            "self._x = x if past == 0 else np.concatenate([self._x[:, :past], x], axis=1)\n"
            "q = self._split(x @ self.w_q.T)\n"
            "k, v = (self._split(self._x @ w.T) for w in (self.w_k, self.w_v))"
        ),
        APPEND_KEYS: "pass",
        APPEND_VALUES: "pass",
    },
)

all_outputs_anew = slip(
    "A step takes far too much memory. Are the outputs of all tokens computed anew, from past × "
    "past scores? Only the new ones are asked for.",
    {
        PROJECT: PROJECT + "\nself._q = q if past == 0 else np.concatenate("
        "[self._q[:, :, :past], q], axis=2)",
        SEES: "np.tri(k.shape[2], dtype=bool)",
        ATTEND: "heads = scaled_dot_product(self._q, k, v, sees)[:, :, past:]",
    },
)

cut_by_reshape_alone = slip(
    "The heads are cut by a reshape alone. That mixes tokens: cut each token's vector, then swap "
    "axes.",
    {SPLIT: "x.reshape(n, self.n_heads, t, inner // self.n_heads)"},
)

joined_by_reshape_alone = slip(
    "The heads are joined by a reshape alone, which mixes tokens: their axes have changed places.",
    {JOIN: "x.reshape(n, t, -1)"},
)

interleaved_heads = slip(
    "A head takes every n_heads-th feature. It is a slice of neighbours.",
    {
        SPLIT: "x.reshape(n, t, inner // self.n_heads, self.n_heads).transpose(0, 3, 1, 2)",
        JOIN: "x.transpose(0, 2, 3, 1).reshape(n, t, -1)",
    },
)

interleaved_when_cut = slip(
    "A head takes every n_heads-th feature, but heads are joined as slices.",
    {SPLIT: "x.reshape(n, t, inner // self.n_heads, self.n_heads).transpose(0, 3, 1, 2)"},
)

scaled_by_the_width_of_x = slip(
    "The scale is made from the width of x, d. A score is a product within one head, whose width "
    "comes from `inner`.",
    {
        ATTEND: (
            "wrong = x.dtype.type(max(x.shape[2] // self.n_heads, 1))\n"
            "heads = scaled_dot_product(q * (q.shape[3] / wrong) ** 0.5, k, v, sees)"
        )
    },
)

scaled_by_all_heads = slip(
    "The scale is that of all heads together. A score is a product within one head.",
    {ATTEND: "heads = scaled_dot_product(q / x.dtype.type(self.n_heads) ** 0.5, k, v, sees)"},
)

a_single_head = slip(
    "There is one head of the whole width, whatever n_heads is.",
    {SPLIT: "x[:, None]", "n, _, t, _ = x.shape": "n, t = len(x), x.shape[2]"},
)

no_w_o = slip(
    "The heads are returned as they are, without `w_o`.", {RESULT: "return self._join(heads)"}
)

keys_as_values = slip(
    "`w_k` gives the values too.",
    {"(self.w_q, self.w_k, self.w_v)": "(self.w_q, self.w_k, self.w_k)"},
)

queries_as_keys = slip(
    "`w_q` gives the keys too.",
    {"(self.w_q, self.w_k, self.w_v)": "(self.w_q, self.w_q, self.w_v)"},
)

keys_and_values_swapped = slip(
    "`w_k` and `w_v` are swapped.",
    {"(self.w_q, self.w_k, self.w_v)": "(self.w_q, self.w_v, self.w_k)"},
)

steps_counted = slip(
    "`length` counts steps. It should count tokens.",
    {
        "return 0 if self._keys is None else self._keys.shape[2]": (
            'return getattr(self, "_steps", 0)'
        ),
        STORE: STORE + "self._steps = past + 1\n",
        "past = self.length\nq, k": (
            "past = self.length\nplace = 0 if self._keys is None else self._keys.shape[2]\nq, k"
        ),
        "k=past)": "k=place)",
        "if self._keys is not None:\n    self._keys, self": (
            "self._steps = length\nif self._keys is not None:\n    self._keys, self"
        ),
    },
)

last_tokens_kept = slip(
    "truncate keeps the last tokens. Those to keep are the first.",
    {
        CUT: "start = self.length - length\n"
        "self._keys, self._values = self._keys[:, :, start:], self._values[:, :, start:]"
    },
)

length_forgotten = slip(
    "truncate drops `length` tokens from the end. `length` is how many stay.",
    {
        CUT: "stay = self.length - length\n"
        "self._keys, self._values = self._keys[:, :, :stay], self._values[:, :, :stay]"
    },
)

all_forgotten = slip(
    "truncate forgets everything, whatever `length` is.",
    {CUT: "self._keys, self._values = self._keys[:, :, :0], self._values[:, :, :0]"},
)

any_length_taken = slip(
    "truncate takes a length that is negative or more than is remembered.",
    {"if not 0 <= length <= self.length:": "if False:"},
)

negative_length_taken = slip(
    "truncate takes a negative length, which counts from the end.",
    {"if not 0 <= length <= self.length:": "if length > self.length:"},
)

cut_before_the_check = slip(
    "truncate forgets tokens before it refuses a length.",
    {
        CUT: "pass",
        "if not 0 <= length <= self.length:": (
            "remembered = self.length\n"
            f"if self._keys is not None:\n    {CUT}\n"
            "if not 0 <= length <= remembered:"
        ),
    },
)

forgotten_ones_come_back = slip(
    "A later truncate brings forgotten tokens back. It should count those that are left.",
    {
        "return 0 if self._keys is None else self._keys.shape[2]": (
            'return getattr(self, "_length", 0)'
        ),
        APPEND_KEYS: APPEND_KEYS.replace("self._keys", "self._keys[:, :, :past]"),
        APPEND_VALUES: APPEND_VALUES.replace("self._values", "self._values[:, :, :past]"),
        STORE: STORE + "self._length = k.shape[2]\n",
        "if not 0 <= length <= self.length:": (
            "if not 0 <= length <= (0 if self._keys is None else self._keys.shape[2]):"
        ),
        CUT: "self._length = length",
    },
)

a_new_object_takes_any_length = slip(
    "Before the first step, truncate takes any length. Nothing is remembered then.",
    {
        "if not 0 <= length <= self.length:": (
            "if self._keys is not None and not 0 <= length <= self.length:"
        )
    },
)

batch_forgotten_with_the_tokens = slip(
    "After truncate(0), another number of sequences is taken. It stays that of the first step.",
    {"if self._keys is not None:\n    if len": "if past:\n    if len"},
)

one_sequence_stretched = slip(
    "A single sequence is silently used for all those remembered.",
    {
        "if len(x) != len(self._keys):": (
            "if len(x) == 1:\n"
            "    k, v = (np.repeat(new, len(self._keys), axis=0) for new in (k, v))\n"
            "if len(k) != len(self._keys):"
        ),
        ATTEND: "q = np.repeat(q, len(k) // len(q), axis=0)\n" + ATTEND,
    },
)

first_step_that_fails = slip(
    "A first step that fails leaves something behind, so that a right one after it fails too.",
    {
        "past = self.length": (
            "past = self.length\n"
            'self._batch = getattr(self, "_batch", len(x))\n'
            "if len(x) != self._batch:\n"
            '    raise ValueError("another number of sequences")'
        )
    },
)

counted_before_the_check = slip(
    "A step that raises an error still counts in `length`.",
    {
        "return 0 if self._keys is None else self._keys.shape[2]": "return self._length",
        "self._values: np.ndarray | None = None": "self._values = None\nself._length = 0",
        "past = self.length\n": "past = self.length\nself._length += x.shape[1]\n",
        CUT: CUT + "\nself._length = length",
    },
)

heads_unchecked = slip(
    "Heads that do not divide the width are refused only in the first step.",
    {"if len(w_q) % n_heads:": "if False:"},
)
