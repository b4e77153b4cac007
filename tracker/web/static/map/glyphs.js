// How a truck looks: its need is a shape and a colour, its seal a small sign at its foot. Each
// picture is made once.

const SIZE = 30; // of a picture, with room for the sign
const ROUND = 16; // directions
const CRITICAL = "critical", WARNING = "warning", GOOD = "good", SOFT = "soft", CALM = "link";

const polygon = (...points) => (to) => {
  to.beginPath();
  points.forEach(([x, y], i) => (i ? to.lineTo(x, y) : to.moveTo(x, y)));
  to.closePath();
};
const circle = (r) => (to) => { to.beginPath(); to.arc(0, 0, r, 0, 7); };
const square = (r) => polygon([-r, -r], [r, -r], [r, r], [-r, r]);
const hexagon = polygon(...[0, 1, 2, 3, 4, 5].map((i) => [8.5 * Math.cos((i * Math.PI) / 3), 8.5 * Math.sin((i * Math.PI) / 3)]));

// outline, colour, a letter or lines on it; hollow: seen through.
export const NEEDS = {
  critical: { path: polygon([0, -11], [11, 8], [-11, 8]), colour: CRITICAL, text: "!" },
  silent: { path: circle(8), colour: WARNING, hollow: true, lines: [[-5, 5, 5, -5]] },
  off_route: { path: polygon([0, -10], [10, 0], [0, 10], [-10, 0]), colour: WARNING, text: "↯" },
  seal_unknown: { path: circle(8.5), colour: WARNING, text: "?" },
  late: { path: hexagon, colour: WARNING, lines: [[0, 0, 0, -5], [0, 0, 4, 2]] },
  warning: { path: polygon([0, 10], [10, -7], [-10, -7]), colour: WARNING, text: "!" , lift: -2.5 },
  queueing: { path: square(7), colour: CALM, lines: [[-2.5, -4, -2.5, 4], [2.5, -4, 2.5, 4]] },
  at_rest: { path: square(6.5), colour: SOFT },
  under_way: { path: circle(6.5), colour: GOOD, pointed: polygon([0, -11], [7, 7], [0, 3.5], [-7, 7]) },
  waiting: { path: circle(5), colour: SOFT, hollow: true },
  arrived: { path: square(6), colour: SOFT, hollow: true, lines: [[-3, 0, -0.5, 3], [-0.5, 3, 3.5, -3]] },
};

// The sign of the seal: a bar closed, a bar with a gap, a cross, a question mark.
const SEALS = {
  sealed: ["good", "shut"], armed: ["soft", "shut"], open_authorised: ["link", "gap"],
  open_unauthorised: ["critical", "cross"], tampered: ["critical", "cross"],
  unknown: ["warning", "?"], fault: ["warning", "?"],
};

function drawSeal(to, seal, colours) {
  const [colour, sign] = SEALS[seal] || [];
  if (!sign) return;
  to.translate(7, 8);
  to.fillStyle = colours.ground;
  to.strokeStyle = colours[colour];
  to.lineWidth = 2;
  circle(5)(to);
  to.fill();
  to.beginPath();
  if (sign === "cross") { to.moveTo(-3, -3); to.lineTo(3, 3); to.moveTo(3, -3); to.lineTo(-3, 3); }
  else if (sign === "shut") to.rect(-2.5, -2.5, 5, 5);
  else if (sign === "gap") { to.moveTo(-3.5, 0); to.lineTo(-1, 0); to.moveTo(1.5, 0); to.lineTo(3.5, 0); }
  to.stroke();
  if (sign === "?") {
    to.fillStyle = colours[colour];
    to.font = "bold 9px system-ui, sans-serif";
    to.fillText("?", 0, 0.5);
  }
}

export function drawGlyph(to, need, seal, colours, turn = null) {
  const look = NEEDS[need] || NEEDS.warning, colour = colours[look.colour];
  to.save();
  to.textAlign = "center";
  to.textBaseline = "middle";
  to.lineJoin = "round";
  if (turn !== null && look.pointed) {
    to.save();
    to.rotate((turn / ROUND) * 2 * Math.PI);
    look.pointed(to);
  } else { to.save(); look.path(to); }
  to.fillStyle = look.hollow ? colours.ground : colour;
  to.fill();
  to.lineWidth = look.hollow ? 2.5 : 1.5;
  to.strokeStyle = look.hollow ? colour : colours.ground;
  to.stroke();
  to.restore();
  to.strokeStyle = to.fillStyle = look.hollow ? colour : colours.ground;
  to.lineWidth = 2;
  for (const [ax, ay, bx, by] of look.lines || []) {
    to.beginPath();
    to.moveTo(ax, ay);
    to.lineTo(bx, by);
    to.stroke();
  }
  if (look.text) {
    to.font = "bold 12px system-ui, sans-serif";
    to.fillText(look.text, 0, (look.lift || 0) + (need === "critical" ? 2 : 0.5));
  }
  drawSeal(to, seal, colours);
  to.restore();
}

export class Glyphs {
  constructor() { this.made = new Map(); }

  // Colours or the screen have changed.
  clear(colours, ratio) {
    this.made.clear();
    Object.assign(this, { colours, ratio });
  }

  // course: radians from north, or null.
  put(to, x, y, need, seal, course) {
    const turn = course === null || !NEEDS[need]?.pointed ? null : ((Math.round((course / (2 * Math.PI)) * ROUND) % ROUND) + ROUND) % ROUND;
    const key = `${need} ${seal} ${turn}`;
    let picture = this.made.get(key);
    if (!picture) {
      picture = document.createElement("canvas");
      picture.width = picture.height = Math.ceil(SIZE * this.ratio);
      const on = picture.getContext("2d");
      on.scale(this.ratio, this.ratio);
      on.translate(SIZE / 2, SIZE / 2);
      drawGlyph(on, need, seal, this.colours, turn);
      this.made.set(key, picture);
    }
    to.drawImage(picture, Math.round(x - SIZE / 2), Math.round(y - SIZE / 2), SIZE, SIZE);
  }
}

export const NAMES = ["ground", "ink", "soft", "line", "link", "critical", "warning", "good"];

// The page's colours, light or dark, and those of the ground.
export function coloursOf(element) {
  const style = getComputedStyle(element), colours = {};
  for (const name of NAMES) colours[name] = style.getPropertyValue(`--${name}`).trim();
  for (const [name, key] of [["sea", "sea"], ["land-mx", "landMX"], ["land-us", "landUS"], ["state", "state"],
    ["coast", "coast"], ["border", "border"], ["road", "road"], ["casing", "casing"], ["halo", "halo"], ["green", "green"]])
    colours[key] = style.getPropertyValue(`--map-${name}`).trim();
  return colours;
}
