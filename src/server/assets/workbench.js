// The page /sparql: editor, buttons, results. Without this file the page is a form that gives a table.

import { Problem, ask, post } from "./answers.js";
import { Terms } from "./cells.js";
import { h, phrase } from "./dom.js";
import { createEditor } from "./editor.js";
import { ResultTable } from "./tables.js";
import * as views from "./views.js";

/** Rows that are fetched to be shown; a download has all. */
const MOST = 10_000;
/** Queries that are remembered. */
const REMEMBERED = 50;
const MEMORY = "citypact.queries";
/** Characters of an address that every server on the way takes. */
const LONGEST = 7_000;

const page = JSON.parse(document.querySelector('script[type="application/json"]').textContent);
const { texts } = page;
const byId = (id) => document.getElementById(id);
const terms = new Terms(page);
const number = new Intl.NumberFormat(page.language);
const form = byId("query-form");
const field = byId("query");
const buttons = Object.fromEntries(["run", "cancel", "format", "share", "history"].map((name) => [name, byId(name)]));
const status = byId("status");
const results = byId("answer");
const endpoint = `${page.base}/sparql`;

const address = (query, more = {}) => `${endpoint}?${new URLSearchParams({ query, ...more })}`;

/** The title that the comments at the head of a query give it. */
function titleOf(query) {
  const head = /^(?:\s*#[^\n]*\n?)*/.exec(query)[0];
  return /^\s*#\+?\s*(?:title|summary)\s*:[ \t]*(.+)$/m.exec(head)?.[1].trim() || null;
}

function nameTab(query) {
  const title = titleOf(query);
  document.title = title ? `${title} · ${page.title}` : page.title;
}

const wording = ({ line, message }) => (line ? phrase(texts.line, line, message) : message);

async function told(path, pairs) {
  try {
    const response = await post(`${endpoint}/${path}`, pairs);
    return response.ok ? response : null;
  } catch {
    return null;
  }
}

const check = async (query) => (await told("check", { query }))?.json();

// ---- What was asked before

function remembered() {
  try {
    const queries = JSON.parse(localStorage.getItem(MEMORY));
    return Array.isArray(queries) ? queries.filter((query) => typeof query === "string") : [];
  } catch {
    return [];
  }
}

function remember(queries) {
  try {
    localStorage.setItem(MEMORY, JSON.stringify(queries.slice(0, REMEMBERED)));
  } catch {
    // A browser that keeps nothing has no history.
  }
}

function listHistory() {
  const queries = remembered();
  const items = queries.map((query) => {
    const name = titleOf(query) ?? query.replace(/\s+/g, " ").slice(0, 90);
    return h("li", {}, h("button", { type: "button", class: "plain", onclick: () => load(query) }, name));
  });
  const clear = h("button", { type: "button", onclick: () => (remember([]), listHistory()) }, texts.forget);
  byId("history-list").replaceChildren(...(items.length ? [h("ol", {}, ...items), clear] : [h("p", {}, texts.no_history)]));
}

function load(query) {
  editor.text = query;
  editor.focus();
}

// ---- Results

/** A link that downloads the answer; what is too long for an address is sent by a form. */
function download(query, [format, name]) {
  const href = address(query, { format });
  const byForm = (event) => {
    if (href.length <= LONGEST) return;
    event.preventDefault();
    const hidden = (name, value) => h("input", { type: "hidden", name, value });
    const sent = h("form", { method: "post", action: endpoint, hidden: true }, hidden("query", query), hidden("format", format));
    document.body.append(sent);
    sent.submit();
    sent.remove();
  };
  return h("a", { href, download: `answer.${format}`, onclick: byForm }, name);
}

function downloads(query, kind) {
  const formats = kind === "triples" ? page.graphFormats : page.rowFormats;
  const links = formats.flatMap((format, at) => [at ? " · " : " ", download(query, format)]);
  return h("p", { class: "downloads" }, texts.download, ...links);
}

/** The ways to see an answer that make sense of it, by name. */
function waysToSee(answer) {
  const ways = [["table", () => new ResultTable({ ...answer, caption: texts.results, terms, texts }).node]];
  const context = { terms, texts, world: page.world };
  if (answer.kind === "rows" && views.points(answer).length) ways.push(["map", () => views.map(answer, context)]);
  if (answer.kind === "rows" && views.dates(answer).length) ways.push(["timeline", () => views.timeline(answer, context)]);
  if (answer.kind === "triples") ways.push(["graph", () => views.graph(answer, context)]);
  return ways;
}

function show(query, answer) {
  if (answer.kind === "boolean") {
    results.replaceChildren(h("p", { class: "answer" }, answer.value ? texts.yes : texts.no), downloads(query, answer.kind));
    return;
  }
  const place = h("div");
  const made = new Map();
  const ways = answer.rows.length ? waysToSee(answer) : [];
  const choices = ways.map(([name, make]) => {
    const choose = async () => {
      choices.forEach((choice) => choice.setAttribute("aria-pressed", String(choice === button)));
      if (name !== "table") await terms.learn(answer.rows.slice(0, 2000));
      if (!made.has(name)) made.set(name, make());
      place.replaceChildren(made.get(name));
    };
    const button = h("button", { type: "button", "aria-pressed": "false", onclick: choose }, texts[name]);
    return button;
  });
  const bar = choices.length > 1 ? h("div", { class: "ways", role: "group", "aria-label": texts.ways }, ...choices) : null;
  const none = answer.rows.length ? null : h("p", {}, texts.no_rows);
  results.replaceChildren(...[none, bar, place, downloads(query, answer.kind)].filter(Boolean));
  choices[0]?.click();
}

function tell({ kind, rows, complete, cached, seconds }) {
  const count = rows?.length ?? 0;
  const took = phrase(texts.seconds, seconds.toLocaleString(page.language, { maximumSignificantDigits: 2 }));
  const parts = [kind === "boolean" ? null : phrase(count === 1 ? texts.row : texts.rows, number.format(count)), took];
  parts.push(cached ? texts.cached : texts.fresh, complete ? null : phrase(texts.truncated, number.format(count)));
  status.textContent = parts.filter(Boolean).join(" · ");
}

/** Shows what went wrong: what the server told, or that it told nothing. */
function fail(error) {
  const isTold = error instanceof Problem || !(error instanceof Error);
  const cause = page.causes[error.code?.replaceAll("-", "_")];
  const own = isTold ? cause && phrase(cause, number.format(error.limit ?? 0)) : texts.broken;
  // The words of the parser, which speaks English, stand last.
  const told = own ? [own] : [error.line ? phrase(texts.line, error.line, "") : "", h("span", { lang: "en" }, error.message)];
  const hint = error.hint && !own ? h("p", { lang: "en" }, error.hint) : null;
  status.textContent = texts.failed;
  results.replaceChildren(h("div", { role: "alert", class: "failure" }, h("p", {}, h("strong", {}, ...told)), hint));
}

// ---- What the buttons do

let running = null;

async function run() {
  running?.abort();
  const query = editor.text;
  const mine = new AbortController();
  running = mine;
  buttons.cancel.hidden = false;
  status.textContent = texts.running;
  results.setAttribute("aria-busy", "true");
  try {
    // What is no query need not be asked.
    const told = await check(query);
    const answer = told?.error ? null : await ask(endpoint, query, { signal: mine.signal, most: MOST });
    if (running !== mine) return;
    if (!answer) return fail(told.error);
    remember([query, ...remembered().filter((other) => other !== query)]);
    listHistory();
    tell(answer);
    show(query, answer);
  } catch (error) {
    if (mine.signal.aborted) {
      if (running === mine) status.textContent = texts.cancelled;
    } else fail(error);
  } finally {
    if (running === mine) {
      running = null;
      buttons.cancel.hidden = true;
      results.removeAttribute("aria-busy");
    }
  }
}

async function layOut() {
  const text = editor.text;
  const response = await told("format", { query: text });
  if (!response) return;
  const laidOut = await response.text();
  if (editor.text === text) editor.text = laidOut;
  status.textContent = texts.formatted;
}

async function share() {
  const shared = new URL(address(editor.text), location.href).href;
  history.replaceState(null, "", shared);
  try {
    await navigator.clipboard.writeText(shared);
    status.textContent = texts.shared;
  } catch {
    // Without a clipboard (a page that is not from a secure origin) the address bar has it.
    status.textContent = texts.in_address;
  }
}

function toggleHistory() {
  const region = byId("history-region");
  region.hidden = !region.hidden;
  buttons.history.setAttribute("aria-expanded", String(!region.hidden));
  if (!region.hidden) listHistory();
}

// ---- The page

let completing = null;

const editor = createEditor(byId("editor"), {
  text: field.value,
  name: texts.editor,
  describedBy: texts.keys,
  phrases: { Completions: texts.completions, Diagnostics: texts.problems },
  ask: {
    check,
    complete: async (text, at) => {
      completing?.abort();
      completing = new AbortController();
      try {
        const response = await post(`${endpoint}/complete`, { text, at }, { signal: completing.signal });
        return response.ok ? await response.json() : null;
      } catch {
        return null;
      }
    },
  },
  onRun: run,
  onChange: (text) => {
    field.value = text;
    nameTab(text);
  },
  message: wording,
});

field.closest(".plain-editor").hidden = true;
field.disabled = true;
byId("editor").hidden = false;
byId("keys").hidden = false;
for (const name of ["format", "share", "history"]) buttons[name].hidden = false;
nameTab(field.value);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
buttons.cancel.addEventListener("click", () => running?.abort());
buttons.format.addEventListener("click", layOut);
buttons.share.addEventListener("click", share);
buttons.history.addEventListener("click", toggleHistory);
for (const example of document.querySelectorAll("a[data-query]")) {
  example.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    load(new URL(example.href).searchParams.get("query"));
  });
}
