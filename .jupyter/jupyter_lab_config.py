"""What JupyterLab is told by `make lab`, or `jupyter lab --config=.jupyter/jupyter_lab_config.py`.

The whole project is its root, so that a chapter's links to `common` and `docs` open. It begins with
the first chapter and a closed side bar, and keeps this project's tabs apart from those of others.
overrides.json: Markdown is shown as a page, and nobody is asked about news of Jupyter's.
"""

import json
import os
from pathlib import Path

from jupyterlab_server.workspaces_handler import WorkspacesManager

c = get_config()  # noqa: F821 (JupyterLab provides it)
here = Path(__file__).resolve().parent
project = here.parent
chapters = project / f"chapters_{os.environ.get('DLFS_LANG')}"  # make lab DLFS_LANG=ko
first = min((chapters if chapters.is_dir() else project / "chapters").glob("ch*.ipynb"))
c.ServerApp.root_dir = str(project)
c.LabApp.default_url = f"/lab/tree/{first.parent.name}/{first.name}"
c.LabApp.app_settings_dir = str(here)
c.LabApp.workspaces_dir = str(here / "workspaces")

workspaces = WorkspacesManager(c.LabApp.workspaces_dir)
if not workspaces.list_workspaces():
    closed = {"layout-restorer:data": {"left": {"collapsed": True}}}
    workspaces.save("default", json.dumps({"data": closed, "metadata": {"id": "default"}}))
