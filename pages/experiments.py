"""Did the experiment work, may we stop, and what do we ship?"""

from pages.shared.experiments.address import chosen_name, chosen_view
from pages.shared.experiments.listing import experiment_list
from pages.shared.experiments.planner import planner_view
from pages.shared.experiments.result_file import result_file
from pages.shared.experiments.view import experiment_view
from pages.shared.header import scope_of_page
from pages.shared.workspaces import current

workspace = current()
segment = scope_of_page(workspace).segment
name = chosen_name()

if name is not None:
    experiment_view(workspace, name, segment)
else:
    view = chosen_view()
    if view == "planner":
        planner_view(workspace, segment)
    elif view == "file":
        result_file()
    else:
        experiment_list(workspace, segment)
