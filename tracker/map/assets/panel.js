// Beside the map: legend with a switch for each layer, the timeline, everything by name; the theme.

const MOST_ITEMS = 300; // shown at once; the search field finds the others
const el = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  element.append(...children);
  return element;
};

function swatch(...parts) {
  const picture = make("svg", { width: 30, height: 16, viewBox: "0 0 30 16", "aria-hidden": "true" });
  picture.append(...parts);
  return picture;
}

function layerRow(layer, picture, label, count) {
  const box = el("input", { type: "checkbox", "data-layer": layer });
  box.checked = true;
  box.addEventListener("change", () => {
    if (box.checked) hidden.delete(layer);
    else hidden.add(layer);
    hideTip();
    redraw();
  });
  return el("label", {}, box, picture, label, el("span", { class: "count" }, count === null ? "" : count.toLocaleString("en")));
}

function legend() {
  const rows = [];
  const pillOf = (look, round) => [make("rect", { x: 1, y: 1, width: 28, height: 14, rx: round, fill: look.colour }), inked(look)];
  if (marks.some((one) => one.layer === "alerts")) rows.push(layerRow("alerts",
    swatch(...pillOf(styles.alerts.critical, 3)), "Alerts (!! critical, ! warning, i note)", marks.filter((m) => m.layer === "alerts").length));
  if (marks.some((one) => one.layer === "seals")) rows.push(layerRow("seals",
    swatch(...pillOf(styles.seals.sealed, 7)), "Seal events", marks.filter((m) => m.layer === "seals").length));
  if (tracks.length) {
    const line = (name, d) => make("path", { class: name, d });
    rows.push(layerRow("tracks", swatch(line("track first", "M1 12L12 4L20 11L29 5")), `Track of ${tracks.map((t) => t.device).join(", ")}`,
      tracks.reduce((sum, t) => sum + t.fixes, 0)));
    const sum = (of) => tracks.reduce((total, t) => total + of(t).length, 0);
    if (sum((t) => t.gaps)) rows.push(layerRow("gaps", swatch(line("gap first", "M1 8H29")), "Gap: no position known", sum((t) => t.gaps)));
    if (sum((t) => t.late)) rows.push(layerRow("late", swatch(line("late", "M9 8h0M21 8h0"), line("late inner", "M9 8h0M21 8h0")),
      "Late, from a backlog", sum((t) => t.late)));
    if (sum((t) => t.doubted)) rows.push(layerRow("doubted", swatch(line("doubted first", "M11 4l8 8m0 -8l-8 8")), "Not believed", sum((t) => t.doubted)));
    if (sum((t) => t.stops)) rows.push(layerRow("stops", swatch(make("rect", { class: "stop", x: 10, y: 3, width: 10, height: 10 })),
      "Stop of 5 min or more", sum((t) => t.stops)));
  }
  if (routes.length) rows.push(layerRow("routes", swatch(
    make("rect", { class: "bands", y: 1.5, width: 30, height: 13, fill: styles.route }),
    make("path", { class: "route", d: "M0 8H30", stroke: styles.route })), "Corridor and its width", routes.length));
  for (const [kind, look] of Object.entries(styles.zones)) {
    const count = areas.filter((one) => one.kind === kind).length;
    if (!count) continue;
    const box = { x: 1, y: 1, width: 28, height: 14 };
    const parts = [make("rect", { ...box, class: "area", fill: look.colour, stroke: look.colour })];
    if (look.hatch) parts.push(make("rect", { ...box, class: "hatch", fill: `url(#hatch-${kind})` }));
    parts.push(make("text", { class: "tag", x: 15, y: 12, "text-anchor": "middle" }, look.tag));
    rows.push(layerRow(kind, swatch(...parts), look.label, count));
  }
  rows.push(layerRow("border", swatch(make("path", { class: "border", d: "M0 8H30" })), "US-Mexico border", null));
  rows.push(layerRow("names", swatch(make("circle", { class: "town-dot", cx: 8, cy: 8, r: 3 })), "Names of towns, crossings, yards", null));
  rows.push(layerRow("grid", swatch(make("path", { class: "grid", d: "M0 8H30M15 0V16" })), "Latitude and longitude", null));
  const notes = [...scene.notes];
  if (areas.some((one) => one.precision === "approximate")) notes.unshift("Dashed outline: drawn approximately, not surveyed.");
  byId("legend").replaceChildren(...rows, ...notes.map((note) => el("p", {}, note)));
}

function inked(look) {
  const text = make("text", { x: 15, y: 12, "text-anchor": "middle" }, look.tag);
  text.style.fill = look.ink;
  text.style.stroke = "none";
  return text;
}

// A list with a search field. `items`: {head, lines, colour, badge, pick}
function searchable(place, label, items) {
  const field = el("input", { type: "search", class: "search", placeholder: `${label} (${items.length.toLocaleString("en")})`, "aria-label": label });
  const list = el("ol"), more = el("p", { class: "more" });
  const texts = items.map((one) => [one.head, ...one.lines].join(" ").toLowerCase());
  const fill = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = items.filter((_, i) => words.every((word) => texts[i].includes(word)));
    list.replaceChildren(...found.slice(0, MOST_ITEMS).map(item));
    more.textContent = found.length ? "" : "nothing found";
    if (found.length > MOST_ITEMS) more.textContent = `and ${(found.length - MOST_ITEMS).toLocaleString("en")} more: search for them`;
  };
  field.addEventListener("input", fill);
  fill();
  byId(place).replaceChildren(...(items.length > 12 ? [field] : []), list, more);
}

function item(one) {
  const button = el("button", { type: "button", class: "item" }, one.head);
  if (one.badge) {
    const badge = el("span", { class: "badge" }, one.badge.text);
    badge.style.background = one.badge.look.colour;
    badge.style.color = one.badge.look.ink;
    button.append(badge);
  }
  button.append(...one.lines.filter(Boolean).map((line) => el("small", {}, line)));
  if (one.colour) button.style.borderLeftColor = one.colour;
  if (one.pick) button.addEventListener("click", () => pick(one.pick));
  else button.disabled = true;
  return el("li", {}, button);
}

function lists() {
  if (scene.timeline.length) {
    byId("story").hidden = false;
    byId("things").open = false;
    searchable("timeline", "Search the timeline", scene.timeline.map((row) => {
      const look = styles.alerts[row.look] || styles.seals[row.look];
      return { head: row.time, lines: [`${row.word}: ${row.detail}${row.at ? "" : " (no place)"}`], colour: look?.colour,
        badge: look && { text: row.look, look },
        pick: row.at && { ...spot(row.at), title: row.time, lines: [`${row.word}: ${row.detail}`] } };
    }));
  }
  const inView = (one) => Number(meets(one.box, focusBox));
  const places = [...[...areas].sort((a, b) => a.id.localeCompare(b.id)), ...routes];
  const things = [...marks, ...places.sort((a, b) => inView(b) - inView(a))]; // a stable sort
  searchable("features", "Search the map", things.map((one) => {
    const { title, lines } = described(one);
    const colour = one.look?.colour || (one.kind ? styles.zones[one.kind].colour : styles.route);
    return { head: title, lines: lines.slice(0, 2), colour, pick: one };
  }));
}

// The theme: the system's, until somebody chooses; always light on paper.
const root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)");
let theme = null;
const dress = (as = theme ?? (system.matches ? "dark" : "light")) => (root.dataset.theme = as);
system.addEventListener("change", () => dress());
byId("theme").addEventListener("click", () => ((theme = root.dataset.theme === "dark" ? "light" : "dark"), dress()));
// On paper the picture is scaled as it is: nothing is drawn anew while a page is being laid out.
let printing = false;
addEventListener("beforeprint", () => {
  printing = true;
  dress("light");
  byId("picture").setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
});
addEventListener("afterprint", () => {
  printing = false;
  dress();
  byId("picture").removeAttribute("viewBox");
});

// In a smaller window everything is smaller: what was in view stays in view.
function measure(first = false) {
  if (printing) return;
  const width = Math.max(map.clientWidth, 1), height = Math.max(map.clientHeight, 1);
  if (!first) view.zoom += Math.log2(Math.min(width / view.width, height / view.height));
  view.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.zoom));
  Object.assign(view, { width, height });
  byId("cross").setAttribute("transform", `translate(${view.width / 2} ${view.height / 2})`);
}
new ResizeObserver(() => (measure(), redraw())).observe(map);

dress();
hatches();
legend();
lists();
measure(true);
fit(focusBox);
render();
