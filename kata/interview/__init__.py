"""Mock interviews and what they bring back: `kata interview` and `kata review`."""
