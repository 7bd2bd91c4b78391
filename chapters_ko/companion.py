"""What `import companion` finds beside the Korean chapters: chapters/companion.py, in Korean."""

import importlib.util
import os
import sys

os.environ.setdefault("DLFS_LANG", "ko")
HERE = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(os.path.dirname(HERE), "chapters", "companion.py")
spec = importlib.util.spec_from_file_location("companion", path)
sys.modules["companion"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["companion"])
