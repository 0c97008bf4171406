"""The demo: an invented product with planted truths, made the same on every machine."""
