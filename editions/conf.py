"""What Sphinx is told about the book: editions/book.py calls it on what it has staged."""

project = html_title = "Deep learning from scratch: the companion"
author = "The project's authors"
copyright = "the project's authors, MIT licence"

extensions = ["myst_nb", "sphinx.ext.mathjax", "sphinx_copybutton", "editions.both"]
templates_path = ["templates"]
exclude_patterns = ["_static", "downloads"]

nb_execution_mode = "off"  # the pages show what is stored
nb_merge_streams = True
nb_ipywidgets_js = {}
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4
# An exercise is a heading of the fourth level, wherever it stands.
suppress_warnings = ["myst.header"]

html_theme = "furo"
html_static_path = []  # book.py names the staged folder
html_css_files = ["book.css"]
html_js_files = ["book.js"]
html_copy_source = False
html_show_sphinx = False
mathjax_path = "tex-svg.js"  # MathJax 3, whole in one file: no other host, no fonts beside it
mathjax3_config = {"options": {"enableMenu": False}}
copybutton_exclude = ".linenos, .gp, .go"
