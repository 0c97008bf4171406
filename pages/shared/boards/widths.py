"""How wide a tile may be, in words."""

COLUMNS = 3  # of a board
WIDTHS = {1: "A third", 2: "Two thirds", 3: "Whole"}
