// All trucks that were told of: where they are, where they came from while somebody watched, and
// which of them stand so close together that they are drawn as one.

import { mercatorX, mercatorY } from "../mercator.js";

const GLIDE_MS = 600; // from the place before to the new one
const TRAIL = 40; // places
const CELL_PX = 46, ALONE_ZOOM = 16; // from this zoom on each is drawn by itself

export class Trucks {
  // still: nothing glides, for who wishes that nothing moves by itself.
  constructor(still) {
    this.all = new Map();
    this.trails = new Map();
    this.still = still;
    this.gliding = 0; // until when something is under way from place to place
  }

  // As live/trucks.py has them.
  take(list, now) {
    for (const [id, need, seal, lat, lon, at, speed, moving, lost, heard, plates, alerts, rank] of list) {
      const before = this.all.get(id), placed = lat !== null;
      const x = placed ? mercatorX(lon) : NaN, y = placed ? mercatorY(lat) : NaN;
      const truck = { id, need, seal, lat, lon, at, speed, moving, lost, heard, plates, alerts, rank, placed,
        x, y, fromX: x, fromY: y, since: now, course: before ? before.course : null };
      if (before && before.placed && placed && (before.x !== x || before.y !== y)) {
        truck.course = Math.atan2(x - before.x, before.y - y);
        if (!this.still) {
          [truck.fromX, truck.fromY] = this.place(before, now);
          this.gliding = now + GLIDE_MS;
        }
      }
      if (placed && (!before || before.x !== x || before.y !== y)) this.remember(id, x, y);
      this.all.set(id, truck);
    }
  }

  remember(id, x, y) {
    let trail = this.trails.get(id);
    if (!trail) this.trails.set(id, (trail = []));
    trail.push(x, y);
    if (trail.length > 2 * TRAIL) trail.splice(0, 2);
  }

  drop(ids) {
    for (const id of ids) { this.all.delete(id); this.trails.delete(id); }
  }

  place(truck, now) {
    const part = Math.min(1, (now - truck.since) / GLIDE_MS);
    if (part >= 1 || truck.fromX === truck.x && truck.fromY === truck.y) return [truck.x, truck.y];
    const eased = part * (2 - part);
    return [truck.fromX + (truck.x - truck.fromX) * eased, truck.fromY + (truck.y - truck.fromY) * eased];
  }

  get box() {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { placed, x, y } of this.all.values()) {
      if (!placed) continue;
      if (x < box[0]) box[0] = x;
      if (y < box[1]) box[1] = y;
      if (x > box[2]) box[2] = x;
      if (y > box[3]) box[3] = y;
    }
    return box;
  }

  // Those in the view, first those that need a person.
  within([x0, y0, x1, y1]) {
    const seen = [];
    for (const truck of this.all.values())
      if (truck.x >= x0 && truck.x <= x1 && truck.y >= y0 && truck.y <= y1) seen.push(truck);
    return seen.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  }

  // What is drawn: {truck, px, py}, or {count, need, px, py, box} for several. Those that need a
  // person are never hidden among others, nor is the chosen one. Cells belong to the ground, so
  // that nothing regroups while the map is moved.
  drawn(camera, now, chosen) {
    const cells = new Map(), made = [], scale = camera.scale;
    const cell = CELL_PX / (256 * 2 ** (Math.round(camera.zoom * 2) / 2)), margin = 20 / scale;
    const [x0, y0, x1, y1] = camera.box, alone = camera.zoom >= ALONE_ZOOM;
    for (const truck of this.all.values()) {
      if (!truck.placed) continue;
      const [x, y] = this.place(truck, now);
      if (x < x0 - margin || y < y0 - margin || x > x1 + margin || y > y1 + margin) continue;
      const px = camera.px(x), py = camera.py(y);
      if (alone || truck.id === chosen) { made.push({ truck, px, py }); continue; }
      // Two numbers in one key: cells are fewer than 2^24 across.
      const key = (Math.floor(truck.x / cell) * 16777216 + Math.floor(truck.y / cell)) * (truck.rank === 0 ? -1 : 1);
      const group = cells.get(key);
      if (!group) cells.set(key, { count: 1, truck, need: truck.need, rank: truck.rank, px, py, box: [truck.x, truck.y, truck.x, truck.y] });
      else add(group, truck, px, py);
    }
    for (const group of cells.values()) {
      if (group.count > 1) { group.px /= group.count; group.py /= group.count; group.truck = null; }
      made.push(group);
    }
    // The gravest on top.
    return made.sort((a, b) => (b.truck ? b.truck.rank : b.rank) - (a.truck ? a.truck.rank : a.rank));
  }
}

function add(group, truck, px, py) {
  group.count++;
  group.px += px;
  group.py += py;
  if (truck.rank < group.rank) { group.rank = truck.rank; group.need = truck.need; }
  const { box } = group;
  box[0] = Math.min(box[0], truck.x);
  box[1] = Math.min(box[1], truck.y);
  box[2] = Math.max(box[2], truck.x);
  box[3] = Math.max(box[3], truck.y);
}
