// A map of the user's own below ours: square pictures, or vector tiles, by {z}, {x}, {y}.

import { draw, read } from "./vector.js";

const KEPT = 400, MOST = 19, TOGETHER_MS = 60;

export class Tiles {
  constructor(address, changed) {
    this.address = address;
    this.changed = changed;
    this.kept = new Map(); // address -> tile; those used last come last
    this.soon = 0;
  }

  draw(sheet) {
    const z = Math.max(0, Math.min(MOST, Math.round(sheet.zoom))), n = 2 ** z;
    const [x0, y0, x1, y1] = sheet.box, size = sheet.scale / n;
    for (let x = Math.max(0, Math.floor(x0 * n)); x <= Math.min(n - 1, Math.floor(x1 * n)); x++)
      for (let y = Math.max(0, Math.floor(y0 * n)); y <= Math.min(n - 1, Math.floor(y1 * n)); y++) {
        const tile = this.of(z, x, y), left = (x / n - sheet.x0) * sheet.scale, top = (y / n - sheet.y0) * sheet.scale;
        if (tile.picture) sheet.to.drawImage(tile.picture, left, top, size + 0.5, size + 0.5);
        else if (tile.read) {
          sheet.to.save();
          sheet.to.beginPath();
          sheet.to.rect(left, top, size + 0.5, size + 0.5);
          sheet.to.clip();
          draw(sheet, tile, x / n, y / n, 1 / n);
          sheet.to.restore();
        }
      }
  }

  of(z, x, y) {
    const address = this.address.replace("{z}", z).replace("{x}", x).replace("{y}", y).replace("{s}", "a");
    let tile = this.kept.get(address);
    if (tile) this.kept.delete(address);
    else if (address.startsWith("/")) this.fetch(address, (tile = {}));
    else this.look(address, (tile = {}));
    this.kept.set(address, tile);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    return tile;
  }

  // Somebody's server: only as a picture, which needs no leave of it to be read.
  look(address, tile) {
    const picture = new Image();
    picture.onload = () => { tile.picture = picture; this.came(); };
    picture.src = address;
  }

  async fetch(address, tile) {
    const answer = await fetch(address);
    if (answer.status !== 200) return;
    const kind = answer.headers.get("content-type");
    if (kind.startsWith("image/")) tile.picture = await createImageBitmap(await answer.blob());
    else if (kind.includes("mapbox-vector-tile")) tile.read = read(await answer.arrayBuffer());
    this.came();
  }

  came() {
    if (!this.soon) this.soon = setTimeout(() => { this.soon = 0; this.changed(); }, TOGETHER_MS);
  }
}
