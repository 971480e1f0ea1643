// The pages in a real browser.
//
//   node tests/browser/run.mjs PROGRAM [--short] [--figures] [--places N]
//
// PROGRAM is the built citypact; CHROMIUM names the browser (chromium in PATH otherwise). --short looks at the main pages and
// leaves out what takes minutes; --figures prints what BENCHMARKS.md has, over a world of N places. Ends with 1 where
// something is not as promised.

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { chromium } from "playwright-core";
import { timeCompletions, weighPages } from "./figures.mjs";
import { lookAtPages, search } from "./pages.mjs";
import { close } from "./report.mjs";
import { Server, makeStore, withFolder } from "./server.mjs";
import { hostile, plainForm, useEditor } from "./workbench.mjs";

const [given, ...options] = process.argv.slice(2);
if (!given) throw new Error("name the program: node tests/browser/run.mjs target/release/citypact");
const program = resolve(given);
const has = (name) => options.includes(name);
const places = Number(options[options.indexOf("--places") + 1] || 0) || 20_000;
const executablePath = process.env.CHROMIUM ?? execFileSync("sh", ["-c", "command -v chromium || command -v chromium-browser"], { encoding: "utf8" }).trim();

// Chromium's own sandbox is not to be had for root.
const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
try {
  await withFolder(async (folder) => {
    const server = await Server.start(program, ["--store", makeStore(program, folder)]);
    try {
      if (has("--figures")) await weighPages(browser, server);
      else {
        await useEditor(browser, server);
        await hostile(browser, server);
        await plainForm(browser, server);
        await search(browser, server);
        await lookAtPages(browser, server, has("--short"));
      }
    } finally {
      await server.stop();
    }
    if (has("--figures")) await timeCompletions(program, folder, places);
  });
} finally {
  await browser.close();
}
process.exitCode = close();
