// How large a panel is drawn: normal, narrow where there is little room, and the lecture size, in
// which it fills the window and its words can be read from the last row.

const NARROW = 700; // pixels of room: below them the figure is laid out anew, not shrunk

const CORNERS =
  '<svg width="1em" height="1em" viewBox="0 0 16 16" fill="none" stroke="currentColor" ' +
  'stroke-width="2" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"/></svg>';

function follow_sizes(model, panel) {
  const words = model.get("words");
  const button = document.createElement("button");
  button.className = "panel-enlarge";
  button.innerHTML = CORNERS;
  panel.append(button);

  const enlarged = () => panel.classList.contains("panel-lecture");
  const fitting = () => (panel.clientWidth < NARROW ? "narrow" : "normal");

  let asked = null; // only what changes here: another page may show this panel, and be narrower

  function ask() {
    const layout = enlarged() ? "lecture" : fitting();
    if (!panel.clientWidth || layout === asked) return;
    asked = layout;
    if (layout !== model.get("layout_name")) model.send({ layout });
  }

  function enlarge(on) {
    panel.classList.toggle("panel-lecture", on);
    if (on) {
      panel.popover = "manual"; // the one way to lie above all else without leaving one's place
      panel.showPopover();
    } else if (panel.popover) {
      if (panel.matches(":popover-open")) panel.hidePopover();
      panel.popover = null;
    }
    button.title = on ? words.leave : words.enter;
    button.setAttribute("aria-label", button.title);
    button.setAttribute("aria-pressed", String(on));
    ask();
  }

  function pressed(event) {
    const target = event.composedPath()[0];
    if (!panel.contains(target) || event.ctrlKey || event.altKey || event.metaKey) return;
    const types = target.closest("input[type=text], input[type=number], [contenteditable]");
    const leaves = enlarged() && event.key === "Escape";
    if (!leaves && (event.key.toLowerCase() !== "f" || types)) return;
    event.preventDefault();
    event.stopPropagation();
    enlarge(!enlarged());
    target.focus(); // lying above all else, the panel has lost it
  }

  button.addEventListener("click", () => enlarge(!enlarged()));
  window.addEventListener("keydown", pressed, true); // before a lecture's F, which fills the screen
  panel.addEventListener("toggle", (event) => {
    if (event.newState === "closed" && enlarged()) enlarge(false); // the page has closed it
  });
  const observer = new ResizeObserver(ask);
  observer.observe(panel);
  enlarge(false);
  return () => {
    observer.disconnect();
    window.removeEventListener("keydown", pressed, true);
    button.remove();
  };
}
