"""The parts of the SQL page, and the quick charts that boards draw, too."""
