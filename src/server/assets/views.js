// Pictures of results: places on a map, days on a line, statements as a graph. Beside each stands a table that says the same.

import { h, phrase, svg } from "./dom.js";

const POINT = /^(?:<([^>]*)>\s*)?POINT\s*\(\s*(-?[\d.]+(?:e[+-]?\d+)?)\s+(-?[\d.]+(?:e[+-]?\d+)?)\s*\)$/i;
const DATES = /#(?:date|dateTime|dateTimeStamp|gYear|gYearMonth)$/;
/** Marks that a picture holds before it says nothing any more. */
const MOST = 2000;
const NODES = 120;
/** How strongly the middle of a graph draws its nodes. */
const PULL = 0.06;

const isNumber = (value) => Number.isFinite(value);

/** Latitude and longitude of a point, in degrees; nothing for what is none on Earth. */
function position(latitude, longitude) {
  const fits = isNumber(latitude) && isNumber(longitude) && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return fits ? { latitude, longitude } : null;
}

function wktPosition(term) {
  const found = term?.datatype?.endsWith("#wktLiteral") && POINT.exec(term.value.trim());
  if (!found) return null;
  const [, system, first, second] = found;
  // EPSG:4326 has the latitude first; everything else is taken for CRS84.
  return system?.endsWith("/4326") ? position(Number(first), Number(second)) : position(Number(second), Number(first));
}

/** Pairs of columns that hold latitudes and longitudes, by their names: `lat` and `long`, `fromLat` and `fromLong`. */
function pairs(variables) {
  return variables.flatMap((name, latitude) => {
    const stem = /^(.*?)_?lat(?:itude)?$/i.exec(name)?.[1];
    if (stem === undefined) return [];
    const longitude = variables.findIndex((other) => new RegExp(`^${stem.replace(/\W/g, "")}_?(?:lon|lng|long|longitude)$`, "i").test(other));
    return longitude < 0 ? [] : [[latitude, longitude]];
  });
}

/** The points in rows, each with the row that it stands in. */
export function points({ variables, rows }) {
  const columns = pairs(variables);
  const found = [];
  for (const row of rows) {
    const inCells = row.map(wktPosition).filter(Boolean);
    const inPairs = columns.map(([latitude, longitude]) => row[latitude] && row[longitude] && position(Number(row[latitude].value), Number(row[longitude].value)));
    for (const point of [...inCells, ...inPairs.filter(Boolean)]) found.push({ ...point, row });
    if (found.length >= MOST) break;
  }
  return found;
}

/** The dates in rows as years with fractions, each with the row that it stands in. */
export function dates({ rows }) {
  const found = [];
  for (const row of rows) {
    for (const term of row) {
      const parts = DATES.test(term?.datatype ?? "") && /^(-?\d{4,})(?:-(\d\d)(?:-(\d\d))?)?/.exec(term.value);
      if (!parts) continue;
      const [, year, month = "1", day = "1"] = parts;
      found.push({ year: Number(year) + (Number(month) - 1) / 12 + (Number(day) - 1) / 366, text: term.value, row });
    }
    if (found.length >= MOST) break;
  }
  return found.sort((a, b) => a.year - b.year);
}

/** What a row is called: its first name or thing that is no date, number or point. */
function naming(row, terms) {
  const plain = (term) => term && !DATES.test(term.datatype ?? "") && !/#(?:wktLiteral|integer|decimal|double)$/.test(term.datatype ?? "");
  const term = row.find((term) => plain(term) && term.language) ?? row.find(plain) ?? null;
  return terms.text(term, true);
}

const cell = ({ text, language }) => h("td", {}, h("span", { lang: language || null }, text));

function table(caption, heads, rows, numbers = []) {
  const head = h("thead", {}, h("tr", {}, ...heads.map((name, at) => h("th", { scope: "col", class: numbers.includes(at) ? "number" : null }, name))));
  return h("div", { class: "table", tabindex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption), head, h("tbody", {}, ...rows)));
}

/** A picture in a box that scrolls where it would become too small to be read. */
function framed(label, viewBox, ...marks) {
  const picture = svg("svg", { viewBox, role: "img", "aria-label": label, class: "picture" }, ...marks);
  return h("div", { class: "frame", tabindex: 0, role: "region", "aria-label": label }, picture);
}

const title = (text) => svg("title", {}, text);

/** The Natural Earth projection, in radians around the middle meridian, as d3 has it. */
function project({ latitude, longitude }, { meridian, scale, middle }) {
  const turned = ((((longitude - meridian + 180) % 360) + 360) % 360) - 180;
  const x = (turned * Math.PI) / 180;
  const y = (latitude * Math.PI) / 180;
  const y2 = y * y;
  const y4 = y2 * y2;
  const across = x * (0.8707 - 0.131979 * y2 + y4 * (-0.013791 + y4 * (0.003971 * y2 - 0.001529 * y4)));
  const up = y * (1.007226 + y2 * (0.015085 + y4 * (-0.044475 + 0.028874 * y2 - 0.005916 * y4)));
  return { x: middle[0] + scale * across, y: middle[1] - scale * up };
}

/** A map with a dot a point, over the outline of the land that the server has. */
export function map(result, { terms, texts, world }) {
  const found = points(result);
  const dots = found.map((point) => {
    const { x, y } = project(point, world);
    return svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 4, class: "dot" }, title(naming(point.row, terms).text));
  });
  const [x, y, width, height] = world.sheet;
  const land = svg("image", { href: world.land, x, y, width, height });
  const picture = framed(phrase(texts.map_of, found.length), world.sheet.join(" "), land, ...dots);
  const degrees = (value) => h("td", { class: "number" }, value.toFixed(4));
  const rows = found.map(({ latitude, longitude, row }) => h("tr", {}, cell(naming(row, terms)), degrees(latitude), degrees(longitude)));
  return h("div", {}, picture, table(texts.points, [texts.name, texts.latitude, texts.longitude], rows, [1, 2]));
}

/** The step of a scale that has about ten marks: 1, 2 or 5 times a power of ten. */
function step(span) {
  const rough = Math.max(span / 10, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough);
}

/** Dates on a line of years, those of one place above each other. */
export function timeline(result, { terms, texts }) {
  const found = dates(result);
  const [first, last] = [Math.floor(found[0].year), Math.ceil(found.at(-1).year + 0.001)];
  const [width, margin, gap] = [960, 40, 11];
  const at = (year) => margin + ((year - first) / Math.max(last - first, 1)) * (width - 2 * margin);
  const heights = new Map();
  const places = found.map((date) => {
    const column = Math.round(at(date.year) / gap);
    const level = heights.get(column) ?? 0;
    heights.set(column, level + 1);
    return { ...date, x: column * gap, level };
  });
  const levels = Math.min(Math.max(...heights.values()), 30);
  const ground = 20 + levels * gap;
  const dots = places.filter(({ level }) => level < levels).map(({ x, level, text, row }) =>
    svg("circle", { cx: x, cy: ground - 8 - level * gap, r: 4.5, class: "dot" }, title(`${text} ${naming(row, terms).text}`)));
  const marks = [];
  for (let year = Math.ceil(first / step(last - first)) * step(last - first); year <= last; year += step(last - first)) {
    marks.push(svg("line", { x1: at(year), x2: at(year), y1: ground, y2: ground + 6, class: "axis" }),
      svg("text", { x: at(year), y: ground + 22, "text-anchor": "middle", class: "mark" }, String(year)));
  }
  const axis = svg("line", { x1: margin, x2: width - margin, y1: ground, y2: ground, class: "axis" });
  const label = phrase(texts.timeline_of, found.length, first, Math.floor(found.at(-1).year));
  const picture = framed(label, `0 0 ${width} ${ground + 32}`, axis, ...marks, ...dots);
  const rows = found.map(({ text, row }) => h("tr", {}, h("td", {}, text), cell(naming(row, terms))));
  return h("div", {}, picture, table(texts.dates, [texts.date, texts.name], rows));
}

const key = (term) => `${term.type} ${term.value} ${term.language ?? ""} ${term.datatype ?? ""}`;

/** The nodes and edges of statements; nodes that most edges end at first, and of these so many. */
function network(rows) {
  const nodes = new Map();
  const node = (term) => {
    const found = nodes.get(key(term)) ?? { term, degree: 0 };
    nodes.set(key(term), found);
    found.degree++;
    return found;
  };
  const edges = rows.map(([subject, predicate, object]) => ({ from: node(subject), to: node(object), predicate }));
  const kept = new Set([...nodes.values()].sort((a, b) => b.degree - a.degree).slice(0, NODES));
  return { all: nodes.size, nodes: [...kept], edges: edges.filter(({ from, to }) => kept.has(from) && kept.has(to)) };
}

/** Forces between nodes (Fruchterman and Reingold): edges draw together, near ones push apart, the middle draws all. */
function move(nodes, edges, heat) {
  nodes.forEach((node) => Object.assign(node, { dx: -node.x * PULL, dy: -node.y * PULL }));
  const push = (a, b, force) => {
    const [x, y] = [a.x - b.x, a.y - b.y];
    const distance = Math.max(Math.hypot(x, y), 0.01);
    const by = force(distance) / distance;
    a.dx += x * by; a.dy += y * by; b.dx -= x * by; b.dy -= y * by;
  };
  const apart = (distance) => (distance < 4 ? 1 / distance : 0);
  nodes.forEach((a, at) => nodes.slice(at + 1).forEach((b) => push(a, b, apart)));
  edges.filter(({ from, to }) => from !== to).forEach(({ from, to }) => push(from, to, (distance) => -distance * distance));
  for (const node of nodes) {
    const length = Math.max(Math.hypot(node.dx, node.dy), 0.01);
    node.x += (node.dx / length) * Math.min(length, heat);
    node.y += (node.dy / length) * Math.min(length, heat);
  }
}

/** Places nodes within a picture, always the same way: lengths are counted in those of an edge, and fitted at the end. */
function spread(nodes, edges, width, height) {
  nodes.forEach((node, at) => {
    const [turn, far] = [at * 2.399963, Math.sqrt(at + 0.5)];
    Object.assign(node, { x: far * Math.cos(turn) * (width / height), y: far * Math.sin(turn) });
  });
  for (let heat = 2; heat > 0.02; heat *= 0.97) move(nodes, edges, heat);
  const fit = (name, from, to) => {
    const all = nodes.map((node) => node[name]);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    nodes.forEach((node) => (node[name] = most > least ? from + ((node[name] - least) / (most - least)) * (to - from) : (from + to) / 2));
  };
  fit("x", 80, width - 80);
  fit("y", 30, height - 20);
}

const clipped = (text, most) => ([...text].length > most ? `${[...text].slice(0, most - 1).join("")}…` : text);

/** How wide a text of a picture is at most. */
const breadth = (text) => [...text].reduce((sum, letter) => sum + (letter < "\u0250" ? 7.8 : 12.3), 0);

/** The middle of the name above each dot, moved so that it stays within a picture; none where it would cover one before it. */
function abreast(dots, width) {
  const taken = [];
  return dots.map(({ text, x, y }) => {
    const half = breadth(text) / 2;
    const middle = Math.min(Math.max(x, half + 4), width - half - 4);
    const box = { left: middle - half, right: middle + half, top: y - 20, bottom: y - 4 };
    const covers = (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
    if (taken.some(covers)) return null;
    taken.push(box);
    return middle;
  });
}

/** Statements as nodes and edges. */
export function graph(result, { terms, texts }) {
  const { all, nodes, edges } = network(result.rows);
  const [width, height] = [960, Math.min(720, 300 + nodes.length * 6)];
  spread(nodes, edges, width, height);
  const lines = edges.map(({ from, to, predicate }) =>
    svg("line", { x1: from.x.toFixed(1), y1: from.y.toFixed(1), x2: to.x.toFixed(1), y2: to.y.toFixed(1), class: "edge" },
      title(terms.text(predicate, false).text)));
  const called = nodes.map(({ term, x, y }) => ({ ...terms.text(term, true), x, y }));
  const middles = abreast(called.map(({ text, x, y }) => ({ text: clipped(text, 24), x, y })), width);
  const dots = called.map(({ text, language, x, y }, at) => {
    const dot = svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 5, class: "dot" });
    if (middles[at] === null) return svg("g", {}, title(text), dot);
    const place = { x: middles[at].toFixed(1), y: (y - 8).toFixed(1), "text-anchor": "middle", class: "mark", lang: language || null };
    return svg("g", {}, title(text), dot, svg("text", place, clipped(text, 24)));
  });
  const label = phrase(texts.graph_of, nodes.length, edges.length);
  const note = all > nodes.length ? h("p", {}, phrase(texts.graph_part, all, nodes.length)) : null;
  const picture = framed(label, `0 0 ${width} ${height}`, ...lines, ...dots);
  const rows = result.rows.slice(0, MOST).map((row) => h("tr", {}, ...row.map((term) => h("td", {}, terms.node(term, true)))));
  return h("div", {}, note, picture, table(texts.statements, result.variables.map((name) => texts[name] ?? name), rows));
}
