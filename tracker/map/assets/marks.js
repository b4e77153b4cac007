// Names, and the pills of alerts and seals: each takes the nearest free place, or (names) none.

const ruler = document.createElement("canvas").getContext("2d");
function textWidth(text, font) {
  ruler.font = `${font} system-ui, "Segoe UI", "DejaVu Sans", sans-serif`;
  return ruler.measureText(text).width;
}

// Boxes that are taken, in a grid of cells, so that thousands of names are no burden.
class Taken {
  constructor() { this.cells = new Map(); }
  *keys([x0, y0, x1, y1]) {
    for (let i = Math.floor(x0 / 90); i <= Math.floor(x1 / 90); i++)
      for (let j = Math.floor(y0 / 90); j <= Math.floor(y1 / 90); j++) yield `${i},${j}`;
  }
  isFree(box) {
    for (const key of this.keys(box)) if (this.cells.get(key)?.some((one) => meets(one, box))) return false;
    return true;
  }
  take(box) {
    for (const key of this.keys(box)) this.cells.set(key, [...(this.cells.get(key) || []), box]);
  }
}

// Places for a pill around its foot: beside it first, then further and further up and down.
const SLOTS = [[1, 0], [-1, 0]];
for (let ring = 1; ring < 14; ring++) for (const side of [1, -1]) for (const way of [-1, 1]) SLOTS.push([side, ring * way]);

function drawMarks(taken) {
  const made = [], shown = marks.filter((one) => !hidden.has(one.layer));
  const seen = shown.filter((one) => meets([one.x, one.y, one.x, one.y], drawnAt.box));
  seen.sort((a, b) => (a.layer === "alerts" ? 0 : 1) - (b.layer === "alerts" ? 0 : 1));
  for (const one of seen) taken.take([px(one.x) - 6, py(one.y) - 6, Number(px(one.x)) + 6, Number(py(one.y)) + 6]);
  for (const one of seen) {
    const x = Number(px(one.x)), y = Number(py(one.y));
    const label = `${one.look.tag} ${one.word}`;
    const width = textWidth(label, "600 11px") + 14;
    let box;
    for (const [side, up] of SLOTS) {
      const left = side > 0 ? x + 14 : x - 14 - width;
      box = [left, y - 9 + up * 21, left + width, y + 9 + up * 21];
      if (taken.isFree(box)) break;
    }
    taken.take(box);
    made.push(pill(one, x, y, box, label));
  }
  // In the scene's order, which is the keyboard's too; alerts come last, so they lie on top.
  made.sort((a, b) => marks.indexOf(a.thing) - marks.indexOf(b.thing));
  byId("layer-marks").replaceChildren(...made);
}

const markTitle = (one) => (one.layer === "alerts" ? `${one.look.label}: ${one.word}` : one.look.label);

function pill(one, x, y, [left, top, right, bottom], label) {
  const group = make("g", { class: `mark ${one.layer} ${one.look.label}`, tabindex: 0, role: "button",
    "aria-label": `${markTitle(one)}, ${one.time}. ${one.detail}` });
  const near = left > x ? left : right;
  group.append(
    make("path", { class: "leader", d: `M${x} ${y}L${near} ${(top + bottom) / 2}` }),
    make("circle", { class: "foot", cx: x, cy: y, r: 5, fill: one.look.colour }),
    make("rect", { class: "pill", x: left, y: top, width: right - left, height: bottom - top, fill: one.look.colour,
      rx: one.layer === "alerts" ? 3 : 9 }),
    make("text", { x: left + 7, y: top + 13 }, label));
  group.lastChild.style.fill = one.look.ink;
  group.thing = one;
  return group;
}

const RANK_ZOOM = [0, 6, 8.5, 10.5]; // from which zoom on a name of each rank is shown

function drawNames(taken) {
  const made = [];
  const put = (text, x, y, font, attributes, dot) => {
    const width = textWidth(text, font), shift = dot ? 8 : -width / 2;
    const box = [x + shift, y - 8, x + shift + width, y + 7];
    if (!taken.isFree(box)) return false;
    taken.take(box);
    if (dot) made.push(make("circle", { class: "town-dot", cx: x, cy: y, r: 3 }));
    made.push(make("text", { x: box[0], y: y + 4, ...attributes }, text));
    return true;
  };
  for (const one of hidden.has("names") ? [] : [...names].sort((a, b) => a.rank - b.rank)) {
    if (view.zoom < RANK_ZOOM[one.rank] || !meets([one.x, one.y, one.x, one.y], drawnAt.box)) continue;
    if (one.rank > 1 && view.zoom > 13.5) continue; // by now the zones themselves are named
    put(one.text, Number(px(one.x)), Number(py(one.y)), one.rank ? "600 12px" : "600 13.5px",
      { class: `town rank${one.rank}` }, true);
  }
  for (const one of shapes) {
    const size = one.size * drawnAt.scale, look = styles.zones[one.kind];
    if (size < TAG_PX) break; // they are in the order of their size
    const x = Number(px(one.centre.x)), y = Number(py(one.centre.y));
    const short = one.crossing ? one.name.replace(/^[^:]*: */, "") : one.name;
    if (size > NAME_PX && put(`${look.tag} · ${short}`, x, y, "11.5px", {})) continue;
    put(look.tag, x, y, "700 10.5px", { class: "tag" });
  }
  byId("layer-names").replaceChildren(...made);
}
