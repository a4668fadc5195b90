from kata.attempts import rewrite, slip

DROPOUT = "F.dropout(x, self.dropout, training=self.training)"
BODY = "self.body.eval()"
TRAIN = """\
for _ in range(epochs):
    # The evaluation of the epoch before has left training mode.
    self.model.train()
"""
EVALUATE = """\
self.model.eval()
return F.cross_entropy(self.model(x), y).item()"""
PREDICT = "self.model.eval()\nreturn self.model(x)"
LEARNING = "learning = [*self.model.norm.parameters(), *self.model.last.parameters()]"
NORM = "self.norm = nn.BatchNorm1d(hidden)"
LOSS = "loss = F.cross_entropy(self.model(x), y)"

with_a_body_that_is_evaluated_each_time = rewrite(
    {
        BODY: "pass",
        "x = self.norm(torch.relu(self.body(x)))": (
            "self.body.eval()\nx = self.norm(torch.relu(self.body(x)))"
        ),
    }
)

with_a_body_by_functions = rewrite(
    {
        BODY: "pass",
        "x = self.norm(torch.relu(self.body(x)))": (
            "linear, norm = self.body\n"
            "x = F.batch_norm(linear(x), norm.running_mean, norm.running_var, eps=norm.eps)\n"
            "x = self.norm(torch.relu(x))"
        ),
    }
)

with_modes_put_back = rewrite(
    {
        TRAIN: "self.model.train()\nfor _ in range(epochs):\n",
        EVALUATE: ("return F.cross_entropy(self.predict(x), y).item()"),
        PREDICT: (
            "training = self.model.training\n"
            "self.model.eval()\n"
            "logits = self.model(x)\n"
            "self.model.train(training)\n"
            "return logits"
        ),
    }
)

the_same_units_in_every_epoch = slip(
    "The same units drop out in every epoch of a `fit`. Each step should draw anew.",
    {
        TRAIN: (
            "state = torch.get_rng_state()\n"
            "for _ in range(epochs):\n"
            "    torch.set_rng_state(state)\n"
            "    self.model.train()\n"
        )
    },
)

# --- The four bugs of the stub, each alone -----------------------------------------------------

dropout_in_evaluation = slip(
    "Units drop out in evaluations too. `F.dropout` does not see the module's mode: it is told.",
    {DROPOUT: "F.dropout(x, self.dropout)"},
)

body_in_training_mode = slip(
    "The frozen body normalizes by the batch in training, and its running statistics move. Without "
    "gradients its weights are frozen, but not those.",
    {BODY: "pass"},
)

never_back_to_training = slip(
    "Only the first epoch trains in training mode: the evaluation after it has called `eval`.",
    {TRAIN: "self.model.train()\nfor _ in range(epochs):\n"},
)

prediction_in_any_mode = slip(
    "A prediction is made in whatever mode the network is in. A new one is in training mode.",
    {PREDICT: "return self.model(x)"},
)

# --- Mended in the wrong way -------------------------------------------------------------------

evaluation_in_any_mode = slip(
    "An evaluation runs in training mode: its losses depend on the batch.",
    {EVALUATE: "return F.cross_entropy(self.model(x), y).item()"},
)

evaluation_in_training_mode = slip(
    "Evaluation and prediction run in training mode.",
    {EVALUATE: EVALUATE.replace("eval", "train"), PREDICT: PREDICT.replace("eval", "train")},
)

never_in_training_mode = slip(
    "All training runs in evaluation mode: batch norm uses its running statistics, and nothing "
    "drops out.",
    {TRAIN: TRAIN.replace("self.model.train()", "self.model.eval()")},
)

dropout_never = slip(
    "Nothing ever drops out, not even in training.",
    {DROPOUT: "F.dropout(x, self.dropout, training=False)"},
)

dropout_only_in_evaluation = slip(
    "The modes of dropout are swapped: units drop out in evaluations, and not in training.",
    {DROPOUT: "F.dropout(x, self.dropout, training=not self.training)"},
)

dropout_keeps = slip(
    "`dropout` is taken for the probability to keep a unit.",
    {DROPOUT: "F.dropout(x, 1 - self.dropout, training=self.training)"},
)

all_of_the_network_frozen = slip(
    "The head's batch norm is in evaluation mode in training too. Only the body is frozen.",
    {BODY: "self.body.eval()\nself.norm.eval()"},
)

body_by_the_batch_in_training = slip(
    "The frozen body normalizes by the batch in training. Its running statistics stay, but they "
    "are used in evaluations only.",
    {BODY: "self.body[1].momentum = 0.0"},
)

dropout_before_the_norm = slip(
    "Units drop out before the head's batch norm. They should after it.",
    {
        "x = self.norm(torch.relu(self.body(x)))": (
            "x = torch.relu(self.body(x))\n"
            "x = self.norm(F.dropout(x, self.dropout, training=self.training))"
        ),
        f"self.last({DROPOUT})": "self.last(x)",
    },
)

kept_not_scaled_up = slip(
    "The units that are kept stay as they are. In training, torch's dropout divides them by "
    "1 - dropout.",
    {
        f"return self.last({DROPOUT})": (
            "if self.training:\n"
            "    x = x * (torch.rand_like(x) >= self.dropout)\n"
            "return self.last(x)"
        )
    },
)

one_mask_for_all_rows = slip(
    "A unit drops out in all rows of a batch, or in none.",
    {
        f"self.last({DROPOUT})": (
            "self.last(x * F.dropout(torch.ones_like(x[:1]), self.dropout, self.training))"
        )
    },
)

dropout_and_body_unmended = slip(
    "Units drop out in evaluations too, and the frozen body normalizes by the batch in training.",
    {DROPOUT: "F.dropout(x, self.dropout)", BODY: "pass"},
)

losses_in_training_mode = slip(
    "The losses on new rows are taken in training mode: they depend on the batch, and the running "
    "statistics follow the new rows.",
    {"self.evaluate(x_new, y_new)": "F.cross_entropy(self.model(x_new), y_new).item()"},
)

head_without_running_statistics = slip(
    "The head's batch norm keeps no running statistics, so in evaluations it uses the batch.",
    {
        NORM: "self.norm = nn.BatchNorm1d(hidden)\nself.norm.momentum = 0.0",
        "x = self.norm(torch.relu(self.body(x)))": (
            "x = F.batch_norm(torch.relu(self.body(x)), None, None, *self.norm.parameters(), True)"
        ),
    },
)

momentum_of_the_new_value = slip(
    "The running statistics take in 90 % of each batch. In torch, momentum weighs the new value.",
    {NORM: "self.norm = nn.BatchNorm1d(hidden, momentum=0.9)"},
)

statistics_follow_evaluations = slip(
    "An evaluation switches the head to training mode afterwards, too late, and runs the rows "
    "through it again: the running statistics follow them.",
    {
        EVALUATE: (
            "self.model.eval()\n"
            "loss = F.cross_entropy(self.model(x), y).item()\n"
            "self.model.train()\n"
            "if len(x) > 1:\n"
            "    self.model(x)\n"
            "return loss"
        )
    },
)

body_learns_too = slip(
    "The body's weights get gradients and are trained. They should stay.",
    {
        "self.body.requires_grad_(False)\nlinear, norm = self.body": "linear, norm = self.body",
        LEARNING: "learning = self.model.parameters()",
    },
)

only_the_last_layer_learns = slip(
    "The gain and shift of the head's batch norm are not trained. They belong to the head.",
    {LEARNING: "learning = self.model.last.parameters()"},
)

gradients_pile_up = slip(
    "Gradients pile up: `backward` adds to what is there.",
    {"self.optimizer.zero_grad()\nloss.backward()": "loss.backward()"},
)

evaluated_before_the_step = slip(
    "Each loss on new rows is measured before the epoch's step, not after it.",
    {
        LOSS: "history.append(self.evaluate(x_new, y_new))\nself.model.train()\n" + LOSS,
        "self.optimizer.step()\nhistory.append(self.evaluate(x_new, y_new))": (
            "self.optimizer.step()"
        ),
    },
)

training_rows_evaluated = slip(
    "The losses returned are those of the training rows. The new rows are asked for.",
    {"self.evaluate(x_new, y_new)": "self.evaluate(x, y)"},
)

probabilities_predicted = slip(
    "Probabilities are returned, where logits are asked for.",
    {PREDICT: "self.model.eval()\nreturn self.model(x).softmax(dim=1)"},
)
