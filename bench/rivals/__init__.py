"""The same question by each library: scripts that run in environments of their own."""
