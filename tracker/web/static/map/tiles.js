// A map of the user's own below ours: square pictures by {z}, {x}, {y}.

const KEPT = 400, MOST = 19;

export class Tiles {
  constructor(address, changed) {
    this.address = address;
    this.changed = changed;
    this.kept = new Map(); // address -> picture; those used last come last
    this.soon = 0;
  }

  draw(sheet) {
    const z = Math.max(0, Math.min(MOST, Math.round(sheet.zoom))), n = 2 ** z;
    const [x0, y0, x1, y1] = sheet.box, size = sheet.scale / n;
    for (let x = Math.max(0, Math.floor(x0 * n)); x <= Math.min(n - 1, Math.floor(x1 * n)); x++)
      for (let y = Math.max(0, Math.floor(y0 * n)); y <= Math.min(n - 1, Math.floor(y1 * n)); y++) {
        const picture = this.of(z, x, y);
        if (picture.complete && picture.naturalWidth)
          sheet.to.drawImage(picture, (x / n - sheet.x0) * sheet.scale, (y / n - sheet.y0) * sheet.scale, size + 0.5, size + 0.5);
      }
  }

  of(z, x, y) {
    const address = this.address.replace("{z}", z).replace("{x}", x).replace("{y}", y).replace("{s}", "a");
    let picture = this.kept.get(address);
    if (picture) this.kept.delete(address);
    else {
      picture = new Image();
      picture.onload = () => { if (!this.soon) this.soon = setTimeout(() => { this.soon = 0; this.changed(); }, 60); };
      picture.src = address;
    }
    this.kept.set(address, picture);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    return picture;
  }
}
