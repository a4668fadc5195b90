from kata.attempts import right, slip
from solutions.attention.predict_attention import (
    keys_computed,
    multi_head_parameters,
    pairs_under_a_causal_mask,
)


@right(multi_head_parameters)
def worked_out_by_heads():
    return 8 * 3 * 512 * 64 + 512 * 512


@right(pairs_under_a_causal_mask)
def worked_out_as_a_triangle():
    return 6 * (6 + 1) // 2


@right(keys_computed)
def worked_out_as_a_sum():
    return sum(range(101)), 100


keys_before_queries = slip(
    "This has the keys in the rows. Each row belongs to a query.", {"2, 8, 5, 7": "2, 8, 7, 5"}
)

shape_of_the_output = slip(
    "This is the shape of the output. The weights have an entry for each key.",
    {"2, 8, 5, 7": "2, 8, 5, 64"},
)

queries_meet_queries = slip("This lets queries meet queries.", {"2, 8, 5, 7": "2, 8, 5, 5"})

heads_summed_up = slip(
    "The heads are gone. Each has weights of its own.", {"2, 8, 5, 7": "2, 5, 7"}
)

three_projections = slip(
    "These are queries, keys and values. The merged heads are projected, too.",
    {"1048576": "786432"},
)

projections_for_every_head = slip(
    "Each head is given projections of the full width. Heads share the width between them.",
    {"1048576": "8388608"},
)

output_for_every_head = slip("Only one head is counted.", {"1048576": "131072"})

with_biases = slip("Biases are counted. There are none.", {"1048576": "1050624"})

variance_for_deviation = slip(
    "64 is the variance. Its root is asked for.", {"return 8.0 ": "return 64.0 "}
)

scaled_already = slip(
    "This is the standard deviation after the scale. Before it, the variances of the products add "
    "up.",
    {"return 8.0 ": "return 1.0 "},
)

growing_faster_than_d = slip(
    "This multiplies the two. Independent products of variance 1 only add up.",
    {"return 8.0 ": "return 512.0 "},
)

normalized_again = slip(
    "Nothing divides by the new sum: the softmax was over four keys.",
    {"0.5  # each": "1.0  # each"},
)

one_weight_only = slip("This is a single weight. Two are left.", {"0.5  # each": "0.25  # each"})

zeros_from_nothing = slip(
    "Zeros are what attention should give here, but a plain softmax divides 0 by 0.",
    {'return "nan"': 'return "zeros"'},
)

equal_from_nothing = slip(
    "Equal weights come from a large finite number, such as −1e9, in place of −∞.",
    {'return "nan"': 'return "equal weights"'},
)

not_itself = slip("A position sees itself, too.", {"return 21 ": "return 15 "})

all_pairs = slip("These are all pairs, without a mask.", {"return 21 ": "return 36 "})

half_of_all_pairs = slip(
    "This is half of all pairs. The diagonal is visible in full.", {"return 21 ": "return 18 "}
)

first_row_of_the_mask = slip(
    "This is the first row of a mask: a new token is taken for the first one. It is the last.",
    {"return 10 ": "return 1 "},
)

past_only = slip("Its own key is left out.", {"return 10 ": "return 9 "})

order_does_not_matter = slip(
    "The sum over keys has no order, but each output row belongs to a query.",
    {'return "same rows, reordered alike"': 'return "nothing"'},
)

order_matters = slip(
    "Nothing in the scores knows where a token stands.",
    {'return "same rows, reordered alike"': 'return "other rows"'},
)

later_is_smaller = slip(
    "Rotary positions do not decay with the position itself: rotations keep lengths.",
    {'return "the same"': 'return "smaller"'},
)

positions_are_absolute = slip(
    "Each vector is turned by its own position, but in their product the two turns are subtracted.",
    {'return "the same"': 'return "other, and maybe larger"'},
)

both_in_a_row = slip(
    "Attention is taken to read one token after the other. What does a query need that another one "
    "has computed?",
    {"50, 1 ": "50, 50 "},
)

both_at_once = slip(
    "The RNN is taken to read all tokens at once. Each hidden state needs the one before.",
    {"50, 1 ": "1, 1 "},
)

pairs_for_steps = slip(
    "Pairs are counted for attention. They are much work, but none waits for another.",
    {"50, 1 ": "50, 2500 "},
)

keys_alone = slip("Only keys are counted. Values are kept, too.", {"0.5  # keys": "0.25  # keys"})

a_cache_for_every_query_head = slip(
    "Keys and values are counted for each query head. Four of them share one.",
    {"0.5  # keys": "2.0  # keys"},
)

four_bytes = slip("This takes 4 bytes a number.", {"0.5  # keys": "1.0  # keys"})

one_layer = slip(
    "This is the cache of one layer. Each layer has one.", {"0.5  # keys": "0.015625  # keys"}
)

cached_as_well = slip(
    "Without a cache, each step computes the keys of all tokens anew.", {"5050, 100": "100, 100"}
)

all_steps_at_full_length = slip(
    "This takes every step for as long as the last. The sequence grows.",
    {"5050, 100": "10000, 100"},
)

last_token_read = slip(
    "The last token is counted, too. Nothing is generated after it, so its key is not needed.",
    {"5050, 100": "5151, 101"},
)

prompt_left_out = slip(
    "The prompt's key is left out. It is computed as well, in the first step.",
    {"5050, 100": "4950, 99"},
)
