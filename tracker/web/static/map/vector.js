// Vector tiles (Mapbox Vector Tile 2, as .pmtiles files hold them): read, and drawn in our colours.
// Layers are known by the names that Protomaps' and OpenMapTiles' maps give them.

import { stroke } from "./ground.js";

const WATER = new Set(["water", "ocean"]), GREEN = new Set(["landuse", "landcover", "park", "natural"]);
const ROADS = new Set(["roads", "transportation"]), BORDERS = new Set(["boundaries", "boundary"]);
const GREAT = new Set(["highway", "motorway", "trunk", "major_road", "primary"]);

// Protocol buffers: calls field(number, value) with numbers, and with [from, to] for what has a length.
function fields(bytes, at, end, field) {
  const number = () => {
    let value = 0, scale = 1, byte;
    do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte & 128);
    return value;
  };
  while (at < end) {
    const key = number(), kind = key & 7;
    if (kind === 0) field(key >> 3, number());
    else if (kind === 2) { const length = number(); field(key >> 3, [at, at + length]); at += length; }
    else at += kind === 1 ? 8 : 4;
  }
}

function packed(bytes, [at, end]) {
  const list = [];
  while (at < end) {
    let value = 0, scale = 1, byte;
    do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte & 128);
    list.push(value);
  }
  return list;
}

const text = (bytes, [from, to]) => new TextDecoder().decode(bytes.subarray(from, to));
const signed = (value) => (value & 1 ? -(value + 1) / 2 : value / 2);

// Lines of a feature, each x0 y0 x1 y1 ... in parts of the tile.
function lines(commands, extent) {
  const found = [];
  let x = 0, y = 0, line = null;
  for (let i = 0; i < commands.length; ) {
    const command = commands[i] & 7, count = commands[i++] >> 3;
    if (command === 7) { if (line) line.push(line[0], line[1]); continue; }
    for (let n = 0; n < count; n++) {
      x += signed(commands[i++]);
      y += signed(commands[i++]);
      if (command === 1) found.push((line = []));
      line.push(x / extent, y / extent);
    }
  }
  return found;
}

// {water, green, roads, great, borders}: lines of each.
export function read(buffer) {
  const bytes = new Uint8Array(buffer), made = { water: [], green: [], roads: [], great: [], borders: [] };
  fields(bytes, 0, bytes.length, (number, at) => {
    if (number !== 3) return;
    let name = "", extent = 4096;
    const features = [], keys = [], values = [];
    fields(bytes, ...at, (part, value) => {
      if (part === 1) name = text(bytes, value);
      else if (part === 2) features.push(value);
      else if (part === 3) keys.push(text(bytes, value));
      else if (part === 4) {
        let said = null;
        fields(bytes, ...value, (kind, one) => { if (kind === 1) said = text(bytes, one); });
        values.push(said);
      } else if (part === 5) extent = value;
    });
    const wanted = WATER.has(name) ? "water" : GREEN.has(name) ? "green" : ROADS.has(name) ? "roads" : BORDERS.has(name) ? "borders" : null;
    if (!wanted) return;
    for (const feature of features) {
      let type = 0, tags = [], geometry = [];
      fields(bytes, ...feature, (part, value) => {
        if (part === 2) tags = packed(bytes, value);
        else if (part === 3) type = value;
        else if (part === 4) geometry = packed(bytes, value);
      });
      if (type !== (wanted === "water" || wanted === "green" ? 3 : 2)) continue;
      let into = wanted;
      for (let i = 0; i < tags.length; i += 2)
        if (wanted === "roads" && (keys[tags[i]] === "kind" || keys[tags[i]] === "class") && GREAT.has(values[tags[i + 1]])) into = "great";
      made[into].push(...lines(geometry, extent));
    }
  });
  return made;
}

// As a tile lies on the sheet: its corner and size in units of the square.
export function draw(sheet, tile, x, y, size) {
  const { to, colours } = sheet;
  const placed = (list) => list.map((line) => {
    const points = new Float64Array(line.length), box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < line.length; i += 2) {
      const px = (points[i] = x + line[i] * size), py = (points[i + 1] = y + line[i + 1] * size);
      box[0] = Math.min(box[0], px); box[1] = Math.min(box[1], py);
      box[2] = Math.max(box[2], px); box[3] = Math.max(box[3], py);
    }
    return { points, box };
  });
  tile.placed ||= Object.fromEntries(Object.entries(tile.read).map(([name, list]) => [name, placed(list)]));
  for (const [name, colour] of [["green", colours.green], ["water", colours.sea]]) {
    stroke(sheet, tile.placed[name], "transparent", 0);
    to.fillStyle = colour;
    to.fill("evenodd");
  }
  stroke(sheet, tile.placed.roads, colours.state, 1);
  stroke(sheet, tile.placed.great, colours.coast, sheet.zoom > 9 ? 2.5 : 1.5);
  stroke(sheet, tile.placed.borders, colours.border, 1, [4, 3]);
}
