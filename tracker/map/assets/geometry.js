// Web Mercator on a unit square, boxes, and what is inside what.

const { scene, styles } = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const NS = byId("picture").namespaceURI;

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

const areas = scene.areas.map((one) => {
  const rings = one.polygons.flat().map(flat);
  const box = union(rings.map((ring) => ring.box));
  return { ...one, rings, box, centre: spot(one.at), size: Math.max(box[2] - box[0], box[3] - box[1]) };
});
areas.sort((a, b) => b.size - a.size); // small ones are drawn over large ones
const routes = scene.routes.map((one) => {
  const lines = one.parts.map(flat);
  const box = union(lines.map((line) => line.box));
  // Metres to the unit square at its middle latitude: within 4 % from Dallas to Monterrey.
  return { ...one, lines, box, half: one.half_width_m / metresAt((box[1] + box[3]) / 2) };
});
const tracks = scene.tracks.map((one, index) => {
  const line = flat(one.line);
  return { ...one, line, index, colour: styles.tracks[index % styles.tracks.length],
    cuts: new Map(one.gaps.map((gap) => [gap.index, gap.text])), lateSet: new Set(one.late),
    spots: one.stops.map((stop) => ({ ...stop, ...spot(stop.at) })),
    doubts: one.doubted.map((doubt) => ({ ...doubt, ...spot(doubt.at) })) };
});
const marks = scene.marks.map((one) => ({ ...one, ...spot(one.at),
  look: (one.layer === "alerts" ? styles.alerts : styles.seals)[one.look] }));
const names = scene.base.names.map((one) => ({ ...one, ...spot(one.at) }));
const lands = scene.base.lands.map(flat);
const border = flat(scene.base.border);
const focusBox = (([west, south, east, north]) =>
  [mercatorX(west), mercatorY(north), mercatorX(east), mercatorY(south)])(scene.focus);
