// Rows as a table, a part of them at a time.

import { h, phrase } from "./dom.js";

/** Rows that a table shows before it is asked for more. */
const PAGE = 200;

/** Numbers stand at the right edge. */
const isNumber = (term) => /#(?:integer|decimal|double|float|int|long|gYear)$/.test(term?.datatype ?? "");

/** Characters from which on a cell scrolls. */
const LONG = 280;

/** A table of rows of terms, with a button for more of them and, if there are IRIs, a box for their labels. */
export class ResultTable {
  #shown = 0;
  #cells = [];

  constructor({ caption, variables, rows, terms, texts }) {
    Object.assign(this, { rows, terms, texts, withLabels: true });
    this.body = h("tbody");
    const isLong = rows.length > PAGE;
    const head = variables.map((name, column) => h("th", { scope: "col", class: isNumber(rows.find((row) => row[column])?.[column]) ? "number" : null }, name));
    this.table = h(
      "table", { "aria-rowcount": isLong ? rows.length + 1 : null },
      h("caption", { class: "hidden" }, caption),
      h("thead", {}, h("tr", { "aria-rowindex": isLong ? 1 : null }, ...head)), this.body,
    );
    this.more = h("button", { type: "button", onclick: () => this.show() });
    const hasIris = rows.some((row) => row.some((term) => term?.type === "iri"));
    const box = h("input", { type: "checkbox", checked: true, onchange: (event) => this.label(event.target.checked) });
    this.node = h(
      "div", {}, hasIris ? h("p", {}, h("label", {}, box, " ", texts.labels)) : null,
      h("div", { class: "table", tabindex: 0, role: "region", "aria-label": caption }, this.table), h("p", {}, this.more),
    );
    this.show();
  }

  /** Shows the next rows, and then their labels. */
  async show() {
    const rows = this.rows.slice(this.#shown, this.#shown + PAGE);
    const isLong = this.rows.length > PAGE;
    rows.forEach((row, at) => {
      const index = isLong ? this.#shown + at + 2 : null;
      this.body.append(h("tr", { "aria-rowindex": index }, ...row.map((term) => this.cell(term))));
    });
    this.#shown += rows.length;
    const left = this.rows.length - this.#shown;
    this.more.hidden = left === 0;
    this.more.textContent = phrase(this.texts.more, Math.min(left, PAGE));
    await this.terms.learn(rows);
    this.label(this.withLabels);
  }

  cell(term) {
    const node = this.terms.node(term, this.withLabels);
    const cell = h("td", { class: isNumber(term) ? "number" : null, lang: term?.language ?? null }, node);
    if (term?.type === "iri") this.#cells.push({ cell, term });
    else if (node.textContent.length > LONG) cell.classList.add("long");
    return cell;
  }

  label(withLabels) {
    this.withLabels = withLabels;
    for (const { cell, term } of this.#cells) cell.replaceChildren(this.terms.node(term, withLabels));
  }
}
