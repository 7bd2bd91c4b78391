#!/bin/sh
# JupyterHub starts this for a student, as that student: hand out the chapters, then serve them.
#
# A chapter is handed out when the student has none of that name, and again when a newer one came
# out and the student never changed the old. What a student changed is never touched: who wants
# the chapter afresh renames or deletes it, then stops and starts the server.
set -u
checkout=$(cd "$(dirname "$0")/.." && pwd)
folder=$HOME/deep-learning-from-scratch
handed_out=$folder/.handed-out # the chapters as they were given: how we know what was changed

hand_out() {
    mkdir -p "$folder/chapters" "$handed_out" || return
    for new in "$checkout"/chapters/*.ipynb; do
        name=$(basename "$new")
        mine=$folder/chapters/$name
        [ -e "$mine" ] && ! cmp -s "$mine" "$handed_out/$name" && continue
        # A copy under another name first: a full disk leaves no half chapter behind.
        cp "$new" "$mine.part" && mv "$mine.part" "$mine" &&
            cp "$new" "$handed_out/$name.part" && mv "$handed_out/$name.part" "$handed_out/$name" ||
            return
    done
    # What the chapters link to, read-only. `companion.py` and pyproject.toml are not among it:
    # the project runs from where it is installed.
    for shown in common dataset panels exercises scripts docs README.md; do
        ln -sfn "$checkout/$shown" "$folder/$shown" || return
    done
}
hand_out || echo "The chapters could not be copied to $folder: is the disk full?" >&2

# Where a kernel's sockets lie: their paths must be short, which a home's need not be.
rmdir /tmp/jupyter-?????? 2>/dev/null # those of this student's earlier servers: they are empty
JUPYTER_RUNTIME_DIR=$(mktemp -d /tmp/jupyter-XXXXXX) && export JUPYTER_RUNTIME_DIR

# Pages are shown as pages, and nobody is asked about news of Jupyter's: as in `make lab`.
set -- "$@" --LabApp.app_settings_dir="$checkout/.jupyter"

# Without a hub, in a container of its own, it is JupyterLab.
server=jupyterhub-singleuser
[ -n "${JUPYTERHUB_API_TOKEN:-}" ] || server=jupyter-lab

# NumPy then says MemoryError instead of taking the neighbours down. A limit of each process:
# one kernel cannot have more.
if [ -n "${MEM_LIMIT:-}" ] && command -v prlimit >/dev/null; then
    exec prlimit --data="$MEM_LIMIT" "$server" "$@"
fi
exec "$server" "$@"
