// A picture of 28 by 28 pixels to draw on: mouse, finger or pen, or the keyboard.
// Arrow keys move the cursor, space or enter lowers and lifts the pen, delete clears.

const SIDE = 28;
const SCALE = 10; // screen pixels of the canvas for one pixel of the picture
const PAUSE = 60; // milliseconds between two messages to the kernel while a stroke is drawn

function render({ model, el }) {
  el.classList.add("panel-canvas");
  const label = document.createElement("label");
  label.className = "widget-label";
  const words = model.get("words");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE * SCALE;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  const row = document.createElement("div");
  row.className = "panel-canvas-row";
  const clear = document.createElement("button");
  clear.className = "jupyter-button lm-Widget jupyter-widgets widget-button";
  clear.type = "button";
  clear.textContent = words.clear;
  const status = document.createElement("span");
  status.setAttribute("aria-live", "polite");
  const help = document.createElement("span");
  help.textContent = words.help;
  row.append(clear, status);
  el.append(label, canvas, row, help);

  const small = document.createElement("canvas");
  small.width = small.height = SIDE;
  let pixels = new Uint8Array(SIDE * SIDE);
  let cursor = { x: 13, y: 13 };
  let penDown = false;
  let last = null; // where the pointer was, while it draws
  let timer = 0;

  function name() {
    label.textContent = model.get("description");
    canvas.setAttribute("aria-label", `${model.get("description")}: ${words.keys}`);
  }

  function read() {
    const view = model.get("value"); // a DataView
    pixels = new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + SIDE * SIDE));
    paint();
  }

  function send() {
    clearTimeout(timer);
    timer = 0;
    model.set("value", new DataView(pixels.slice().buffer));
    model.save_changes();
  }

  function send_soon() {
    if (!timer) timer = setTimeout(send, PAUSE);
  }

  function paint() {
    const picture = new ImageData(SIDE, SIDE);
    pixels.forEach((ink, i) => {
      picture.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * i);
    });
    small.getContext("2d").putImageData(picture, 0, 0);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    if (document.activeElement === canvas || canvas.matches(":focus")) {
      context.beginPath();
      context.arc((cursor.x + 0.5) * SCALE, (cursor.y + 0.5) * SCALE, 0.8 * SCALE, 0, 2 * Math.PI);
      context.lineWidth = 2;
      context.strokeStyle = "#D55E00";
      context.fillStyle = "#D55E00";
      if (penDown) context.fill();
      context.stroke();
    }
  }

  // Ink along the way from a to b: full within the pen's radius, paper one pixel further.
  function stroke(a, b) {
    const pen = model.get("pen");
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const along = length
          ? Math.min(1, Math.max(0, ((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / length ** 2))
          : 0;
        const distance = Math.hypot(x - a.x - along * (b.x - a.x), y - a.y - along * (b.y - a.y));
        const ink = Math.round(255 * Math.min(1, Math.max(0, pen + 0.5 - distance)));
        if (ink > pixels[y * SIDE + x]) pixels[y * SIDE + x] = ink;
      }
    }
    paint();
    send_soon();
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const inner = { x: event.clientX - box.left - canvas.clientLeft, y: event.clientY - box.top - canvas.clientTop };
    return { x: (inner.x / canvas.clientWidth) * SIDE - 0.5, y: (inner.y / canvas.clientHeight) * SIDE - 0.5 };
  }

  function tell() {
    const text = penDown ? words.down : words.up;
    status.textContent = text.replace("{row}", cursor.y + 1).replace("{column}", cursor.x + 1);
  }

  function wipe() {
    pixels.fill(0);
    paint();
    send();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    penDown = false;
    last = place(event);
    stroke(last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) {
      const next = place(part);
      stroke(last, next);
      last = next;
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (last) send();
      last = null;
    });
  }

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move) {
      const before = cursor;
      cursor = {
        x: Math.min(SIDE - 1, Math.max(0, cursor.x + move[0])),
        y: Math.min(SIDE - 1, Math.max(0, cursor.y + move[1])),
      };
      if (penDown) stroke(before, cursor);
    } else if (event.key === " " || event.key === "Enter") {
      penDown = !penDown;
      if (penDown) stroke(cursor, cursor);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      wipe();
    } else {
      return; // Tab and all other keys do what they always do
    }
    event.preventDefault();
    event.stopPropagation(); // the notebook has its own use for these keys
    paint();
    tell();
  });
  canvas.addEventListener("focus", paint);
  canvas.addEventListener("blur", () => {
    penDown = false;
    status.textContent = "";
    paint();
  });
  clear.addEventListener("click", wipe);

  function follow() {
    if (!timer && !last) read(); // not while this browser is ahead of the kernel
  }

  name();
  read();
  model.on("change:value", follow);
  model.on("change:description", name);
  return () => {
    clearTimeout(timer);
    model.off("change:value", follow);
    model.off("change:description", name);
  };
}

export default { render };
