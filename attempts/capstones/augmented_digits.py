from kata.attempts import rewrite, slip

SEEN = "seen = random_crop(x_batch[:, None], shift, rng)"
CUT = "framed[:, 1 - down : 1 - down + height, 1 - right : 1 - right + width]"
REPORT = "report((epoch + 1) / epochs, float(np.mean(losses)))"
BATCHES = "in minibatches(x, y, batch_size, rng):"

cut_out_by_hand = rewrite(
    {
        SEEN: (
            "n, height, width = x_batch.shape\n"
            "framed = np.pad(x_batch, ((0, 0), (shift, shift), (shift, shift)))\n"
            "corners = rng.integers(0, 2 * shift, size=(n, 2), endpoint=True)\n"
            "seen = np.array(\n"
            "    [\n"
            "        one[top : top + height, left : left + width]\n"
            "        for one, (top, left) in zip(framed, corners, strict=True)\n"
            "    ]\n"
            ")"
        ),
        f"return {CUT}": (
            "y = np.zeros_like(x)\n"
            "for i in range(max(down, 0), height + min(down, 0)):\n"
            "    for j in range(max(right, 0), width + min(right, 0)):\n"
            "        y[:, i, j] = x[:, i - down, j - right]\n"
            "return y"
        ),
    }
)

all_moved_before_they_are_dealt = rewrite(
    {
        BATCHES: "in minibatches(random_crop(x[:, None], shift, rng)[:, 0], y, batch_size, rng):",
        SEEN: "seen = x_batch",
    }
)

rolled_and_wiped = rewrite(
    {
        f"return {CUT}": (
            "y = np.roll(framed, (down, right), axis=(1, 2))\nreturn y[:, 1:-1, 1:-1].copy()"
        )
    }
)

# --- moved -----------------------------------------------------------------------------------

rolled_around = slip(
    "What leaves the frame on one side enters on the other, but 0 should enter.",
    {f"return {CUT}": "return np.roll(x, (down, right), axis=(1, 2))"},
)

against_the_move = slip(
    "The pictures move up where they should move down, and left where they should move right.",
    {CUT: "framed[:, 1 + down : 1 + down + height, 1 + right : 1 + right + width]"},
)

axes_swapped = slip(
    "`down` moves along the rows and `right` along the columns: they are swapped.",
    {CUT: "framed[:, 1 - right : 1 - right + height, 1 - down : 1 - down + width]"},
)

border_repeated = slip(
    "The pixels at the border are repeated where 0 should enter.",
    {"((0, 0), (1, 1), (1, 1))": '((0, 0), (1, 1), (1, 1)), mode="edge"'},
)

# --- accuracies ------------------------------------------------------------------------------

diagonal_moves = slip(
    "The pictures are moved along the diagonals, two ways at once.",
    {"(1, 0), (-1, 0), (0, 1), (0, -1)": "(1, 1), (-1, -1), (-1, 1), (1, -1)"},
)

all_eight_neighbours = slip(
    "The mean is over eight moves, the diagonal ones too. Four are asked for.",
    {
        "moves = [(1, 0), (-1, 0), (0, 1), (0, -1)]": (
            "moves = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]"
        )
    },
)

two_moves_only = slip(
    "There are two moves; the mean should be over four.",
    {"(1, 0), (-1, 0), (0, 1), (0, -1)": "(1, 0), (0, 1)"},
)

unmoved_among_the_moves = slip(
    "The pictures that are not moved count as a fifth move.",
    {"(0, 1), (0, -1)]": "(0, 1), (0, -1), (0, 0)]"},
)

errors_counted = slip(
    "These are the shares of pictures that are read wrong.", {"_flat(x)) == y": "_flat(x)) != y"}
)

# --- train -----------------------------------------------------------------------------------

never_moved = slip("The pictures are never moved in training.", {SEEN: "seen = x_batch"})

moved_once_for_all = slip(
    "The pictures are moved once, before the first epoch. Each epoch should move them anew.",
    {
        "adam = Adam(lr=lr)": "adam = Adam(lr=lr)\nx = random_crop(x[:, None], shift, rng)[:, 0]",
        SEEN: "seen = x_batch",
    },
)

one_move_for_the_batch = slip(
    "All pictures of a batch are moved alike. Each should have a move of its own.",
    {
        SEEN: (
            "framed = np.pad(x_batch, ((0, 0), (shift, shift), (shift, shift)))\n"
            "top, left = rng.integers(2 * shift + 1, size=2)\n"
            "_, height, width = x.shape\n"
            "seen = framed[:, top : top + height, left : left + width]"
        )
    },
)

moved_by_one_at_most = slip(
    "The pictures are moved by a pixel at most. `shift` may be another number.",
    {SEEN: "seen = random_crop(x_batch[:, None], min(shift, 1), rng)"},
)

moved_pictures_added = slip(
    "The pictures of a batch count twice, as they are and moved. Only the moved ones should.",
    {
        SEEN: (
            "seen = np.concatenate([x_batch[:, None], random_crop(x_batch[:, None], shift, rng)])\n"
            "y_batch = np.concatenate([y_batch, y_batch])"
        )
    },
)

down_as_far_as_right = slip(
    "Each picture moves as far down as to the right. These should be two numbers.",
    {
        SEEN: (
            "framed = np.pad(x_batch, ((0, 0), (shift, shift), (shift, shift)))\n"
            "corners = rng.integers(2 * shift + 1, size=len(x_batch))\n"
            "_, height, width = x.shape\n"
            "seen = np.array([\n"
            "    one[corner : corner + height, corner : corner + width]\n"
            "    for one, corner in zip(framed, corners)\n"
            "])"
        )
    },
)

rounded_moves = slip(
    "The moves are rounded, so the largest ones are half as likely as others. All should be "
    "equally likely.",
    {
        SEEN: (
            "framed = np.pad(x_batch, ((0, 0), (shift, shift), (shift, shift)))\n"
            "corners = np.rint(rng.uniform(0, 2 * shift, size=(len(x_batch), 2))).astype(int)\n"
            "_, height, width = x.shape\n"
            "seen = np.array([\n"
            "    one[top : top + height, left : left + width]\n"
            "    for one, (top, left) in zip(framed, corners)\n"
            "])"
        )
    },
)

small_weights = slip(
    "The first weights are too small. They are drawn as by `init` of `digits_mlp`.",
    {"params = init(sizes, rng)": "params = [0.01 * param for param in init(sizes, rng)]"},
)

never_down_to_the_end = slip(
    "The largest move down and to the right is never drawn: the end of the range is left out.",
    {
        SEEN: (
            "framed = np.pad(x_batch, ((0, 0), (shift, shift), (shift, shift)))\n"
            "corners = rng.integers(1, 2 * shift + 1, size=(len(x_batch), 2)) if shift else (\n"
            "    np.zeros((len(x_batch), 2), dtype=np.int64)\n"
            ")\n"
            "_, height, width = x.shape\n"
            "seen = np.array([\n"
            "    one[top : top + height, left : left + width]\n"
            "    for one, (top, left) in zip(framed, corners)\n"
            "])"
        )
    },
)

labels_shuffled_away = slip(
    "Pictures and labels are dealt in different orders, so a picture meets another one's label.",
    {
        BATCHES: (
            "in zip(\n"
            "    [x_batch for x_batch, _ in minibatches(x, y, batch_size, rng)],\n"
            "    [y_batch for _, y_batch in minibatches(x, y, batch_size, rng)],\n"
            "):"
        )
    },
)

labels_not_shuffled = slip(
    "The pictures are dealt in a new order, their labels are not.",
    {
        f"for x_batch, y_batch {BATCHES}": (
            "for i, (x_batch, _) in enumerate(minibatches(x, y, batch_size, rng)):\n"
            "    y_batch = y[i * batch_size : (i + 1) * batch_size]"
        )
    },
)

lowest_loss_kept = slip(
    "The params returned are those of the epoch with the lowest loss. They should be those after "
    "the last step.",
    {
        "adam = Adam(lr=lr)": "adam, seen = Adam(lr=lr), []",
        REPORT: f"seen.append((np.mean(losses), params))\n{REPORT}",
        "return params": "return min(seen, key=lambda one: one[0])[1] if seen else params",
    },
)

last_batch_lost = slip(
    "A smaller last batch is left out of an epoch.",
    {"y, batch_size, rng):": ("y, batch_size, rng, drop_last=len(x) >= batch_size):")},
)

pixels_column_by_column = slip(
    "The first layer gets the pixels column by column. It should get them row by row.",
    {"x.reshape(len(x), -1)": "x.swapaxes(-1, -2).reshape(len(x), -1)"},
)

a_new_adam_for_every_epoch = slip(
    "Every epoch begins with a new Adam: its averages and its step count are lost.",
    {"losses = []": "losses, adam = [], Adam(lr=lr)"},
)

epochs_counted_from_zero = slip(
    "The share reported is that before the epoch; after the last one it should be 1.",
    {"(epoch + 1) / epochs": "epoch / epochs"},
)

last_loss_reported = slip(
    "The loss reported is that of the epoch's last batch, not the mean over its batches.",
    {"float(np.mean(losses))": "loss"},
)

mean_over_the_pictures_reported = slip(
    "The loss reported is a mean over the epoch's pictures, so a smaller last batch counts for "
    "less. It should be a mean over the batches.",
    {
        "losses.append(loss)": "losses.append(loss * len(x_batch))",
        "float(np.mean(losses))": "float(np.sum(losses) / len(x))",
    },
)

losses_of_all_epochs = slip(
    "The mean is over the batches of all epochs so far; it should be over those of this one.",
    {"losses = []": "pass", "adam = Adam(lr=lr)": "adam, losses = Adam(lr=lr), []"},
)
