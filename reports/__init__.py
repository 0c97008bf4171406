"""One question, one file: ask the data, compute, return a frozen answer that every reader shares."""
