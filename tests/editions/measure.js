// What is wrong with slide `number`: it does not fit 1280 × 720, or has words of less than 24 pixels.

window.wrong = (number) => {
  Reveal.slide(number, 0, 99);
  const slide = Reveal.getCurrentSlide();
  const found = [];
  const tell = (element, what) =>
    found.push(`${slide.id}: ${what}: ${element.textContent.trim().slice(0, 40)}`);
  slide.querySelectorAll(".fold").forEach((fold) => (fold.hidden = false));
  for (const element of slide.querySelectorAll(":not(.notes, .notes *, svg *, mjx-assistive-mml *)")) {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    if (box.left < 0 || box.top < 0 || box.right > 1280 || box.bottom > 720) tell(element, "outside");
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (words && parseFloat(getComputedStyle(element).fontSize) < 24) tell(element, "small");
    if (element.tagName === "IMG" && box.height < 150) tell(element, "a small picture");
  }
  for (const formula of slide.querySelectorAll("mjx-container:not(.notes *) > svg")) {
    const em = (1000 * formula.getBoundingClientRect().width) / formula.viewBox.baseVal.width;
    if (em < 23.9) tell(formula.parentElement, `a formula of ${em} pixels`);
  }
  const panel = slide.querySelector(".live-awake");
  if (panel) {
    const image = panel.querySelector("img");
    const scale = Math.min(image.width / image.naturalWidth, image.height / image.naturalHeight);
    const points = panel.live.data.lines.flatMap((line) => line.match(/(?<=scale\()[\d.]+(?= -)/g) ?? []);
    const words = (Math.min(...points) * 100 * scale * 96) / 72; // a glyph's outline has 100 points
    if (!(words >= 23.9)) tell(panel, `words of ${words} pixels in the picture`);
  }
  const body = slide.querySelector(".body");
  if (body && body.scrollHeight > body.clientHeight) tell(body, "too high");
  if (body && body.scrollWidth > body.clientWidth) tell(body, "too wide");
  slide.querySelectorAll(".fold").forEach((fold) => (fold.hidden = true));
  return found;
};
