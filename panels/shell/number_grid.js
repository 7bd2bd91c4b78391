// A table of text fields, or a single one; the arrow keys up and down walk through a column, and
// step a single number. What is typed and is no number goes to the kernel as `refused`.

function render({ model, el }) {
  const label = document.createElement("span");
  label.className = "widget-label";
  const table = document.createElement("div");
  table.className = "panel-grid-cells";
  table.setAttribute("role", "group");
  el.append(label, table);
  let fields = [];

  const single = () => !Array.isArray(model.get("value"));
  const rows_now = () => (single() ? [[model.get("value")]] : model.get("value"));

  function name() {
    label.textContent = model.get("description");
    table.setAttribute("aria-label", model.get("description"));
  }

  function build() {
    const rows = rows_now();
    table.replaceChildren();
    table.style.gridTemplateColumns = `repeat(${rows[0].length}, minmax(2.6em, 4.5em))`;
    fields = rows.map((row, i) =>
      row.map((entry, j) => {
        const field = document.createElement("input");
        field.type = "text";
        field.inputMode = "decimal";
        field.value = String(entry);
        const place = single() ? model.get("description") : `row ${i + 1}, column ${j + 1}`;
        field.setAttribute("aria-label", place);
        field.addEventListener("change", read);
        field.addEventListener("keydown", (event) => walk(event, i, j));
        table.append(field);
        return field;
      }),
    );
  }

  function read() {
    const numbers = fields.map((row) => row.map((field) => read_number(field.value)));
    let refused = {};
    fields.forEach((row, i) =>
      row.forEach((field, j) => {
        const bad = Number.isNaN(numbers[i][j]);
        field.setAttribute("aria-invalid", String(bad));
        if (bad && !("text" in refused)) refused = { row: i, column: j, text: field.value };
      }),
    );
    if (!("text" in refused)) model.set("value", single() ? numbers[0][0] : numbers);
    model.set("refused", refused); // after the value, so that `forget` finds it
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
    } else if (single()) {
      event.preventDefault();
      const moved = read_number(event.target.value) - step * model.get("step");
      if (!Number.isFinite(moved)) return;
      event.target.value = String(Number(moved.toPrecision(12)));
      read();
    }
  }

  function follow() {
    const rows = rows_now();
    if (rows.length !== fields.length || rows[0].length !== fields[0].length) return build();
    rows.forEach((row, i) =>
      row.forEach((entry, j) => {
        if (read_number(fields[i][j].value) !== entry) fields[i][j].value = String(entry);
        fields[i][j].setAttribute("aria-invalid", "false");
      }),
    );
  }

  name();
  build();
  function forget() {
    if (!("text" in model.get("refused"))) follow(); // the kernel takes back what was typed
  }

  model.on("change:value", follow);
  model.on("change:refused", forget);
  model.on("change:description", name);
  return () => {
    model.off("change:value", follow);
    model.off("change:refused", forget);
    model.off("change:description", name);
  };
}

export default { render };
