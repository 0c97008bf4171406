"""Brings a database to the columns of `store.tables`: one file in `versions` per step, up and down.

A new step: copy the last file, count up its number, name it as NEWEST in `store.schema`.
"""
