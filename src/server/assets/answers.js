// A query's way to the server and its answer's way back, row by row, so that what is not shown need not come.

import { readRow, readStatement } from "./rdf-terms.js";

const ACCEPT = "text/tab-separated-values, application/n-triples;q=0.9, application/problem+json;q=0.1";

/** What went wrong, as the server tells it (RFC 9457). */
export class Problem extends Error {
  constructor({ detail, hint, line, reason, code, limit }) {
    super(reason ?? detail);
    Object.assign(this, { hint, line, code, limit });
  }
}

export function post(address, pairs, more = {}) {
  return fetch(address, { method: "POST", body: new URLSearchParams(pairs), ...more });
}

async function problem(response) {
  try {
    return new Problem(await response.json());
  } catch {
    return new Problem({ detail: `${response.status} ${response.statusText}` });
  }
}

/** Hands the lines of a body to `take` until it wants no more; gives whether all came. */
async function eachLine(body, take) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!take(line)) {
        await reader.cancel();
        return false;
      }
    }
    if (done) return rest === "" || take(rest);
  }
}

/**
 * Asks a query and gives its answer: { kind: "rows", variables, rows } or { kind: "triples", rows } with at most `most` rows,
 * or { kind: "boolean", value }; with each whether all are there, whether it was `cached`, and how many `seconds` it took.
 * A failure is a Problem; when `signal` is aborted, the connection is closed, by which the server ends the evaluation.
 */
export async function ask(endpoint, query, { signal, most }) {
  const begun = performance.now();
  const response = await post(endpoint, { query }, { signal, headers: { Accept: ACCEPT } });
  if (!response.ok) throw await problem(response);
  const answer = response.headers.get("Content-Type").startsWith("application/n-triples")
    ? await triples(response.body, most)
    : await rows(response.body, most);
  const cached = (response.headers.get("Cache-Status") ?? "").includes("hit");
  return { ...answer, cached, seconds: (performance.now() - begun) / 1000 };
}

async function rows(body, most) {
  let head = null;
  const rows = [];
  const complete = await eachLine(body, (line) => {
    if (head === null) head = line.trimEnd();
    else if (rows.length === most) return false;
    else rows.push(readRow(line));
    return true;
  });
  if (head === "true" || head === "false") return { kind: "boolean", value: head === "true", complete };
  return { kind: "rows", variables: head ? head.split("\t").map((name) => name.slice(1)) : [], rows, complete };
}

async function triples(body, most) {
  const rows = [];
  const complete = await eachLine(body, (line) => {
    const statement = readStatement(line);
    if (statement && rows.length === most) return false;
    if (statement) rows.push(statement);
    return true;
  });
  return { kind: "triples", variables: ["subject", "predicate", "object"], rows, complete };
}
