// A server over a store of its own, and the data that the pages are tested with.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A place with this many partners. */
export const PARTNERS = 100;

/** What would run if a page took it for markup. */
export const HOSTILE = `"><img src=x onerror="window.hurt=1"><script>window.hurt=1</script>&amp;'\u202e`;

const literal = (text, tag = "en") => `${JSON.stringify(text)}@${tag}`;

/** A place with many partners, and things whose names and IRIs are written to be taken for markup. */
function turtle() {
  const lines = [
    "PREFIX pact: <https://w3id.org/citypact/ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
    "PREFIX schema: <https://schema.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>",
    "PREFIX kind: <https://w3id.org/citypact/kind/> BASE <https://w3id.org/citypact/id/>",
    `<place/test-hub> a pact:Municipality ; skos:prefLabel "Hub"@en, "枢纽"@zh-Hans, "樞紐"@zh-Hant, "ハブ"@ja ;`,
    `  schema:latitude 25.04 ; schema:longitude 102.71 .`,
    `<place/test-hostile> a pact:Municipality ; skos:prefLabel ${literal(HOSTILE)}, ${literal(HOSTILE, "zh-Hans")} ;`,
    `  skos:altLabel ${literal(HOSTILE, "ja")} ; pact:unknown <javascript:alert(1)>, <https://example.org/%22%3E%3Cscript%3E> .`,
    `<tie/friendship-city/test-hostile> a pact:Tie ; pact:kind kind:friendship-city ;`,
    `  pact:party <place/test-hub>, <place/test-hostile> ; skos:prefLabel ${literal(HOSTILE)} .`,
  ];
  for (let at = 1; at <= PARTNERS; at++) {
    lines.push(
      `<place/test-${at}> a pact:Municipality ; skos:prefLabel "Partner ${at}"@en, "伙伴${at}"@zh-Hans ;`,
      `  schema:latitude ${((at * 37) % 120) - 55} ; schema:longitude ${((at * 71) % 350) - 175} .`,
      `<tie/friendship-city/test-${at}> a pact:Tie ; pact:kind kind:friendship-city ; pact:party <place/test-hub>, <place/test-${at}> ;`,
      `  pact:since "${1950 + (at % 70)}"^^xsd:gYear .`,
    );
  }
  return lines.join("\n");
}

export class Server {
  static async start(program, arguments_) {
    const process = spawn(program, ["serve", "--bind", "127.0.0.1:0", "--timeout", "20", ...arguments_], { stdio: ["ignore", "ignore", "pipe"] });
    const lines = createInterface({ input: process.stderr });
    const address = await new Promise((found, failed) => {
      const all = [];
      lines.on("line", (line) => {
        all.push(line);
        const at = /at (http:\/\/[^\s/]+)(\S*)\/sparql/.exec(line);
        if (at) found(at);
      });
      process.once("exit", () => failed(new Error(`the server did not start:\n${all.join("\n")}`)));
    });
    return Object.assign(new Server(), { process, origin: address[1], root: address[1] + address[2] });
  }

  async stop() {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await ended;
  }

  /** The rows of a SELECT as objects of texts. */
  async select(query) {
    const response = await fetch(`${this.root}/sparql`, {
      method: "POST", body: new URLSearchParams({ query }), headers: { Accept: "application/sparql-results+json" },
    });
    if (!response.ok) throw new Error(await response.text());
    const { results } = await response.json();
    return results.bindings.map((row) => Object.fromEntries(Object.entries(row).map(([name, { value }]) => [name, value])));
  }
}

/** A folder for stores that goes when `work` is done. */
export async function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "citypact-browser-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The store of the example articles, and with it what the tests need. */
export function makeStore(program, folder) {
  const store = join(folder, "articles.db");
  const file = join(folder, "more.ttl");
  writeFileSync(file, turtle());
  execFileSync(program, ["demo", "--store", store], { stdio: "ignore" });
  execFileSync(program, ["load", file, "--store", store], { stdio: "ignore" });
  return store;
}

/** A store of about a million quads. */
export function makeWorld(program, folder, places) {
  const [file, store] = [join(folder, "world.jsonl"), join(folder, "world.db")];
  execFileSync(program, ["generate", "--places", String(places), "--out", file], { stdio: "ignore" });
  execFileSync(program, ["load", file, "--store", store], { stdio: "ignore" });
  return store;
}
