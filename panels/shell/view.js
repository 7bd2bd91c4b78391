// The picture: swapped only when it is decoded, sharp (an SVG) once the hand is still, and, where
// axes can be touched, under an overlay that tells where.

const STILL = 250; // milliseconds without a new picture until the sharp one is asked for
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function mark(bytes) {
  let hash = 2166136261; // FNV-1a: the same picture has the same mark
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 16777619);
  return (hash >>> 0).toString(16);
}

function part(className, parent) {
  const element = document.createElement("div");
  element.className = className;
  parent.append(element);
  return element;
}

function render({ model, el }) {
  const frame = part("panel-frame", part("panel-card", el)); // as large as the picture
  const tip = part("panel-tip", frame);
  tip.hidden = true;
  const areas = new Map();
  let address = null;
  let turn = 0;
  let timer = 0;
  let marked = "";

  async function show() {
    const mine = ++turn;
    const view = model.get("image");
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const quick = model.get("mime") === "image/png";
    if (quick) marked = mark(bytes);
    const image = new Image();
    image.alt = model.get("alt");
    image.width = model.get("width");
    image.draggable = false;
    image.dataset.mark = marked;
    image.dataset.mime = model.get("mime");
    const url = URL.createObjectURL(new Blob([bytes], { type: model.get("mime") }));
    image.src = url;
    await image.decode().catch(() => null);
    if (mine !== turn) return URL.revokeObjectURL(url);
    const old = frame.querySelector("img");
    if (old) old.replaceWith(image);
    else frame.prepend(image);
    frame.classList.toggle("panel-fits", image.width < 300); // laid out for a narrow page
    if (address) URL.revokeObjectURL(address);
    address = url;
    clearTimeout(timer);
    if (quick) timer = setTimeout(() => model.send({ kind: "still" }), STILL);
  }

  function name() {
    const image = frame.querySelector("img");
    if (image) image.alt = model.get("alt");
  }

  // One message at a time: where a drag has been does not matter, each press of a key does.
  const queue = [];
  let waiting = false;

  function tell(message) {
    const last = queue.at(-1);
    if (last?.kind !== message.kind || last.name !== message.name || last.kind === "down") {
      queue.push(message);
    } else if (last.kind === "key") {
      last.x += message.x;
      last.y += message.y;
    } else {
      Object.assign(last, message);
    }
    pass_on();
  }

  function pass_on() {
    if (waiting || !queue.length) return;
    waiting = true;
    model.send(queue.shift());
  }

  function heard(answer) {
    waiting = false; // the kernel has seen to it, whether a new picture came of it or not
    tip.textContent = answer.tip ?? "";
    tip.hidden = !tip.textContent || !frame.querySelector(".panel-touch:hover");
    pass_on();
  }

  function area_of(name) {
    const area = part("panel-touch", frame);
    area.tabIndex = 0;
    area.setAttribute("role", "application");
    area.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab would take its keys
    area.dataset.name = name;
    const point = (kind, event) => {
      const box = area.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width;
      const y = 1 - (event.clientY - box.top) / box.height;
      tell({ kind, name, x, y });
    };
    area.addEventListener("pointerdown", (event) => {
      if (!("touch" in area.dataset)) return;
      area.setPointerCapture(event.pointerId);
      area.focus({ preventScroll: true });
      point("down", event);
      event.preventDefault();
    });
    area.addEventListener("pointermove", (event) => {
      if (area.hasPointerCapture(event.pointerId)) return point("move", event);
      if (!("hover" in area.dataset)) return;
      const whole = frame.getBoundingClientRect();
      const left = event.clientX - whole.left;
      tip.style.left = `${Math.min(left + 12, whole.width - 40)}px`;
      tip.style.top = `${event.clientY - whole.top + 16}px`;
      tip.classList.toggle("panel-tip-left", left > 0.6 * whole.width);
      point("hover", event);
    });
    area.addEventListener("pointerleave", () => {
      tip.hidden = true;
    });
    area.addEventListener("keydown", (event) => {
      if (!(event.key in ARROWS) || !("touch" in area.dataset)) return;
      const [x, y] = ARROWS[event.key];
      event.preventDefault();
      event.stopPropagation();
      tell({ kind: "key", name, x, y });
    });
    areas.set(name, area);
    return area;
  }

  function overlays() {
    const told = model.get("areas");
    for (const [name, area] of areas) {
      if (told.some((one) => one.name === name)) continue;
      area.remove();
      areas.delete(name);
    }
    for (const { name, words, box, touch, hover } of told) {
      const area = areas.get(name) ?? area_of(name); // the same one, or a drag would end
      area.toggleAttribute("data-touch", touch);
      area.toggleAttribute("data-hover", hover);
      area.setAttribute("aria-label", words);
      area.title = hover ? "" : words;
      const [left, bottom, width, height] = box.map((share) => 100 * share);
      area.style.left = `${left}%`;
      area.style.top = `${100 - bottom - height}%`;
      area.style.width = `${width}%`;
      area.style.height = `${height}%`;
    }
  }

  const listeners = {
    "change:image": show,
    "change:alt": name,
    "change:areas": overlays,
    "msg:custom": heard,
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  show();
  overlays();
  return () => {
    clearTimeout(timer);
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    if (address) URL.revokeObjectURL(address);
  };
}

export default { render };
