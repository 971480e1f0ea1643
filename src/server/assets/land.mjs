// Makes the land outlines of the maps out of Natural Earth (public domain), land alone: no borders.
//
//   npm install --no-save world-atlas@2.0.2 topojson-client@3 d3-geo@3
//   node src/server/assets/land.mjs
//
// The projection is that of src/server/pages/map/projection.rs: Natural Earth I, its centre at 150° E, 1000 units wide.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoNaturalEarth1, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const atlas = (name) => JSON.parse(readFileSync(require.resolve(`world-atlas/${name}`)));
const projection = () => geoNaturalEarth1().rotate([-150, 0]).scale(182.79).translate([500, 245]);

function outline(file, extent, digits, smallest) {
  const topology = atlas(file);
  const land = feature(topology, topology.objects.land);
  const path = geoPath(projection().clipExtent(extent)).digits(digits);
  // Islets smaller than a dot would cost more than they show.
  const rings = path(land).split(/(?=M)/).filter((ring) => area(ring) > smallest);
  return rings.map(relative).join("");
}

// Tenths of a unit, each point from the one before: half as long as absolute coordinates.
function relative(ring) {
  let [x, y] = [0, 0];
  const steps = points(ring).map((point) => {
    const [to, down] = point.map((value) => Math.round(value * 10));
    const step = [to - x, down - y];
    [x, y] = [to, down];
    return step;
  });
  const moved = steps.filter(([dx, dy], at) => at === 0 || dx !== 0 || dy !== 0);
  const numbers = (step) => step.join(" ").replace(" -", "-");
  return `M${numbers(moved[0])}l${moved.slice(1).map(numbers).join(" ").replaceAll(" -", "-")}z`;
}

const points = (ring) => ring.match(/-?[\d.]+,-?[\d.]+/g).map((point) => point.split(",").map(Number));

function area(ring) {
  const corners = points(ring);
  const sum = corners.reduce((total, [x, y], at) => {
    const [u, v] = corners[(at + 1) % corners.length];
    return total + x * v - u * y;
  }, 0);
  return Math.abs(sum / 2);
}

function write(name, [[left, top], [right, bottom]], path) {
  const box = [left, top, right - left, bottom - top].map((value) => value * 10).join(" ");
  // One colour that stands out from paper and from night.
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}"><path fill="#7d8a7f" fill-opacity=".3" d="${path}"/></svg>\n`;
  writeFileSync(new URL(name, import.meta.url), svg);
  console.log(name, svg.length);
}

const world = [[0, 10], [1000, 450]];
write("land.svg", world, outline("land-110m.json", world, 1, 0.3));
// South, East and Southeast Asia in more detail, for maps of what is near.
const asia = [[230, 60], [540, 310]];
write("land-asia.svg", asia, outline("land-50m.json", asia, 1, 0.15));
