// Plays back the journey of the shipment that a page is about (templates/_playback.html).

import { View } from "./map/view.js";
import { Journey, upTo } from "./map/journey.js";
import { steerByKey } from "./map/camera.js";

const byId = (id) => document.getElementById(`playback-${id}`), section = document.getElementById("playback");
const REACH_PX = 11, AGAIN_MS = 5000;
let journey = null, view = null, moment = 0, playing = false, before = 0, current = -1, read = 0;

const say = (key) => journey.data.words[key] || key;
let clock = null;
// As the pages write it: 2026-03-02 12:40:00 CST.
function timeOf(at) {
  const part = Object.fromEntries(clock.formatToParts(at * 1000).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second} ${part.timeZoneName}`;
}

async function load() {
  read = Date.now();
  const answer = await fetch(section.dataset.journey, { headers: { accept: "application/json" } });
  const told = await answer.json().catch(() => null);
  if (!answer.ok || !told) { byId("told").textContent = (told && told.what) || answer.statusText; return; }
  const first = journey === null, atEnd = !first && moment >= journey.end;
  journey = new Journey(told);
  clock = new Intl.DateTimeFormat("en-US", { timeZone: told.zone, year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short" });
  if (first) begin(told);
  byId("told").textContent = journey.empty ? say("map.say.empty") : "";
  byId("slider").min = journey.start;
  byId("slider").max = journey.end;
  list();
  seek(first || atEnd ? journey.end : moment);
  ticks();
}

function begin(told) {
  view = new View(byId("map"), { styles: told.styles, tiles: section.dataset.tiles, paint, point });
  view.ground.load("/static/map/ground.json");
  view.ground.take(told.places);
  view.camera.onmove = () => view.later();
  showAll();
  new ResizeObserver(ticks).observe(byId("ticks"));
}

function showAll() {
  if (!journey.empty) view.camera.fit(journey.box, 14);
}

// ---- drawing

function paint(to, _, now) {
  if (playing) advance(now);
  for (const track of journey.tracks) drawTrack(to, track);
  drawEvents(to);
  const seal = journey.sealAt(moment);
  for (const track of journey.tracks) {
    const here = journey.at(track, moment);
    if (!here) continue;
    const { camera, glyphs } = view, need = here.silent ? "silent" : (here.speed ?? 1) > 3 ? "under_way" : "at_rest";
    glyphs.put(to, camera.px(here.x), camera.py(here.y), need, track.role === "tracker" ? "" : seal, need === "under_way" ? here.course : null);
  }
  return playing;
}

// What is still to come is faint; between two fixes that are too far apart in time it is dashed.
function drawTrack(to, track) {
  const { colours } = view, here = journey.at(track, moment), now = here ? here.i : -1, count = track.at.length;
  for (const [from, until, alpha] of [[Math.max(now, 0), count - 1, 0.3], [0, now, 1]]) {
    to.globalAlpha = alpha;
    let start = from;
    for (let i = from; i <= until; i++) {
      if (i < until && !track.gapAfter.has(i)) continue;
      piece(to, track, start, i, colours.ink, []);
      if (i < until) piece(to, track, i, i + 1, colours.soft, [2, 6]);
      start = i + 1;
    }
  }
  to.globalAlpha = 1;
  if (here && !here.silent && now < count - 1) {
    view.line([track.points[2 * now], track.points[2 * now + 1], here.x, here.y]);
    to.stroke();
  }
  drawDoubts(to, track);
}

function piece(to, track, from, until, colour, dash) {
  if (until <= from) return;
  view.line(track.points, from, until + 1);
  to.lineWidth = 3;
  to.strokeStyle = colour;
  to.setLineDash(dash);
  to.stroke();
  to.setLineDash([]);
}

function drawDoubts(to, track) {
  const { camera, colours } = view;
  to.fillStyle = colours.warning;
  for (const i of track.late) to.fillRect(camera.px(track.points[2 * i]) - 2, camera.py(track.points[2 * i + 1]) - 2, 4, 4);
  to.strokeStyle = colours.critical;
  to.lineWidth = 1.5;
  for (const { x, y } of track.doubted) {
    const px = camera.px(x), py = camera.py(y);
    to.beginPath();
    to.moveTo(px - 4, py - 4); to.lineTo(px + 4, py + 4);
    to.moveTo(px + 4, py - 4); to.lineTo(px - 4, py + 4);
    to.stroke();
  }
}

const lookOf = (event) => journey.data.styles.alerts[event.look] || journey.data.styles.seals[event.look];

function drawEvents(to) {
  const { camera } = view;
  to.textAlign = "center";
  to.textBaseline = "middle";
  to.font = "bold 11px system-ui, sans-serif";
  journey.events.forEach((event) => {
    const look = event.x !== undefined && lookOf(event);
    if (!look) return;
    const px = camera.px(event.x), py = camera.py(event.y) - 16;
    to.globalAlpha = event.at <= moment ? 1 : 0.3;
    to.beginPath();
    to.arc(px, py, 8, 0, 7);
    to.fillStyle = look.colour;
    to.fill();
    to.strokeStyle = view.colours.ground;
    to.lineWidth = 1.5;
    to.stroke();
    to.fillStyle = look.ink;
    to.fillText(look.tag, px, py + 0.5);
  });
  to.globalAlpha = 1;
}

// The bar's marks: when what happened.
function ticks() {
  const canvas = byId("ticks"), width = canvas.clientWidth;
  if (!view || !width) return;
  canvas.width = width * view.ratio;
  canvas.height = 12 * view.ratio;
  const to = canvas.getContext("2d");
  to.scale(view.ratio, view.ratio);
  for (const event of journey.events) {
    const look = lookOf(event);
    if (!look || event.at < journey.start || event.at > journey.end) continue;
    to.fillStyle = look.colour;
    to.fillRect(8 + ((width - 16) * (event.at - journey.start)) / (journey.end - journey.start) - 1, event.weight === "critical" ? 0 : 4, 3, 12);
  }
}

// ---- time

function advance(now) {
  const passed = Math.min(0.1, (now - before) / 1000) * Number(byId("speed").value);
  before = now;
  if (moment + passed >= journey.end) play(false);
  seek(Math.min(journey.end, moment + passed));
}

function seek(to) {
  moment = to;
  const slider = byId("slider"), text = timeOf(moment);
  slider.value = Math.round(moment);
  slider.setAttribute("aria-valuetext", text);
  byId("time").textContent = text;
  byId("time").title = new Date(moment * 1000).toISOString().replace("T", " ").replace(/\.\d+Z/, " UTC");
  const newest = upTo(journey.times, moment);
  if (newest !== current) mark(newest);
  view.later();
}

function play(on) {
  playing = on;
  byId("play").textContent = say(on ? "map.say.pause" : "map.say.play");
  before = performance.now();
  if (on && moment >= journey.end) moment = journey.start;
  view.later();
}

// ---- the timeline, here and in the page

function list() {
  current = -1;
  byId("events").replaceChildren(...journey.events.map((event, i) => {
    const row = document.createElement("li"), button = document.createElement("button"), text = document.createElement("span");
    const [what, when] = ["b", "small"].map((name) => document.createElement(name));
    what.textContent = event.text;
    when.textContent = event.time + (event.late ? ` (${say("map.say.late")})` : "");
    text.append(what, when);
    button.type = "button";
    button.append(text);
    button.addEventListener("click", () => go(i));
    row.className = event.weight;
    row.append(button);
    return row;
  }));
}

function mark(newest) {
  for (const [index, on] of [[current, false], [newest, true]]) {
    const event = journey.events[index];
    if (!event) continue;
    const row = byId("events").children[index], entry = document.getElementById(`entry-${event.index}`);
    for (const element of [row.firstElementChild, entry]) if (element) on ? element.setAttribute("aria-current", "true") : element.removeAttribute("aria-current");
    if (on) byId("events").scrollTop = row.offsetTop - byId("events").offsetTop - byId("events").clientHeight / 2;
  }
  current = newest;
}

function go(index) {
  const event = journey.events[index];
  play(false);
  seek(Math.min(journey.end, Math.max(journey.start, event.at)));
  mark(index);
  if (event.x === undefined) return;
  view.camera.x = event.x;
  view.camera.y = event.y;
  view.camera.zoom = Math.max(view.camera.zoom, 11);
  view.camera.moved();
}

function point(px, py, pressed) {
  const tip = byId("tip"), { camera } = view;
  const index = px < 0 ? -1 : journey.events.findLastIndex((one) => one.x !== undefined && lookOf(one) &&
    Math.hypot(camera.px(one.x) - px, camera.py(one.y) - 16 - py) <= REACH_PX);
  tip.hidden = index < 0;
  if (index < 0) return;
  const { text, time } = journey.events[index];
  tip.replaceChildren(...[["b", text], ["small", time]].map(([name, words]) => Object.assign(document.createElement(name), { textContent: words })));
  tip.style.setProperty("left", `${Math.max(4, Math.min(px + 14, camera.width - tip.offsetWidth - 6))}px`);
  tip.style.setProperty("top", `${Math.max(4, Math.min(py + 14, camera.height - tip.offsetHeight - 6))}px`);
  if (pressed) go(index);
}

byId("play").addEventListener("click", () => play(!playing));
byId("slider").addEventListener("input", () => { play(false); seek(Number(byId("slider").value)); });
byId("in").addEventListener("click", () => view.camera.zoomBy(1));
byId("out").addEventListener("click", () => view.camera.zoomBy(-1));
byId("all").addEventListener("click", showAll);
byId("map").addEventListener("keydown", (event) => {
  if (event.key === " ") play(!playing);
  else if (event.key === "0" || event.key === "Home") showAll();
  else if (!steerByKey(event, view.camera)) return;
  event.preventDefault();
});
document.addEventListener("click", (event) => {
  const entry = !event.target.closest("a, button") && event.target.closest("[id^='entry-']");
  const index = entry && journey ? journey.events.findIndex((one) => `entry-${one.index}` === entry.id) : -1;
  if (index >= 0) go(index);
});
section.addEventListener("stale", () => {
  if (journey && Date.now() - read > AGAIN_MS) load();
});
section.hidden = false;
new IntersectionObserver(([seen], watcher) => {
  if (seen.isIntersecting) { watcher.disconnect(); load(); }
}).observe(section);
globalThis.playback = { get journey() { return journey; }, get view() { return view; }, get moment() { return moment; }, get playing() { return playing; }, get current() { return current; }, seek, play };
