"""Did the experiment work, may we stop, and what do we ship?"""

from pages.shared.experiments.address import chosen_name
from pages.shared.experiments.listing import experiment_list
from pages.shared.experiments.view import experiment_view
from pages.shared.header import scope_of_page
from pages.shared.workspaces import current

workspace = current()
segment = scope_of_page(workspace).segment
name = chosen_name()

if name is None:
    experiment_list(workspace, segment)
else:
    experiment_view(workspace, name, segment)
