// Every kind of page, in every language, light and dark, on a desk and in a hand, with scripts and without.

import { check } from "./report.mjs";
import { promises, watch } from "./watch.mjs";

export const LANGUAGES = ["zh-Hans", "zh-Hant", "ja", "en"];
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

/** One thing of each class that pages are about. */
const THINGS = `SELECT ?class (MIN(?thing) AS ?one) WHERE {
  VALUES ?class { pact:Municipality pact:State pact:Tie pact:Agreement pact:Alliance pact:Award pact:Conferral pact:Event
    schema:Person schema:Organization schema:Observation schema:Article prov:Activity oa:Annotation }
  ?thing a ?class FILTER(ISIRI(?thing) && STRSTARTS(STR(?thing), STR(id:)))
} GROUP BY ?class`;

const below = (iri) => iri.replace("https://w3id.org/citypact/", "/");

/** The paths of the pages to look at, each with what it is called; a status other than 200 stands with it. */
export async function kinds(server, short) {
  const things = (await server.select(THINGS)).map(({ class: name, one }) => [name.replace(/.*[/#]/, ""), encodeURI(below(one))]);
  const query = encodeURIComponent("SELECT * WHERE { ?tie a pact:Tie ; pact:kind ?kind } LIMIT 5");
  const pages = [
    ["home", "/"], ["search", "/search?q=Kunming"], ["search for nothing", "/search?q=qqqqq"],
    ["places", "/places"], ["ties", "/ties"], ["agreements", "/agreements"], ["awards", "/awards"], ["events", "/events"],
    ["documents", "/documents"], ["ties of a kind", "/ties?kind=friendship-city"], ["many partners", "/id/place/test-hub"], ["hostile place", "/id/place/test-hostile"],
    ["only in the register", "/id/place/is-reykjavik"], ["kind", "/kind/friendship-city"], ["ontology", "/ontology"],
    ["data set", "/dataset"], ["review", "/review"], ["compare", "/compare"],
    ["two places compared", "/compare?place=test-hub&place=test-hostile"], ["no such places compared", "/compare?place=%22%3E%3Cscript%3E&place=none-such"], ["sparql", "/sparql"], ["sparql with a query", `/sparql?query=${query}`],
    ["nothing there", "/id/place/none-such", 404], ...things,
  ];
  const few = new Set(["home", "search", "places", "two places compared", "many partners", "hostile place", "sparql", "nothing there", "Tie"]);
  return short ? pages.filter(([name]) => few.has(name)) : pages;
}

/** Each way to look at a page; a short run takes each language and each mode once. */
function ways(short) {
  const all = LANGUAGES.flatMap((language) =>
    ["light", "dark"].flatMap((scheme) =>
      [true, false].flatMap((scripts) => [DESK, PHONE].map((viewport) => ({ language, scheme, scripts, viewport })))));
  const isShort = ({ language, scheme, scripts, viewport }) =>
    scripts === (language !== "ja") && (viewport === PHONE) === ["ja", "zh-Hans"].includes(language) && (scheme === "dark") === ["en", "zh-Hans"].includes(language);
  return short ? all.filter(isShort) : all;
}

/** The addresses that a page links on this site. */
const links = (page) => page.evaluate(() => [...document.querySelectorAll("a[href], link[href]")].map(({ href }) => href));

export async function lookAtPages(browser, server, short) {
  const pages = await kinds(server, short);
  const found = new Map();
  for (const way of ways(short)) {
    const { language, scheme, scripts, viewport } = way;
    const context = await browser.newContext({ viewport, colorScheme: scheme, javaScriptEnabled: scripts, locale: language });
    const page = await context.newPage();
    const faults = watch(page, server.origin);
    for (const [name, path, status = 200] of pages) {
      const told = `${name} (${language}, ${scheme}, ${scripts ? "scripts" : "no scripts"}, ${viewport.width} px)`;
      const response = await page.goto(server.root + path, { waitUntil: "load" });
      check(`${told}: status`, response.status() === status, String(response.status()));
      if (scripts && path.startsWith("/sparql")) await page.waitForFunction(() => document.querySelector("#editor")?.shadowRoot?.querySelector(".cm-content"));
      // What axe sees depends on scripts and languages hardly at all, but on colours and widths.
      const axe = scripts || language === "ja";
      await promises(page, told, faults, { language, phone: viewport === PHONE, axe, scripts, scheme });
      if (language === "en") for (const link of await links(page)) found.set(link.split("#")[0], name);
    }
    await context.close();
    console.log(`pages: ${language}, ${scheme}, ${scripts ? "scripts" : "no scripts"}, ${viewport.width} px`);
  }
  await followLinks(server, found);
}

/** Every link on the pages leads somewhere. */
async function followLinks(server, found) {
  for (const [link, page] of found) {
    if (!link.startsWith(`${server.origin}/`)) continue;
    const response = await fetch(link, { headers: { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });
    await response.arrayBuffer();
    check(`a link of ${page}`, response.ok || link.endsWith("/none-such") || link.includes("none-such?"), `${response.status} ${link}`);
  }
}

/** A place is found in four scripts; without scripts, too. */
export async function search(browser, server) {
  for (const scripts of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled: scripts });
    const page = await context.newPage();
    const faults = watch(page, server.origin);
    for (const [typed, wanted] of [
      ["昆明", "cn-kunming"], ["Kunming", "cn-kunming"], ["KUNMING", "cn-kunming"],
      ["撒馬爾罕", "uz-samarqand"], ["撒马尔罕", "uz-samarqand"], ["サマルカンド", "uz-samarqand"], ["Samarkand", "uz-samarqand"],
      ["札幌", "jp-sapporo"], ["さっぽろ", "jp-sapporo"], ["Sapporo", "jp-sapporo"],
    ]) {
      await page.goto(`${server.root}/`);
      await page.locator('form[role="search"] input[type="search"]').first().fill(typed);
      await page.locator('form[role="search"] input[type="search"]').first().press("Enter");
      await page.waitForLoadState("load");
      const there = page.url().includes(wanted) || (await page.locator(`main a[href*="${wanted}"]`).count()) > 0;
      check(`search for ${typed}${scripts ? "" : " without scripts"}`, there, page.url());
    }
    for (const typed of ['"><script>window.hurt=1</script>', "' OR 1=1 --", "\u202e", "%", "<<<", "{ ?s ?p ?o }"]) {
      const response = await page.goto(`${server.root}/search?q=${encodeURIComponent(typed)}`);
      check(`search for ${typed}`, response.status() === 200, String(response.status()));
      check(`search for ${typed}: nothing ran`, (await page.evaluate(() => globalThis.hurt)) === undefined);
    }
    for (const path of ["/places?state=%22%3E%3Cscript%3E", "/ties?year=abc&kind=%27", "/ties?page=-1", "/ties?page=99999999999999999999", "/?lang=%22%3E", "/sparql?query=%22%3E%3C/textarea%3E%3Cscript%3Ewindow.hurt=1%3C/script%3E"]) {
      const response = await page.goto(server.root + path);
      check(`${path}: answers`, response.status() < 500, String(response.status()));
      check(`${path}: nothing ran`, (await page.evaluate(() => globalThis.hurt)) === undefined);
    }
    check("search: console, policy, requests", faults.filter((fault) => !/status of 400/.test(fault)).length === 0, faults.join("; "));
    await context.close();
  }
}
