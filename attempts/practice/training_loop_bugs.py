import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from kata.attempts import right, wrong
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


class InPieces(Classifier):
    """The solution with its loops cut in pieces, for one of them to be wrong."""

    def fit(self, x, y, epochs, batch_size, rng):
        self.before_training()
        history = []
        for epoch in range(epochs):
            x, y = self.shuffled(x, y, rng, epoch)
            losses = [(self.step(x[b], y[b]), len(x[b])) for b in self.cut(len(x), batch_size)]
            history.append(self.mean(losses))
        return history

    def before_training(self):
        self.model.train()

    def shuffled(self, x, y, rng, epoch):
        order = torch.from_numpy(rng.permutation(len(x)))
        return x[order], y[order]

    def cut(self, n, batch_size):
        return batches(n, batch_size)

    def step(self, x, y):
        loss = self.loss(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def mean(self, losses):
        return sum(loss * n for loss, n in losses) / sum(n for _, n in losses)

    def evaluate(self, x, y, batch_size):
        self.before_evaluation()
        losses, found = [], []
        for b in batches(len(x), batch_size):
            with torch.no_grad():
                logits = self.model(x[b])
            n = len(logits)
            losses.append((self.loss(logits, y[b]).item(), n))
            found.append(((logits.argmax(dim=1) == y[b]).double().mean().item(), n))
        return self.mean_loss(losses), self.mean_accuracy(found)

    def before_evaluation(self):
        self.model.eval()

    def mean_loss(self, losses):
        return InPieces.mean(self, losses)

    def mean_accuracy(self, found):
        return InPieces.mean(self, found)


# --- The five bugs of the stub, each alone -----------------------------------------------------


@wrong(
    Classifier,
    "The outputs go through softmax twice, for CrossEntropyLoss has one inside. The loss is then "
    "not the cross-entropy, and its gradients are small.",
)
class SoftmaxTwice(Classifier):
    def __init__(self, weights, dropout, lr):
        super().__init__(weights, dropout, lr)
        self.model.append(nn.Softmax(dim=1))


@wrong(
    Classifier,
    "Gradients pile up: `backward` adds to what is there, so each step also follows the gradients "
    "of all steps before.",
)
class GradientsPileUp(InPieces):
    def step(self, x, y):
        loss = self.loss(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()


@wrong(
    Classifier,
    "The rows of x are shuffled but y is not, so most rows meet the class of another row.",
)
class XWithoutY(InPieces):
    def shuffled(self, x, y, rng, epoch):
        return super().shuffled(x, y, rng, epoch)[0], y


@wrong(
    Classifier,
    "Hidden units drop out in `evaluate`: the network is still in training mode there.",
)
class DropoutInEvaluation(InPieces):
    def before_evaluation(self):
        self.model.train()


@wrong(
    Classifier,
    "Loss and accuracy in `evaluate` are means over batches, as if all batches were equally large: "
    "rows of a smaller last batch count for more.",
)
class MeanOverBatches(InPieces):
    def mean_loss(self, losses):
        return sum(loss for loss, _ in losses) / len(losses)

    mean_accuracy = mean_loss


# --- Repairs that go wrong ---------------------------------------------------------------------


@wrong(
    Classifier,
    "The loss in `evaluate` is a mean over batches, as if all batches were equally large: rows of "
    "a smaller last batch count for more.",
)
class LossOverBatches(InPieces):
    def mean_loss(self, losses):
        return sum(loss for loss, _ in losses) / len(losses)


@wrong(
    Classifier,
    "The accuracy in `evaluate` is a mean over batches, as if all batches were equally large: rows "
    "of a smaller last batch count for more.",
)
class AccuracyOverBatches(InPieces):
    def mean_accuracy(self, found):
        return sum(accuracy for accuracy, _ in found) / len(found)


@wrong(
    Classifier,
    "Once `evaluate` has switched the network to evaluation mode it stays there: nothing drops out "
    "in a later `fit`.",
)
class NeverBackToTraining(InPieces):
    def before_training(self):
        pass


@wrong(
    Classifier,
    "The network is in evaluation mode in `fit` too, so that nothing ever drops out.",
)
class NoDropoutAtAll(InPieces):
    def before_training(self):
        self.model.eval()


@wrong(
    Classifier,
    "The gradients are set to zero after `backward`, before the step has used them: nothing is "
    "learned.",
)
class ZeroedBeforeTheStep(InPieces):
    def step(self, x, y):
        loss = self.loss(self.model(x), y)
        loss.backward()
        self.optimizer.zero_grad(set_to_none=False)
        self.optimizer.step()
        return loss.item()


@wrong(
    Classifier,
    "The gradients are set to zero once an epoch; within the epoch they still pile up.",
)
class ZeroedOnceAnEpoch(GradientsPileUp):
    def shuffled(self, x, y, rng, epoch):
        self.optimizer.zero_grad()
        return super().shuffled(x, y, rng, epoch)


@wrong(
    Classifier,
    "The gradients are set to zero once, at the start of `fit`; from the second step on they pile "
    "up.",
)
class ZeroedOnceAFit(GradientsPileUp):
    def before_training(self):
        super().before_training()
        self.optimizer.zero_grad()


@wrong(
    Classifier,
    "The step comes before `backward`, so it follows the gradient of the batch before.",
)
class StepBeforeBackward(InPieces):
    def step(self, x, y):
        loss = self.loss(self.model(x), y)
        self.optimizer.step()
        self.optimizer.zero_grad()
        loss.backward()
        return loss.item()


@wrong(
    Classifier,
    "x and y are shuffled by two different orders, so most rows meet the class of another row.",
)
class AnOrderEach(InPieces):
    def shuffled(self, x, y, rng, epoch):
        return super().shuffled(x, y, rng, epoch)[0], super().shuffled(x, y, rng, epoch)[1]


@wrong(
    Classifier,
    "Nothing is shuffled any more: each row keeps its class, but every epoch has the same order.",
)
class NotShuffled(InPieces):
    def shuffled(self, x, y, rng, epoch):
        return x, y


@wrong(
    Classifier,
    "The rows are shuffled once, before the first epoch; each epoch should have an order of its "
    "own.",
)
class ShuffledOnce(InPieces):
    def shuffled(self, x, y, rng, epoch):
        return (x, y) if epoch else super().shuffled(x, y, rng, epoch)


@wrong(Classifier, "A smaller last batch is left out: its rows are lost for this epoch.")
class LastBatchLost(InPieces):
    def cut(self, n, batch_size):
        return [slice(k * batch_size, (k + 1) * batch_size) for k in range(n // batch_size)]


@wrong(
    Classifier,
    "An epoch's loss in `fit` is averaged over batches as if they were equally large.",
)
class HistoryOverBatches(InPieces):
    def mean(self, losses):
        return sum(loss for loss, _ in losses) / len(losses)


@wrong(
    Classifier,
    "The history holds tensors; floats were promised. A loss that is kept as a tensor can keep its "
    "batch's whole graph in memory.",
)
class HistoryOfTensors(InPieces):
    def fit(self, x, y, epochs, batch_size, rng):
        history = super().fit(x, y, epochs, batch_size, rng)
        return [torch.tensor(loss, dtype=x.dtype) for loss in history]


@wrong(
    Classifier,
    "The softmax is gone from the network, but the loss now takes its outputs for logarithms of "
    "probabilities.",
)
class LogitsTakenForLogarithms(Classifier):
    def __init__(self, weights, dropout, lr):
        super().__init__(weights, dropout, lr)
        self.loss = nn.NLLLoss()
