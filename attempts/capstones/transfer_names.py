from attempts.capstones.char_rnn import (
    a_new_adam_for_every_epoch,
    clipped_one_by_one,
    never_clipped,
    share_one_epoch_late,
    the_last_loss_reported,
)
from kata.attempts import rewrite, slip

__all__ = [
    "a_new_adam_for_every_epoch",
    "clipped_one_by_one",
    "never_clipped",
    "share_one_epoch_late",
    "the_last_loss_reported",
]

NEW = "new = [name for name in names if name not in seen]"
SPLIT = "return [new[i] for i in order[n:]], [new[i] for i in order[:n]]"
BODY = "return [*(param.copy() for param in body), *head]"
RIGHT = "for states, right in minibatches(hs, targets, batch_size, rng):"
OF_BATCH = "loss, grads = _loss_and_gradients_of_head(head, states, right)"
OF_HEAD = '"head": train_head(pretrained, names, *settings, RATES["head"], rng, report),'
OF_ALL = '"all": train(pretrained, names, *settings, RATES["all"], rng, report),'

through_the_whole_network = rewrite(
    {
        RIGHT: "for batch in minibatches(inputs, targets, batch_size, rng):",
        OF_BATCH: (
            "loss, grads = loss_and_gradients([*body, *head], *batch)\n"
            "grads = [None] * 4 + grads[4:]"
        ),
        "head = adam.step(head, clipped)": "head = adam.step([*body, *head], clipped)[4:]",
    }
)

shuffled_and_cut = rewrite(
    {
        "order = rng.permutation(len(new))": (
            "rng.shuffle(new)\nreturn new[: len(new) - n], new[len(new) - n :]"
        )
    }
)

one_way_after_the_other = rewrite(
    {
        "batch = encode(held_out)": (
            "for way in ('scratch', 'all'):\n"
            "    start = {'scratch': init(len(pretrained[1]), rng), 'all': pretrained}[way]\n"
            "    trained[way] = train(start, names, *settings, RATES[way], rng, report)\n"
            "batch = encode(held_out)"
        ),
        OF_ALL: "",
        '"scratch": train(fresh, names, *settings, RATES["scratch"], rng, report),': "",
    }
)

# --- hold_out --------------------------------------------------------------------------------

known_names_kept = slip(
    "Names that are known stay in, so that names which were learned before are held out.",
    {NEW: "new = list(names)"},
)

known_names_dropped_after_the_split = slip(
    "Known names are dropped after the split, so that fewer than n are held out.",
    {
        NEW: "new = list(names)",
        SPLIT: (
            "parts = [new[i] for i in order[n:]], [new[i] for i in order[:n]]\n"
            "return tuple([name for name in part if name not in seen] for part in parts)"
        ),
    },
)

the_last_ones_held_out = slip(
    "The last names are held out every time, so the rarest ones.",
    {"order = rng.permutation(len(new))": "order = np.arange(len(new))[::-1]"},
)

held_out_in_their_old_order = slip(
    "The names held out are in their old order. Their order should be random, too.",
    {"for i in order[:n]]": "for i in sorted(order[:n])]"},
)

known_within_another_name = slip(
    "A name counts as known if it stands within another one that is known, as al in alice.",
    {"seen = set(known)": 'seen = " ".join(known)'},
)

in_their_old_order = slip(
    "The names keep their order, so the most frequent ones are held out every time.",
    {"order = rng.permutation(len(new))": "order = np.arange(len(new))"},
)

others_sorted = slip(
    "The others are in their old order: the first of them are always the most frequent names.",
    {"for i in order[n:]]": "for i in sorted(order[n:])]"},
)

held_out_names_among_the_others = slip(
    "The names that are held out are among the others as well.", {"order[n:]": "order"}
)

cut_from_the_end = slip(
    "Counted from the end, none is all: a cut at −n is at the start if n is 0.",
    {SPLIT: "dealt = [new[i] for i in order]\nreturn dealt[:-n], dealt[-n:]"},
)

lists_swapped = slip(
    "The two lists have changed places.",
    {SPLIT: "return [new[i] for i in order[:n]], [new[i] for i in order[n:]]"},
)

# --- train_head ------------------------------------------------------------------------------

all_weights_move = slip(
    "The body is trained as well; it should keep the values that it had.",
    {
        "*body, w_out, b_out = params\ninputs": (
            "return train(params, names, epochs, batch_size, lr, rng, report)\n"
            "*body, w_out, b_out = params\ninputs"
        )
    },
)

head_alone_returned = slip(
    "Only the head is returned. All six params are asked for.", {BODY: "return head"}
)

padding_is_a_target = slip(
    "The places left over have the edge as their target, and count in the loss.",
    {RIGHT: f"targets = np.maximum(targets, 0)\n{RIGHT}"},
)

bias_frozen = slip(
    "b_out does not move. The head is both its weights and its bias.",
    {BODY: "return [*(param.copy() for param in body), head[0], b_out.copy()]"},
)

a_new_head = slip(
    "The head starts from zeros. It should start from the head in `params`.",
    {"head, adam = [w_out.copy(), b_out.copy()]": "head, adam = [0 * w_out, 0 * b_out]"},
)

clipped_with_the_body = slip(
    "The gradients of the body count in the norm, so the head's are shortened too much.",
    {
        RIGHT: "for batch in minibatches(inputs, targets, batch_size, rng):",
        OF_BATCH: "loss, grads = loss_and_gradients([*body, *head], *batch)",
        "clipped, _ = clip_by_global_norm(grads, 1.0)": (
            "clipped = clip_by_global_norm(grads, 1.0)[0][4:]"
        ),
    },
)

states_one_step_late = slip(
    "Each prediction is made from the state before its symbol is read.",
    {
        "head, adam = [w_out.copy()": (
            "hs = np.concatenate([0 * hs[:, :1], hs[:, :-1]], axis=1)\nhead, adam = [w_out.copy()"
        )
    },
)

head_steps_thrown_away = slip(
    "What `step` returns is thrown away, but it writes into nothing.",
    {"head = adam.step(head, clipped)": "adam.step(head, clipped)"},
)

head_dealt_once = slip(
    "Every epoch has the same batches in the same order. Each should deal the names anew.",
    {
        "for epoch in range(epochs):": (
            "batches = list(minibatches(hs, targets, batch_size, rng))\nfor epoch in range(epochs):"
        ),
        RIGHT: "for states, right in batches:",
    },
)

# --- compare ---------------------------------------------------------------------------------

one_after_the_other_in_one_network = slip(
    "The second network goes on from the first one's params. Each should start on its own.",
    {
        "trained = {": (
            'tuned = train_head(pretrained, names, *settings, RATES["head"], rng, report)\n'
            "trained = {"
        ),
        OF_HEAD: '"head": tuned,',
        OF_ALL: '"all": train(tuned, names, *settings, RATES["all"], rng, report),',
    },
)

scratch_from_the_pretrained = slip(
    "The network from scratch starts from the pretrained params: it has learned names before.",
    {"train(fresh,": "train(pretrained,"},
)

one_rate_for_pretrained = slip(
    "head and all are trained with the same lr. Each has its own in `RATES`.",
    {'RATES["all"], rng': 'RATES["head"], rng'},
)

head_at_the_rate_of_all = slip(
    "The head alone is trained with the lr that is for all params. Each has its own in `RATES`.",
    {'RATES["head"], rng': 'RATES["all"], rng'},
)

scratch_much_too_fast = slip(
    "In `RATES`, the lr of the network from scratch is not the one that was handed out. Too high, "
    "it spoils what the two others are compared with.",
    {'"scratch": 0.005': '"scratch": 1.0'},
)

scratch_with_another_number_of_units = slip(
    "The network from scratch has as many hidden units as there are symbols, not as many as the "
    "pretrained one.",
    {"pretrained[1].shape[0]": "pretrained[0].shape[1]"},
)

scratch_at_the_rate_of_all = slip(
    "The network from scratch learns at the low rate of one that knows much already.",
    {'RATES["scratch"], rng': 'RATES["all"], rng'},
)

losses_on_what_was_learned = slip(
    "The losses are those on the names that were learned, not on those held out.",
    {"batch = encode(held_out)": "batch = encode(names)"},
)

held_out_names_learned = slip(
    "The names held out are learned, too.",
    {
        "settings = epochs, batch_size": (
            "settings, names = (epochs, batch_size), [*names, *held_out]"
        )
    },
)

ways_swapped = slip(
    "head and all have changed places.",
    {OF_HEAD: OF_HEAD.replace('"head":', '"all":'), OF_ALL: OF_ALL.replace('"all":', '"head":')},
)
