// What part of the world is seen, and how fingers, mouse and keys move it.

import { mercatorX, mercatorY, toLat, toLon, metresAt } from "../mercator.js";

const LEAST_ZOOM = 3, MOST_ZOOM = 19;
const BESIDE_PX = 230, ABOVE_PX = 80; // left free around what is to be seen: the tools stand there

export class Camera {
  constructor() {
    Object.assign(this, { x: mercatorX(-101), y: mercatorY(27.5), zoom: 6, width: 1, height: 1 });
    this.box = [0, 0, 1, 1];
    this.onmove = () => {};
  }

  get scale() { return 256 * 2 ** this.zoom; }

  // Called after every change. by: "hand" if a person did it.
  moved(by) {
    this.x = Math.min(1, Math.max(0, this.x));
    this.y = Math.min(1, Math.max(0, this.y));
    const w = this.width / 2 / this.scale, h = this.height / 2 / this.scale;
    this.box = [this.x - w, this.y - h, this.x + w, this.y + h];
    this.onmove(by);
  }

  size(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.moved();
  }

  px(x) { return (x - this.x) * this.scale + this.width / 2; }
  py(y) { return (y - this.y) * this.scale + this.height / 2; }
  unit(px, py) { return [this.x + (px - this.width / 2) / this.scale, this.y + (py - this.height / 2) / this.scale]; }

  panBy(dx, dy, by) {
    this.x += dx / this.scale;
    this.y += dy / this.scale;
    this.moved(by);
  }

  // What is at (px, py) stays there.
  zoomBy(step, by, px = this.width / 2, py = this.height / 2) {
    const before = this.scale;
    this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.zoom + step));
    this.x += (px - this.width / 2) * (1 / before - 1 / this.scale);
    this.y += (py - this.height / 2) * (1 / before - 1 / this.scale);
    this.moved(by);
  }

  look(lat, lon, zoom) {
    this.x = mercatorX(lon);
    this.y = mercatorY(lat);
    if (Number.isFinite(zoom)) this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));
    this.moved();
  }

  // box: x0 y0 x1 y1 of the unit square.
  fit(box, most = 13) {
    if (!(box[0] <= box[2])) return;
    const width = Math.max(this.width - BESIDE_PX, this.width / 2), height = Math.max(this.height - ABOVE_PX, this.height / 2);
    const across = Math.max((box[2] - box[0]) / width, (box[3] - box[1]) / height, 1e-12);
    this.zoom = Math.min(most, Math.max(LEAST_ZOOM, Math.log2(1 / across / 256)));
    this.x = (box[0] + box[2]) / 2;
    this.y = (box[1] + box[3]) / 2;
    this.moved();
  }

  get lat() { return toLat(this.y); }
  get lon() { return toLon(this.x); }

  // The longest round length that takes up at most `most` pixels: [pixels, metres].
  ruler(most = 120) {
    const perPx = metresAt(this.y) / this.scale, power = 10 ** Math.floor(Math.log10(perPx * most));
    const metres = [5, 2, 1].map((n) => n * power).find((one) => one <= perPx * most) || power;
    return [metres / perPx, metres];
  }
}

// element: the canvas. point(px, py, pressed): somebody points at a place; pressed: and means it.
export function steer(element, camera, point) {
  const pointers = new Map();
  let travelled = 0;
  const local = (event) => {
    const frame = element.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  element.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, local(event));
    element.setPointerCapture(event.pointerId);
    travelled = 0;
  });
  element.addEventListener("pointermove", (event) => {
    const now = local(event), before = pointers.get(event.pointerId);
    if (!before) return point(...now, false);
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (pointers.size === 2) {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      const apart = (p) => Math.max(1, Math.hypot(p[0] - other[0], p[1] - other[1]));
      camera.panBy((before[0] - now[0]) / 2, (before[1] - now[1]) / 2, "hand");
      camera.zoomBy(Math.log2(apart(now) / apart(before)), "hand", (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else if (travelled > 3) camera.panBy(before[0] - now[0], before[1] - now[1], "hand");
    pointers.set(event.pointerId, now);
  });
  element.addEventListener("pointerup", (event) => {
    if (pointers.size === 1 && travelled <= 6) point(...local(event), true);
    pointers.delete(event.pointerId);
  });
  element.addEventListener("pointercancel", (event) => pointers.delete(event.pointerId));
  element.addEventListener("pointerleave", () => point(-1, -1, false));
  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    camera.zoomBy(-event.deltaY * (event.deltaMode ? 0.05 : 0.0025), "wheel", ...local(event));
  }, { passive: false });
  element.addEventListener("dblclick", (event) => camera.zoomBy(1, "wheel", ...local(event)));
}

// Arrows, + and -. Whether it was one of them.
export function steerByKey(event, camera) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const step = { ArrowLeft: [-80, 0], ArrowRight: [80, 0], ArrowUp: [0, -80], ArrowDown: [0, 80] }[event.key];
  if (step) camera.panBy(...step, "hand");
  else if (event.key === "+" || event.key === "=") camera.zoomBy(1, "wheel");
  else if (event.key === "-") camera.zoomBy(-1, "wheel");
  else return false;
  return true;
}
