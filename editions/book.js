// What scrolls sideways in a page can be reached by the keyboard; headings of the list of pages
// say their level.

const WIDE = "pre, .picture, .table-wrapper, div.math, .cell_output > .output";

function reach() {
  for (const each of document.querySelectorAll(WIDE))
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
    else each.removeAttribute("tabindex");
}

addEventListener("load", () => {
  for (const heading of document.querySelectorAll("p.caption[role=heading]"))
    heading.ariaLevel = 2;
  Promise.resolve(window.MathJax?.startup?.promise).then(reach);
});
addEventListener("resize", reach);
