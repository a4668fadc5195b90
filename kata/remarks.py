"""What errors leave to be guessed: a sentence for those that newcomers to NumPy meet."""

import re

# Each sentence is true wherever its error comes up, whatever the answer was meant to do.
_MEANINGS = {
    r"truth value of an array with more than one element": (
        "`if`, `and`, `or`, max() and min() need one truth value, and an array has one for each "
        "entry. np.where, &, | and np.maximum work entry by entry."
    ),
    r"only integer scalar arrays can be converted to a scalar index": (
        "An array stands where one integer is needed. The second argument of np.max and of "
        "np.concatenate, for example, is an axis."
    ),
    r"only (0-dimensional|length-1|size-1) arrays can be converted": (
        "float(), int() and the functions of math take one number. np.exp and the like work on "
        "every entry of an array."
    ),
    r"Cannot interpret '\d+' as a data type": (
        "A shape is one argument, a tuple: np.zeros((2, 3)). The second argument is the dtype."
    ),
    r"Cannot cast ufunc .* to dtype\('u?int": (
        "/=, += and the like keep the array's dtype, and one of integers holds no fractions."
    ),
    r"(assignment destination|output array) is read-only": (
        "This array must not be written into: it is an argument, or a view that NumPy protects. "
        "Write into a copy."
    ),
    r"'(numpy\.)?float\d*' object cannot be interpreted as an integer"
    r"|only integers, slices \(`:`\)"
    r"|expected a sequence of integers or a single integer": (
        "Indices and sizes have to be integers. / gives a float even where nothing is left over; "
        "// of integers gives an integer."
    ),
    r"object is not callable": (
        "( ) calls what stands before it, and that is no function. An attribute hides a method of "
        "the same name; a variable hides a function."
    ),
    r"can't multiply sequence by non-int"
    r"|can only concatenate (list|tuple)"
    r"|operand type(\(s\))? for .*'(list|tuple)'": (
        "Lists and tuples do no arithmetic with their entries: go through them one by one, or make "
        "an array of numbers with np.array."
    ),
}
_FOREIGN = re.compile(
    r"(?:numpy\S* object has no|module 'numpy' has no|unexpected keyword) .*'(\w+)'$"
)
# What PyTorch and older NumPy code calls by another name than NumPy's.
_IN_NUMPY = {
    "cat": "np.concatenate",
    "clamp": "np.clip",
    "dim": "axis",
    "keepdim": "keepdims",
    "permute": "transpose",
    "rand": "rng.random",
    "randint": "rng.integers",
    "randn": "rng.standard_normal",
    "unsqueeze": "np.expand_dims",
}
_CANNOT_BROADCAST = re.compile(r"could not be broadcast together with shapes (\(.*?\)) (\(.*?\))")


def remark_on(error: BaseException) -> str:
    """What an error's own text leaves to be guessed, in a sentence or two; "" where nothing."""
    if isinstance(error, AssertionError):  # A check's own words.
        return ""
    text = str(error).strip()
    for pattern, meaning in _MEANINGS.items():
        if re.search(pattern, text):
            return meaning
    if found := _FOREIGN.search(text):
        name = _IN_NUMPY.get(found[1])
        return f"NumPy's name for {found[1]} is {name}." if name else ""
    if found := _CANNOT_BROADCAST.search(text):
        return _on_shapes(found[1], found[2])
    return ""


def _on_shapes(one: str, other: str) -> str:
    """Which axis one of two shapes lacks, if it is one that keepdims would have kept."""
    shapes = [tuple(map(int, re.findall(r"\d+", text))) for text in (one, other)]
    longer, shorter = sorted(shapes, key=len, reverse=True)
    for axis in range(1, len(longer)):
        if longer[:axis] + longer[axis + 1 :] == shorter:
            kept = (*longer[:axis], 1, *longer[axis + 1 :])
            return f"{shorter} is {longer} without axis {axis}; keepdims=True makes it {kept}."
    return ""
