// One canvas with its camera and ground, which is drawn anew when something has changed.

import { Camera, steer } from "./camera.js";
import { Ground } from "./ground.js";
import { Glyphs, coloursOf } from "./glyphs.js";

export class View {
  // paint(to, view, now): draws what lies on the ground; whether it must be drawn again at once.
  constructor(canvas, { styles, tiles, paint, point }) {
    Object.assign(this, { canvas, paint, due: 0, times: [] });
    this.camera = new Camera();
    this.glyphs = new Glyphs();
    this.ground = new Ground(styles, tiles, () => this.later());
    this.to = canvas.getContext("2d", { alpha: false });
    steer(canvas, this.camera, point);
    new ResizeObserver(() => this.fitted()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
    this.recolour();
    this.fitted();
  }

  recolour() {
    this.colours = coloursOf(this.canvas);
    this.ratio = Math.min(2, devicePixelRatio || 1);
    this.glyphs.clear(this.colours, this.ratio);
    this.ground.stale();
  }

  fitted() {
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.round(clientWidth * this.ratio);
    this.canvas.height = Math.round(clientHeight * this.ratio);
    this.camera.size(clientWidth, clientHeight);
    this.later();
  }

  later() {
    if (!this.due) this.due = requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.due = 0;
    const began = performance.now(), { to, camera } = this;
    to.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.ground.draw(to, camera, this.colours, this.ratio);
    if (this.paint(to, this, now)) this.later();
    this.drawRuler();
    this.times.push([now, performance.now() - began]);
    if (this.times.length > 2000) this.times.shift();
  }

  drawRuler() {
    const { to, camera, colours } = this, [width, metres] = camera.ruler();
    const x = 14, y = camera.height - 12;
    to.beginPath();
    to.moveTo(x, y - 5);
    to.lineTo(x, y);
    to.lineTo(x + width, y);
    to.lineTo(x + width, y - 5);
    to.lineWidth = 4;
    to.strokeStyle = colours.halo;
    to.stroke();
    to.lineWidth = 1.5;
    to.strokeStyle = to.fillStyle = colours.ink;
    to.stroke();
    to.font = "11px system-ui, sans-serif";
    to.textAlign = "left";
    to.textBaseline = "bottom";
    to.fillText(metres >= 1000 ? `${metres / 1000} km` : `${metres} m`, x + 4, y - 2);
  }

  // A line of unit-square numbers x0 y0 x1 y1 ...
  line(points, from = 0, to = points.length / 2) {
    const { camera } = this, on = this.to;
    on.beginPath();
    for (let i = from; i < to; i++) {
      const x = camera.px(points[2 * i]), y = camera.py(points[2 * i + 1]);
      if (i === from) on.moveTo(x, y); else on.lineTo(x, y);
    }
  }

  // Several at one place: how many, and the sign of the gravest.
  cluster({ px, py, count, need }) {
    const { to, colours } = this, radius = Math.min(24, 11 + 3 * Math.log2(count));
    to.beginPath();
    to.arc(px, py, radius, 0, 7);
    to.fillStyle = colours.ground;
    to.fill();
    to.lineWidth = 2.5;
    to.strokeStyle = need === "critical" ? colours.critical : colours.link;
    to.stroke();
    to.fillStyle = colours.ink;
    to.font = "600 12px system-ui, sans-serif";
    to.textAlign = "center";
    to.textBaseline = "middle";
    to.fillText(count, px, py + 0.5);
    this.glyphs.put(to, px + radius * 0.75, py - radius * 0.75, need, "", null);
  }
}
