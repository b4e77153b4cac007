// What there is to be drawn, on the unit square.

const { scene, styles } = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const NS = byId("picture").namespaceURI;

const areas = scene.areas.map((one) => {
  const rings = one.polygons.flat().map(flat);
  const box = union(rings.map((ring) => ring.box));
  return { ...one, rings, box, centre: spot(one.at), size: Math.max(box[2] - box[0], box[3] - box[1]) };
});
areas.sort((a, b) => b.size - a.size); // small ones are drawn over large ones
const routes = scene.routes.map((one) => {
  const lines = one.parts.map(flat);
  const box = union(lines.map((line) => line.box));
  // Metres to the unit square at its middle latitude: within 4 % from Dallas to Monterrey.
  return { ...one, lines, box, half: one.half_width_m / metresAt((box[1] + box[3]) / 2) };
});
const tracks = scene.tracks.map((one, index) => {
  const line = flat(one.line);
  return { ...one, line, index, colour: styles.tracks[index % styles.tracks.length],
    cuts: new Map(one.gaps.map((gap) => [gap.index, gap.text])), lateSet: new Set(one.late),
    spots: one.stops.map((stop) => ({ ...stop, ...spot(stop.at) })),
    doubts: one.doubted.map((doubt) => ({ ...doubt, ...spot(doubt.at) })) };
});
const marks = scene.marks.map((one) => ({ ...one, ...spot(one.at),
  look: (one.layer === "alerts" ? styles.alerts : styles.seals)[one.look] }));
const names = scene.base.names.map((one) => ({ ...one, ...spot(one.at) }));
const lands = scene.base.lands.map(flat);
const border = flat(scene.base.border);
const focusBox = (([west, south, east, north]) =>
  [mercatorX(west), mercatorY(north), mercatorX(east), mercatorY(south)])(scene.focus);
