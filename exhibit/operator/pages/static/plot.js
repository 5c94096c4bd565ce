// Small live plots of the last five minutes, a value a second, as the table has kept them.
import { number } from "./texts.js";

const KEPT = 300, WIDTH = 300, HEIGHT = 60;

export class Plot {
  constructor(name, digits = 0) {
    this.name = name;
    this.digits = digits;
    this.card = document.getElementById(`plot-${name}`);
    this.values = [];
  }

  // What was before the page was opened, or while it was not looked at.
  begin(values) {
    this.values = values.slice(-KEPT);
    if (this.values.length) this.draw();
  }

  add(value) {
    this.values = [...this.values, value ?? null].slice(-KEPT);
    this.draw();
  }

  draw() {
    const known = this.values.filter((value) => value !== null);
    const last = this.values.at(-1);
    this.card.querySelector("output").textContent = last === null ? "–" : number(last, this.digits);
    if (!known.length) return;
    const low = Math.min(...known), high = Math.max(...known);
    const top = high + (high - low) * 0.15 || 1, bottom = Math.max(0, low - (high - low) * 0.3 - high * 0.1);
    const x = (index) => WIDTH - (this.values.length - 1 - index) * (WIDTH / (KEPT - 1));
    const y = (value) => HEIGHT - ((value - bottom) / (top - bottom || 1)) * (HEIGHT - 4) - 2;
    let path = "", begun = false;
    this.values.forEach((value, index) => {
      if (value === null) { begun = false; return; }
      path += `${begun ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
      begun = true;
    });
    this.card.querySelector(".line").setAttribute("d", path);
    const whole = known.length === this.values.length;
    const area = whole ? `${path}L${WIDTH} ${HEIGHT}L${x(0).toFixed(1)} ${HEIGHT}Z` : "";
    this.card.querySelector(".area").setAttribute("d", area);
    this.card.querySelector(".range").textContent =
      `${number(low, this.digits)} – ${number(high, this.digits)} ${this.card.dataset.unit}`;
  }
}
