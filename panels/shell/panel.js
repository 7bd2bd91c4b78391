// What ipywidgets leaves out, added to the panel that this widget lies in: accessible names for
// slider handles, readouts and Play's buttons, and regions that screen readers follow.

function label_of(element) {
  const row = element.closest(".widget-inline-hbox, .widget-play, .widget-checkbox, .panel-grid");
  const own = row?.querySelector("label, .widget-label")?.textContent.trim();
  if (own) return own;
  const scrubber = element.closest(".panel-scrubber");
  return scrubber?.querySelector(".widget-label")?.textContent.trim() ?? "";
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function name_controls(panel, words) {
  for (const handle of panel.querySelectorAll(".noUi-handle")) {
    set(handle, "aria-label", label_of(handle));
    const readout = handle.closest(".widget-inline-hbox")?.querySelector(".widget-readout");
    if (readout) set(handle, "aria-valuetext", readout.textContent.trim());
  }
  for (const readout of panel.querySelectorAll(".widget-readout[contenteditable=true]")) {
    set(readout, "role", "textbox");
    set(readout, "aria-label", `${label_of(readout)}: ${words.value}`);
  }
  for (const field of panel.querySelectorAll("select, input[type=checkbox]")) {
    set(field, "data-lm-suppress-shortcuts", "true"); // JupyterLab would take their keys
  }
  for (const button of panel.querySelectorAll(".widget-play button")) {
    const icon = button.querySelector("i")?.className ?? "";
    const verb = words[["pause", "play"].find((one) => icon.includes(one)) ?? "back"];
    set(button, "aria-label", `${label_of(button)}: ${verb}`);
    set(button, "title", verb);
  }
}

// What is typed beside a slider or into a field for whole numbers is read here, before ipywidgets
// does: it would take 1,5 and 1/3 for 1. What is no number is told to the kernel and taken back.

const READOUT = ".widget-readout[contenteditable=true]";
const WHOLE_FIELD = ".panel-stepper input[type=text], .panel-stepper input[type=number]";

function typed(event, model) {
  const field = event.target;
  const counter = field.matches?.(WHOLE_FIELD);
  if (!counter && !field.matches?.(READOUT)) return;
  const text = counter ? field.value : field.textContent;
  if (event.type === "focus") {
    if (counter) field.type = "text"; // a number field swallows the comma: 1,5 becomes 15
    delete field.dataset.edited;
  } else if (event.type === "input") {
    field.dataset.edited = "";
    if (counter && !/^\d+$/.test(text)) event.stopPropagation(); // not before it is all there
  } else if (counter && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    field.value = String(Number(text) + (event.key === "ArrowUp" ? 1 : -1));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (event.type !== "keydown" || event.key === "Enter") {
    const number = read_number(text);
    const whole = counter || Boolean(field.closest(".panel-whole"));
    const good = whole ? Number.isInteger(number) : !Number.isNaN(number);
    const edited = "edited" in field.dataset;
    if (edited && !good) {
      model.send({ refused: text, label: label_of(field), whole });
      field.dataset.refused = "";
    } else if ("refused" in field.dataset && (edited || event.type === "blur")) {
      model.send({}); // no more need of that sentence
      delete field.dataset.refused;
    }
    delete field.dataset.edited;
    const kept = good && (edited || counter) ? String(number) : ""; // then it shows its value again
    if (counter) field.value = kept;
    else field.textContent = kept;
  }
}

function render({ model, el }) {
  const read = (event) => typed(event, model);
  let observer = null;
  let leave_sizes = null;
  let frame = 0;

  function live() {
    const panel = el.closest(".panel");
    const text = panel?.querySelector(".panel-sentence .widget-html-content");
    if (!text) return;
    set(text, "role", "status");
    set(text, "aria-live", model.get("busy") ? "off" : "polite");
    set(panel, "aria-busy", String(model.get("busy")));
  }

  function zoom(event) {
    const panel = event.currentTarget.closest(".panel");
    if (!event.target.matches("img")) return;
    const shrunk = event.target.getAttribute("width") > event.target.clientWidth;
    if (shrunk || panel.classList.contains("panel-full")) panel.classList.toggle("panel-full");
  }

  function measure(event) {
    const image = event.currentTarget.querySelector("img");
    const shrunk = Boolean(image) && image.getAttribute("width") > image.clientWidth;
    event.currentTarget.closest(".panel").classList.toggle("panel-shrunk", shrunk);
  }

  function attach() {
    const panel = el.closest(".panel");
    const controls = panel?.querySelector(".panel-controls");
    const text = panel?.querySelector(".panel-sentence .widget-html-content");
    if (!controls || !text) {
      frame = requestAnimationFrame(attach); // the panel is not in the page yet
      return;
    }
    set(panel, "role", "group");
    set(panel, "aria-label", model.get("title"));
    live();
    name_controls(panel, model.get("words"));
    leave_sizes = follow_sizes(model, panel);
    const picture = panel.querySelector(".panel-picture");
    picture.addEventListener("click", zoom);
    picture.addEventListener("pointerenter", measure);
    for (const kind of ["focus", "input", "keydown", "change", "blur"]) {
      controls.addEventListener(kind, read, true); // before the field's own widget hears of it
    }
    observer = new MutationObserver(() => name_controls(panel, model.get("words")));
    const changes = { childList: true, subtree: true, characterData: true };
    observer.observe(controls, { ...changes, attributeFilter: ["class"] }); // play becomes pause
  }

  attach();
  model.on("change:busy", live);
  return () => {
    cancelAnimationFrame(frame);
    observer?.disconnect();
    leave_sizes?.();
    model.off("change:busy", live);
  };
}

export default { render };
