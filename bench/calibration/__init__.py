"""Whether p-values and intervals keep their promises, by simulation: one module per topic.

A topic has `PAGE`, the file in docs/ between whose marks its tables are kept, and
`tables(effort)`, which runs seeded simulations and yields them; an effort of 1 is what the page
shows, less is quicker and coarser. `make calibrate` runs all topics.
"""
