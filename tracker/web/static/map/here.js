// The list beside the map: who is in the view, in words, those first that need a person.

const MOST = 60, EVERY_MS = 400, OLD_MS = 15_000;

export class Here {
  constructor(trucks, camera, { say, choose, drawGlyph }) {
    Object.assign(this, { trucks, camera, say, choose, drawGlyph, soon: 0, ids: [], known: new Map(), marked: null });
    this.list = document.getElementById("here");
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-id]");
      if (button) this.choose(button.dataset.id, true);
    });
  }

  later() {
    if (!this.soon) this.soon = setTimeout(() => { this.soon = 0; this.write(); }, EVERY_MS);
  }

  write() {
    const seen = this.trucks.within(this.camera.box), shown = seen.slice(0, MOST);
    this.ids = seen.map((truck) => truck.id);
    document.getElementById("here-count").textContent = this.say("map.say.here", { count: seen.length });
    const left = document.getElementById("here-left");
    left.textContent = this.say("map.say.left", { count: seen.length - shown.length });
    left.hidden = seen.length === shown.length;
    const rows = new Map([...this.list.children].map((row) => [row.dataset.id, row]));
    const focused = document.activeElement?.closest?.("#here [data-id]")?.dataset.id;
    const wanted = shown.map((truck) => this.row(rows.get(truck.id) || this.newRow(truck.id), truck));
    if (wanted.length !== this.list.children.length || wanted.some((row, i) => this.list.children[i] !== row)) {
      this.list.replaceChildren(...wanted);
      if (focused) this.list.querySelector(`[data-id="${CSS.escape(focused)}"] button`)?.focus({ preventScroll: true });
    }
    this.ask(shown);
  }

  newRow(id) {
    const row = document.createElement("li"), button = document.createElement("button");
    const picture = document.createElement("canvas"), text = document.createElement("span");
    row.dataset.id = button.dataset.id = id;
    button.type = "button";
    picture.setAttribute("aria-hidden", "true");
    button.append(picture, text);
    row.append(button);
    return row;
  }

  row(row, truck) {
    if (!row.querySelector("button")) row = this.newRow(truck.id); // as the server wrote it
    const lines = this.linesOf(truck), [picture, text] = row.firstElementChild.children;
    const told = lines.join("\n");
    row.firstElementChild.setAttribute("aria-pressed", String(truck.id === this.marked));
    if (row.told === told) return row;
    row.told = told;
    this.picture(picture, truck.need, truck.seal);
    text.replaceChildren(...lines.filter(Boolean).map((line, i) => {
      const part = document.createElement(i ? "small" : "b");
      part.textContent = line;
      return part;
    }));
    return row;
  }

  picture(canvas, need, seal) {
    const ratio = Math.min(2, devicePixelRatio || 1);
    canvas.width = canvas.height = 30 * ratio;
    const to = canvas.getContext("2d");
    to.scale(ratio, ratio);
    to.translate(15, 15);
    this.drawGlyph(to, need, seal);
  }

  // What is said of a truck: at once what is known here, the rest when it has come.
  linesOf(truck) {
    const told = this.known.get(truck.id);
    if (!told || Date.now() - told.asked > OLD_MS) this.ask([truck]);
    const seal = this.say(`seal.${truck.seal}`), row = told?.row;
    return [`${truck.id} ${truck.plates}`, this.say(`need.${truck.need}`), row ? row.where : "",
      `${this.say("map.say.seal")}: ${seal}${row && row.seal_number ? ` (${row.seal_number})` : ""}`,
      row ? row.alert : "", truck.speed === null ? "" : `${Math.round(truck.speed)} km/h`,
      row ? this.say("map.say.heard", { time: row.heard }) : "", truck.lost ? this.say("map.say.lost") : ""];
  }

  async ask(trucks) {
    const now = Date.now(), due = trucks.filter((truck) => {
      const told = this.known.get(truck.id);
      return !told || (now - told.asked > OLD_MS) || (told.need !== truck.need && now - told.asked > 1000);
    }).slice(0, MOST);
    if (!due.length) return;
    for (const truck of due) this.known.set(truck.id, { row: this.known.get(truck.id)?.row, asked: now, need: truck.need });
    const query = due.map((truck) => `id=${encodeURIComponent(truck.id)}`).join("&");
    const answer = await fetch(`/map/rows?${query}`);
    if (!answer.ok) return;
    for (const row of await answer.json()) this.known.set(row.id, { row, asked: now, need: row.need });
    this.later();
  }

  chosen(id) {
    this.marked = id;
    this.later();
  }

  next(from, by) {
    const { ids } = this, at = ids.indexOf(from);
    return ids.length ? ids[at < 0 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length] : from;
  }
}
