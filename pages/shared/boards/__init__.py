"""The parts of the boards page, and the way onto a board from the SQL page."""
