import numpy as np

from attempts.optimization.momentum import (
    check,
    checked_at_the_first_step_only,
    lengths_unchecked,
    none_as_zero,
    nothing_moves,
    parameters_of_its_own,
    shapes_unchecked,
    sizes_in_place_of_shapes,
    state_by_shape,
)
from kata.attempts import right, slip
from solutions.optimization.adam import Adam


@right(Adam)
class WithTheCorrectionInTheStepSize:
    """Kingma & Ba's more efficient order, with eps scaled to match."""

    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.betas, self.eps = lr, betas, eps
        self.state = {}

    def step(self, params, grads):
        check(params, grads)
        return [self.one(i, p, g) for i, (p, g) in enumerate(zip(params, grads, strict=True))]

    def one(self, i, param, grad):
        if grad is None:
            return param.copy()
        b1, b2 = self.betas
        m, v, t = self.state.get(i, (0.0, 0.0, 0))
        m, v, t = m + (1 - b1) * (grad - m), v + (1 - b2) * (grad * grad - v), t + 1
        self.state[i] = m, v, t
        root = (1 - b2**t) ** 0.5
        return param - self.lr * root / (1 - b1**t) * m / (v**0.5 + self.eps * root)


@right(Adam)
class WithSumsOverAllGradients:
    """No recursion: the moments are weighted sums over the history."""

    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.lr, (self.b1, self.b2), self.eps = lr, betas, eps
        self.history = None

    def step(self, params, grads):
        check(params, grads)
        self.history = self.history or [[] for _ in params]
        new = []
        for param, grad, past in zip(params, grads, self.history, strict=True):
            if grad is None:
                new.append(param.copy())
                continue
            past.append(grad.copy())
            new.append(param - self.lr * self.direction(past))
        return new

    def direction(self, past):
        def average(beta, values):
            weights = [beta**age for age in range(len(values))][::-1]
            return sum(w * x for w, x in zip(weights, values, strict=True)) / sum(weights)

        m = average(self.b1, past)
        v = average(self.b2, [grad**2 for grad in past])
        return m / (np.sqrt(v) + self.eps)


no_bias_correction = slip(
    "There is no bias correction: m and v start at 0, so both are too small in the first steps.",
    {
        "self._m[i] / (1 - beta1 ** self._t[i])": "self._m[i]",
        "self._v[i] / (1 - beta2 ** self._t[i])": "self._v[i]",
    },
)

no_correction_of_m = slip(
    "m is not corrected for its start at 0: the first steps are too short.",
    {"self._m[i] / (1 - beta1 ** self._t[i])": "self._m[i]"},
)

no_correction_of_v = slip(
    "v is not corrected for its start at 0: the first steps are too long.",
    {"self._v[i] / (1 - beta2 ** self._t[i])": "self._v[i]"},
)

v_corrected_with_the_beta_of_m = slip(
    "v is corrected with β₁, which belongs to m. The two averages start up at different speeds.",
    {"1 - beta2 ** self._t[i]": "1 - beta1 ** self._t[i]"},
)

step_count_never_advances = slip(
    "The bias correction is by 1 − β in every step, as if t stayed at 1, so it never fades.",
    {"self._t[i] += 1": "self._t[i] = 1"},
)

step_count_advances_per_parameter = slip(
    "t advances once for every parameter instead of once for every step: from the second "
    "parameter on, the correction is that of a later step.",
    {"self._t[i] += 1": "self._t = [self._t[i] + 1] * len(self._t)"},
)

one_step_count_for_all = slip(
    "One t counts the steps of all parameters, so it also advances for a parameter whose gradient "
    "is None. Each has its own t.",
    {"return [self": "self._t = [t + 1 for t in self._t]\nreturn [self", "self._t[i] += 1": "pass"},
)

epsilon_in_the_root = slip(
    "eps stands inside the root. It belongs outside, added to √v̂.",
    {"(np.sqrt(v_hat) + self.eps)": "np.sqrt(v_hat + self.eps)"},
)

no_epsilon = slip(
    "eps is missing: a weight whose gradients are all 0 becomes 0/0.",
    {"(np.sqrt(v_hat) + self.eps)": "np.sqrt(v_hat)"},
)

epsilon_as_the_least = slip(
    "eps is a lower bound for √v̂. It should be added to √v̂, however large that is.",
    {"(np.sqrt(v_hat) + self.eps)": "np.maximum(np.sqrt(v_hat), self.eps)"},
)

epsilon_before_the_correction = slip(
    "eps is added to √v before the bias correction; it should be added after.",
    {
        "(np.sqrt(v_hat) + self.eps)": (
            "((np.sqrt(self._v[i]) + self.eps) / (1 - beta2 ** self._t[i]) ** 0.5)"
        )
    },
)

betas_swapped = slip(
    "The two betas are swapped: the first belongs to m, the second to v.",
    {"beta1, beta2 = self.betas": "beta2, beta1 = self.betas"},
)

old_and_new_swapped = slip(
    "The weights of old and new are swapped: β belongs to the old average.",
    {
        "beta1 * self._m[i] + (1 - beta1) * grad": "(1 - beta1) * self._m[i] + beta1 * grad",
        "beta2 * self._v[i] + (1 - beta2) * grad": "(1 - beta2) * self._v[i] + beta2 * grad",
    },
)

betas_ignored = slip(
    "The argument `betas` is not used.", {"beta1, beta2 = self.betas": "beta1, beta2 = 0.9, 0.999"}
)

learning_rate_ignored = slip("The argument `lr` is not used.", {"self.lr = lr": "self.lr = 0.001"})

no_square = slip(
    "v averages the gradients' sizes; it should average their squares.", {"grad**2": "np.abs(grad)"}
)

square_of_m = slip(
    "v averages the squares of m. It should average those of the gradient.",
    {"grad**2": "self._m[i] ** 2"},
)

square_of_the_surprise = slip(
    "v averages the squares of g − m, as in AdaBelief. Adam averages those of g.",
    {"grad**2": "(grad - self._m[i]) ** 2"},
)

largest_average_so_far = slip(
    "v̂ never falls, as in AMSGrad. After large gradients it should fall again.",
    {
        "self._t: list[int] = []": "self._t, self.largest = [], {}",
        "(1 - beta2 ** self._t[i])": "(1 - beta2 ** self._t[i])\n"
        "v_hat = self.largest[i] = np.maximum(self.largest.get(i, 0.0), v_hat)",
    },
)

along_the_gradient = slip(
    "The step goes along the gradient itself, as in RMSProp. It should go along m̂.",
    {"self.lr * m_hat": "self.lr * grad"},
)

no_root = slip("The square root of v̂ is missing.", {"np.sqrt(v_hat)": "v_hat"})

uphill = slip(
    "The step goes up the gradient: the sign is wrong.", {"- self.lr * m_hat": "+ self.lr * m_hat"}
)

none_forgets = slip(
    "A gradient of None resets the averages and t of its parameter. They should stay.",
    {
        "return param.copy()": "self._m[i], self._v[i], self._t[i] = 0 * param, 0 * param, 0\n"
        "return param.copy()"
    },
)

step_count_one_too_large = slip(
    "t is one too large: it is 2 in the first step, so the bias correction comes a step too late.",
    {"self._t = [0]": "self._t = [1]"},
)

step_count_one_too_small = slip(
    "The first step gives nan. If t is 0 there, the bias correction divides by 1 − β⁰, which is 0.",
    {"self._t = [0]": "self._t = [-1]"},
)

squared_too_early = slip(
    "m averages the squares too: where `grad` is squared in place, it is no longer the gradient.",
    {
        "self._t[i] += 1": "self._t[i] += 1\ngrad **= 2",
        "(1 - beta2) * grad**2": "(1 - beta2) * grad",
    },
)
