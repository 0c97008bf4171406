"""What is measured, and against whom. Start it with `make bench` or `make bench SIZE=20`."""
