// Five things that no stylesheet can do for a page.

const WIDE = "pre, .picture, .table-wrapper, div.math, .cell_output > .output";

// What scrolls sideways can be reached by the keyboard.
function reach() {
  for (const each of document.querySelectorAll(WIDE))
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
    else each.removeAttribute("tabindex");
}

// No line begins with the comma that follows a formula.
function holdTogether(formula) {
  const after = formula.nextSibling;
  const marks = /^[.,;:?)]+/.exec(after?.data ?? "");
  if (!marks) return;
  const both = document.createElement("span");
  both.style.whiteSpace = "nowrap";
  formula.before(both);
  after.splitText(marks[0].length);
  both.append(formula, after);
}

let moved = false; // by the reader
for (const hand of ["wheel", "touchmove", "keydown", "pointerdown"])
  addEventListener(hand, () => (moved = true), { once: true, passive: true });

// The other language shows the same place: its anchors are the same.
function keepPlace() {
  const above = [...document.querySelectorAll("article section[id]")].filter(
    (section) => section.getBoundingClientRect().top < innerHeight / 3,
  );
  this.hash = scrollY && above.length ? above.at(-1).id : "";
}

addEventListener("load", () => {
  for (const link of document.querySelectorAll(".language"))
    link.addEventListener("click", keepPlace);
  document.querySelectorAll("span.math").forEach(holdTogether);
  // The captions of the list of pages are headings, and say of which level.
  for (const caption of document.querySelectorAll("p.caption[role=heading]"))
    caption.ariaLevel = 2;
  Promise.resolve(window.MathJax?.startup?.promise).then(() => {
    reach();
    // Formulas have moved what the address names.
    if (!moved) document.querySelector(":target")?.scrollIntoView({ behavior: "instant" });
  });
});
addEventListener("resize", reach);
