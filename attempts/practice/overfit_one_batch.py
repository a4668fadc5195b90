from kata.attempts import rewrite, slip

HIDDEN = "self.hidden = nn.ModuleList(hidden)"
DROPPED = "F.dropout(torch.relu(layer(x)), self.dropout, self.training)"
LOOP = f"""for layer in self.hidden:
    # A function knows of no mode unless it is told.
    x = {DROPPED}
return self.head(x)"""
BATCHES = "for x_batch, y_batch in zip(x.split(batch_size), y.split(batch_size), strict=True):"
IN_FIT = f"for _ in range(epochs):\n    {BATCHES}"
IN_OVERFIT = "return [self._step(x, y, optimizer) for _ in range(steps)]"
OPTIMIZER_OF_FIT = f"optimizer = torch.optim.SGD(self.parameters(), lr)\n{IN_FIT}"
OPTIMIZER_OF_OVERFIT = f"optimizer = torch.optim.SGD(self.parameters(), lr)\n{IN_OVERFIT}"
STEP = "optimizer.zero_grad()\nloss.backward()\noptimizer.step()"

with_named_layers_and_a_dropout_module = rewrite(
    {
        HIDDEN: (
            "self.hidden = hidden\n"
            "for i, layer in enumerate(hidden):\n"
            '    self.add_module(f"hidden{i}", layer)\n'
            "self.drop = nn.Dropout(dropout)"
        ),
        DROPPED: "self.drop(F.relu(layer(x)))",
    }
)

with_a_mode_of_its_own_and_steps_by_hand = rewrite(
    {
        HIDDEN: "self.hidden = nn.Sequential(*hidden)\nself.drops = False",
        LOOP: (
            "for layer in self.hidden:\n"
            "    x = layer(x).clamp(min=0)\n"
            "    if self.drops:\n"
            "        x = F.dropout(x, self.dropout)\n"
            "return self.head(x)"
        ),
        "self.train()": "self.drops = True",
        "self.eval()": "self.drops = False",
        STEP: (
            "grads = torch.autograd.grad(loss, list(self.parameters()))\n"
            "with torch.no_grad():\n"
            "    for parameter, grad in zip(self.parameters(), grads):\n"
            '        parameter -= optimizer.defaults["lr"] * grad'
        ),
    }
)

# --- The three bugs of the stub, each alone ----------------------------------------------------

layers_in_a_plain_list = slip(
    "The hidden layers never change. Does `parameters` find them, and does a gradient reach them?",
    {HIDDEN: "self.hidden = hidden"},
)

relu_on_the_logits = slip(
    "The logits go through ReLU: a class whose logit is negative gets no gradient any more.",
    {"return self.head(x)": "return torch.relu(self.head(x))"},
)

dropout_in_every_mode = slip(
    "Units drop out in `overfit` too. Which mode is the network in, and does `F.dropout` know?",
    {", self.training)": ")"},
)

# --- Repairs that go wrong ---------------------------------------------------------------------

no_dropout_at_all = slip("Nothing drops out in `fit` any more.", {DROPPED: "torch.relu(layer(x))"})

never_back_to_training = slip(
    "Nothing drops out in a `fit` after `overfit`: what the check turns off stays off.",
    {"self.train()": "pass"},
)

the_same_units_in_every_epoch = slip(
    "The same units drop out in every epoch of a `fit`. Each step should draw anew.",
    {
        IN_FIT: (
            "state = torch.get_rng_state()\n"
            "for _ in range(epochs):\n"
            f"    torch.set_rng_state(state)\n    {BATCHES}"
        )
    },
)

seeded_by_the_check = slip(
    "After every `overfit` the same units drop out, as if torch's generator were reseeded.",
    {"self.eval()": "self.eval()\ntorch.manual_seed(0)"},
)

dropout_taken_for_the_kept = slip(
    "`dropout` is taken for the probability that a unit is kept.",
    {"self.dropout, self.training)": "1 - self.dropout, self.training)"},
)

dropout_in_evaluation_only = slip(
    "The modes are swapped: units drop out in `overfit`, and not in `fit`.",
    {"self.dropout, self.training)": "self.dropout, not self.training)"},
)

kept_not_scaled_up = slip(
    "The units that are kept stay as they are. They should be divided by 1 - dropout.",
    {
        LOOP: LOOP.replace(
            DROPPED,
            "torch.relu(layer(x))\n"
            "    if self.training:\n"
            "        x = x * (torch.rand_like(x) >= self.dropout)",
        )
    },
)

dropout_before_each_hidden_layer = slip(
    "Features drop out, and the last hidden units do not: dropout comes after a hidden layer.",
    {DROPPED: "torch.relu(layer(F.dropout(x, self.dropout, self.training)))"},
)

features_drop_out_too = slip(
    "Features drop out in `fit`, too. Only hidden units should.",
    {LOOP: f"x = F.dropout(x, self.dropout, self.training)\n{LOOP}"},
)

nothing_kept_divided_by_0 = slip(
    "At a dropout of 1 what is left, 0, is divided by 0, and that is nan.",
    {
        LOOP: LOOP.replace(
            DROPPED,
            "torch.relu(layer(x))\n"
            "    if self.training:\n"
            "        x = x * (torch.rand_like(x) >= self.dropout) / (1 - self.dropout)",
        )
    },
)

dropout_after_the_last_hidden_layer_only = slip(
    "Only the units of the last hidden layer drop out.",
    {
        DROPPED: "torch.relu(layer(x))",
        "return self.head(x)": "return self.head(F.dropout(x, self.dropout, self.training))",
    },
)

one_mask_for_all_rows = slip(
    "A unit drops out in all rows of a batch, or in none.",
    {
        LOOP: LOOP.replace(
            DROPPED,
            "torch.relu(layer(x))\n"
            "    x = x * F.dropout(torch.ones_like(x[:1]), self.dropout, self.training)",
        )
    },
)

dropout_by_default = slip(
    "Half of the units drop out, whatever `dropout` is.",
    {"self.dropout, self.training)": "training=self.training)"},
)

dropout_on_the_logits = slip(
    "Logits drop out too. Only hidden units should.",
    {"return self.head(x)": "return F.dropout(self.head(x), self.dropout, self.training)"},
)

no_relu_at_all = slip(
    "There is no ReLU left: without it all layers together are one linear layer.",
    {"torch.relu(layer(x))": "layer(x)"},
)

softmax_on_the_logits = slip(
    "`forward` returns probabilities. The loss expects logits, and has the softmax inside.",
    {"return self.head(x)": "return self.head(x).softmax(dim=1)"},
)

log_softmax_on_the_logits = slip(
    "`forward` returns logarithms of probabilities. The outputs of the last layer are asked for.",
    {"return self.head(x)": "return F.log_softmax(self.head(x), dim=1)"},
)

leaky_hidden_layers = slip(
    "The hidden units are leaky: ReLU gives 0 for what is negative.",
    {"torch.relu(layer(x))": "F.leaky_relu(layer(x))"},
)

hidden_biases_stay = slip(
    "The biases of the hidden layers never change.",
    {
        HIDDEN: (
            "self.hidden = hidden\n"
            "self.learning = nn.ParameterList(layer.weight for layer in hidden)"
        )
    },
)

only_hidden_layers_learn = slip(
    "The last layer never changes.",
    {
        OPTIMIZER_OF_FIT: OPTIMIZER_OF_FIT.replace("self.p", "self.hidden.p"),
        OPTIMIZER_OF_OVERFIT: OPTIMIZER_OF_OVERFIT.replace("self.p", "self.hidden.p"),
    },
)

only_the_last_hidden_layer_learns = slip(
    "Of the hidden layers only the last one changes.",
    {HIDDEN: "self.hidden, self.last = hidden, hidden[-1]"},
)

hidden_layers_learn_in_the_check_only = slip(
    "The hidden layers learn in `overfit`, but not in `fit`.",
    {OPTIMIZER_OF_FIT: OPTIMIZER_OF_FIT.replace("self.p", "self.head.p")},
)

gradients_pile_up = slip(
    "Gradients of earlier steps are still there when new ones arrive, and add up.",
    {"optimizer.zero_grad()": "pass"},
)

a_new_batch_each_step = slip(
    "Each step of the check takes other rows. It is about one and the same batch.",
    {
        IN_OVERFIT: (
            "rows = [torch.arange(i, i + 2) % len(x) for i in range(steps)]\n"
            "return [self._step(x[own], y[own], optimizer) for own in rows]"
        )
    },
)

loss_after_the_step = slip(
    "The loss is taken after the step, not before it.",
    {STEP: f"{STEP}\nloss = F.cross_entropy(self(x), y)"},
)

one_loss_too_many = slip(
    "The loss after the last step is there too. There should be one for each step, before it.",
    {
        IN_OVERFIT: (
            "losses = [self._step(x, y, optimizer) for _ in range(steps)]\n"
            "return [*losses, F.cross_entropy(self(x), y).item()]"
        )
    },
)

sum_of_the_losses = slip(
    "The loss is a sum over the rows. It should be their mean.",
    {"F.cross_entropy(self(x), y)": 'F.cross_entropy(self(x), y, reduction="sum")'},
)

steps_with_momentum = slip(
    "The steps have momentum; they should be those of plain gradient descent.",
    {
        OPTIMIZER_OF_FIT: OPTIMIZER_OF_FIT.replace("lr)", "lr, momentum=0.9)"),
        OPTIMIZER_OF_OVERFIT: OPTIMIZER_OF_OVERFIT.replace("lr)", "lr, momentum=0.9)"),
    },
)

steps_of_adam = slip(
    "The steps are Adam's; they should be those of plain gradient descent.",
    {
        OPTIMIZER_OF_FIT: OPTIMIZER_OF_FIT.replace("SGD", "Adam"),
        OPTIMIZER_OF_OVERFIT: OPTIMIZER_OF_OVERFIT.replace("SGD", "Adam"),
    },
)

one_optimizer_for_good = slip(
    "Every later training takes the step size of the first one.",
    {
        "self.dropout = dropout": "self.dropout, self.optimizer = dropout, None",
        OPTIMIZER_OF_FIT: OPTIMIZER_OF_FIT.replace(
            "= torch", "= self.optimizer = self.optimizer or torch"
        ),
        OPTIMIZER_OF_OVERFIT: OPTIMIZER_OF_OVERFIT.replace(
            "= torch", "= self.optimizer = self.optimizer or torch"
        ),
    },
)

last_batch_lost = slip(
    "A smaller last batch is left out of an epoch.",
    {BATCHES: f"{BATCHES}\n    if len(x_batch) < batch_size:\n        continue"},
)

one_epoch_only = slip(
    "`fit` makes one epoch, whatever `epochs` is.",
    {"for _ in range(epochs):": "for _ in range(min(epochs, 1)):"},
)
