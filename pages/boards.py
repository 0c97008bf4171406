"""What did others find worth keeping an eye on?"""

from pages.shared.boards.address import chosen_board
from pages.shared.boards.board import board_view
from pages.shared.boards.listing import board_list
from pages.shared.workspaces import current

workspace = current()
board = chosen_board(workspace)

if board is None:
    board_list(workspace)
else:
    board_view(workspace, board)
