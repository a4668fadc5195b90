"""Importing this before NumPy and torch makes them compute on one thread each.

The arrays of katas are so small that a pool of threads only costs time, several times as much where
several processes run tests at once. And no pool survives the fork of a process.
"""

import os

ONE_EACH = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

for _variable, _number in ONE_EACH.items():
    os.environ.setdefault(_variable, _number)
