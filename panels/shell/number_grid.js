// A table of text fields; the arrow keys up and down walk through a column.

function render({ model, el }) {
  const label = document.createElement("span");
  label.className = "widget-label";
  const table = document.createElement("div");
  table.className = "panel-grid-cells";
  table.setAttribute("role", "group");
  el.append(label, table);
  let fields = [];

  function name() {
    label.textContent = model.get("description");
    table.setAttribute("aria-label", model.get("description"));
  }

  function build() {
    const rows = model.get("value");
    table.replaceChildren();
    table.style.gridTemplateColumns = `repeat(${rows[0].length}, minmax(2.6em, 4.5em))`;
    fields = rows.map((row, i) =>
      row.map((entry, j) => {
        const field = document.createElement("input");
        field.type = "text";
        field.inputMode = "decimal";
        field.value = String(entry);
        field.setAttribute("aria-label", `row ${i + 1}, column ${j + 1}`);
        field.addEventListener("change", () => read(i, j));
        field.addEventListener("keydown", (event) => walk(event, i, j));
        table.append(field);
        return field;
      }),
    );
  }

  function parse(text) {
    const plain = text.trim().replace("−", "-").replace(/^(-?\d*),(\d+)$/, "$1.$2");
    return plain === "" ? NaN : Number(plain);
  }

  function read(i, j) {
    const bad = fields.flat().find((field) => !Number.isFinite(parse(field.value)));
    for (const field of fields.flat()) {
      field.setAttribute("aria-invalid", String(!Number.isFinite(parse(field.value))));
    }
    if (bad) {
      model.set("problem", `${bad.getAttribute("aria-label")}: "${bad.value}" is not a number.`);
    } else {
      model.set("value", fields.map((row) => row.map((field) => parse(field.value))));
      model.set("problem", ""); // after the value, so that `forget` finds it
    }
    model.save_changes();
  }

  function walk(event, i, j) {
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
    if (!step) return;
    const target = fields[i + step]?.[j];
    if (event.key === "Enter") event.preventDefault();
    if (target) {
      event.preventDefault();
      target.focus();
      target.select();
    } else if (event.key === "Enter") {
      event.target.blur();
      event.target.focus();
    }
  }

  function follow() {
    const rows = model.get("value");
    if (rows.length !== fields.length || rows[0].length !== fields[0].length) return build();
    rows.forEach((row, i) =>
      row.forEach((entry, j) => {
        if (parse(fields[i][j].value) !== entry) fields[i][j].value = String(entry);
        fields[i][j].setAttribute("aria-invalid", "false");
      }),
    );
  }

  name();
  build();
  function forget() {
    if (model.get("problem") === "") follow(); // the kernel takes back what was typed
  }

  model.on("change:value", follow);
  model.on("change:problem", forget);
  model.on("change:description", name);
  return () => {
    model.off("change:value", follow);
    model.off("change:problem", forget);
    model.off("change:description", name);
  };
}

export default { render };
