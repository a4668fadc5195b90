from kata.attempts import rewrite, slip

OPTIMIZER = "self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr)"
ZERO = "self.optimizer.zero_grad()"
SHUFFLE = "order = torch.from_numpy(rng.permutation(len(x)))\nx, y = x[order], y[order]"

with_a_data_loader = rewrite(
    {
        "x, y = x[order], y[order]\n"
        "total = 0.0\n"
        "for start in range(0, len(x), batch_size):\n"
        "    x_batch = x[start : start + batch_size]\n"
        "    y_batch = y[start : start + batch_size]": (
            "rows, draws = torch.utils.data.TensorDataset(x, y), torch.Generator()\n"
            "draws.manual_seed(int(rng.integers(2**31)))\n"
            "loader = torch.utils.data.DataLoader(rows, batch_size, True, generator=draws)\n"
            "total = 0.0\n"
            "for x_batch, y_batch in loader:"
        ),
        "total, found = 0.0, 0": (
            "logits = torch.cat([self.model(x_batch) for x_batch in x.split(batch_size)])\n"
            "found = (logits.argmax(dim=1) == y).double().mean().item()\n"
            "return self.loss(logits, y).item(), found"
        ),
    }
)

with_steps_by_hand = rewrite(
    {
        "order = torch.from_numpy(rng.permutation(len(x)))": (
            "rows = np.arange(len(x))\nrng.shuffle(rows)\norder = torch.from_numpy(rows)"
        ),
        "self.optimizer.zero_grad()\nloss.backward()\nself.optimizer.step()": (
            "parameters = list(self.model.parameters())\n"
            "with torch.no_grad():\n"
            "    for parameter, grad in zip(parameters, torch.autograd.grad(loss, parameters)):\n"
            '        parameter -= self.optimizer.defaults["lr"] * grad'
        ),
    }
)

# --- The five bugs of the stub, each alone -----------------------------------------------------

softmax_twice = slip(
    "The outputs go through softmax twice, for CrossEntropyLoss has one inside.",
    {"nn.Linear(hidden, classes),": "nn.Linear(hidden, classes),\nnn.Softmax(dim=1),"},
)

gradients_pile_up = slip(
    "Gradients pile up: `backward` adds to what is there, so each step follows earlier ones too.",
    {ZERO: "pass"},
)

x_without_y = slip(
    "The rows of x are shuffled but y is not, so most rows meet the class of another row.",
    {"x, y = x[order], y[order]": "x = x[order]"},
)

dropout_in_evaluation = slip(
    "Hidden units drop out in `evaluate`: the network is still in training mode there.",
    {"self.model.eval()": "pass"},
)

mean_over_batches = slip(
    "Loss and accuracy in `evaluate` are means over batches: rows of a smaller last batch count "
    "for more.",
    {
        "y_batch).item() * len(x_batch)": "y_batch).item()",
        ".sum().item()": ".double().mean().item()",
        "total / len(x), found / len(x)": (
            "total / -(-len(x) // batch_size), found / -(-len(x) // batch_size)"
        ),
    },
)

# --- Repairs that go wrong ---------------------------------------------------------------------

loss_over_batches = slip(
    "The loss in `evaluate` is a mean over batches: rows of a smaller last batch count for more.",
    {
        "y_batch).item() * len(x_batch)": "y_batch).item()",
        "return total / len(x)": "return total / -(-len(x) // batch_size)",
    },
)

accuracy_over_batches = slip(
    "`evaluate`'s accuracy is a mean over batches: rows of a smaller last batch count for more.",
    {
        ".sum().item()": ".double().mean().item()",
        "found / len(x)": "found / -(-len(x) // batch_size)",
    },
)

never_back_to_training = slip(
    "After `evaluate` the network stays in evaluation mode: nothing drops out in a later `fit`.",
    {"self.model.train()": "pass"},
)

no_dropout_at_all = slip(
    "The network is in evaluation mode in `fit` too, so nothing ever drops out.",
    {"self.model.train()": "self.model.eval()"},
)

dropout_taken_for_the_kept = slip(
    "`dropout` is taken for the probability that a unit is kept.",
    {"nn.Dropout(dropout)": "nn.Dropout(1 - dropout)"},
)

kept_not_scaled_up = slip(
    "The units that are kept stay as they are. They should be divided by 1 - dropout.",
    {
        OPTIMIZER: (
            "self.model[2].register_forward_hook(\n"
            "    lambda drop, _, out: out * (1 - dropout) if drop.training else out\n"
            f")\n{OPTIMIZER}"
        )
    },
)

one_mask_for_all_rows = slip(
    "A unit drops out in all rows of a batch, or in none.",
    {
        OPTIMIZER: (
            "self.model[2].register_forward_hook(\n"
            "    lambda drop, args, out: args[0]\n"
            "    * nn.functional.dropout(torch.ones_like(out[:1]), dropout, drop.training)\n"
            f")\n{OPTIMIZER}"
        )
    },
)

the_same_units_in_every_fit = slip(
    "In every `fit` the same units drop out, as if torch's generator were reseeded.",
    {"self.model.train()": "self.model.train()\ntorch.manual_seed(0)"},
)

zeroed_before_the_step = slip(
    "The gradients are set to zero before the step has used them: nothing is learned.",
    {
        "self.optimizer.zero_grad()\nloss.backward()": (
            "loss.backward()\nself.optimizer.zero_grad()"
        )
    },
)

zeroed_once_an_epoch = slip(
    "The gradients are set to zero once an epoch; within the epoch they still pile up.",
    {ZERO: "pass", "total = 0.0\n": "total = 0.0\nself.optimizer.zero_grad()\n"},
)

zeroed_once_a_fit = slip(
    "The gradients are set to zero once a `fit`; from the second step on they pile up.",
    {ZERO: "pass", "history = []": "history = []\nself.optimizer.zero_grad()"},
)

step_before_backward = slip(
    "The step comes before `backward`, so it follows the gradient of the batch before.",
    {
        "self.optimizer.zero_grad()\nloss.backward()\nself.optimizer.step()": (
            "self.optimizer.step()\nself.optimizer.zero_grad()\nloss.backward()"
        )
    },
)

a_decay_of_the_weights = slip(
    "The weights decay in each step, which should follow the gradient of the loss alone.",
    {"lr=lr)": "lr=lr, weight_decay=1e-4)"},
)

steps_of_another_optimizer = slip(
    "The steps have momentum; they should be those of plain gradient descent.",
    {"lr=lr)": "lr=lr, momentum=0.9)"},
)

an_order_each = slip(
    "x and y are shuffled differently, so most rows meet the class of another row.",
    {"y[order]": "y[torch.from_numpy(rng.permutation(len(x)))]"},
)

not_shuffled = slip(
    "Nothing is shuffled any more: every epoch has the same order.",
    {"x, y = x[order], y[order]": "pass"},
)

shuffled_once = slip(
    "The rows are shuffled once, before the first epoch. Each epoch should have its own order.",
    {
        SHUFFLE: "pass",
        "history = []": (
            "history = []\n"
            "order = torch.from_numpy(rng.permutation(len(x)))\n"
            "x, y = x[order], y[order]"
        ),
    },
)

the_order_from_torch = slip(
    "The order is drawn by torch's own generator, not from `rng`.",
    {"torch.from_numpy(rng.permutation(len(x)))": "torch.randperm(len(x))"},
)

rows_drawn_with_replacement = slip(
    "The rows of an epoch are drawn with replacement: some come twice, others not at all.",
    {"rng.permutation(len(x))": "rng.integers(len(x), size=len(x))"},
)

last_batch_lost = slip(
    "A smaller last batch is left out: its rows are lost for this epoch.",
    {
        "total = 0.0\nfor start in range(0, len(x), batch_size):": (
            "total = 0.0\nfor start in range(0, len(x) - batch_size + 1, batch_size):"
        )
    },
)

history_over_batches = slip(
    "An epoch's loss in `fit` is averaged over batches as if they were equally large.",
    {
        "loss.item() * len(x_batch)": "loss.item()",
        "append(total / len(x))": "append(total / -(-len(x) // batch_size))",
    },
)

losses_after_the_steps = slip(
    "The loss of a batch is taken after its step, not before it.",
    {
        "total += loss.item() *": (
            "loss = self.loss(self.model(x_batch), y_batch)\ntotal += loss.item() *"
        )
    },
)

history_of_tensors = slip(
    "The history holds tensors, not floats. A loss kept as a tensor can keep its batch's graph in "
    "memory.",
    {"loss.item() * len(x_batch)": "loss * len(x_batch)"},
)

logits_taken_for_logarithms = slip(
    "The loss takes the outputs for logarithms of probabilities, but they are logits.",
    {"nn.CrossEntropyLoss()": "nn.NLLLoss()"},
)
