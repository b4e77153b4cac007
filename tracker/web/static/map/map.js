// The live map: trucks as they move, who is here now, one that is followed.

import { View } from "./view.js";
import { Trucks } from "./trucks.js";
import { Here } from "./here.js";
import { steerByKey } from "./camera.js";
import { drawGlyph } from "./glyphs.js";
import { mercatorX, mercatorY } from "../mercator.js";

const byId = (id) => document.getElementById(id);
const canvas = byId("map"), tip = byId("tip"), address = new URL(location.href);
const words = JSON.parse(canvas.dataset.words), say = (key, facts = {}) =>
  (words[key] || key).replace(/\{(\w+)\}/g, (all, name) => facts[name] ?? all);
const TRAILS = 500, NAMES = 60; // drawn at most: more would be a tangle
const reach = 13; // px

let selected = null, followed = address.searchParams.get("follow"), hovered = null, fitted = false;
let items = [], track = null;
const trucks = new Trucks(matchMedia("(prefers-reduced-motion: reduce)").matches);
const view = new View(canvas, { styles: JSON.parse(canvas.dataset.styles), tiles: canvas.dataset.tiles, paint, point });
const { camera, ground } = view;
const here = new Here(trucks, camera, { say, choose, drawGlyph: (to, need, seal) => drawGlyph(to, need, seal, view.colours) });

function paint(to, _, now) {
  const target = followed && trucks.all.get(followed);
  if (target && target.placed) {
    const [x, y] = trucks.place(target, now);
    if (camera.x !== x || camera.y !== y) { camera.x = x; camera.y = y; camera.moved("follow"); }
  }
  items = trucks.drawn(camera, now, selected);
  if (track) drawTrack(to);
  const singles = items.filter((item) => item.truck);
  if (singles.length <= TRAILS) drawTrails(to, singles, now);
  for (const item of items) {
    const { truck, px, py } = item;
    if (!truck) { view.cluster(item); continue; }
    if (truck.id === selected) drawChosen(to, px, py);
    to.globalAlpha = truck.lost ? 0.55 : 1;
    view.glyphs.put(to, px, py, truck.need, truck.seal, truck.moving ? truck.course : null);
    to.globalAlpha = 1;
  }
  if (singles.length <= NAMES) drawNames(to, singles);
  return now < trucks.gliding;
}

function drawTrails(to, singles, now) {
  to.lineWidth = 2;
  to.strokeStyle = view.colours.link;
  to.globalAlpha = 0.55;
  for (const { truck } of singles) {
    const trail = trucks.trails.get(truck.id);
    if (!trail || trail.length < 4) continue;
    view.line(trail, 0, trail.length / 2 - 1);
    const [x, y] = trucks.place(truck, now);
    to.lineTo(camera.px(x), camera.py(y));
    to.stroke();
  }
  to.globalAlpha = 1;
}

function drawTrack(to) {
  for (const line of track.lines) {
    view.line(line);
    to.lineWidth = 3;
    to.strokeStyle = view.colours.ink;
    to.stroke();
  }
  to.fillStyle = view.colours.warning;
  for (const [x, y] of track.late) to.fillRect(camera.px(x) - 2, camera.py(y) - 2, 4, 4);
  to.strokeStyle = view.colours.critical;
  to.lineWidth = 1.5;
  for (const [x, y] of track.doubted) {
    const px = camera.px(x), py = camera.py(y);
    to.beginPath();
    to.moveTo(px - 4, py - 4); to.lineTo(px + 4, py + 4);
    to.moveTo(px + 4, py - 4); to.lineTo(px - 4, py + 4);
    to.stroke();
  }
}

function drawChosen(to, px, py) {
  to.beginPath();
  to.arc(px, py, 17, 0, 7);
  to.lineWidth = 3;
  to.strokeStyle = view.colours.ink;
  to.stroke();
}

function drawNames(to, singles) {
  to.font = "600 12px system-ui, sans-serif";
  to.textAlign = "center";
  to.textBaseline = "top";
  to.lineWidth = 3;
  to.strokeStyle = view.colours.halo;
  to.fillStyle = view.colours.ink;
  for (const { truck, px, py } of singles) {
    to.strokeText(truck.id, px, py + 14);
    to.fillText(truck.id, px, py + 14);
  }
}

// ---- pointing, choosing, following

function under(px, py) {
  for (let i = items.length - 1; i >= 0; i--)
    if (Math.hypot(items[i].px - px, items[i].py - py) <= (items[i].truck ? reach : 22)) return items[i];
  return null;
}

function point(px, py, pressed) {
  const item = px < 0 ? null : under(px, py);
  hovered = item && item.truck ? item.truck.id : null;
  canvas.classList.toggle("pointing", item !== null);
  if (pressed && item) {
    if (item.truck) choose(item.truck.id);
    else camera.fit(item.box, Math.min(17, camera.zoom + 3));
  }
  if (item && item.truck) showTip(px, py, here.linesOf(item.truck));
  else if (item) showTip(px, py, [say("map.say.several", { count: item.count }), say(`need.${item.need}`)]);
  else {
    const zone = px < 0 ? null : ground.at(camera, px, py);
    showTip(px, py, zone ? [zone.name, say(`map.say.kind.${zone.kind}`)] : null);
  }
}

async function showTip(px, py, lines) {
  tip.hidden = !lines;
  if (!lines) return;
  tip.replaceChildren(...lines.filter(Boolean).map((text, i) => {
    const line = document.createElement(i ? "small" : "b");
    line.textContent = text;
    return line;
  }));
  tip.style.setProperty("left", `${Math.max(4, Math.min(px + 14, camera.width - tip.offsetWidth - 6))}px`);
  tip.style.setProperty("top", `${py + 18 + tip.offsetHeight > camera.height ? Math.max(4, py - tip.offsetHeight - 12) : py + 18}px`);
}

// move: whether the map goes there.
function choose(id, move = false) {
  if (selected !== id) track = null;
  selected = id;
  const truck = trucks.all.get(id);
  if (move && truck && truck.placed) camera.look(truck.lat, truck.lon, Math.max(camera.zoom, 9));
  here.chosen(id);
  tell();
  view.later();
}

function follow(id) {
  followed = id;
  if (id) {
    selected = id;
    const truck = trucks.all.get(id);
    if (truck && truck.placed && camera.zoom < 9) camera.zoom = 9;
    here.chosen(id);
  }
  tell();
  view.later();
}

function tell() {
  const truck = selected && trucks.all.get(selected);
  byId("chosen").hidden = !selected;
  byId("follow").setAttribute("aria-pressed", String(followed !== null && followed === selected));
  byId("show-track").setAttribute("aria-pressed", String(track !== null));
  byId("open").href = selected ? `/shipments/${encodeURIComponent(selected)}` : "/board";
  byId("status").textContent = !selected ? "" : truck ? here.linesOf(truck).filter(Boolean).join(". ") : say("map.say.not_here", { id: selected });
  remember();
}

async function showTrack() {
  if (track) { track = null; tell(); return view.later(); }
  const id = selected, answer = await fetch(`/api/v1/shipments/${encodeURIComponent(id)}/track?limit=10000`);
  if (!answer.ok || id !== selected) return;
  const lines = new Map(), late = [], doubted = [];
  for (const one of (await answer.json()).items) {
    const x = mercatorX(one.lon), y = mercatorY(one.lat);
    if (!one.believed) { doubted.push([x, y]); continue; }
    if (one.late) late.push([x, y]);
    if (!lines.has(one.device)) lines.set(one.device, []);
    lines.get(one.device).push(x, y);
  }
  track = { lines: [...lines.values()], late, doubted };
  tell();
  view.later();
}

// ---- the address says what is seen, so that it can be sent to somebody

let saving = 0;
function remember() {
  clearTimeout(saving);
  saving = setTimeout(() => {
    const { searchParams } = address;
    searchParams.set("z", camera.zoom.toFixed(2));
    searchParams.set("lat", camera.lat.toFixed(5));
    searchParams.set("lon", camera.lon.toFixed(5));
    if (followed) searchParams.set("follow", followed); else searchParams.delete("follow");
    history.replaceState(null, "", address);
    for (const name of ["z", "lat", "lon", "follow"]) byId("filter").elements[name].value = searchParams.get(name) || "";
  }, 250);
}

function showAll() {
  followed = null;
  camera.fit(trucks.box[0] <= trucks.box[2] ? trucks.box : [mercatorX(-107), mercatorY(33), mercatorX(-96), mercatorY(24)], 11);
  tell();
}

camera.onmove = (by) => {
  if (by === "hand" && followed) { followed = null; tell(); }
  tip.hidden = true;
  here.later();
  remember();
  view.later();
};

const KEYS = {
  0: showAll, Home: showAll, f: () => selected && follow(followed === selected ? null : selected),
  t: () => selected && showTrack(), z: () => byId("layer-zones").click(),
  n: () => choose(here.next(selected, 1), true), p: () => choose(here.next(selected, -1), true),
  Enter: () => selected && byId("open").click(),
  Escape: () => { selected = null; track = null; follow(null); here.chosen(null); },
};
canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (!steerByKey(event, camera)) {
    if (!KEYS[event.key]) return;
    KEYS[event.key]();
  }
  event.preventDefault();
});
for (const [id, act] of [["in", () => camera.zoomBy(1, "wheel")], ["out", () => camera.zoomBy(-1, "wheel")], ["all", showAll],
  ["follow", KEYS.f], ["show-track", KEYS.t]]) byId(id).addEventListener("click", act);
for (const box of document.querySelectorAll("input[data-layer]")) {
  ground.show(box.dataset.layer, box.checked);
  box.addEventListener("change", () => ground.show(box.dataset.layer, box.checked));
}
for (const choice of byId("filter").querySelectorAll("select")) choice.addEventListener("change", () => byId("filter").requestSubmit());
for (const legend of document.querySelectorAll("canvas[data-need]")) here.picture(legend, legend.dataset.need, "");

// ---- the beginning, and what is told

const given = ["lat", "lon", "z"].map((name) => parseFloat(address.searchParams.get(name)));
if (given.every(Number.isFinite)) { camera.look(...given); fitted = true; }
if (followed) selected = followed;
ground.load("/static/map/ground.json");
fetch("/api/v1/zones.geojson").then((answer) => answer.json()).then((places) => ground.take(places));

globalThis.listen(canvas.dataset.live, null, {
  reset() { trucks.all.clear(); },
  trucks(data) {
    const list = JSON.parse(data);
    trucks.take(list, performance.now());
    if (!fitted) { fitted = true; if (followed && trucks.all.has(followed)) follow(followed); else if (!followed) showAll(); }
    if (selected && list.some(([id]) => id === selected)) tell();
    here.later();
    view.later();
  },
  gone(data) { trucks.drop(JSON.parse(data)); here.later(); view.later(); },
  count(data) { byId("count").textContent = data; },
  health(data) {
    const { watching, text } = JSON.parse(data);
    byId("health").className = `health health-${watching}`;
    byId("health").textContent = text;
  },
});
tell();
globalThis.liveMap = { trucks, view, camera, ground, choose, follow, get selected() { return selected; }, get followed() { return followed; }, get items() { return items; } };
