"""One question, one file: ask, compute, return a frozen answer that every reader shares."""
