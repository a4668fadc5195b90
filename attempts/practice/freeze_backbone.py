import torch
import torch.nn.functional as F
from torch import nn

from kata.attempts import rewrite, right, slip
from solutions.practice.freeze_backbone import Transfer

NORM = 'F.batch_norm(z, own["mean"], own["var"], own["gain"], own["shift"], eps=1e-5)'
OWN = 'own["mean"], own["var"]'
FIT_FEATURES = "features = self.features(x)  # They stay the same in all steps."
OPTIMIZER = "optimizer = torch.optim.SGD(self._head, lr, weight_decay=weight_decay)"
LOSS = "loss = F.cross_entropy(F.linear(features, *self._head), y)"
STEP = "optimizer.zero_grad()\nloss.backward()\noptimizer.step()"
PIECES = ("weight", "bias", "gain", "shift", "mean", "var")


@right(Transfer)
class OfModules:
    def __init__(self, backbone, n_classes):
        hidden, d = backbone["weight"].shape
        linear, norm = nn.Linear(d, hidden), nn.BatchNorm1d(hidden)
        self.body = nn.Sequential(linear, norm, nn.ReLU()).to(backbone["weight"].dtype)
        self.top = nn.Linear(hidden, n_classes, dtype=backbone["weight"].dtype)
        parts = linear.weight, linear.bias, norm.weight, norm.bias
        parts += norm.running_mean, norm.running_var
        self.parts = dict(zip(PIECES, parts, strict=True))
        with torch.no_grad():
            for name, part in self.parts.items():
                part.copy_(backbone[name])
            self.top.weight.zero_()
            self.top.bias.zero_()
        self.body.requires_grad_(False).eval()

    def features(self, x):
        return self.body(x)

    def fit(self, x, y, steps, lr, weight_decay=0.0):
        optimizer = torch.optim.SGD(self.top.parameters(), lr=lr, weight_decay=weight_decay)
        criterion, history = nn.CrossEntropyLoss(), []
        for _ in range(steps):
            loss = criterion(self.top(self.body(x)), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            history.append(loss.item())
        return history

    def backbone(self):
        return {name: part.detach().clone() for name, part in self.parts.items()}

    def head(self):
        return [self.top.weight.detach().clone(), self.top.bias.detach().clone()]


by_formulas = rewrite(
    {
        NORM: ('(z - own["mean"]) / (own["var"] + 1e-5).sqrt() * own["gain"] + own["shift"]'),
        STEP: (
            "error = F.linear(features, *self._head).softmax(dim=1).detach()\n"
            "error[torch.arange(len(y)), y] -= 1.0\n"
            "error /= len(y)\n"
            "with torch.no_grad():\n"
            "    for part, grad in zip(self._head, (error.T @ features, error.sum(dim=0))):\n"
            "        part -= lr * (grad + weight_decay * part)"
        ),
    }
)

# --- The backbone moves ------------------------------------------------------------------------

LEARNING = (
    f"learning = [*self._head, *(self._backbone[k] for k in {PIECES[:4]})]\n"
    "for part in learning:\n"
    "    part.requires_grad_()\n"
    f"{OPTIMIZER.replace('self._head', 'learning')}"
)

the_backbone_learns_too = slip(
    "The backbone is trained along with the head. Its gradients should never become steps.",
    {
        OPTIMIZER: LEARNING,
        FIT_FEATURES: "",
        LOSS: f"features = self.features(x)\n{LOSS}",
        "return {name: array.clone()": "return {name: array.detach().clone()",
    },
)

frozen_weights_decay = slip(
    "Weight decay shrinks the backbone's weights, though they get no gradient.",
    {
        STEP: (
            f"{STEP}\nfor name in {PIECES[:4]}:\n    self._backbone[name] *= 1 - lr * weight_decay"
        )
    },
)

gain_and_shift_learn = slip(
    "The batch norm's gain and shift are trained with the head. They are part of the backbone.",
    {
        OPTIMIZER: LEARNING.replace(str(PIECES[:4]), str(PIECES[2:4])),
        FIT_FEATURES: "",
        LOSS: f"features = self.features(x)\n{LOSS}",
        "return {name: array.clone()": "return {name: array.detach().clone()",
    },
)

statistics_drift = slip(
    "The batch norm's running statistics move in `fit`. No gradient is needed for that: it is what "
    "training mode does.",
    {
        FIT_FEATURES: (
            f"{FIT_FEATURES}\n"
            "own = self._backbone\n"
            'z = F.linear(x, own["weight"], own["bias"])\n'
            "for _ in range(steps):\n"
            '    own["mean"] += 0.1 * (z.mean(dim=0) - own["mean"])\n'
            '    own["var"] += 0.1 * (z.var(dim=0, unbiased=len(z) > 1) - own["var"])'
        )
    },
)

statistics_of_the_batch = slip(
    "The features are normalized by the statistics of the rows at hand, not by those that the "
    "backbone came with.",
    {'z, own["mean"], own["var"]': "z, z.mean(dim=0), z.var(dim=0, unbiased=False)"},
)

batch_norm_in_training_mode = slip(
    "The batch norm is in training mode: it normalizes by the rows at hand, and moves the "
    "statistics that it was given.",
    {NORM: NORM.replace("eps=1e-5", "training=True, eps=1e-5")},
)

training_mode_in_fit = slip(
    "In `fit` the batch norm is in training mode: it normalizes by the rows at hand, and moves the "
    "statistics that it was given.",
    {
        FIT_FEATURES: (
            "own = self._backbone\n"
            'z = F.linear(x, own["weight"], own["bias"])\n'
            f"features = torch.relu({NORM.replace('eps=1e-5', 'training=True, eps=1e-5')})"
        )
    },
)

statistics_of_the_rows_in_fit = slip(
    "In `fit` the features are normalized by the statistics of its rows. Those that the backbone "
    "came with are used in training too.",
    {
        FIT_FEATURES: (
            "own = self._backbone\n"
            'z = F.linear(x, own["weight"], own["bias"])\n'
            "mean, var = z.mean(dim=0), z.var(dim=0, unbiased=False)\n"
            f"features = torch.relu({NORM.replace(OWN, 'mean, var')})"
        )
    },
)

# --- The features ------------------------------------------------------------------------------

relu_missing = slip(
    "The features are not cut off at 0: ReLU is missing.",
    {f"return torch.relu(\n    {NORM}\n)": f"return {NORM}"},
)

norm_missing = slip("The batch norm is left out.", {NORM: "z"})

gain_and_shift_missing = slip(
    "The features are normalized, but gain and shift are not applied.",
    {', own["gain"], own["shift"]': ""},
)

gain_missing = slip("`gain` is not applied.", {NORM: NORM.replace('own["gain"]', "None")})

shift_missing = slip("`shift` is not applied.", {NORM: NORM.replace('own["shift"]', "None")})

relu_before_the_norm = slip(
    "ReLU comes before the batch norm. It should come after it.",
    {f"return torch.relu(\n    {NORM}\n)": f"return {NORM.replace('z', 'torch.relu(z)', 1)}"},
)

variance_for_deviation = slip(
    "It divides by the variance. It should be by the root of it.",
    {NORM: '(z - own["mean"]) / (own["var"] + 1e-5) * own["gain"] + own["shift"]'},
)

eps_outside_the_root = slip(
    "1e-5 is added to the root. It belongs under it.",
    {NORM: '(z - own["mean"]) / (own["var"].sqrt() + 1e-5) * own["gain"] + own["shift"]'},
)

eps_missing = slip(
    "1e-5 is missing under the root: a variance of 0 is divided by.",
    {NORM: '(z - own["mean"]) / own["var"].sqrt() * own["gain"] + own["shift"]'},
)

# --- The head ----------------------------------------------------------------------------------

head_never_moves = slip("The head does not learn.", {"optimizer.step()": "pass"})

uphill = slip(
    "The steps go up the gradient, and the loss rises. They should go down.",
    {
        STEP: STEP.replace(
            "optimizer.step()",
            "with torch.no_grad():\n"
            "    for part in self._head:\n"
            "        part += lr * (part.grad + weight_decay * part)",
        )
    },
)

gradient_of_the_sum = slip(
    "The steps are along the gradient of the sum over the rows. It should be that of the mean.",
    {"loss.backward()": "(len(y) * loss).backward()"},
)

bias_never_moves = slip(
    "c stays at 0. It is trained, too.",
    {"optimizer.step()": "self._head[1].grad = None\noptimizer.step()"},
)

head_in_float32 = slip(
    "The head is in float32, torch's default. It should have the backbone's dtype.",
    {"torch.zeros(shape, dtype=weight.dtype)": "torch.zeros(shape)"},
)

head_begun_anew = slip(
    "Each `fit` begins with a new head. It should go on from where the last one ended.",
    {FIT_FEATURES: f"{FIT_FEATURES}\nfor part in self._head:\n    part.data.zero_()"},
)

features_kept = slip(
    "The features of the first `fit` are used in all. Another one may have other rows.",
    {
        FIT_FEATURES: (
            'if not hasattr(self, "_features"):\n'
            "    self._features = self.features(x)\n"
            "features = self._features"
        )
    },
)

settings_kept = slip(
    "The optimizer of the first `fit` is kept, with its lr and weight decay.",
    {
        OPTIMIZER: (
            'if not hasattr(self, "_optimizer"):\n'
            f"    self._{OPTIMIZER}\n"
            "optimizer = self._optimizer"
        )
    },
)

random_head = slip(
    "The head starts with random weights. Here it starts at 0.",
    {"torch.zeros(shape, dtype=weight.dtype)": "0.1 * torch.randn(shape, dtype=weight.dtype)"},
)

weight_decay_ignored = slip(
    "The head does not decay, whatever `weight_decay` is.",
    {"lr, weight_decay=weight_decay)": "lr)"},
)

bias_does_not_decay = slip(
    "Only V decays. Here c does likewise.",
    {
        OPTIMIZER: (
            "v, c = self._head\n"
            'groups = [{"params": [v]}, {"params": [c], "weight_decay": 0.0}]\n'
            "optimizer = torch.optim.SGD(groups, lr, weight_decay=weight_decay)"
        )
    },
)

decay_without_lr = slip(
    "Weight decay is not multiplied by lr.",
    {OPTIMIZER: OPTIMIZER.replace("weight_decay)", "weight_decay / lr)")},
)

decay_doubled = slip(
    "The head decays twice as fast as it should: the derivative of V² is 2 · V.",
    {OPTIMIZER: OPTIMIZER.replace("weight_decay)", "2 * weight_decay)")},
)

penalty_in_the_loss = slip(
    "The returned loss has the penalty in it. It should be the cross-entropy alone.",
    {
        "losses.append(loss.item())": ("losses.append(before)"),
        LOSS: (
            f"{LOSS}\n"
            "squares = sum((part**2).sum().item() for part in self._head)\n"
            "before = loss.item() + 0.5 * weight_decay * squares"
        ),
    },
)

steps_of_adam = slip(
    "The steps are Adam's. They should be those of plain gradient descent.",
    {"torch.optim.SGD(self._head, lr,": "torch.optim.Adam(self._head, lr,"},
)

steps_with_momentum = slip(
    "The steps have momentum. They should be those of plain gradient descent.",
    {"lr, weight_decay=weight_decay)": "lr, momentum=0.9, weight_decay=weight_decay)"},
)

gradients_pile_up = slip(
    "Gradients of earlier steps are still there when new ones arrive, and add up.",
    {"optimizer.zero_grad()": "pass"},
)

loss_after_the_step = slip(
    "The loss is taken after the step, not before it.",
    {"losses.append(": f"{LOSS}\nlosses.append("},
)

sum_over_the_rows = slip(
    "The loss is a sum over the rows. It should be their mean.",
    {"*self._head), y)": '*self._head), y, reduction="sum")'},
)

logarithm_of_softmax = slip(
    "A probability that rounds to 0 has the logarithm −∞. Take the cross-entropy of the logits.",
    {LOSS: "loss = F.nll_loss(F.linear(features, *self._head).softmax(dim=1).log(), y)"},
)

classes_counted_in_y = slip(
    "`F.one_hot` makes only as many columns as the largest class in y needs. Say how many.",
    {
        LOSS: (
            "log_p = F.linear(features, *self._head).log_softmax(dim=1)\n"
            "loss = -(F.one_hot(y) * log_p).sum(dim=1).mean()"
        )
    },
)

softmax_twice = slip(
    "The logits go through softmax before a loss that has one inside.",
    {"F.linear(features, *self._head), y)": "F.linear(features, *self._head).softmax(dim=1), y)"},
)

# --- Copies ------------------------------------------------------------------------------------

backbone_not_copied = slip(
    "The backbone's own arrays are kept and handed out: who writes into them changes the network.",
    {
        "self._backbone = {name: array.detach().clone() for name, array in backbone.items()}": (
            "self._backbone = dict(backbone)"
        ),
        "return {name: array.clone() for name, array in self._backbone.items()}": (
            "return dict(self._backbone)"
        ),
    },
)

given_arrays_kept = slip(
    "The arrays that were given are kept, not copies of them: who writes into them changes the "
    "network.",
    {"array.detach().clone()": "array.detach()"},
)

still_in_the_graph = slip(
    "Where the backbone's arrays are parameters, gradients still reach them: `clone` alone leaves "
    "a copy in the graph.",
    {"array.detach().clone()": "array.clone()"},
)

head_not_copied = slip(
    "`head` hands out the arrays that are trained: they change with the next step.",
    {"part.detach().clone()": "part.detach()"},
)
