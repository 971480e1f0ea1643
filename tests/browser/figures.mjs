// What pages weigh, when they are first seen, how much they move, and how soon a completion comes; as tables in Markdown.

import { check } from "./report.mjs";
import { Server, makeWorld } from "./server.mjs";

const KB = 1000;
/** Most bytes over the wire: of any page, of the page with the editor, and of the editor's bundle alone. */
const LIMITS = { page: 200 * KB, editor: 400 * KB, bundle: 200 * KB };
const SHIFT = 0.1;
const TIMES = 7;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const share = (numbers, part) => numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))];

/** Opens a page in a browser that has never been there. */
async function visit(browser, address, viewport) {
  const context = await browser.newContext({ viewport, locale: "en" });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const bytes = new Map();
  const urls = new Map();
  session.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => bytes.set(requestId, encodedDataLength));
  await page.addInitScript(() => {
    globalThis.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (globalThis.shift += entry.hadRecentInput ? 0 : entry.value))).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(address, { waitUntil: "load" });
  await page.waitForTimeout(700);
  const seen = await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    shift: globalThis.shift,
  }));
  const weights = [...bytes].map(([id, size]) => [urls.get(id) ?? "", size]);
  await context.close();
  return { ...seen, bytes: weights.reduce((sum, [, size]) => sum + size, 0), bundle: weights.find(([url]) => url.endsWith("codemirror.js"))?.[1] ?? 0 };
}

export async function weighPages(browser, server) {
  const rows = [];
  for (const [name, path, limit] of [
    ["home", "/", LIMITS.page], ["a place with 100 partners", "/id/place/test-hub", LIMITS.page], ["review", "/review", LIMITS.page],
    ["ontology", "/ontology", LIMITS.page], ["/sparql", "/sparql", LIMITS.editor],
  ]) {
    for (const [device, viewport] of [["desk", { width: 1280, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
      const visits = [];
      for (let time = 0; time < TIMES; time++) visits.push(await visit(browser, server.root + path, viewport));
      const [bytes, paint, shift] = ["bytes", "paint", "shift"].map((what) => median(visits.map((visit) => visit[what])));
      check(`${name} on a ${device}: weight`, bytes <= limit, `${bytes} bytes`);
      check(`${name} on a ${device}: layout shift`, shift < SHIFT, String(shift));
      if (path === "/sparql") check("the editor's bundle", visits[0].bundle > 0 && visits[0].bundle <= LIMITS.bundle, `${visits[0].bundle} bytes`);
      rows.push(`| ${name} | ${device} | ${(bytes / KB).toFixed(0)} | ${paint.toFixed(0)} | ${shift.toFixed(3)} |`);
    }
  }
  console.log(`\n| page | on a | kB over the wire | first contentful paint, ms | layout shift |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`);
}

/** What is typed, letter by letter, where a term may stand. */
const TYPED = ["pact:signedO", "place:x", "Qin", "青", "Vil", "S", "New", "さ", "skos:p", "昆明"];

export async function timeCompletions(program, folder, places) {
  const server = await Server.start(program, ["--store", makeWorld(program, folder, places)]);
  try {
    const [{ n }] = await server.select("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }");
    const times = [];
    let suggested = 0;
    for (let round = 0; round < 5; round++) {
      for (const typed of TYPED) {
        for (let end = 1; end <= [...typed].length; end++) {
          const text = `SELECT * WHERE { ?s ?p ${[...typed].slice(0, end).join("")}`;
          const begun = performance.now();
          const response = await fetch(`${server.root}/sparql/complete`, { method: "POST", body: new URLSearchParams({ text }) });
          suggested += (await response.json()).suggestions.length;
          if (round > 0) times.push(performance.now() - begun);
        }
      }
    }
    check("completions: some are found", suggested > 0);
    check("completions: under 50 ms", share(times, 0.95) < 50, `${share(times, 0.95)} ms`);
    console.log(`\n| quads | completions asked | median, ms | 95 of 100 under, ms | longest, ms |\n| --- | --- | --- | --- | --- |`);
    console.log(`| ${Number(n).toLocaleString("en")} | ${times.length} | ${median(times).toFixed(1)} | ${share(times, 0.95).toFixed(1)} | ${Math.max(...times).toFixed(1)} |\n`);
  } finally {
    await server.stop();
  }
}
