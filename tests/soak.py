"""Whether this is the long run: `make soak` and the nightly set DLFS_SOAK=1."""

import os

SOAK = os.environ.get("DLFS_SOAK") == "1"
