// Panels that answer without Python: controls choose among the pictures and words of NAME.js.
(() => {
  const make = (tag, set = {}, ...kids) => {
    const made = Object.assign(document.createElement(tag), set);
    made.append(...kids);
    return made;
  };

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  class LivePanel {
    constructor(box, data) {
      this.box = box;
      this.data = data;
      this.states = new Map(data.keys.map((key, number) => [key.join(), number]));
      for (const way of data.ways) this.states.set(way.slice(0, -1).join(), way.at(-1));
      this.base = this.at = data.bases[0][1]; // what other controls go back to; what is shown
      this.image = box.querySelector("img");
      this.sentence = make("p", { className: "live-sentence" });
      this.sentence.setAttribute("aria-live", "polite");
      this.note = make("p", { className: "live-note", hidden: true, textContent: data.words.note });
      const row = make("div", { className: "live-controls" });
      this.presets = this.presetList();
      if (this.presets) row.append(make("label", {}, data.words.preset, this.presets));
      this.shows = data.controls.map((control, i) => this.control(control, i, row));
      const card = make("div", { className: "live-picture" });
      card.setAttribute("role", "group");
      card.setAttribute("aria-label", data.title);
      box.replaceChildren(card); // what was said beside the stored picture goes with it
      card.append(this.image);
      box.prepend(make("strong", { className: "live-title", textContent: data.title }), row);
      box.append(this.sentence, this.note);
      box.classList.add("live-awake");
      this.show();
      row.classList.toggle("live-more", row.scrollHeight > row.clientHeight + 9);
    }

    get key() { return this.data.keys[this.at]; }
    // The state in which control i holds its stop: all others as they are, or as in the base.
    reached(i, stop) {
      for (const from of [this.at, this.base]) {
        const found = this.states.get(this.data.keys[from].with(i, stop).join());
        if (found !== undefined && this.data.keys[found][i] === stop) return found;
      }
    }

    choosable(i) {
      const all = [...this.data.controls[i].stops.keys()];
      return all.filter((stop) => this.reached(i, stop) !== undefined);
    }

    move(i, stop) {
      const found = this.reached(i, stop);
      if (found === undefined) return;
      if (!this.states.has(this.key.with(i, stop).join())) this.note.hidden = false; // another control went back
      this.go(found);
    }

    go(number) {
      this.at = number;
      if (this.data.bases.some(([, base]) => base === number)) this.base = number;
      this.show();
    }

    show() {
      const words = this.data.sentences[this.data.said[this.at]], picture = this.data.seen[this.at];
      this.box.classList.toggle("live-stale", picture < 0); // the picture of what made sense last
      if (picture >= 0) this.draw(picture);
      this.image.alt = `${this.data.title}. ${words}`;
      this.sentence.textContent = words;
      this.shows.forEach((show) => show());
      const is = ([name, base] = []) => name && base === this.at, bases = this.data.bases;
      if (this.presets && !is(bases[this.presets.value])) this.presets.value = bases.findIndex(is);
    }

    async draw(picture) {
      const steps = this.data.pictures[picture], lines = [];
      for (let k = 0, at = 0; k < steps.length; k += 2) {
        lines.push(...this.data.lines.slice(at + steps[k], (at += steps[k] + steps[k + 1])));
      }
      const drawing = new Blob([lines.join("\n")], { type: "image/svg+xml" });
      const next = new Image(), wanted = (this.wanted = URL.createObjectURL(drawing));
      next.src = wanted;
      await next.decode().catch(() => {}); // the old picture stays until the new one is ready
      if (wanted !== this.wanted) return URL.revokeObjectURL(wanted);
      const before = this.image.src;
      this.image.src = wanted;
      this.image.width = this.data.width;
      const card = this.image.parentElement;
      card.tabIndex = card.scrollWidth > card.clientWidth ? 0 : -1; // keys move what is too wide
      if (before.startsWith("blob:")) URL.revokeObjectURL(before);
    }

    presetList() {
      const named = this.data.bases.map(([name], i) => [name, i]).filter(([name]) => name);
      if (named.length < 2) return null;
      const own = make("option", { value: -1, textContent: this.data.words.own, disabled: true });
      const all = named.map(([name, i]) => make("option", { value: i, textContent: name }));
      const list = make("select", {}, own, ...all);
      list.onchange = () => this.go((this.base = this.data.bases[list.value][1]));
      return list;
    }

    // Puts control i into the row; returns what shows its value.
    control({ label, kind, stops, play, steps }, i, row) {
      if (kind === "fixed" || stops.length < 2) return () => {};
      if (kind === "check") {
        const field = make("input", { type: "checkbox" });
        field.onchange = () => this.move(i, stops.indexOf(field.checked ? "True" : "False"));
        row.append(make("label", { className: "live-check" }, field, label));
        return () => {
          field.checked = stops[this.key[i]] === "True";
          field.disabled = this.choosable(i).length < 2;
        };
      }
      if (kind === "select") {
        const options = stops.map((text, value) => make("option", { value, textContent: text }));
        const field = make("select", {}, ...options);
        field.onchange = () => this.move(i, +field.value);
        row.append(make("label", {}, label, field));
        return () => {
          const there = this.choosable(i);
          options.forEach((made, stop) => (made.disabled = !there.includes(stop)));
          field.value = this.key[i];
          field.disabled = there.length < 2;
        };
      }
      return this.slider(label, stops, play, steps, i, row);
    }

    slider(label, stops, play, steps, i, row) {
      const field = make("input", { type: "range", min: 0, step: 1 }), out = make("output");
      let there = []; // the stops that can be chosen now
      const to = (place) => this.move(i, there.at(place % there.length));
      field.oninput = () => to(+field.value);
      const held = make("div", { className: "live-slider" }, make("label", {}, label, field), out);
      const button = (text, press) => {
        const made = make("button", { type: "button", textContent: text, onclick: press });
        made.setAttribute("aria-label", `${text}: ${label}`);
        held.append(made);
        return made;
      };
      const by = (step) => () => to(there.indexOf(this.key[i]) + step);
      if (play || steps) button(this.data.words.previous, by(-1));
      if (play || steps) button(this.data.words.next, by(1));
      if (play) this.player(button, play, () => there, i, to);
      row.append(held);
      return () => {
        there = this.choosable(i);
        field.max = there.length - 1;
        field.value = there.indexOf(this.key[i]);
        field.disabled = there.length < 2;
        out.textContent = stops[this.key[i]];
        field.setAttribute("aria-valuetext", stops[this.key[i]]);
      };
    }

    player(button, pause, there, i, to) {
      let timer = 0;
      const { play: begin, pause: end } = this.data.words;
      const place = () => there().indexOf(this.key[i]);
      const stop = () => {
        timer = clearInterval(timer);
        made.textContent = begin;
      };
      const made = button(begin, () => {
        if (timer) return stop();
        if (place() === there().length - 1) to(0);
        made.textContent = end;
        timer = setInterval(() => {
          place() < there().length - 1 ? to(place() + 1) : stop();
        }, pause);
      });
      made.removeAttribute("aria-label"); // its words change
    }
  }

  window.livePanel = async (name, text) => {
    const data = await unpacked(text);
    Object.assign(data, data[document.documentElement.lang]); // its words in the page's language
    document.querySelectorAll(`[data-panel="${name}"]`).forEach((box) => {
      box.live ??= new LivePanel(box, data);
    });
  };

  const narrow = matchMedia("(max-width: 700px)");
  const near = new IntersectionObserver((entries) => {
    for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
      near.unobserve(target);
      const layout = target.dataset.layout || (narrow.matches ? "narrow" : "normal");
      const ending = layout === "normal" ? ".js" : `-${layout}.js`;
      const plain = target.dataset.src, src = plain.replace(/\.js$/, ending);
      const instead = () => src !== plain && document.head.append(make("script", { src: plain }));
      document.head.append(make("script", { src, onerror: instead }));
    }
  }, { rootMargin: "600px" });
  const look = () => document.querySelectorAll(".live-panel").forEach((box) => near.observe(box));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", look);
  else look();
})();
