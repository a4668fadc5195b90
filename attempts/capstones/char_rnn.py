from kata.attempts import rewrite, slip

INPUTS = "inputs, _, _ = collate([[0, *name] for name in symbols], pad=0)"
TARGETS = "_, _, targets = collate([[*name, 0] for name in symbols], pad=0)"
LOSS = "return cross_entropy(logits, right), [*grads_recurrent, *grads_out]"
CLIP = "clipped, _ = clip_by_global_norm(grads, 1.0)"
EPOCHS = "for epoch in range(epochs):"
DEAL = "in minibatches(inputs, targets, batch_size, rng):"
REPORT = "report((epoch + 1) / epochs, float(np.mean(losses)))"

into_arrays_that_are_ready = rewrite(
    {
        "symbols = [[": (
            "shape = len(names), max(map(len, names)) + 1\n"
            "inputs, targets = np.zeros(shape, np.int64), np.full(shape, -100)\n"
            "for row, name in enumerate(names):\n"
            "    letters = np.frombuffer(name.encode(), np.uint8) - 96\n"
            "    inputs[row, 1 : len(name) + 1] = targets[row, : len(name)] = letters\n"
            "    targets[row, len(name)] = 0\n"
            "return inputs, targets\n"
            "symbols = [["
        )
    }
)

only_the_places_that_count = rewrite(
    {
        "logits, right = linear(hs, w_out, b_out).reshape(-1, SYMBOLS), targets.ravel()": (
            "counts = targets != -100\n"
            "logits, right = linear(hs[counts], w_out, b_out), targets[counts]"
        ),
        "grad_logits = cross_entropy_backward(1.0, logits, right).reshape(x.shape)": (
            "grad_logits = cross_entropy_backward(1.0, logits, right)"
        ),
        "grad_hs, *grads_out = linear_backward(grad_logits, hs, w_out, b_out)": (
            "grad_seen, *grads_out = linear_backward(grad_logits, hs[counts], w_out, b_out)\n"
            "grad_hs = np.zeros_like(hs)\n"
            "grad_hs[counts] = grad_seen"
        ),
    }
)

batches_padded_on_their_own = rewrite(
    {
        "inputs, targets = encode(names)": "rows = np.arange(len(names))",
        f"for batch {DEAL}": (
            "for chosen, _ in minibatches(rows, rows, batch_size, rng):\n"
            "    batch = encode([names[row] for row in chosen])"
        ),
    }
)

read_again_from_the_start = rewrite(
    {
        "x = one_hot(np.array([symbol]), SYMBOLS).astype(w_out.dtype)": (
            "inputs, _ = encode([name])\nx = one_hot(inputs, SYMBOLS).astype(w_out.dtype)"
        ),
        "h = rnn_cell(x, h, *recurrent)": "state = rnn_forward(x, h, *recurrent)[:, -1]",
        "linear(h[0], w_out, b_out).astype": "linear(state[0], w_out, b_out).astype",
    }
)

# --- encode ----------------------------------------------------------------------------------

targets_not_shifted = slip(
    "The targets are the symbols being read themselves. Each should be the one that comes next.",
    {TARGETS: "_, _, targets = collate([[0, *name] for name in symbols], pad=0)"},
)

no_end = slip(
    "The edge after a name is no target, so the network never learns where names end.",
    {
        INPUTS: "inputs, _, _ = collate([[0, *name[:-1]] for name in symbols], pad=0)",
        TARGETS: "_, _, targets = collate(symbols, pad=0)",
    },
)

the_end_ignored = slip(
    "The edge after a name is no target, so the network never learns where names end.",
    {TARGETS: "_, _, targets = collate([[*name, -100] for name in symbols], pad=0)"},
)

no_beginning = slip(
    "Names are read from their first letter on, so which letter comes first is never predicted.",
    {
        INPUTS: "inputs, _, _ = collate(symbols, pad=0)",
        TARGETS: "_, _, targets = collate([[*name[1:], 0] for name in symbols], pad=0)",
    },
)

padding_is_a_target = slip(
    "The places left over have the edge as their target, and would count in the loss.",
    {TARGETS: "targets, _, _ = collate([[*name, 0] for name in symbols], pad=0)"},
)

a_is_the_edge = slip(
    "a is 0, as the edge is, and every other letter is one too low.",
    {'ord("a") + 1 for': 'ord("a") for'},
)

# --- init ------------------------------------------------------------------------------------

recurrent_weights_not_orthogonal = slip(
    "w_hh is not orthogonal, so what is carried along may shrink or grow with every step.",
    {"orthogonal((hidden, hidden), rng)": "xavier_normal((hidden, hidden), rng)"},
)

uniform_weights = slip(
    "w_ih and w_out are uniform; they should be normally distributed.",
    {
        "xavier_normal((hidden, SYMBOLS), rng)": (
            "rng.uniform(-1, 1, (hidden, SYMBOLS)) * np.sqrt(6 / (hidden + SYMBOLS))"
        ),
        "xavier_normal((SYMBOLS, hidden), rng)": (
            "rng.uniform(-1, 1, (SYMBOLS, hidden)) * np.sqrt(6 / (hidden + SYMBOLS))"
        ),
    },
)

# --- loss_and_gradients ----------------------------------------------------------------------

padding_in_the_mean = slip(
    "The loss is divided by the number of all places. Padding should not count there, either.",
    {
        LOSS: (
            "share = np.mean(right != -100)\n"
            "grads = [*grads_recurrent, *grads_out]\n"
            "return cross_entropy(logits, right) * share, [g * share for g in grads]"
        )
    },
)

each_name_counts_alike = slip(
    "The loss is a mean of the names' means, so a symbol in a short name counts more.",
    {
        "cross_entropy_backward(1.0, logits, right).reshape(x.shape)": (
            "np.stack(\n"
            "    [\n"
            "        cross_entropy_backward(1.0 / len(x), *name)\n"
            "        for name in zip(logits.reshape(x.shape), targets)\n"
            "    ]\n"
            ")"
        ),
        LOSS: (
            "means = [*map(cross_entropy, logits.reshape(x.shape), targets)]\n"
            "return float(np.mean(means)), [*grads_recurrent, *grads_out]"
        ),
    },
)

float64_slips_in = slip(
    "The results are float64, whatever the params are. Which array has no float32?",
    {
        "x = one_hot(inputs, SYMBOLS).astype(w_out.dtype)  # (n, t, 27)": (
            "x = one_hot(inputs, SYMBOLS)"
        ),
        "h0 = np.zeros((len(x), w_out.shape[1]), w_out.dtype)": (
            "h0 = np.zeros((len(x), w_out.shape[1]))"
        ),
    },
)

last_step_only = slip(
    "Only the last step sends a gradient back, but every state has made a prediction.",
    {
        "_, _, *grads_recurrent = rnn_backward": (
            "grad_hs[:, :-1] = 0\n_, _, *grads_recurrent = rnn_backward"
        )
    },
)

no_gradient_through_time = slip(
    "The gradients stop at each step's own symbol: the one with respect to w_hh is 0, or what "
    "comes from later steps is missing.",
    {
        "_, _, *grads_recurrent = rnn_backward(grad_hs, x, h0, *recurrent)": (
            "before = np.concatenate([h0[:, None], hs[:, :-1]], axis=1)\n"
            "merged = [a.reshape(len(x) * x.shape[1], 1, -1) for a in (grad_hs, x, before)]\n"
            "_, _, *grads_recurrent = rnn_backward(\n"
            "    merged[0], merged[1], merged[2][:, 0], *recurrent\n"
            ")"
        )
    },
)

gradients_of_the_output_first = slip(
    "The gradients of the last layer stand first; `params` has them at its end.",
    {"[*grads_recurrent, *grads_out]": "[*grads_out, *grads_recurrent]"},
)

gradients_of_the_sum = slip(
    "The gradients are those of the sum over the symbols; the loss is their mean.",
    {"cross_entropy_backward(1.0,": "cross_entropy_backward(float(np.sum(right != -100)),"},
)

bits = slip(
    "The loss is in bits, and its gradients with it. It should be in nats.",
    {
        LOSS: (
            "bit, grads = np.log(2), [*grads_recurrent, *grads_out]\n"
            "return cross_entropy(logits, right) / bit, [g / bit for g in grads]"
        )
    },
)

# --- train -----------------------------------------------------------------------------------

never_clipped = slip(
    "The gradients are not clipped: long ones stay long.", {CLIP: "clipped = grads"}
)

clipped_one_by_one = slip(
    "Each gradient is clipped on its own. One norm over all of them keeps their direction.",
    {CLIP: "clipped = [clip_by_global_norm([grad], 1.0)[0][0] for grad in grads]"},
)

short_gradients_lengthened = slip(
    "Short gradients are lengthened to a norm of 1. Only long ones should be shortened.",
    {
        CLIP: (
            "_, norm = clip_by_global_norm(grads, 1.0)\n"
            "clipped = [grad / (norm + 1e-6) for grad in grads]"
        )
    },
)

entries_clipped = slip(
    "The entries are clipped, not the norm.",
    {CLIP: "clipped = [grad.clip(-1, 1) for grad in grads]"},
)

last_batch_lost = slip(
    "A smaller last batch is left out of an epoch.",
    {DEAL: "in minibatches(inputs, targets, batch_size, rng, drop_last=len(names) > batch_size):"},
)

steps_thrown_away = slip(
    "What `step` returns is thrown away, but it writes into nothing.",
    {"params = adam.step(params, clipped)": "adam.step(params, clipped)"},
)

a_new_adam_for_every_epoch = slip(
    "Every epoch begins with a new Adam: its averages and its step count are lost.",
    {EPOCHS: "for epoch in range(epochs):\n    adam = Adam(lr=lr)"},
)

dealt_once = slip(
    "Every epoch has the same batches in the same order. Each should deal the names anew.",
    {
        EPOCHS: "batches = list(minibatches(inputs, targets, batch_size, rng))\n" + EPOCHS,
        DEAL: "in batches:",
    },
)

the_last_loss_reported = slip(
    "The loss that is reported is the last batch's, not the mean of the epoch's.",
    {"float(np.mean(losses))": "losses[-1]"},
)

mean_over_the_names_reported = slip(
    "The loss reported is a mean over the epoch's names, so a smaller last batch counts for "
    "less. It should be a mean over the batches.",
    {
        "losses.append(loss)": "losses.append(loss * len(batch[0]))",
        "float(np.mean(losses))": "float(np.sum(losses) / len(names))",
    },
)

losses_of_all_epochs = slip(
    "The mean that is reported goes over all epochs so far. It should be this epoch's.",
    {"losses = []\nfor batch": "for batch", EPOCHS: "losses = []\n" + EPOCHS},
)

share_one_epoch_late = slip(
    "The share done leaves out the epoch that has just ended: it never reaches 1.",
    {"report((epoch + 1) / epochs": "report(epoch / epochs"},
)

# --- invent ----------------------------------------------------------------------------------

state_not_carried = slip(
    "Every letter is drawn from the state that one symbol leaves: what came before is forgotten.",
    {"h = rnn_cell(x, h, *recurrent)": "h = rnn_cell(x, np.zeros_like(h), *recurrent)"},
)

reads_the_edge_only = slip(
    "The network reads the edge in every step; it should read the letter that was drawn.",
    {"one_hot(np.array([symbol])": "one_hot(np.array([0])"},
)

temperature_multiplies = slip(
    "The logits are multiplied by the temperature. A high one should level them.",
    {
        "next_token_probs(logits, temperature)": (
            "next_token_probs(logits, 1 / temperature if temperature else 0)"
        )
    },
)

temperature_ignored = slip(
    "The temperature has no part in the draw.",
    {"next_token_probs(logits, temperature)": "next_token_probs(logits)"},
)

always_the_most_probable = slip(
    "The most probable symbol is taken at any temperature. It should be drawn.",
    {
        "sampling.sample(sampling.next_token_probs(logits, temperature), rng)": (
            "int(logits.argmax())"
        )
    },
)

letters_one_too_high = slip(
    "1 becomes b, 2 becomes c, and so on.", {'chr(ord("a") + symbol - 1)': 'chr(ord("a") + symbol)'}
)

one_letter_too_many = slip(
    "A name may have one letter more than `longest`.",
    {"len(name) < longest": "len(name) <= longest"},
)

never_ends = slip(
    "When the edge is drawn, the name goes on: it always has `longest` letters.",
    {"break": "symbol = int(logits[1:].argmax()) + 1"},
)
