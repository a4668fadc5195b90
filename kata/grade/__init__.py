"""Marks: one submission or a class, and the formats that others read."""
