// A page that is watched: what it says in the console, what it asks of whom, what its policy refuses.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { check } from "./report.mjs";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Faults of a page so far, each in words. `allowed` are addresses that may answer with an error. */
export function watch(page, origin) {
  const faults = [];
  page.on("console", (message) => {
    const isRefused = /Content Security Policy/.test(message.text());
    // That a page is not there is what its own status says.
    const isStatus = /status of (404|400)/.test(message.text()) && message.location().url === page.mainFrame().url();
    if (isRefused || (message.type() === "error" && !isStatus)) faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) faults.push(`foreign request: ${url}`);
  });
  return faults;
}

/** What axe finds of serious or critical impact. */
export async function violations(page) {
  await page.evaluate(AXE);
  const run = page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const late = setTimeout(60_000, null, { ref: false }).then(() => { throw new Error(`axe does not end on ${page.url()}`); });
  const { violations } = await Promise.race([run, late]);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id} at ${nodes.slice(0, 3).map(({ target }) => target.flat().join(" ")).join(", ")}`);
}

/** The same of a page on which scripts are off. Axe waits for timers, which then stand still: it looks at a page like it, on which there are
 * no scripts. */
async function violationsWithoutScripts(page, colorScheme) {
  const body = (await page.content()).replace(/<script\b[\s\S]*?<\/script>/g, "").replace(/<\/?noscript>/g, "");
  const context = await page.context().browser().newContext({ viewport: page.viewportSize(), colorScheme });
  const twin = await context.newPage();
  await twin.route(page.url(), (route) => route.fulfill({ body, contentType: "text/html; charset=utf-8" }));
  await twin.goto(page.url(), { waitUntil: "load" });
  const found = await violations(twin);
  await context.close();
  return found;
}

/** Texts of a page's pictures that its edges cut, or that run into each other. */
export const crowded = (page) => page.evaluate(() => {
  const found = [];
  for (const picture of document.querySelectorAll("svg[viewBox]")) {
    const frame = picture.getBoundingClientRect();
    const texts = [...picture.querySelectorAll("text")].map((text) => ({ words: text.textContent, box: text.getBoundingClientRect() }));
    const seen = texts.filter(({ box }) => box.width > 0);
    seen.forEach(({ words, box }, at) => {
      const isCut = box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
      if (isCut) found.push(`${words} is cut`);
      // Lines are higher than their letters.
      const [high, covers] = [box.height / 5, (other) => box.left + 2 < other.right && other.left + 2 < box.right];
      const met = seen.slice(0, at).find(({ box: other }) => covers(other) && box.top + high < other.bottom && other.top + high < box.bottom);
      if (met) found.push(`${words} runs into ${met.words}`);
    });
  }
  return found;
});

/** Holds a page that is open to what all pages promise. */
export async function promises(page, name, faults, { language, phone, axe, scripts, scheme }) {
  const seen = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    title: document.title,
    icon: Boolean(document.querySelector('link[rel="icon"]')),
    search: Boolean(document.querySelector('form[role="search"][method="get"][action$="/search"] input[type="search"][name="q"]')),
    languages: [...document.querySelectorAll("a[hreflang]")].map((link) => link.textContent.trim()),
    headings: document.querySelectorAll("h1").length,
    wide: document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth,
    hurt: globalThis.hurt,
  }));
  check(`${name}: html lang`, seen.lang === language, seen.lang);
  check(`${name}: a title and one h1`, seen.title && seen.headings === 1, seen);
  check(`${name}: an icon and the search`, seen.icon && seen.search, seen);
  check(`${name}: four languages`, ["简体中文", "繁體中文", "日本語", "English"].every((own) => seen.languages.includes(own)), seen.languages);
  check(`${name}: nothing hostile ran`, seen.hurt === undefined);
  if (phone) check(`${name}: no sideways scrolling`, seen.wide <= 0, `${seen.wide} px too wide`);
  const texts = await crowded(page);
  check(`${name}: names on pictures`, texts.length === 0, texts.join("; "));
  if (axe) {
    const found = await (scripts ? violations(page) : violationsWithoutScripts(page, scheme));
    check(`${name}: axe`, found.length === 0, found.join("; "));
  }
  check(`${name}: console, policy, requests`, faults.length === 0, faults.join("; "));
  faults.length = 0;
}
