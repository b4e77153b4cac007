// One shipment's journey as data: where each device was at a moment, what had happened by then.

import { mercatorX, mercatorY } from "../mercator.js";

const NEAR_S = 86_400;

// The last index of `times` (ascending) that is not after `at`; -1 for none.
export function upTo(times, at) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= at) low = middle + 1; else high = middle;
  }
  return low - 1;
}

export class Journey {
  // As /shipments/ID/journey.json has it.
  constructor(data) {
    this.data = data;
    this.tracks = data.tracks.map((one) => {
      const points = new Float64Array(one.line.length * 2);
      one.line.forEach(([lon, lat], i) => { points[2 * i] = mercatorX(lon); points[2 * i + 1] = mercatorY(lat); });
      return { ...one, points, gapAfter: new Set(one.gaps), late: new Set(one.late),
        doubted: one.doubted.map(([at, lon, lat]) => ({ at, x: mercatorX(lon), y: mercatorY(lat) })) };
    });
    this.events = data.events.map((one) => ({ ...one, ...(one.place && { x: mercatorX(one.place[0]), y: mercatorY(one.place[1]) }) }));
    this.times = this.events.map((one) => one.at);
    // From the first position to the last, and what became of the seal or gave alarm soon after: an
    // entry of days later would be most of the bar.
    const told = this.tracks.flatMap((one) => [...one.at, ...one.doubted.map((spot) => spot.at)]);
    const bounds = told.reduce(([from, to], at) => [Math.min(from, at), Math.max(to, at)], [Infinity, -Infinity]);
    const near = this.events.filter((one) => one.look && one.at >= bounds[0] - NEAR_S && one.at <= bounds[1] + NEAR_S);
    const all = told.length ? [...bounds, ...near.map((one) => one.at)] : this.times.length ? this.times : [0];
    this.start = Math.floor(Math.min(...all));
    this.end = Math.max(this.start + 1, Math.ceil(Math.max(...all)));
  }

  get empty() { return !this.tracks.some((one) => one.at.length); }

  get box() {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { points } of this.tracks)
      for (let i = 0; i < points.length; i += 2) {
        box[0] = Math.min(box[0], points[i]); box[1] = Math.min(box[1], points[i + 1]);
        box[2] = Math.max(box[2], points[i]); box[3] = Math.max(box[3], points[i + 1]);
      }
    return box;
  }

  // Of a track: {i, x, y, speed, silent, course}; null before its first fix. Nothing is made up:
  // where nothing was heard for long, it stays where it was heard last.
  at(track, moment) {
    const i = upTo(track.at, moment);
    if (i < 0) return null;
    const p = track.points, last = i === track.at.length - 1, silent = track.gapAfter.has(i);
    const x = p[2 * i], y = p[2 * i + 1];
    if (last || silent) return { i, x, y, speed: track.speeds[i], silent: silent && moment > track.at[i], course: null };
    const part = (moment - track.at[i]) / (track.at[i + 1] - track.at[i] || 1), dx = p[2 * i + 2] - x, dy = p[2 * i + 3] - y;
    return { i, x: x + part * dx, y: y + part * dy, speed: track.speeds[i], silent: false, course: dx || dy ? Math.atan2(dx, -dy) : null };
  }

  // The state of the seal that was told last by then.
  sealAt(moment) {
    for (let i = upTo(this.times, moment); i >= 0; i--) if (this.events[i].seal) return this.events[i].seal;
    return "";
  }
}
