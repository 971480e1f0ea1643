// The page /sparql as a person uses it.

import { check } from "./report.mjs";
import { crowded, violations, watch } from "./watch.mjs";

const LONG = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(STR(?c) = STR(?f) && STR(?i) = STR(?l)) }";
const editor = (page) => page.getByRole("textbox", { name: /SPARQL/ });
const button = (page, name) => page.getByRole("button", { name, exact: true });
const status = (page) => page.locator('[role="status"]').first();

/** Puts a text into the editor as a person would by pasting it. */
async function write(page, text) {
  await editor(page).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
  await page.keyboard.press("Escape");
}

async function run(page, query) {
  await write(page, query);
  await button(page, "Run").click();
  await page.waitForFunction(() => document.querySelector("#cancel").hidden && document.querySelector("#answer").childElementCount > 0);
}

async function open(browser, server, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, permissions: ["clipboard-read", "clipboard-write"], ...options });
  const page = await context.newPage();
  const faults = watch(page, server.origin);
  await page.goto(`${server.root}/sparql?lang=en`);
  await editor(page).waitFor();
  return { context, page, faults };
}

export async function useEditor(browser, server) {
  const { context, page, faults } = await open(browser, server);
  await rows(page);
  await pictures(page);
  await completions(page);
  await problems(page);
  await layoutShareHistory(page, server);
  await cancel(page, server);
  await keyboard(page);
  check("editor: axe after all that", (await violations(page)).length === 0, (await violations(page)).join("; "));
  check("editor: console, policy, requests", faults.length === 0, faults.join("; "));
  await context.close();
}

async function rows(page) {
  check("Cancel is hidden while nothing runs", await button(page, "Cancel").isHidden());
  await page.getByRole("region", { name: "Examples" }).or(page.locator(".examples")).first().locator("a").first().click();
  await button(page, "Run").click();
  await page.waitForFunction(() => /\d/.test(document.querySelector('[role="status"]').textContent));
  check("the first example answers", /\d+ rows? · [\d.]+ s/.test(await status(page).textContent()), await status(page).textContent());
  await run(page, "#+ title: Ties of the hub\nSELECT ?tie ?place ?name WHERE { ?tie a pact:Tie ; pact:party place:test-hub, ?place . ?place skos:prefLabel ?name FILTER(LANG(?name) = 'en') }");
  check("the title names the tab", (await page.title()).startsWith("Ties of the hub"), await page.title());
  const table = page.locator("#answer table").first();
  check("cells have their language", (await table.locator('td[lang="en"]').count()) > 0);
  await page.waitForFunction(() => [...document.querySelectorAll("#answer td")].some((cell) => cell.textContent === "Hub"));
  await page.getByLabel("Labels").uncheck();
  check("without labels there are names of IRIs", await table.getByText("place:test-hub").first().isVisible());
  await run(page, "SELECT * WHERE { ?s ?p ?o } LIMIT 900");
  check("long tables tell how long they are", (await page.locator("#answer table").first().getAttribute("aria-rowcount")) === "901");
  for (const name of ["CSV", "TSV", "JSON", "XML"]) {
    const waiting = page.waitForEvent("download");
    await page.getByRole("link", { name, exact: true }).click();
    check(`a download in ${name}`, (await (await waiting).failure()) === null);
  }
  await run(page, "SELECT * WHERE { ?s ?p ?o . ?s ?q ?r } LIMIT 20000");
  check("what is left out is told", (await status(page).textContent()).includes("10,000"), await status(page).textContent());
  await run(page, "ASK { ?s a pact:Tie }");
  check("ASK is answered", (await page.locator("#answer").textContent()).startsWith("Yes"));
  await run(page, "ASK { ?s a pact:Tie }");
  check("the cache is told", (await status(page).textContent()).includes("cache"), await status(page).textContent());
}

async function pictures(page) {
  for (const [name, query] of [
    ["Map", "SELECT ?place ?latitude ?longitude WHERE { ?place schema:latitude ?latitude ; schema:longitude ?longitude }"],
    ["Timeline", "SELECT ?tie ?since WHERE { ?tie pact:since ?since }"],
    ["Graph", "CONSTRUCT { ?a pact:twinnedWith ?b } WHERE { ?t pact:party ?a, ?b FILTER(STR(?a) < STR(?b)) } LIMIT 60"],
  ]) {
    await run(page, query);
    await button(page, name).click();
    await page.locator('#answer svg[role="img"]').waitFor();
    check(`${name}: marks`, (await page.locator("#answer svg circle").count()) > 20);
    check(`${name}: an equal table`, (await page.locator("#answer table tbody tr").count()) > 20);
    check(`${name}: names`, (await crowded(page)).length === 0, (await crowded(page)).join("; "));
    check(`${name}: axe`, (await violations(page)).length === 0, (await violations(page)).join("; "));
  }
}

async function completions(page) {
  for (const [before, typed, wanted] of [
    ["SELECT * WHERE { ?s ", "pact:sig", "pact:signedOn"], ["SELECT * WHERE { ", "昆明", "place:cn-kunming"],
    ["SELECT * WHERE { ?t pact:party ", "kunmi", "place:cn-kunming"], ["SELECT * WHERE { ", "サマルカンド", "place:uz-samarqand"],
    ["", "SEL", "SELECT"], ["SELECT * WHERE { ?s ", "sko", "skos:"],
  ]) {
    await write(page, before);
    await page.keyboard.press("Control+End");
    for (const letter of typed) await page.keyboard.insertText(letter);
    const option = page.getByRole("option").filter({ hasText: wanted }).first();
    const there = await option.waitFor({ timeout: 5000 }).then(() => true, () => false);
    check(`${typed} is completed`, there, (await page.getByRole("option").allTextContents()).join(", "));
    if (!there) continue;
    await option.click();
    check(`${typed} becomes ${wanted}`, (await editor(page).textContent()).includes(wanted), await editor(page).textContent());
  }
}

async function problems(page) {
  await write(page, "SELECT * WHERE {\n  ?s pact:kind ?o .\n  FILTER(?o = )\n}");
  await page.waitForFunction(() => document.querySelector("#editor").shadowRoot.querySelector(".cm-lintRange-error"));
  check("what is wrong is underlined", true);
  await button(page, "Run").click();
  await page.getByRole("alert").waitFor();
  check("the line is told", /line 3/.test(await page.getByRole("alert").textContent()), await page.getByRole("alert").textContent());
  await write(page, "SELECT * WHERE { ?s pact:partty ?o }");
  await page.waitForFunction(() => document.querySelector("#editor").shadowRoot.querySelector(".cm-lintRange-warning"));
  check("a term that is not there is underlined", true);
}

async function layoutShareHistory(page, server) {
  await write(page, "select*where{?s a pact:Tie;pact:kind ?k}");
  await button(page, "Format").click();
  await page.waitForFunction(() => document.querySelector("#query").value.includes("\n"));
  const text = await page.locator("#query").inputValue();
  check("Format lays out", text === "SELECT *\nWHERE {\n  ?s a pact:Tie ;\n    pact:kind ?k\n}\n", text);
  await button(page, "Share").click();
  await page.waitForFunction(() => location.search.includes("query="));
  const shared = await page.evaluate(() => navigator.clipboard.readText());
  check("Share copies the address", shared === page.url() && new URL(shared).searchParams.get("query") === text, shared);
  const other = await page.context().newPage();
  await other.goto(shared);
  await editor(other).waitFor();
  check("a shared address opens the editor filled", (await editor(other).textContent()).includes("pact:kind ?k"));
  await other.close();
  await button(page, "History").click();
  const first = page.locator("#history-list button").first();
  check("the history lists what was asked", (await page.locator("#history-list li").count()) > 3);
  const name = await first.textContent();
  await first.click();
  check("the history brings a query back", (await page.locator("#query").inputValue()).includes(name.slice(0, 10)), name);
}

async function cancel(page, server) {
  const cancelled = async () => Number(/cancelled\S*\s+(\d+)/.exec(await (await fetch(`${server.root}/metrics`)).text())?.[1] ?? 0);
  const before = await cancelled();
  await write(page, LONG);
  await button(page, "Run").click();
  await button(page, "Cancel").waitFor({ state: "visible" });
  await page.waitForTimeout(300);
  await button(page, "Cancel").click();
  await page.waitForFunction(() => document.querySelector("#cancel").hidden);
  let after = before;
  for (let tries = 0; after === before && tries < 50; tries++) {
    await page.waitForTimeout(100);
    after = await cancelled();
  }
  check("Cancel ends the evaluation on the server", after > before, `${before}, then ${after}`);
}

async function keyboard(page) {
  await write(page, "ASK {}");
  await editor(page).focus();
  await page.keyboard.press("Tab");
  const left = await page.evaluate(() => document.activeElement.id !== "editor");
  check("Tab leaves the editor", left);
  await editor(page).focus();
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(() => document.querySelector("#answer").textContent.startsWith("Yes"));
  check("Ctrl+Enter runs", true);
}

/** Names and IRIs that look like markup stay texts in results, and lead nowhere that runs. */
export async function hostile(browser, server) {
  const { context, page, faults } = await open(browser, server);
  await run(page, "SELECT * WHERE { place:test-hostile ?p ?o }");
  await page.waitForTimeout(300);
  check("results: nothing ran", (await page.evaluate(() => globalThis.hurt)) === undefined);
  check("results: no link runs", (await page.locator('#answer a[href^="javascript"]').count()) === 0);
  check("results: shown as they are", (await page.locator("#answer").textContent()).includes('"><img src=x'));
  await run(page, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?s = place:test-hostile) }");
  await button(page, "Graph").click();
  await page.locator('#answer svg[role="img"]').waitFor();
  check("graph: nothing ran", (await page.evaluate(() => globalThis.hurt)) === undefined);
  await write(page, "SELECT * WHERE { place:test-host");
  await page.keyboard.insertText("i");
  await page.getByRole("option").first().waitFor();
  check("completions: nothing ran", (await page.evaluate(() => globalThis.hurt)) === undefined);
  check("hostile: console, policy, requests", faults.length === 0, faults.join("; "));
  await context.close();
}

/** Without scripts the page is a form that gives a table. */
export async function plainForm(browser, server) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const faults = watch(page, server.origin);
  await page.goto(`${server.root}/sparql?lang=en`);
  const field = page.locator('form[method="post"] textarea[name="query"]');
  check("no scripts: no button that does nothing", (await page.getByRole("button", { name: /Cancel|Format|Share|History/ }).count()) === 0);
  for (const [query, wanted] of [
    ["SELECT ?name WHERE { place:test-hub skos:prefLabel ?name }", "枢纽"], ["ASK { ?s a pact:Tie }", "Yes"],
    ["CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?s = place:test-1) }", "Partner 1"], ["SELECT * WHERE { place:test-hostile ?p ?o }", '"><img src=x'],
  ]) {
    await field.fill(query);
    await page.getByRole("button", { name: "Run" }).click();
    await page.waitForLoadState("load");
    check(`no scripts: ${query}`, (await page.locator("main").textContent()).includes(wanted));
    check("no scripts: the query stays", (await field.inputValue()).trim() === query);
  }
  await field.fill("SELECT * WHERE {\n oops }");
  await page.getByRole("button", { name: "Run" }).click();
  await page.waitForLoadState("load");
  check("no scripts: the line is told", /line 2/.test(await page.locator("main").textContent()));
  check("no scripts: console, policy, requests", faults.filter((fault) => !/status of 400/.test(fault)).length === 0, faults.join("; "));
  await context.close();
}
