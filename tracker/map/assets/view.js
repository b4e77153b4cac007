// The view: moved and zoomed by pointer, wheel, pinch, buttons and keys; and what is under it.

const map = byId("map"), world = byId("world"), tip = byId("tip");
const LEAST_ZOOM = 2, MOST_ZOOM = 20, MARGIN = 0.5; // margin drawn around the view, of its size

function render() {
  const scale = scaleOf(view.zoom);
  drawnAt.x = view.x;
  drawnAt.y = view.y;
  drawnAt.scale = scale;
  const w = (view.width * (0.5 + MARGIN)) / scale, h = (view.height * (0.5 + MARGIN)) / scale;
  drawnAt.box = [view.x - w, view.y - h, view.x + w, view.y + h];
  const taken = new Taken();
  drawGround();
  drawRoutes();
  drawZones();
  drawTracks();
  // A mark that has the focus keeps it, though it is drawn anew.
  const focused = document.activeElement?.thing;
  drawMarks(taken);
  drawNames(taken);
  drawPick();
  place();
  if (focused) [...byId("layer-marks").children].find((one) => one.thing === focused)?.focus({ preventScroll: true });
}

// What was drawn, where it belongs now; cheap enough for every movement.
function place() {
  const scale = scaleOf(view.zoom);
  const x = view.width / 2 + (drawnAt.x - view.x) * scale, y = view.height / 2 + (drawnAt.y - view.y) * scale;
  world.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale / drawnAt.scale})`);
  scaleBar();
}

let due = 0;
function redraw() {
  if (!due) due = requestAnimationFrame(() => ((due = 0), render()));
}

function moved() {
  const scale = scaleOf(view.zoom);
  const far = Math.max(Math.abs(drawnAt.x - view.x) / view.width, Math.abs(drawnAt.y - view.y) / view.height) * scale;
  if (scale !== drawnAt.scale || far > MARGIN * 0.8) redraw();
  else place();
}

function panBy(dx, dy) {
  const scale = scaleOf(view.zoom);
  view.x = Math.min(1, Math.max(0, view.x + dx / scale));
  view.y = Math.min(1, Math.max(0, view.y + dy / scale));
  moved();
}

// Zoom so that what is at (x, y) of the map stays there.
function zoomBy(step, x = view.width / 2, y = view.height / 2) {
  const before = scaleOf(view.zoom);
  view.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.zoom + step));
  const after = scaleOf(view.zoom);
  view.x += (x - view.width / 2) * (1 / before - 1 / after);
  view.y += (y - view.height / 2) * (1 / before - 1 / after);
  hideTip();
  moved();
}

function fit(box, most = MOST_ZOOM) {
  const across = Math.max((box[2] - box[0]) / view.width, (box[3] - box[1]) / view.height, 1e-12);
  view.zoom = Math.min(most, Math.max(LEAST_ZOOM, Math.log2(1 / across / 256)));
  view.x = (box[0] + box[2]) / 2;
  view.y = (box[1] + box[3]) / 2;
  hideTip();
  moved();
}

// Within the picture, so that it stays true on paper.
function scaleBar() {
  const metresPerPx = metresAt(view.y) / scaleOf(view.zoom);
  const most = metresPerPx * 130, power = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((n) => n * power).find((one) => one <= most);
  const width = length / metresPerPx;
  byId("scale").setAttribute("transform", `translate(16 ${view.height - 15})`);
  byId("scale").firstElementChild.setAttribute("width", Math.max(width, 50) + 12);
  byId("scale-bar").setAttribute("d", `M0 -5V0H${width.toFixed(2)}V-5`);
  byId("scale-text").textContent = `${Number((length / 1000).toPrecision(1))} km`;
}

function showWhere(x, y) {
  const lat = toLat(view.y + (y - view.height / 2) / scaleOf(view.zoom));
  const lon = toLon(view.x + (x - view.width / 2) / scaleOf(view.zoom));
  byId("where").textContent = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

// What is at a place of the map: the topmost, or null. All sizes are pixels.
function at(x, y) {
  const scale = scaleOf(view.zoom);
  const ux = view.x + (x - view.width / 2) / scale, uy = view.y + (y - view.height / 2) / scale;
  const near = (one, most) => Math.hypot(one.x - ux, one.y - uy) * scale <= most;
  const mark = marks.find((one) => !hidden.has(one.layer) && near(one, 9));
  if (mark) return mark;
  for (const one of hidden.has("tracks") ? [] : tracks) {
    const stop = hidden.has("stops") ? null : one.spots.find((s) => near(s, 8));
    if (stop) return { title: "Stop", lines: [stop.text, one.device] };
    const doubt = hidden.has("doubted") ? null : one.doubts.find((s) => near(s, 6));
    if (doubt) return { title: "Not believed", lines: [doubt.text, one.device] };
    const fix = nearestFix(one, ux, uy, 8 / scale);
    if (fix !== null) return fixThing(one, fix);
  }
  const reach = TINY_PX / scale;
  for (let i = areas.length - 1; i >= 0; i--) { // the smallest first
    const one = areas[i], b = one.box;
    if (hidden.has(one.kind) || ux < b[0] - reach || uy < b[1] - reach || ux > b[2] + reach || uy > b[3] + reach) continue;
    if (one.size < reach || one.rings.reduce((odd, ring) => odd !== insideRing(ring.points, ux, uy), false)) return one;
  }
  if (hidden.has("routes")) return null;
  const on = routes.find((one) => one.lines.some((l) => distance2(l.points, ux, uy) <= Math.max(one.half, 4 / scale) ** 2));
  return on || null;
}

function nearestFix(track, x, y, most) {
  const p = track.line.points;
  let best = most * most, found = null;
  for (let i = 0; i < p.length / 2; i++) {
    const d2 = (p[2 * i] - x) ** 2 + (p[2 * i + 1] - y) ** 2;
    if (d2 <= best) (best = d2), (found = i);
  }
  return found;
}

function fixThing(track, i) {
  const speed = track.speeds[i];
  return { title: track.times[i], lines: [`${track.device}, ${track.role}`, speed === null ? "" : `${Math.round(speed)} km/h`,
    track.lateSet.has(i) ? "came late, from the device's backlog" : "", track.cuts.get(i) ? `then ${track.cuts.get(i)}` : ""] };
}

// What is said of anything that can be pointed at.
function described(one) {
  if (one.title) return one;
  if (one.look) return { title: markTitle(one), lines: [one.time, one.detail, one.placed && `Placed: ${one.placed}`] };
  const lines = [one.id];
  if (one.kind) lines.push(`${styles.zones[one.kind].label}${one.country ? `, ${one.country}` : ""}`);
  if (one.crossing) lines.push(`Crossing: ${one.crossing}`);
  if (one.half_width_m) lines.push(`Corridor, ${(one.length_m / 1000).toFixed(0)} km long, ${one.half_width_m} m to each side`);
  return { title: one.name || one.id, lines: [...lines, `Precision: ${one.precision}`, one.source] };
}

function showTip(one, x, y) {
  const { title, lines } = described(one);
  const head = document.createElement("b");
  head.textContent = title;
  tip.replaceChildren(head, ...lines.filter(Boolean).map((line) => {
    const small = document.createElement("small");
    small.textContent = line;
    return small;
  }));
  tip.hidden = false;
  tip.style.left = `${Math.max(4, Math.min(x + 14, view.width - tip.offsetWidth - 6))}px`;
  tip.style.top = `${y + 16 + tip.offsetHeight > view.height ? Math.max(4, y - tip.offsetHeight - 12) : y + 16}px`;
}
const hideTip = () => (tip.hidden = true);

let picked = null;
function drawPick() {
  const made = [];
  if (picked?.rings && picked.size * drawnAt.scale >= TINY_PX) made.push(make("path", { class: "pick",
    d: picked.rings.map((ring) => lineOf(ring.points)).join("") }));
  else if (picked?.lines?.[0]?.points) made.push(make("path", { class: "pick",
    d: picked.lines.map((line) => lineOf(line.points)).join("") }));
  else if (picked) {
    const { x, y } = picked.centre || picked;
    made.push(make("circle", { class: "pick", cx: px(x), cy: py(y), r: 12 }));
  }
  byId("layer-pick").replaceChildren(...made);
}

// Bring something to the middle; a zone or corridor as large as it fits, a place at least near.
function pick(one) {
  picked = one;
  if (one.box) fit(padded(one.box), one.size === undefined ? MOST_ZOOM : 16);
  else (view.x = one.x), (view.y = one.y), (view.zoom = Math.max(view.zoom, 13));
  render();
  if (one.look || one.box) showTip(one, view.width / 2, view.height / 2);
  const { title, lines } = described(one);
  byId("status").textContent = [title, ...lines].filter(Boolean).join(". ");
}

function padded(b) {
  const x = Math.max((b[2] - b[0]) * 0.6, 1e-6), y = Math.max((b[3] - b[1]) * 0.6, 1e-6);
  return [b[0] - x, b[1] - y, b[2] + x, b[3] + y];
}

// Pointers: one drags, two pinch.
const pointers = new Map();
const local = (event) => {
  const frame = map.getBoundingClientRect();
  return [event.clientX - frame.left, event.clientY - frame.top];
};
const onTools = (event) => event.target.closest("#tools");
map.addEventListener("pointerdown", (event) => {
  if (onTools(event)) return;
  pointers.set(event.pointerId, local(event));
  map.setPointerCapture(event.pointerId);
  map.classList.add("dragging");
});
map.addEventListener("pointermove", (event) => {
  const now = local(event), before = pointers.get(event.pointerId);
  showWhere(...now);
  if (!before) return onTools(event) ? hideTip() : pointAt(event, now);
  if (pointers.size === 2) {
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    const apart = (p) => Math.max(1, Math.hypot(p[0] - other[0], p[1] - other[1]));
    panBy((before[0] - now[0]) / 2, (before[1] - now[1]) / 2);
    zoomBy(Math.log2(apart(now) / apart(before)), ...middle);
  } else {
    panBy(before[0] - now[0], before[1] - now[1]);
    hideTip();
  }
  pointers.set(event.pointerId, now);
});
function pointAt(event, [x, y]) {
  const thing = event.target.closest(".mark")?.thing || at(x, y);
  if (thing) showTip(thing, x, y);
  else hideTip();
}
for (const ended of ["pointerup", "pointercancel"]) map.addEventListener(ended, (event) => {
  pointers.delete(event.pointerId);
  map.classList.toggle("dragging", pointers.size > 0);
  if (event.pointerType === "touch" && !onTools(event)) pointAt(event, local(event));
});
map.addEventListener("pointerleave", () => (hideTip(), (byId("where").textContent = "")));
map.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoomBy(-event.deltaY * (event.deltaMode ? 0.05 : 0.0025), ...local(event));
}, { passive: false });
map.addEventListener("dblclick", (event) => onTools(event) || zoomBy(1, ...local(event)));

const KEYS = { ArrowLeft: () => panBy(-80, 0), ArrowRight: () => panBy(80, 0), ArrowUp: () => panBy(0, -80),
  ArrowDown: () => panBy(0, 80), "+": () => zoomBy(1), "=": () => zoomBy(1), "-": () => zoomBy(-1),
  0: () => fit(focusBox), Home: () => fit(focusBox), Escape: hideTip };
map.addEventListener("keydown", (event) => {
  const mark = event.target.closest(".mark");
  if (mark && (event.key === "Enter" || event.key === " ")) pick(mark.thing);
  else if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  else {
    KEYS[event.key]();
    const [x, y] = [view.width / 2, view.height / 2];
    showWhere(x, y);
    const thing = event.key === "Escape" ? null : at(x, y); // what the cross in the middle is on
    if (thing) showTip(thing, x, y);
    else hideTip();
    if (thing) byId("status").textContent = described(thing).title;
  }
  event.preventDefault();
});
map.addEventListener("focusin", (event) => {
  const mark = event.target.closest(".mark");
  if (!mark || !mark.matches(":focus-visible")) return;
  const one = mark.thing, scale = scaleOf(view.zoom);
  showTip(one, view.width / 2 + (one.x - view.x) * scale, view.height / 2 + (one.y - view.y) * scale);
});
map.addEventListener("focusout", (event) => event.target.closest(".mark") && hideTip());
byId("in").addEventListener("click", () => zoomBy(1));
byId("out").addEventListener("click", () => zoomBy(-1));
byId("fit").addEventListener("click", () => fit(focusBox));
