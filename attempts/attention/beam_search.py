import heapq
import math

import numpy as np

from kata.attempts import right, slip
from solutions.attention.beam_search import beam_search

START = "beam: list[tuple[list[int], float]] = [([], 0.0)]"
STOP = "if tokens and tokens[-1] == end:"
KEEP = "candidates.append((tokens, score))"
EXTEND = "extended = score + log_probs(tokens)"
SORT = "sorted(candidates, key=lambda candidate: -candidate[1])[:width]"
POSSIBLE = "scores[place] > -math.inf"


@right(beam_search)
def with_all_scores_in_one_array(log_probs, width, max_length, end):
    beam, scores = [[]], np.zeros(1)
    for _ in range(max_length):
        rows, made = [], []
        for tokens, score in zip(beam, scores, strict=True):
            if end in tokens:
                rows.append([score])
                made.append([tokens])
            else:
                row = log_probs(list(tokens)) + score
                rows.append(row)
                made.append([[*tokens, token] for token in range(len(row))])
        flat = np.concatenate([*rows, []])
        order = np.argsort(-flat, kind="stable")[:width]
        order = order[np.isfinite(flat[order])]
        made = [tokens for row in made for tokens in row]
        beam, scores = [made[i] for i in order], flat[order]
    return [(list(tokens), float(score)) for tokens, score in zip(beam, scores, strict=True)]


@right(beam_search)
def with_a_heap(log_probs, width, max_length, end):
    live, done = [(0.0, ())], False
    while max_length and not done:
        max_length -= 1
        ranked = []
        for place, (score, tokens) in enumerate(live):
            if tokens[-1:] == (end,):
                ranked.append((-score, place, 0, tokens))
                continue
            for token, log_prob in enumerate(log_probs([*tokens]).tolist()):
                if log_prob != -math.inf:
                    ranked.append((-(score + log_prob), place, token, (*tokens, token)))
        best = heapq.nsmallest(width, ranked)
        live = [(-negative, tokens) for negative, _, _, tokens in best]
        done = all(tokens[-1] == end for _, tokens in live)
    return [([*tokens], score) for score, tokens in live]


one_extension_each = slip(
    "Each sequence is extended by its best token only, which is greedy search. The best of all "
    "extensions of all sequences make the beam.",
    {"in _best(extended, width)": "in _best(extended, 1)"},
)

finished_ones_are_extended = slip(
    "Sequences go on after their `end`. They are finished then.", {STOP: "if max_length < 0:"}
)

finished_ones_are_dropped = slip(
    "Finished sequences are dropped in the next step. They stay, and compete with the others.",
    {KEEP: "pass"},
)

finished_ones_are_set_aside = slip(
    "Finished sequences are set aside and take no place in the beam. They should compete with the "
    "others in each step.",
    {
        START: f"{START}\ndone = []",
        KEEP: "done.append((tokens, score))",
        "return beam": "return sorted(beam + done, key=lambda one: -one[1])[:width]",
    },
)

only_finished_ones_are_returned = slip(
    "Only finished sequences are returned. Those that reach `max_length` without an `end` count, "
    "too.",
    {"return beam": "return [one for one in beam if end in one[0]]"},
)

ends_with_the_best = slip(
    "The search ends as soon as the best sequence is finished. The others may still go on.",
    {SORT: f"{SORT}\nif beam and beam[0][0][-1] == end:\n    break"},
)

ends_with_the_first = slip(
    "The search ends as soon as any sequence is finished. The others may still go on.",
    {SORT: f"{SORT}\nif any(tokens[-1] == end for tokens, _ in beam):\n    break"},
)

an_end_of_zero = slip(
    "An `end` of 0 is taken for no end. It is a token like any other.",
    {STOP: "if end and tokens and tokens[-1] == end:"},
)

end_cut_off = slip(
    "The `end` is cut off the sequences that are returned.",
    {"return beam": "return [([t for t in tokens if t != end], score) for tokens, score in beam]"},
)

end_does_not_count = slip(
    "The log-probability of `end` is left out of the score, so ending costs nothing.",
    {EXTEND: f"{EXTEND}\nextended[end : end + 1] = score"},
)

mean_log_probability = slip(
    "Sequences are ranked by their mean log-probability. It is the sum that counts here, whatever "
    "the length.",
    {"-candidate[1])": "-candidate[1] / len(candidate[0]))"},
)

last_token_only = slip(
    "The score is that of the last token. It is the sum over all of them.",
    {EXTEND: "extended = log_probs(tokens)"},
)

score_counted_twice = slip(
    "The score so far is added twice.", {EXTEND: "extended = 2 * score + log_probs(tokens)"}
)

probabilities_multiplied = slip(
    "Probabilities are multiplied. In a long sequence the product becomes 0.",
    {
        "[([], 0.0)]": "[([], 1.0)]",
        EXTEND: "extended = score * np.exp(log_probs(tokens))",
        POSSIBLE: "scores[place] >= 0",
        "return beam": (
            "return [(t, math.log(score) if score else -math.inf) for t, score in beam]"
        ),
    },
)

probabilities_returned = slip(
    "The scores returned are probabilities. They should be sums of log-probabilities.",
    {"return beam": "return [(tokens, math.exp(score)) for tokens, score in beam]"},
)

worst_first = slip(
    "The worst sequence of the beam is returned first.", {"return beam": "return beam[::-1]"}
)

only_the_best_is_returned = slip(
    "Only the best sequence is returned. The whole beam is asked for.",
    {"return beam": "return beam[:1]"},
)

ties_to_the_higher_token = slip(
    "Of equally likely tokens, the higher ones are taken. Was a sort reversed? That turns ties "
    "around, too.",
    {
        'np.argsort(-scores, kind="stable")[:width]': (
            'np.argsort(scores, kind="stable")[::-1][:width]'
        )
    },
)

ties_by_the_tokens = slip(
    "Ties are decided by comparing the sequences' tokens. The place in the beam comes first.",
    {"-candidate[1])": "(-candidate[1], candidate[0]))"},
)

ties_to_the_later_place = slip(
    "In a tie, the sequence from the later place in the beam wins. It is the one from the better "
    "place.",
    {"in beam:\n    if": "in reversed(beam):\n    if"},
)

finished_ones_lose_ties = slip(
    "A finished sequence loses every tie. It keeps the place that it had in the beam.",
    {"-candidate[1])": "(-candidate[1], candidate[0][-1] == end))"},
)

impossible_ones_kept = slip(
    "Sequences of probability 0 are kept where there is room for them. Leave them out.",
    {POSSIBLE: "scores[place] >= -math.inf"},
)

tuples_passed = slip(
    "`log_probs` is called with a tuple. It takes a list.",
    {EXTEND: "extended = score + log_probs(tuple(tokens))"},
)

arrays_passed = slip(
    "`log_probs` is called with an array. It takes a list.",
    {EXTEND: "extended = score + log_probs(np.array(tokens, dtype=int))"},
)

one_step_too_many = slip(
    "There is one step too many: sequences may have `max_length` tokens, `end` included.",
    {"range(max_length)": "range(max_length + 1)"},
)

one_step_too_few = slip(
    "There is one step too few: sequences may have `max_length` tokens, `end` included.",
    {"range(max_length)": "range(max_length - 1)"},
)
