"""The wall: the process that knows what is right never runs the learner's code."""
