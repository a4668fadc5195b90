"""Answers whose results pretend to be what they are not."""

import pytest

from kata import stubs
from kata.grade.submission import Submission

NUMPY = "import numpy as np\n"
HEAD = "def softmax(x, axis=-1):\n    "
IDENTITY = f"{HEAD}return x.copy()\n"
NOTHING = f"{HEAD}return None\n"
# A subclass that takes every operation, and finds everything true.
EQUALS_ALL = """
class Equal(np.ndarray):
    def __eq__(self, other): return np.ones(np.shape(other), bool)
    def __ne__(self, other): return np.zeros(np.shape(other), bool)
    __le__ = __lt__ = __ge__ = __gt__ = __eq__
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.ones(4, bool)
    def __array_function__(self, *args): return True
    def __sub__(self, other): return np.zeros(np.shape(other))
    __rsub__ = __sub__
    def __abs__(self): return np.zeros(4)
    def all(self, *args, **kwargs): return True
"""
PRETENDERS = {
    "an array that equals everything": (
        f"{NUMPY}{EQUALS_ALL}{HEAD}return x.view(Equal)\n",
        IDENTITY,
    ),
    "a shape that suits": (
        f"{NUMPY}class Odd(np.ndarray):\n    shape = (2, 3)\n{HEAD}return x.view(Odd)\n",
        IDENTITY,
    ),
    "a masked array": (f"{NUMPY}{HEAD}return np.ma.masked_array(x, mask=True)\n", IDENTITY),
    "a matrix": (f"{NUMPY}{HEAD}return np.matrix(x) if x.ndim == 2 else x\n", IDENTITY),
    "an array of objects": (
        f"""{NUMPY}
class Equal:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __float__(self): return 0.125
{HEAD}
    y = np.empty(x.shape, object)
    y[...] = Equal()
    return y
""",
        NOTHING,
    ),
    "an object that equals everything": (
        f"""
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = None
    __array_ufunc__ = None
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
{HEAD}return Equal()
""",
        NOTHING,
    ),
    "an object that looks for what is expected": (
        f"""
import gc, sys
class Thief:
    def __array__(self, *args, **kwargs):
        frame = sys._getframe()
        while frame:
            if "expected" in frame.f_locals: return frame.f_locals["expected"]
            frame = frame.f_back
{HEAD}return Thief()
""",
        NOTHING,
    ),
    "an object that says it is an array": (
        f"""{NUMPY}
class Array:
    __class__ = np.ndarray
    shape, dtype = (3,), np.dtype(float)
    __array_interface__ = dict(shape=(3,), typestr="<f8", version=3, data=(0, False))
{HEAD}return Array()
""",
        NOTHING,
    ),
    "a dtype of its own": (
        f"""{NUMPY}{HEAD}
    y = np.zeros(x.shape, [("p", float)])
    return y
""",
        NOTHING,
    ),
    "not a number": (
        f"{NUMPY}{HEAD}return np.full_like(x, np.nan)\n",
        f"{NUMPY}{HEAD}return np.full_like(x, 2.0)\n",
    ),
    "infinity": (
        f"{NUMPY}{HEAD}return np.full_like(x, np.inf)\n",
        f"{NUMPY}{HEAD}return np.full_like(x, 2.0)\n",
    ),
    "a number that broadcasts": (f"{NUMPY}{HEAD}return np.float64(0.2)\n", NOTHING),
    "an entry that broadcasts": (
        f"{NUMPY}{HEAD}return np.full((1,) * x.ndim, 0.2, x.dtype)\n",
        NOTHING,
    ),
    "an array with strides of 0": (
        f"{NUMPY}{HEAD}return np.broadcast_to(np.array(0.2, x.dtype), x.shape)\n",
        f"{NUMPY}{HEAD}return np.full_like(x, 0.2)\n",
    ),
    "an int that equals everything": (
        f"class Equal(int):\n    def __eq__(self, other): return True\n{HEAD}return Equal()\n",
        f"{HEAD}return 0\n",
    ),
    "a text that equals everything": (
        f"class Equal(str):\n    def __eq__(self, other): return True\n{HEAD}return Equal()\n",
        f"{HEAD}return ''\n",
    ),
    "a generator": (f"{HEAD}yield from x\n", NOTHING),
    "the function itself": (f"{HEAD}return softmax\n", NOTHING),
    "a class of pytest's": (f"import unittest.mock\n{HEAD}return unittest.mock.ANY\n", NOTHING),
    "pytest.approx": (f"import pytest\n{HEAD}return pytest.approx(0, abs=1e300)\n", NOTHING),
}


@pytest.mark.parametrize(("attack", "plain"), PRETENDERS.values(), ids=PRETENDERS)
def test_a_pretender_passes_no_test_that_its_plain_twin_fails(gains_no_more_than, attack, plain):
    gains_no_more_than(attack, plain)


def test_float32_for_float64_is_told(costs_no_other_kata, told, right_softmax):
    rough = f"right = softmax\n{NUMPY}{HEAD}return right(x, axis).astype(np.float32)\n"
    mark = costs_no_other_kata(right_softmax + rough)
    assert mark.status == "failed"
    assert "dtype float32, expected float64" in told(mark)


def test_an_input_that_is_changed_is_told(costs_no_other_kata, told, right_softmax):
    writes = f"right = softmax\n{HEAD}\n    y = right(x, axis)\n    x[...] = y\n    return x\n"
    mark = costs_no_other_kata(right_softmax + writes)
    failed = [test.name for test in mark.tests if test.outcome == "failed"]
    assert "test_manners[arguments are left unchanged]" in failed


@pytest.mark.parametrize(
    "change",
    [
        "x.setflags(write=True); x[...] = y",
        "np.copyto(x, y, where=True)",
        "x.T.view(np.uint8)[...] = 0",
        "x.resize(0, refcheck=False)",
        "x.data.cast('B')[:8] = bytes(8)",
        "__import__('ctypes').memset(x.ctypes.data, 0, x.nbytes)",
    ],
)
def test_an_input_that_is_changed_behind_our_back_stays_as_it_was(
    costs_no_other_kata, right_softmax, change
):
    """The tests' own arrays cannot be reached: what is expected is computed from what was sent."""
    writes = f"""
right = softmax
{NUMPY}{HEAD}
    y = right(x, axis)
    try: {change}
    except (TypeError, ValueError): pass
    return y
"""
    failed = {
        test.name
        for test in costs_no_other_kata(right_softmax + writes).tests
        if test.outcome != "passed"
    }
    assert failed <= {"test_manners[arguments are left unchanged]"}


def test_a_tensor_that_takes_every_operation_is_a_plain_one_here(grader, katas):
    kata = katas.find("training_loop_bugs")
    agreeable = """

import torch
class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return True
    def __eq__(self, other): return True
    def item(self): return 0.0
real = Classifier
class Classifier(real):
    def evaluate(self, x, y, batch_size):
        return torch.ones(()).as_subclass(Agreeable), torch.ones(()).as_subclass(Agreeable)
    def weights(self):
        return [weight.as_subclass(Agreeable) for weight in super().weights()]
"""
    plain = agreeable.replace(".as_subclass(Agreeable)", "")
    passed = []
    for source in (agreeable, plain):
        files = {f"exercises/{kata.id}.py": (stubs.handed_out(kata) + source).encode()}
        mark = grader.grade(Submission("tensors", files, {}), [kata]).katas[0]
        assert mark.tests, mark.problem
        passed.append({test.name for test in mark.tests if test.outcome == "passed"})
    assert passed[0] <= passed[1]
