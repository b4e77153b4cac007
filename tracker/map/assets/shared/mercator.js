// Web Mercator on a unit square, boxes, and what is inside what. The live map imports it; in the map
// that is one file it stands before the other scripts, without its last line.

const mercatorX = (lon) => (lon + 180) / 360;
const mercatorY = (lat) => 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI);
const toLon = (x) => x * 360 - 180;
const toLat = (y) => (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;
const EARTH_M = 40075016.686;
const metresAt = (y) => EARTH_M * Math.cos((toLat(y) * Math.PI) / 180); // of the unit, there

// A line as x0 y0 x1 y1 ... on the unit square, with its box.
function flat(line) {
  const points = new Float64Array(line.length * 2);
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  line.forEach(([lon, lat], i) => {
    const x = (points[2 * i] = mercatorX(lon));
    const y = (points[2 * i + 1] = mercatorY(lat));
    grow(box, x, y);
  });
  return { points, box };
}

function grow(box, x, y) {
  if (x < box[0]) box[0] = x;
  if (y < box[1]) box[1] = y;
  if (x > box[2]) box[2] = x;
  if (y > box[3]) box[3] = y;
}

function union(boxes) {
  const all = [Infinity, Infinity, -Infinity, -Infinity];
  for (const b of boxes) (grow(all, b[0], b[1]), grow(all, b[2], b[3]));
  return all;
}

const meets = (a, b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
const spot = ([lon, lat]) => ({ x: mercatorX(lon), y: mercatorY(lat) });

function insideRing(p, x, y) {
  let inside = false;
  for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
    if (p[i + 1] > y !== p[j + 1] > y &&
        x < ((p[j] - p[i]) * (y - p[i + 1])) / (p[j + 1] - p[i + 1]) + p[i]) inside = !inside;
  }
  return inside;
}

// Squared distance from a position to the nearest segment of a flat line.
function distance2(p, x, y) {
  let best = Infinity;
  for (let i = 0; i + 3 < p.length; i += 2) {
    const dx = p[i + 2] - p[i], dy = p[i + 3] - p[i + 1];
    const long2 = dx * dx + dy * dy;
    const t = long2 ? Math.max(0, Math.min(1, ((x - p[i]) * dx + (y - p[i + 1]) * dy) / long2)) : 0;
    const ex = x - p[i] - t * dx, ey = y - p[i + 1] - t * dy;
    best = Math.min(best, ex * ex + ey * ey);
  }
  return best;
}

// Which part of a segment is in a box, as fractions of it (Liang and Barsky); null for none.
function within(box, ax, ay, bx, by) {
  let t0 = 0, t1 = 1;
  for (const [step, room] of [[ax - bx, ax - box[0]], [bx - ax, box[2] - ax], [ay - by, ay - box[1]], [by - ay, box[3] - ay]]) {
    if (step === 0 && room < 0) return null;
    if (step < 0) t0 = Math.max(t0, room / step);
    if (step > 0) t1 = Math.min(t1, room / step);
  }
  return t0 <= t1 ? [t0, t1] : null;
}

export { mercatorX, mercatorY, toLon, toLat, EARTH_M, metresAt, flat, grow, union, meets, spot, insideRing, distance2, within };
