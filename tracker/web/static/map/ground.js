// The ground: land, lakes, states, border, towns, roads (corridors) and zones, drawn into a picture
// that is larger than the view, so that moving costs one copy a frame.

import { flat, union, meets, spot, insideRing, mercatorX, mercatorY } from "../mercator.js";
import { Tiles } from "./tiles.js";

const MARGIN = 0.25; // around the view, of its size
const TINY_PX = 6, NAME_PX = 60, SETTLED_MS = 140;
const TOWN_ZOOM = [4, 6, 7.5, 9]; // by a town's rank

// One of ground.json: steps in thousandths of a degree.
function unpacked(steps, scale) {
  let lon = 0, lat = 0;
  const points = [];
  for (let i = 0; i < steps.length; i += 2) points.push([(lon += steps[i]) / scale, (lat += steps[i + 1]) / scale]);
  return flat(points);
}

export class Ground {
  // tiles: the address of a user's own, or "".
  constructor(styles, tiles, changed) {
    this.styles = styles;
    this.changed = changed;
    this.picture = document.createElement("canvas");
    this.drawn = null; // the camera as it was when the picture was made
    this.hidden = new Set(); // kinds of zone, "routes", "zones"
    this.areas = [];
    this.routes = [];
    this.layers = null;
    this.tiles = tiles ? new Tiles(tiles, () => this.stale()) : null;
    this.settle = 0;
  }

  async load(url) {
    const data = await (await fetch(url)).json(), lines = (list) => list.map((steps) => unpacked(steps, data.scale));
    this.layers = { mx: lines(data.lands.MX), us: lines(data.lands.US), lakes: lines(data.lakes),
      coast: lines(data.coast), states: lines(data.states), border: lines(data.border) };
    this.towns = data.towns.map(([name, lon, lat, rank]) => ({ name, rank, x: mercatorX(lon / data.scale), y: mercatorY(lat / data.scale) }));
    this.stale();
  }

  // GeoJSON of zones and corridors.
  take(collection) {
    for (const { geometry, properties } of collection.features) {
      if (geometry.type.endsWith("LineString")) {
        const lines = (geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates).map(flat);
        this.routes.push({ ...properties, lines, box: union(lines.map((line) => line.box)) });
      } else {
        const rings = (geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat()).map(flat);
        const box = union(rings.map((ring) => ring.box));
        this.areas.push({ ...properties, rings, box, size: Math.max(box[2] - box[0], box[3] - box[1]) });
      }
    }
    this.areas.sort((a, b) => b.size - a.size);
    this.stale();
  }

  show(name, on) {
    if (on) this.hidden.delete(name); else this.hidden.add(name);
    this.stale();
  }

  shows(area) { return !this.hidden.has("zones") && !this.hidden.has(area.kind); }

  stale() {
    this.drawn = null;
    this.changed();
  }

  // The smallest zone at a place, or null.
  at(camera, px, py) {
    const [x, y] = camera.unit(px, py);
    for (let i = this.areas.length - 1; i >= 0; i--) {
      const one = this.areas[i], b = one.box;
      if (!this.shows(one) || x < b[0] || y < b[1] || x > b[2] || y > b[3]) continue;
      if (one.rings.reduce((odd, ring) => odd !== insideRing(ring.points, x, y), false)) return one;
    }
    return null;
  }

  // Onto the view's canvas. While it is being zoomed the old picture is stretched.
  draw(context, camera, colours, ratio) {
    const was = this.drawn;
    const far = was && Math.max(Math.abs(was.x - camera.x) / camera.width, Math.abs(was.y - camera.y) / camera.height) * camera.scale;
    if (!was || was.width !== camera.width || was.height !== camera.height || far > MARGIN || Math.abs(was.zoom - camera.zoom) > 1) {
      this.render(camera, colours, ratio);
    } else if (was.zoom !== camera.zoom && this.zoomed !== camera.zoom) {
      this.zoomed = camera.zoom; // and again later, if it is still being zoomed then
      clearTimeout(this.settle);
      this.settle = setTimeout(() => this.stale(), SETTLED_MS);
    }
    const { x, y, scale, width, height } = this.drawn, grown = camera.scale / scale;
    const w = width * (1 + 2 * MARGIN) * grown, h = height * (1 + 2 * MARGIN) * grown;
    context.fillStyle = colours.sea;
    context.fillRect(0, 0, camera.width, camera.height);
    context.drawImage(this.picture, camera.px(x) - w / 2, camera.py(y) - h / 2, w, h);
  }

  render(camera, colours, ratio) {
    const { x, y, zoom, scale, width, height } = camera, w = width * (1 + 2 * MARGIN), h = height * (1 + 2 * MARGIN);
    this.drawn = { x, y, zoom, scale, width, height };
    if (this.picture.width !== Math.round(w * ratio) || this.picture.height !== Math.round(h * ratio)) {
      this.picture.width = Math.round(w * ratio);
      this.picture.height = Math.round(h * ratio);
    }
    const to = this.picture.getContext("2d", { alpha: false });
    to.setTransform(ratio, 0, 0, ratio, 0, 0);
    to.fillStyle = colours.sea;
    to.fillRect(0, 0, w, h);
    const sheet = { to, colours, zoom, scale, x0: x - w / 2 / scale, y0: y - h / 2 / scale, w, h };
    sheet.box = [sheet.x0, sheet.y0, sheet.x0 + w / scale, sheet.y0 + h / scale];
    if (this.layers) this.drawLand(sheet);
    if (this.tiles) this.tiles.draw(sheet);
    this.drawRoutes(sheet);
    this.drawZones(sheet);
    if (this.layers) this.drawTowns(sheet);
  }

  drawLand(sheet) {
    const { to, colours } = sheet, { mx, us, lakes, coast, states, border } = this.layers;
    for (const [lands, colour] of [[mx, colours.landMX], [us, colours.landUS], [lakes, colours.sea]]) {
      trace(sheet, lands);
      to.fillStyle = colour;
      to.fill();
    }
    stroke(sheet, states, colours.state, 1, [3, 3]);
    stroke(sheet, coast, colours.coast, 1);
    stroke(sheet, border, colours.border, 2, [10, 4, 2, 4]);
  }

  drawRoutes(sheet) {
    if (this.hidden.has("routes")) return;
    for (const one of this.routes) if (meets(one.box, sheet.box)) stroke(sheet, one.lines, sheet.colours.casing, sheet.zoom < 8 ? 3.5 : 6);
    for (const one of this.routes) if (meets(one.box, sheet.box)) stroke(sheet, one.lines, sheet.colours.road, sheet.zoom < 8 ? 2 : 3.5);
  }

  drawZones(sheet) {
    const { to, colours, scale } = sheet;
    const boxes = [];
    to.textAlign = "center";
    to.textBaseline = "middle";
    for (const one of this.areas) {
      if (!this.shows(one) || !meets(one.box, sheet.box)) continue;
      const look = this.styles.zones[one.kind] || this.styles.zones.other, size = one.size * scale;
      const cx = ((one.box[0] + one.box[2]) / 2 - sheet.x0) * scale, cy = ((one.box[1] + one.box[3]) / 2 - sheet.y0) * scale;
      to.fillStyle = to.strokeStyle = look.colour;
      if (size < TINY_PX) {
        if (sheet.zoom > 6) to.fillRect(cx - 2, cy - 2, 4, 4);
        continue;
      }
      trace(sheet, one.rings);
      to.globalAlpha = 0.22;
      to.fill("evenodd");
      to.globalAlpha = 1;
      to.lineWidth = 1.2;
      to.setLineDash(one.precision === "surveyed" ? [] : [4, 3]);
      to.stroke();
      to.setLineDash([]);
      const text = size > NAME_PX ? one.name : size > 16 ? look.tag : "";
      if (text) label(to, text, cx, cy, boxes, colours, size > NAME_PX ? "12px" : "bold 10px");
    }
  }

  drawTowns(sheet) {
    const { to, colours, scale } = sheet, boxes = [];
    to.textAlign = "left";
    to.textBaseline = "middle";
    for (const town of this.towns) {
      if (sheet.zoom < TOWN_ZOOM[town.rank]) continue;
      const x = (town.x - sheet.x0) * scale, y = (town.y - sheet.y0) * scale;
      if (x < 0 || y < 0 || x > sheet.w || y > sheet.h) continue;
      if (!label(to, town.name, x + 5, y, boxes, colours, town.rank < 2 ? "600 13px" : "12px")) continue;
      to.fillStyle = colours.ink;
      to.beginPath();
      to.arc(x, y, 2, 0, 7);
      to.fill();
    }
  }
}

function trace({ to, x0, y0, scale, box }, lines) {
  to.beginPath();
  for (const line of lines) {
    if (!meets(line.box, box)) continue;
    const p = line.points;
    let lastX = (p[0] - x0) * scale, lastY = (p[1] - y0) * scale;
    to.moveTo(lastX, lastY);
    for (let i = 2; i < p.length; i += 2) {
      const x = (p[i] - x0) * scale, y = (p[i + 1] - y0) * scale;
      if (i < p.length - 2 && Math.abs(x - lastX) < 1 && Math.abs(y - lastY) < 1) continue;
      to.lineTo((lastX = x), (lastY = y));
    }
  }
}

export function stroke(sheet, lines, colour, width, dash = []) {
  const { to } = sheet;
  trace(sheet, lines);
  to.strokeStyle = colour;
  to.lineWidth = width;
  to.lineJoin = "round";
  to.setLineDash(dash);
  to.stroke();
  to.setLineDash([]);
}

// A text where nothing else stands; whether there was room.
function label(to, text, x, y, boxes, colours, font) {
  to.font = `${font} system-ui, sans-serif`;
  const width = to.measureText(text).width, left = to.textAlign === "center" ? x - width / 2 : x;
  const box = [left - 2, y - 8, left + width + 2, y + 8];
  if (boxes.some((one) => meets(one, box))) return false;
  boxes.push(box);
  to.lineWidth = 3;
  to.lineJoin = "round";
  to.strokeStyle = colours.halo;
  to.strokeText(text, x, y);
  to.fillStyle = colours.ink;
  to.fillText(text, x, y);
  return true;
}
