"""Predict: shapes, masks and costs of attention, in your head.

Return each answer as a literal. Attention is softmax(q kᵀ / √d) v, with the softmax over the keys;
arrays are (n, heads, t, d), and a causal mask lets a position see itself and all before it.
"""


def shape_of_the_weights() -> tuple[int, int, int, int]:
    """q has shape (2, 8, 5, 64), k and v have shape (2, 8, 7, 64). What is the shape of the weights
    that come out of the softmax? A tuple of four ints.
    """
    return 2, 8, 5, 7  # for each query, a weight for each key


def multi_head_parameters() -> int:
    """Multi-head self-attention has width 512, 8 heads and no biases, and it projects the merged
    heads. How many parameters does it have? An int.
    """
    return 1048576  # 4 · 512 · 512: heads are slices of the width, so their number does not matter


def score_size() -> float:
    """The entries of q and k are independent, with mean 0 and standard deviation 1, and d is 64.
    What is the standard deviation of q · k, before it is scaled? 1.0, 8.0, 64.0 or 512.0.
    """
    return 8.0  # 64 products of variance 1 have variance 64, so √d brings it back to 1


def masked_after_the_softmax() -> float:
    """A query has equal scores for four keys. The mask hides two of them, but it is applied after
    the softmax, by setting weights to 0. What do the weights of the query sum to? A float.
    """
    return 0.5  # each weight was 1/4, and nothing brings the sum back to 1


def nothing_to_see() -> str:
    """All scores of a query are masked with −∞. What does torch.softmax make of them? "zeros",
    "equal weights" or "nan".
    """
    return "nan"  # −∞ minus the maximum, −∞, is nan (and without the maximum, 0 / 0)


def pairs_under_a_causal_mask() -> int:
    """How many pairs of a query and a key does a causal mask leave in a sequence of 6 tokens? An
    int.
    """
    return 21  # 1 + 2 + 3 + 4 + 5 + 6


def keys_of_a_new_token() -> int:
    """A decoder has the keys of 9 tokens in its cache and is given one more token. How many keys
    may the query of that token see? An int.
    """
    return 10  # all in the cache and its own: the mask's row is the last one, not the first


def reordered_tokens() -> str:
    """The tokens of a sequence are put into another order. What happens to the output of
    self-attention without a mask and without positions? "nothing", "same rows, reordered alike"
    or "other rows".
    """
    return "same rows, reordered alike"  # a sum over keys has no order; each row follows its query


def rotated_pair() -> str:
    """With rotary positions, a query at position 5 and a key at position 2 have a score. Both
    vectors now stand 100 positions later. What is their score? "the same", "smaller" or "other,
    and maybe larger".
    """
    return "the same"  # two rotations: only their difference, 3 positions, is left in the product


def steps_in_a_row() -> tuple[int, int]:
    """One layer reads 50 tokens. How long is the longest chain of steps in which each one needs the
    result of the one before: in an RNN, where a step makes a hidden state, and in self-attention,
    where a step answers a query? A tuple of two ints.
    """
    return 50, 1  # each hidden state needs the one before; all queries can be answered at once


def cache_size() -> float:
    """A model has 32 layers, 32 query heads that share 8 key-value heads, and heads of width 128.
    How many GiB (2³⁰ bytes) does its KV cache take for one sequence of 4,096 tokens, at 2 bytes a
    number? A float.
    """
    return 0.5  # keys and values: 2 · 32 · 8 · 128 · 4,096 numbers = 2²⁸


def keys_computed() -> tuple[int, int]:
    """From a prompt of one token, a decoder generates 100 tokens, one at a time. How many keys does
    one head of one layer compute in all: without a KV cache, and with one? A tuple of two ints.
    """
    return 5050, 100  # 1 + 2 + … + 100, against one for each step; the last token is never read
