// From what is known to what is seen: each layer is drawn anew for the view and a margin around it.

const TINY_PX = 5; // a zone smaller than this is a dot
const MOST_SHAPES = 1500; // of the zones only the largest are drawn as shapes, the rest as dots
const HUGE_PX = 8000; // of a larger one only the edges nearby are drawn
const GRID_PX = 110; // between two meridians, at least
const RING_PX = 13; // between late fixes
const TAG_PX = 15, NAME_PX = 46;
const hidden = new Set(); // names of layers that are switched off
const view = { x: 0.5, y: 0.5, zoom: 5, width: 800, height: 600 };
const drawnAt = { x: 0, y: 0, scale: 1, box: [0, 0, 0, 0] };
const scaleOf = (zoom) => 256 * 2 ** zoom;

function make(name, attributes, text) {
  const element = document.createElementNS(NS, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  return element;
}

const px = (x) => ((x - drawnAt.x) * drawnAt.scale).toFixed(1);
const py = (y) => ((y - drawnAt.y) * drawnAt.scale).toFixed(1);

// Path data of a ring; points nearer than most of a pixel to the one before are left out.
function ringOf(p) {
  const least = 0.7 / drawnAt.scale;
  let d = "", x = NaN, y = NaN;
  for (let i = 0; i < p.length / 2; i++) {
    const near = Math.abs(p[2 * i] - x) < least && Math.abs(p[2 * i + 1] - y) < least;
    if (near && i < p.length / 2 - 1) continue;
    (x = p[2 * i]), (y = p[2 * i + 1]);
    d += (d ? "L" : "M") + px(x) + " " + py(y);
  }
  return d + "Z";
}

// Path data of what of a line is within the drawn box and `margin` (of the unit) around it. A line
// that runs far out of it would be dashed over thousands of kilometres, at every movement.
function lineOf(p, margin = 0, from = 0, to = p.length / 2) {
  const [x0, y0, x1, y1] = drawnAt.box;
  const box = [x0 - margin, y0 - margin, x1 + margin, y1 + margin];
  const least = 0.7 / drawnAt.scale;
  let d = "", open = false, ax = p[2 * from], ay = p[2 * from + 1];
  for (let i = from + 1; i < to; i++) {
    const bx = p[2 * i], by = p[2 * i + 1];
    if (i < to - 1 && Math.abs(bx - ax) < least && Math.abs(by - ay) < least) continue;
    const cut = within(box, ax, ay, bx, by);
    if (cut) {
      const [t0, t1] = cut, dx = bx - ax, dy = by - ay;
      if (!open || t0 > 0) d += `M${px(ax + t0 * dx)} ${py(ay + t0 * dy)}`;
      d += `L${px(ax + t1 * dx)} ${py(ay + t1 * dy)}`;
    }
    open = cut !== null && cut[1] === 1;
    (ax = bx), (ay = by);
  }
  return d;
}

function drawGround() {
  byId("layer-lands").replaceChildren(...lands.map((land, i) =>
    make("path", { class: i ? "land second" : "land", d: ringOf(land.points) })));
  byId("layer-border").replaceChildren(
    ...(hidden.has("border") ? [] : [make("path", { class: "border", d: lineOf(border.points) })]));
  byId("layer-grid").replaceChildren(...(hidden.has("grid") ? [] : graticule()));
}

function graticule() {
  const [left, top, right, bottom] = drawnAt.box;
  const least = (GRID_PX / drawnAt.scale) * 360;
  const step = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].find((one) => one >= least) || 20;
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const made = [];
  let d = "";
  const edgeX = view.x - view.width / 2 / drawnAt.scale, edgeY = view.y - view.height / 2 / drawnAt.scale;
  for (let i = Math.ceil(toLon(left) / step); i * step <= toLon(right); i++) {
    const x = mercatorX(i * step);
    d += `M${px(x)} ${py(top)}V${py(bottom)}`;
    const east = `${Math.abs(i * step).toFixed(digits)}°${i < 0 ? "W" : "E"}`;
    made.push(make("text", { class: "degrees", x: px(x), y: Number(py(edgeY)) + 14, "text-anchor": "middle" }, east));
  }
  for (let i = Math.ceil(toLat(bottom) / step); i * step <= toLat(top); i++) {
    const y = mercatorY(i * step);
    d += `M${px(left)} ${py(y)}H${px(right)}`;
    const north = `${Math.abs(i * step).toFixed(digits)}°${i < 0 ? "S" : "N"}`;
    made.push(make("text", { class: "degrees", x: Number(px(edgeX)) + 50, y: Number(py(y)) + 4 }, north));
  }
  return [make("path", { class: "grid", d }), ...made];
}

function drawRoutes() {
  const made = [], bands = make("g", { class: "bands" });
  for (const one of hidden.has("routes") ? [] : routes) {
    if (!meets(one.box, drawnAt.box)) continue;
    const d = one.lines.map((line) => lineOf(line.points, one.half)).join("");
    const width = 2 * one.half * drawnAt.scale;
    if (width > 3) bands.append(make("path", { class: "band", d, stroke: styles.route, "stroke-width": width.toFixed(1) }));
    made.push(make("path", { class: "route", d, stroke: styles.route }));
  }
  byId("layer-routes").replaceChildren(bands, ...made);
}

let shapes = []; // the zones that are drawn as shapes, for their names
function drawZones() {
  const made = [], dots = new Map();
  shapes = [];
  for (const one of areas) { // from the largest on
    if (hidden.has(one.kind) || !meets(one.box, drawnAt.box)) continue;
    const look = styles.zones[one.kind];
    if (one.size * drawnAt.scale < TINY_PX || shapes.length >= MOST_SHAPES) {
      dots.set(one.kind, (dots.get(one.kind) || "") + `M${px(one.centre.x)} ${py(one.centre.y)}h0`);
      continue;
    }
    shapes.push(one);
    const common = { d: one.rings.map((ring) => ringOf(ring.points)).join(""), "fill-rule": "evenodd" };
    const huge = one.size * drawnAt.scale > HUGE_PX, edge = huge ? "none" : look.colour;
    made.push(make("path", { ...common, class: `area ${one.precision}`, fill: look.colour, stroke: edge }));
    if (huge) made.push(make("path", { class: `area edge ${one.precision}`, stroke: look.colour,
      d: one.rings.map((ring) => lineOf(ring.points)).join("") }));
    if (look.hatch) made.push(make("path", { ...common, class: "hatch", fill: `url(#hatch-${one.kind})` }));
  }
  for (const [kind, d] of dots) made.push(make("path", { class: "dots", d, stroke: styles.zones[kind].colour }));
  byId("layer-zones").replaceChildren(...made);
}

function hatches() {
  for (const [kind, look] of Object.entries(styles.zones)) {
    if (!look.hatch) continue;
    const pattern = make("pattern", { id: `hatch-${kind}`, width: 8, height: 8, patternUnits: "userSpaceOnUse",
      patternTransform: look.hatch === "lines" ? "rotate(45)" : "" });
    pattern.append(look.hatch === "lines"
      ? make("path", { d: "M2 0V8", stroke: look.colour, "stroke-width": 2.5 })
      : make("circle", { cx: 4, cy: 4, r: 1.5, fill: look.colour }));
    byId("defs").append(pattern);
  }
}

function drawTracks() {
  const made = [];
  for (const one of hidden.has("tracks") ? [] : tracks) {
    const p = one.line.points, count = p.length / 2;
    const first = one.index ? "" : " first";
    let d = "", gaps = "", start = 0;
    for (let i = 0; i < count; i++) {
      const end = i === count - 1;
      if (!end && !one.cuts.has(i)) continue;
      d += lineOf(p, 0, start, i + 1);
      if (!end) gaps += lineOf(p, 0, i, i + 2);
      start = i + 1;
    }
    made.push(make("path", { class: "track" + first, d, stroke: one.colour }));
    if (!hidden.has("gaps")) made.push(make("path", { class: "gap" + first, d: gaps, stroke: one.colour }));
    made.push(...drawFixes(one, first));
    if (!hidden.has("doubted")) made.push(make("path", { class: "doubted" + first, stroke: one.colour,
      d: one.doubts.map((s) => crossAt(px(s.x), py(s.y))).join("") }));
    if (!hidden.has("stops")) made.push(...one.spots.map((s) =>
      make("rect", { class: "stop", x: px(s.x) - 5, y: py(s.y) - 5, width: 10, height: 10 })));
  }
  byId("layer-tracks").replaceChildren(...made);
}

// What was not believed: no part of the line.
function crossAt(x, y) {
  return `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`;
}

// The single fixes, where there is room for them; late ones always, as rings.
function drawFixes(one, first) {
  const p = one.line.points, seen = [];
  for (let i = 0; i < p.length / 2; i++) {
    const x = p[2 * i], y = p[2 * i + 1];
    if (x >= drawnAt.box[0] && x <= drawnAt.box[2] && y >= drawnAt.box[1] && y <= drawnAt.box[3]) seen.push(i);
  }
  const dots = (chosen) => chosen.map((i) => `M${px(p[2 * i])} ${py(p[2 * i + 1])}h0`).join("");
  let x = NaN, y = NaN; // of the last ring: rings that touch would hide the track
  const late = hidden.has("late") ? [] : seen.filter((i) => {
    if (!one.lateSet.has(i)) return false;
    if (Math.hypot(p[2 * i] - x, p[2 * i + 1] - y) * drawnAt.scale < RING_PX) return false;
    (x = p[2 * i]), (y = p[2 * i + 1]);
    return true;
  });
  const made = [];
  if (roomy(p, seen)) made.push(make("path", { class: "fixes" + first, stroke: one.colour, d: dots(seen) }));
  if (late.length) {
    made.push(make("path", { class: "late", d: dots(late) }));
    made.push(make("path", { class: "late inner", d: dots(late) }));
  }
  return made;
}

// Whether fixes are so far apart that they are seen one by one.
function roomy(p, seen) {
  if (seen.length < 2 || seen.length > 500) return seen.length === 1;
  let length = 0;
  for (let k = 1; k < seen.length; k++) {
    const i = 2 * seen[k], j = 2 * seen[k - 1];
    length += Math.hypot(p[i] - p[j], p[i + 1] - p[j + 1]);
  }
  return (length * drawnAt.scale) / seen.length > 8;
}
