import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from kata.attempts import right, slip
from solutions.practice.training_loop_bugs import Classifier


def batches(n, batch_size):
    return [slice(start, start + batch_size) for start in range(0, n, batch_size)]


@right(Classifier)
class WithADataLoader(Classifier):
    def fit(self, x, y, epochs, batch_size, rng):
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        loader = DataLoader(TensorDataset(x, y), batch_size, shuffle=True, generator=generator)
        history = []
        for _ in range(epochs):
            self.model.train()
            losses = []
            for x_batch, y_batch in loader:
                loss = F.nll_loss(F.log_softmax(self.model(x_batch), dim=1), y_batch)
                loss.backward()
                self.optimizer.step()
                self.optimizer.zero_grad(set_to_none=False)
                losses += [loss.item()] * len(x_batch)
            history.append(float(np.mean(losses)))
        return history

    def evaluate(self, x, y, batch_size):
        self.model.eval()
        with torch.inference_mode():
            logits = torch.cat([self.model(x_batch) for x_batch in x.split(batch_size)])
        self.model.train()
        found = logits.argmax(dim=1) == y
        return F.cross_entropy(logits, y).item(), found.double().mean().item()


@right(Classifier)
class WithoutModules:
    """The weights are plain tensors, the steps are made by hand."""

    def __init__(self, weights, dropout, lr):
        self.params = [weight.clone().requires_grad_() for weight in weights]
        self.dropout, self.lr = dropout, lr

    def weights(self):
        return [param.detach().clone() for param in self.params]

    def logits(self, x, training):
        w1, b1, w2, b2 = self.params
        hidden = F.dropout(torch.relu(x @ w1.T + b1), self.dropout, training)
        return hidden @ w2.T + b2

    def fit(self, x, y, epochs, batch_size, rng):
        history = []
        for _ in range(epochs):
            rows = np.arange(len(x))
            rng.shuffle(rows)
            losses = []
            for batch in batches(len(x), batch_size):
                chosen = torch.from_numpy(rows[batch])
                each = F.cross_entropy(self.logits(x[chosen], True), y[chosen], reduction="none")
                losses.append(each.detach())
                grads = torch.autograd.grad(each.mean(), self.params)
                with torch.no_grad():
                    for param, grad in zip(self.params, grads, strict=True):
                        param -= self.lr * grad
            history.append(torch.cat(losses).mean().item())
        return history

    def evaluate(self, x, y, batch_size):
        logits = self.logits(x, False).detach()
        return F.cross_entropy(logits, y).item(), float((logits.argmax(1) == y).double().mean())


# --- The five bugs of the stub, each alone -----------------------------------------------------

softmax_twice = slip(
    "The outputs go through softmax twice, for CrossEntropyLoss has one inside. The loss is then "
    "not the cross-entropy, and its gradients are small.",
    {"nn.Linear(hidden, classes),": "nn.Linear(hidden, classes),\nnn.Softmax(dim=1),"},
)

gradients_pile_up = slip(
    "Gradients pile up: `backward` adds to what is there, so each step also follows the gradients "
    "of all steps before.",
    {"self.optimizer.zero_grad()": "pass"},
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
    "Loss and accuracy in `evaluate` are means over batches, as if all batches were equally large: "
    "rows of a smaller last batch count for more.",
    {
        "y_batch).item() * len(x_batch)": "y_batch).item()",
        ".sum().item()": ".double().mean().item()",
        "return total / len(x), found / len(x)": "batches = len(range(0, len(x), batch_size))\n"
        "return total / batches, found / batches",
    },
)


# --- Repairs that go wrong ---------------------------------------------------------------------

loss_over_batches = slip(
    "The loss in `evaluate` is a mean over batches, as if all batches were equally large: rows of "
    "a smaller last batch count for more.",
    {
        "y_batch).item() * len(x_batch)": "y_batch).item()",
        "return total / len(x)": "return total / len(range(0, len(x), batch_size))",
    },
)

accuracy_over_batches = slip(
    "The accuracy in `evaluate` is a mean over batches, as if all batches were equally large: rows "
    "of a smaller last batch count for more.",
    {
        ".sum().item()": ".double().mean().item()",
        "found / len(x)": "found / len(range(0, len(x), batch_size))",
    },
)

never_back_to_training = slip(
    "Once `evaluate` has switched the network to evaluation mode it stays there: nothing drops out "
    "in a later `fit`.",
    {"self.model.train()": "pass"},
)

no_dropout_at_all = slip(
    "The network is in evaluation mode in `fit` too, so that nothing ever drops out.",
    {"self.model.train()": "self.model.eval()"},
)

dropout_taken_for_the_kept = slip(
    "`dropout` is taken for the probability that a unit is kept; it is that of dropping out.",
    {"nn.Dropout(dropout)": "nn.Dropout(1 - dropout)"},
)

zeroed_before_the_step = slip(
    "The gradients are set to zero after `backward`, before the step has used them: nothing is "
    "learned.",
    {
        "self.optimizer.zero_grad()\nloss.backward()": (
            "loss.backward()\nself.optimizer.zero_grad()"
        )
    },
)

zeroed_once_an_epoch = slip(
    "The gradients are set to zero once an epoch; within the epoch they still pile up.",
    {
        "self.optimizer.zero_grad()": "pass",
        "total = 0.0\n": "total = 0.0\nself.optimizer.zero_grad()\n",
    },
)

zeroed_once_a_fit = slip(
    "The gradients are set to zero once, at the start of `fit`; from the second step on they pile "
    "up.",
    {
        "self.optimizer.zero_grad()": "pass",
        "history = []": "history = []\nself.optimizer.zero_grad()",
    },
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
    "The weights decay in each step; it should follow the gradient of the cross-entropy and "
    "nothing else.",
    {"lr=lr)": "lr=lr, weight_decay=1e-4)"},
)

steps_of_another_optimiser = slip(
    "The steps have momentum; they should be those of plain gradient descent.",
    {"lr=lr)": "lr=lr, momentum=0.9)"},
)

an_order_each = slip(
    "x and y are shuffled by two different orders, so most rows meet the class of another row.",
    {"y[order]": "y[torch.from_numpy(rng.permutation(len(x)))]"},
)

not_shuffled = slip(
    "Nothing is shuffled any more: each row keeps its class, but every epoch has the same order.",
    {"x, y = x[order], y[order]": "pass"},
)

shuffled_once = slip(
    "The rows are shuffled once, before the first epoch; each epoch should have an order of its "
    "own.",
    {
        "order = torch.from_numpy(rng.permutation(len(x)))\nx, y = x[order], y[order]": "pass",
        "history = []": "history = []\n"
        "order = torch.from_numpy(rng.permutation(len(x)))\n"
        "x, y = x[order], y[order]",
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
        "append(total / len(x))": "append(total / len(range(0, len(x), batch_size)))",
    },
)

losses_after_the_steps = slip(
    "The loss of a batch is taken after its step; it should be that before it.",
    {
        "total += loss.item() *": "loss = self.loss(self.model(x_batch), y_batch)\n"
        "total += loss.item() *"
    },
)

history_of_tensors = slip(
    "The history holds tensors; floats were promised. A loss that is kept as a tensor can keep its "
    "batch's whole graph in memory.",
    {"loss.item() * len(x_batch)": "loss * len(x_batch)"},
)

logits_taken_for_logarithms = slip(
    "The softmax is gone from the network, but the loss now takes its outputs for logarithms of "
    "probabilities.",
    {"nn.CrossEntropyLoss()": "nn.NLLLoss()"},
)
