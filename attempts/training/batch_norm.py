import numpy as np

from kata.attempts import right, wrong
from solutions.training.batch_norm import BatchNorm


@right(BatchNorm)
class StepByStep:
    """Each step of the forward pass, then each of them backwards, as on a computation graph."""

    def __init__(self, n_features, eps=1e-5, momentum=0.1):
        self.size, self.eps, self.momentum = n_features, eps, momentum
        self.gamma, self.beta = np.ones(n_features), np.zeros(n_features)
        self.running_mean, self.running_var = np.zeros(n_features), np.ones(n_features)

    def check(self, x, training):
        if x.shape[1:] != (self.size,):
            raise ValueError("x has another number of features")
        if training and x.shape[0] <= 1:
            raise ValueError("one row has no variance")

    def forward(self, x, training):
        self.check(x, training)
        if training:
            wide = x.astype(np.float64)
            mean = np.einsum("nf->f", wide) / len(x)
            unbiased = np.var(wide, axis=0, ddof=1)
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (unbiased - self.running_var)
            var = np.square(wide - mean).mean(axis=0)
        else:
            mean, var = self.running_mean, self.running_var
        scale = self.gamma * (var + self.eps) ** -0.5
        return ((x - mean) * scale + self.beta).astype(x.dtype)

    def backward(self, grad_y, x):
        self.check(x, True)
        if grad_y.shape != x.shape:
            raise ValueError("grad_y and x differ in shape")
        n = len(x)
        centred = x - np.mean(x, axis=0, dtype=np.float64)
        var = np.mean(centred**2, axis=0)
        inverse = 1.0 / np.sqrt(var + self.eps)
        grad_normal = grad_y * self.gamma
        grad_inverse = np.sum(grad_normal * centred, axis=0)
        grad_var = grad_inverse * -0.5 * (var + self.eps) ** -1.5
        grad_centred = grad_normal * inverse + grad_var * 2.0 * centred / n
        grad_x = grad_centred - grad_centred.mean(axis=0)
        grads = grad_x, (grad_y * centred * inverse).sum(0), grad_y.sum(0)
        return tuple(grad.astype(x.dtype) for grad in grads)


@right(BatchNorm)
class WithFeaturesInRows:
    """Everything in float64 and transposed; the gradient as a projection, feature by feature."""

    def __init__(self, n_features, eps=1e-5, momentum=0.1):
        self.settings = n_features, eps, momentum
        self.gamma = np.full(n_features, 1.0)
        self.beta = self.gamma * 0
        self.running_var = self.gamma.copy()
        self.running_mean = self.beta.copy()

    def rows(self, x, least):
        features, _, _ = self.settings
        if x.shape != (max(len(x), least), features):
            raise ValueError(f"expected at least {least} rows of {features} features")
        return x.T.astype(np.float64)

    def forward(self, x, training):
        rows = self.rows(x, 2 if training else 0)
        _, eps, momentum = self.settings
        if not training:
            y = (rows.T - self.running_mean) / np.sqrt(self.running_var + eps)
            return (y * self.gamma + self.beta).astype(x.dtype)
        n = rows.shape[1]
        mean = rows.mean(axis=1)
        squares = ((rows - mean[:, None]) ** 2).sum(axis=1)
        old = 1 - momentum
        self.running_mean = old * self.running_mean + momentum * mean
        self.running_var = old * self.running_var + momentum * squares / (n - 1)
        y = (rows.T - mean) / np.sqrt(squares / n + eps)
        return (y * self.gamma + self.beta).astype(x.dtype)

    def backward(self, grad_y, x):
        rows = self.rows(x, 2)
        if np.shape(grad_y) != np.shape(x):
            raise ValueError("grad_y has another shape")
        std = np.sqrt(rows.var(axis=1) + self.settings[1])
        normal = (rows - rows.mean(axis=1, keepdims=True)) / std[:, None]
        upstream = grad_y.T.astype(np.float64)
        inner = np.einsum("fn,fn->f", upstream, normal)
        through = upstream - upstream.mean(axis=1, keepdims=True)
        through -= normal * (inner / rows.shape[1])[:, None]
        grad_x = (through * (self.gamma / std)[:, None]).T
        return grad_x.astype(x.dtype), inner.astype(x.dtype), upstream.sum(1).astype(x.dtype)


class Slipped(BatchNorm):
    """The solution cut in pieces, for one of them to be wrong."""

    def forward(self, x, training):
        self._check(x, 2 if training else 0)
        wide = x.astype(np.float64)
        if training:
            mean, var = self.statistics(wide)
            self.remember(x, mean, var)
        else:
            mean, var = self.kept_statistics(wide)
        return self.output(wide, mean, var).astype(x.dtype)

    def statistics(self, x):
        return x.mean(axis=0), x.var(axis=0)

    def kept_statistics(self, x):
        return self.running_mean, self.running_var

    def remember(self, x, mean, var):
        self.running_mean = self._moved(self.running_mean, mean)
        self.running_var = self._moved(self.running_var, var * (len(x) / (len(x) - 1)))

    def output(self, x, mean, var):
        return self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta

    def backward(self, grad_y, x):
        self._check(x, 2)
        if grad_y.shape != x.shape:
            raise ValueError("grad_y and x differ in shape")
        wide = x.astype(np.float64)
        std = np.sqrt(wide.var(axis=0) + self.eps)
        x_hat = (wide - wide.mean(axis=0)) / std
        return self.rounded(x, *self.gradients(grad_y.astype(np.float64), wide, x_hat, std))

    def rounded(self, x, *grads):
        return tuple(grad.astype(x.dtype) for grad in grads)

    def gradients(self, grad_y, x, x_hat, std):
        grad_gamma, grad_beta = (grad_y * x_hat).sum(axis=0), grad_y.sum(axis=0)
        grad_x = self.gamma / std * (grad_y - (grad_beta + x_hat * grad_gamma) / len(x))
        return grad_x, grad_gamma, grad_beta


# --- Forward, in training --------------------------------------------------------------------


@wrong(
    BatchNorm,
    "The batch is normalized by the unbiased variance (ddof 1). That one is only kept in "
    "running_var; the batch itself takes the biased one.",
)
class NormalizedByTheUnbiasedVariance(Slipped):
    def output(self, x, mean, var):
        if mean is not self.running_mean:
            var = x.var(axis=0, ddof=1)
        return super().output(x, mean, var)


@wrong(BatchNorm, "eps is missing: a feature that is constant in the batch becomes 0/0.")
class NoEpsilon(Slipped):
    def output(self, x, mean, var):
        with np.errstate(all="ignore"):
            return self.gamma * (x - mean) / np.sqrt(var) + self.beta


@wrong(BatchNorm, "eps is added to the root. It belongs inside, added to the variance.")
class EpsilonOutsideTheRoot(Slipped):
    def output(self, x, mean, var):
        return self.gamma * (x - mean) / (np.sqrt(var) + self.eps) + self.beta


@wrong(BatchNorm, "In training, eps is added to the root. It belongs inside, as in evaluation.")
class EpsilonOutsideTheRootInTraining(Slipped):
    def output(self, x, mean, var):
        if mean is self.running_mean:
            return super().output(x, mean, var)
        return self.gamma * (x - mean) / (np.sqrt(var) + self.eps) + self.beta


@wrong(
    BatchNorm,
    "eps is added to the root, forward and backward. It belongs inside, added to the variance.",
)
class EpsilonOutsideTheRootThroughout(EpsilonOutsideTheRoot):
    def gradients(self, grad_y, x, x_hat, std):
        other = x.std(axis=0) + self.eps
        return super().gradients(grad_y, x, (x - x.mean(axis=0)) / other, other)


@wrong(
    BatchNorm,
    "eps is a floor under the variance. It is added to the variance, whatever that is.",
)
class EpsilonAsAFloor(Slipped):
    def output(self, x, mean, var):
        return self.gamma * (x - mean) / np.sqrt(np.maximum(var, self.eps)) + self.beta


@wrong(BatchNorm, "The argument `eps` is not used in the forward pass.")
class EpsilonIgnored(Slipped):
    def output(self, x, mean, var):
        return self.gamma * (x - mean) / np.sqrt(var + 1e-5) + self.beta


@wrong(BatchNorm, "eps is missing in evaluation. Both modes divide by √(σ² + eps).")
class NoEpsilonInEvaluation(Slipped):
    def kept_statistics(self, x):
        return self.running_mean, self.running_var - self.eps


@wrong(BatchNorm, "The square root is missing: it divides by the variance.")
class NoRoot(Slipped):
    def output(self, x, mean, var):
        return self.gamma * (x - mean) / (var + self.eps) + self.beta


@wrong(BatchNorm, "The mean is not subtracted.")
class NoMean(Slipped):
    def output(self, x, mean, var):
        return self.gamma * x / np.sqrt(var + self.eps) + self.beta


@wrong(BatchNorm, "gamma is not used: the normalized values are never scaled.")
class NoGamma(Slipped):
    def output(self, x, mean, var):
        return (x - mean) / np.sqrt(var + self.eps) + self.beta


@wrong(BatchNorm, "beta is not used: the normalized values are never shifted.")
class NoBeta(Slipped):
    def output(self, x, mean, var):
        return self.gamma * (x - mean) / np.sqrt(var + self.eps)


@wrong(BatchNorm, "gamma and beta are both missing: this is only the normalization.")
class NoAffineMap(Slipped):
    def output(self, x, mean, var):
        return (x - mean) / np.sqrt(var + self.eps)


@wrong(
    BatchNorm,
    "gamma also multiplies beta. The shift comes last.",
)
class GammaTimesBeta(Slipped):
    def output(self, x, mean, var):
        return self.gamma * ((x - mean) / np.sqrt(var + self.eps) + self.beta)


@wrong(
    BatchNorm,
    "The statistics run over the features of each row: that is layer norm. Batch norm takes each "
    "feature over the rows.",
)
class StatisticsOfEachRow(Slipped):
    def output(self, x, mean, var):
        if mean is self.running_mean:
            return super().output(x, mean, var)
        return super().output(x, x.mean(1, keepdims=True), x.var(1, keepdims=True))


@wrong(
    BatchNorm,
    "One mean and one variance for the whole array. Each feature has its own.",
)
class OneMeanForAllFeatures(Slipped):
    def statistics(self, x):
        return np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.var())


@wrong(
    BatchNorm,
    "The variance is taken as mean(x²) − mean(x)²: with a large mean, nearly all digits cancel.",
)
class MeanOfTheSquares(Slipped):
    def statistics(self, x):
        return x.mean(axis=0), np.maximum((x**2).mean(axis=0) - x.mean(axis=0) ** 2, 0.0)


@wrong(
    BatchNorm,
    "The mean and the variance of float32 numbers are taken in float32: a mean of 10⁶ is then off "
    "by more than the numbers may differ.",
)
class StatisticsInTheDtypeOfX(Slipped):
    def forward(self, x, training):
        self.dtype = x.dtype
        return super().forward(x, training)

    def statistics(self, x):
        return super().statistics(x.astype(self.dtype))


@wrong(
    BatchNorm,
    "In training it normalizes by the running values. These only matter in evaluation.",
)
class RunningValuesInTraining(Slipped):
    def statistics(self, x):
        self.batch = super().statistics(x)
        return self.batch

    def output(self, x, mean, var):
        return super().output(x, self.running_mean, self.running_var)


@wrong(
    BatchNorm,
    "gamma and beta are copied once and for all: what is assigned to them later is not used.",
)
class StaleGammaAndBeta(Slipped):
    first = None

    def output(self, x, mean, var):
        if self.first is None:
            self.first = self.gamma, self.beta
        gamma, beta = self.first
        return gamma * (x - mean) / np.sqrt(var + self.eps) + beta


# --- The running values, and evaluation ------------------------------------------------------


@wrong(
    BatchNorm,
    "Evaluation normalizes by the batch it is given, so a row's result depends on its neighbours. "
    "It should use the running values.",
)
class BatchStatisticsInEvaluation(Slipped):
    def kept_statistics(self, x):
        return self.statistics(x) if len(x) else super().kept_statistics(x)


@wrong(BatchNorm, "running_mean and running_var stay as they are: training has to move them.")
class RunningValuesNeverUpdated(Slipped):
    def remember(self, x, mean, var):
        pass


@wrong(BatchNorm, "running_mean stays as it is: training has to move it.")
class RunningMeanNeverUpdated(Slipped):
    def remember(self, x, mean, var):
        super().remember(x, self.running_mean, var)


@wrong(BatchNorm, "running_var stays as it is: training has to move it.")
class RunningVarNeverUpdated(Slipped):
    def remember(self, x, mean, var):
        kept = self.running_var
        super().remember(x, mean, var)
        self.running_var = kept


@wrong(
    BatchNorm,
    "The running values are updated in evaluation too. The test data then leaks into the model.",
)
class UpdatedInEvaluation(Slipped):
    def kept_statistics(self, x):
        kept = super().kept_statistics(x)
        if len(x) > 1:
            self.remember(x, *self.statistics(x))
        return kept


@wrong(
    BatchNorm,
    "running_var keeps the biased variance, too small by n/(n − 1) as an estimate for all data.",
)
class BiasedRunningVar(Slipped):
    def remember(self, x, mean, var):
        super().remember(x, mean, var * (len(x) - 1) / len(x))


@wrong(BatchNorm, "The factor n/(n − 1) is upside down: running_var is made smaller still.")
class CorrectionUpsideDown(Slipped):
    def remember(self, x, mean, var):
        super().remember(x, mean, var * ((len(x) - 1) / len(x)) ** 2)


@wrong(BatchNorm, "running_var averages standard deviations. It should average variances.")
class RunningStandardDeviation(Slipped):
    def remember(self, x, mean, var):
        super().remember(x, mean, var)
        new = x.std(axis=0, ddof=1) - x.var(axis=0, ddof=1)
        self.running_var = self.running_var + self.momentum * new


@wrong(
    BatchNorm,
    "momentum weighs the old running value. Here, as in torch, it weighs the new one.",
)
class MomentumOfTheOldValue(Slipped):
    def _moved(self, old, new):
        return self.momentum * old + (1.0 - self.momentum) * new


@wrong(BatchNorm, "The argument `momentum` is not used.")
class MomentumIgnored(Slipped):
    def _moved(self, old, new):
        return 0.9 * old + 0.1 * new


@wrong(
    BatchNorm,
    "The default of momentum is 0.9. Where momentum weighs the new value, it is 0.1.",
)
class AnotherDefault(BatchNorm):
    def __init__(self, n_features, eps=1e-5, momentum=0.9):
        super().__init__(n_features, eps, momentum)


@wrong(
    BatchNorm,
    "The running values are overwritten with those of the last batch. They should be averages over "
    "many.",
)
class OnlyTheLastBatch(Slipped):
    def _moved(self, old, new):
        return new + 0.0 * old


@wrong(
    BatchNorm,
    "The new value is added without fading the old: the running values only grow.",
)
class OldValuesNeverFade(Slipped):
    def _moved(self, old, new):
        return old + self.momentum * new


@wrong(
    BatchNorm,
    "The running values are plain averages over all batches. They should fade by 1 − momentum with "
    "each batch.",
)
class PlainAverageOfAllBatches(Slipped):
    def remember(self, x, mean, var):
        self.batches = getattr(self, "batches", 0) + 1
        super().remember(x, mean, var)

    def _moved(self, old, new):
        return old + (new - old) / self.batches


@wrong(
    BatchNorm,
    "Two attributes were made as one array, as in `self.beta = self.running_mean = …`: an update "
    "in place changes both.",
)
class OneArrayForTwo(Slipped):
    def __init__(self, n_features, eps=1e-5, momentum=0.1):
        super().__init__(n_features, eps, momentum)
        self.beta = self.running_mean
        self.gamma = self.running_var

    def _moved(self, old, new):
        old += self.momentum * (new - old)
        return old


@wrong(BatchNorm, "running_var starts at 0. Until data says otherwise, a variance of 1 is assumed.")
class RunningVarFromZero(Slipped):
    def __init__(self, n_features, eps=1e-5, momentum=0.1):
        super().__init__(n_features, eps, momentum)
        self.running_var = np.zeros(n_features)


@wrong(
    BatchNorm,
    "The running values belong to the class, so all layers share them. Each layer has its own.",
)
class SharedByAllLayers(Slipped):
    means = variances = None

    @property
    def running_mean(self):
        return SharedByAllLayers.means

    @running_mean.setter
    def running_mean(self, value):
        SharedByAllLayers.means = value

    @property
    def running_var(self):
        return SharedByAllLayers.variances

    @running_var.setter
    def running_var(self, value):
        SharedByAllLayers.variances = value


# --- Backward --------------------------------------------------------------------------------


@wrong(BatchNorm, "No gradient reaches x: it is always zero.")
class NoGradientOfX(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        return np.zeros_like(x), *super().gradients(grad_y, x, x_hat, std)[1:]


@wrong(
    BatchNorm,
    "The mean and the variance are treated as constants. They depend on every row, so the gradient "
    "also flows through both.",
)
class StatisticsAsConstants(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        _, grad_gamma, grad_beta = super().gradients(grad_y, x, x_hat, std)
        return self.gamma / std * grad_y, grad_gamma, grad_beta


@wrong(
    BatchNorm,
    "The variance is treated as a constant. It depends on every row, so the gradient also flows "
    "through it.",
)
class VarianceAsAConstant(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        _, grad_gamma, grad_beta = super().gradients(grad_y, x, x_hat, std)
        return self.gamma / std * (grad_y - grad_beta / len(x)), grad_gamma, grad_beta


@wrong(
    BatchNorm,
    "The mean is treated as a constant. It depends on every row, so the gradient also flows "
    "through it.",
)
class MeanAsAConstant(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        _, grad_gamma, grad_beta = super().gradients(grad_y, x, x_hat, std)
        grad_x = self.gamma / std * (grad_y - x_hat * grad_gamma / len(x))
        return grad_x, grad_gamma, grad_beta


@wrong(
    BatchNorm,
    "The parts through the mean and the variance are not divided by n. Each row has only an n-th "
    "share in both.",
)
class WithoutTheShareOfARow(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        _, grad_gamma, grad_beta = super().gradients(grad_y, x, x_hat, std)
        grad_x = self.gamma / std * (grad_y - grad_beta - x_hat * grad_gamma)
        return grad_x, grad_gamma, grad_beta


@wrong(
    BatchNorm,
    "gamma is missing in the gradient with respect to x: y is gamma times the normalized x.",
)
class NoGammaInTheGradient(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        grad_gamma, grad_beta = (grad_y * x_hat).sum(axis=0), grad_y.sum(axis=0)
        return (grad_y - (grad_beta + x_hat * grad_gamma) / len(x)) / std, grad_gamma, grad_beta


@wrong(
    BatchNorm,
    "The gradient with respect to x is divided by the variance where it should be divided by its "
    "root.",
)
class GradientOverTheVariance(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        grad_x, grad_gamma, grad_beta = super().gradients(grad_y, x, x_hat, std)
        return grad_x / std, grad_gamma, grad_beta


@wrong(BatchNorm, "The scale 1/√(σ² + eps) is missing in the gradient with respect to x.")
class GradientWithoutTheScale(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        grad_x, grad_gamma, grad_beta = super().gradients(grad_y, x, x_hat, std)
        return grad_x * std, grad_gamma, grad_beta


@wrong(BatchNorm, "eps is missing in the backward pass, though the forward pass has it.")
class NoEpsilonInBackward(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        bare = x.std(axis=0)
        with np.errstate(all="ignore"):
            return super().gradients(grad_y, x, (x - x.mean(axis=0)) / bare, bare)


@wrong(BatchNorm, "The argument `eps` is not used in the backward pass.")
class EpsilonIgnoredInBackward(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        usual = np.sqrt(x.var(axis=0) + 1e-5)
        return super().gradients(grad_y, x, (x - x.mean(axis=0)) / usual, usual)


@wrong(
    BatchNorm,
    "The backward pass takes the unbiased variance (ddof 1), but the forward pass normalizes by "
    "the biased one.",
)
class UnbiasedVarianceInBackward(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        other = np.sqrt(x.var(axis=0, ddof=1) + self.eps)
        return super().gradients(grad_y, x, (x - x.mean(axis=0)) / other, other)


@wrong(
    BatchNorm,
    "Forward and backward normalize by the unbiased variance (ddof 1). That one is only kept in "
    "running_var; the batch itself takes the biased one.",
)
class UnbiasedVarianceThroughout(NormalizedByTheUnbiasedVariance):
    def gradients(self, grad_y, x, x_hat, std):
        other = np.sqrt(x.var(axis=0, ddof=1) + self.eps)
        return super().gradients(grad_y, x, (x - x.mean(axis=0)) / other, other)


@wrong(
    BatchNorm,
    "In the backward pass the variance is taken as mean(x²) − mean(x)²: with a large mean, nearly "
    "all digits cancel.",
)
class MeanOfTheSquaresInBackward(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        var = np.maximum((x**2).mean(axis=0) - x.mean(axis=0) ** 2, 0.0)
        other = np.sqrt(var + self.eps)
        return super().gradients(grad_y, x, (x - x.mean(axis=0)) / other, other)


@wrong(
    BatchNorm,
    "In the backward pass the mean and the variance of float32 numbers are taken in float32: a "
    "mean of 10⁶ is then off by more than the numbers may differ.",
)
class StatisticsInTheDtypeOfXInBackward(Slipped):
    def backward(self, grad_y, x):
        self.dtype = x.dtype
        return super().backward(grad_y, x)

    def gradients(self, grad_y, x, x_hat, std):
        narrow = x.astype(self.dtype)
        std = np.sqrt(narrow.var(axis=0) + self.eps)
        return super().gradients(grad_y, x, (x - narrow.mean(axis=0)) / std, std)


@wrong(
    BatchNorm,
    "The backward pass uses the running values. The forward pass in training does not.",
)
class RunningValuesInBackward(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        kept = np.sqrt(self.running_var + self.eps)
        return super().gradients(grad_y, x, (x - self.running_mean) / kept, kept)


@wrong(
    BatchNorm,
    "The backward pass uses the statistics of the last forward pass, whatever x it is given. Take "
    "them from x.",
)
class StatisticsOfTheLastForward(Slipped):
    last = None

    def statistics(self, x):
        self.last = super().statistics(x)
        return self.last

    def gradients(self, grad_y, x, x_hat, std):
        if self.last is not None:
            mean, std = self.last[0], np.sqrt(self.last[1] + self.eps)
            x_hat = (x - mean) / std
        return super().gradients(grad_y, x, x_hat, std)


@wrong(
    BatchNorm,
    "The backward pass uses what the last forward pass in training has kept of its own x. Another "
    "batch may have come since: use the argument.",
)
class LastBatchForX(Slipped):
    kept = None

    def statistics(self, x):
        mean, var = super().statistics(x)
        std = np.sqrt(var + self.eps)
        self.kept = x, (x - mean) / std, std
        return mean, var

    def gradients(self, grad_y, x, x_hat, std):
        if self.kept is not None and len(self.kept[0]) == len(x):
            x, x_hat, std = self.kept
        return super().gradients(grad_y, x, x_hat, std)


@wrong(
    BatchNorm,
    "The backward pass updates the running values: each batch then counts twice.",
)
class BackwardUpdatesRunningValues(Slipped):
    def backward(self, grad_y, x):
        grads = super().backward(grad_y, x)
        self.forward(x, True)
        return grads


@wrong(
    BatchNorm,
    "The gradient with respect to gamma takes x as it came. gamma multiplies the normalized x.",
)
class GradientOfGammaFromX(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        grad_x, _, grad_beta = super().gradients(grad_y, x, x_hat, std)
        return grad_x, (grad_y * x).sum(axis=0), grad_beta


@wrong(
    BatchNorm,
    "The gradients with respect to gamma and beta are means over the rows. Every row uses both, so "
    "their shares add up.",
)
class MeansForGammaAndBeta(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        grad_x, grad_gamma, grad_beta = super().gradients(grad_y, x, x_hat, std)
        return grad_x, grad_gamma / len(x), grad_beta / len(x)


@wrong(
    BatchNorm,
    "The gradients with respect to gamma and beta are swapped: the order is x, gamma, beta.",
)
class GammaAndBetaSwapped(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        grad_x, grad_gamma, grad_beta = super().gradients(grad_y, x, x_hat, std)
        return grad_x, grad_beta, grad_gamma


@wrong(
    BatchNorm,
    "The gradients with respect to gamma and beta are not summed over the rows: they need gamma's "
    "shape.",
)
class GradientsNotSummed(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        return super().gradients(grad_y, x, x_hat, std)[0], grad_y * x_hat, grad_y


# --- Manners ---------------------------------------------------------------------------------


@wrong(
    BatchNorm,
    "A single row is normalized in training: it is its own mean, so y is beta whatever x is, and "
    "its unbiased variance is 0/0.",
)
class ASingleRowInTraining(Slipped):
    def _check(self, x, least_rows):
        super()._check(x, 0)
        if least_rows and not len(x):
            raise ValueError("x has no rows")

    def remember(self, x, mean, var):
        if len(x) > 1:
            super().remember(x, mean, var)


@wrong(
    BatchNorm,
    "No rows at all are taken in training, or a single one. Neither has a variance.",
)
class RowsUnchecked(Slipped):
    def _check(self, x, least_rows):
        super()._check(x, 0)

    def forward(self, x, training):
        return super().forward(x, training and len(x) > 1)

    def backward(self, grad_y, x):
        with np.errstate(all="ignore"):
            return super().backward(grad_y, x) if len(x) else (x.copy(), *np.zeros((2, x.shape[1])))


@wrong(
    BatchNorm,
    "The number of features is not checked: an x with one column is silently broadcast over all "
    "features.",
)
class OneColumnBroadcast(Slipped):
    def _check(self, x, least_rows):
        if x.shape[1] != 1:
            super()._check(x, least_rows)


@wrong(
    BatchNorm,
    "The shape of grad_y is not checked: one row or one column is silently broadcast.",
)
class GradientBroadcast(Slipped):
    def backward(self, grad_y, x):
        if 1 in grad_y.shape and len(x) > 1:
            grad_y = np.broadcast_to(grad_y, x.shape)
        return super().backward(grad_y, x)


@wrong(
    BatchNorm,
    "y is float64 whatever x is: gamma, beta and the running values are float64, and what they "
    "touch becomes so too.",
)
class AlwaysFloat64(BatchNorm):
    def forward(self, x, training):
        return super().forward(x.astype(np.float64), training)


@wrong(
    BatchNorm,
    "The gradients are float64 whatever x is: gamma is float64, and what it touches becomes so "
    "too.",
)
class GradientsAlwaysFloat64(Slipped):
    def rounded(self, x, *grads):
        return tuple(grad.astype(np.float64) for grad in grads)


@wrong(
    BatchNorm,
    "The gradient with respect to x has x's dtype, but those with respect to gamma and beta have "
    "not.",
)
class ParameterGradientsAlwaysFloat64(Slipped):
    def rounded(self, x, *grads):
        return grads[0].astype(x.dtype), *(grad.astype(np.float64) for grad in grads[1:])


@wrong(
    BatchNorm,
    "The running values take on the dtype of x. They should stay float64.",
)
class RunningValuesInTheDtypeOfX(Slipped):
    def remember(self, x, mean, var):
        super().remember(x, mean, var)
        self.running_mean = self.running_mean.astype(x.dtype)
        self.running_var = self.running_var.astype(x.dtype)


@wrong(
    BatchNorm,
    "forward writes into x: an operation in place, as `x -= …`, changes the caller's array.",
)
class WritesIntoX(Slipped):
    def forward(self, x, training):
        x[...] = super().forward(x, training)
        return x.copy()


@wrong(
    BatchNorm,
    "backward writes into grad_y: an operation in place, as `grad_y *= …`, changes the caller's "
    "array.",
)
class WritesIntoTheGradient(Slipped):
    def backward(self, grad_y, x):
        grads = super().backward(grad_y, x)
        grad_y *= self.gamma
        return grads


@wrong(
    BatchNorm,
    "forward goes through the rows one at a time in Python. A mean over an axis and broadcasting "
    "serve all rows at once.",
)
class ForwardRowByRow(Slipped):
    def output(self, x, mean, var):
        rows = [super(ForwardRowByRow, self).output(row, mean, var) for row in x]
        return np.array(rows).reshape(x.shape)


@wrong(
    BatchNorm,
    "forward goes through the features one at a time in Python. A mean over an axis serves all "
    "features at once.",
)
class ForwardFeatureByFeature(Slipped):
    def statistics(self, x):
        return np.array([c.mean() for c in x.T]), np.array([c.var() for c in x.T])


@wrong(
    BatchNorm,
    "backward goes through the rows one at a time in Python. Sums over an axis and broadcasting "
    "serve all rows at once.",
)
class BackwardRowByRow(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        _, grad_gamma, grad_beta = super().gradients(grad_y, x, x_hat, std)
        rows = [
            self.gamma / std * (g - (grad_beta + h * grad_gamma) / len(x))
            for g, h in zip(grad_y, x_hat, strict=True)
        ]
        return np.array(rows), grad_gamma, grad_beta


@wrong(
    BatchNorm,
    "backward goes through the features one at a time in Python. Sums over an axis serve all "
    "features at once.",
)
class BackwardFeatureByFeature(Slipped):
    def gradients(self, grad_y, x, x_hat, std):
        grad_x, _, _ = super().gradients(grad_y, x, x_hat, std)
        grad_gamma = np.array([(g * h).sum() for g, h in zip(grad_y.T, x_hat.T, strict=True)])
        return grad_x, grad_gamma, np.array([g.sum() for g in grad_y.T])
