"""What did each release do to usage, churn, speed and errors?"""

from pages.shared.releases import address
from pages.shared.releases.listing import release_list
from pages.shared.releases.view import release_view
from pages.shared.workspaces import current

workspace = current()
name = address.chosen_name()

if name is None:
    release_list(workspace)
else:
    release_view(workspace, name)
