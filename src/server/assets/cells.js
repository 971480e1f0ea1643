// Terms in cells of tables: linked where they lead somewhere, named where they have a name, marked with their language.

import { h } from "./dom.js";
import { post } from "./answers.js";

/** IRIs whose labels are asked for at once. */
const BATCH = 500;

/** How terms are shown in one page: its prefixes, its data, its language. */
export class Terms {
  #labels = new Map();

  constructor({ prefixes, namespace, base, labels }) {
    Object.assign(this, { prefixes, namespace, base, language: labels });
  }

  /** An IRI with its prefix, where the rest is a plain name. */
  shortened(iri) {
    let best = null;
    for (const [prefix, namespace] of this.prefixes) {
      if (iri.startsWith(namespace) && (!best || namespace.length > best[1].length)) best = [prefix, namespace];
    }
    const local = best && iri.slice(best[1].length);
    return local && /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u.test(local) ? `${best[0]}:${local}` : null;
  }

  /** Where an IRI leads: to the page here that tells of it, else to itself if browsers can go there. */
  address(iri) {
    if (iri.startsWith(this.namespace)) {
      const local = iri.slice(this.namespace.length);
      if (/^(id|doc|kind|code|variable|scheme|graph|ns)\b/.test(local)) return `${this.base}/${encodeURI(local).replaceAll("#", "%23")}`;
    }
    return /^https?:\/\//i.test(iri) ? iri : null;
  }

  /** The label of an IRI and its language, if it was learnt and has one. */
  label(iri) {
    return this.#labels.get(iri) ?? null;
  }

  /** Learns the labels of the IRIs among rows of terms. */
  async learn(rows) {
    const iris = new Set();
    for (const row of rows) {
      for (const term of row) {
        if (term?.type === "iri" && !this.#labels.has(term.value)) iris.add(term.value);
      }
    }
    const all = [...iris];
    for (let at = 0; at < all.length; at += BATCH) {
      const asked = all.slice(at, at + BATCH);
      asked.forEach((iri) => this.#labels.set(iri, null));
      const response = await post(`${this.base}/sparql/labels`, [["lang", this.language], ...asked.map((iri) => ["iri", iri])]);
      if (!response.ok) return;
      for (const [iri, found] of Object.entries(await response.json())) this.#labels.set(iri, found);
    }
  }

  /** The text by which a term is shown, and its language. */
  text(term, withLabels) {
    if (term === null) return { text: "" };
    if (term.type !== "iri") return { text: term.value, language: term.language };
    const label = withLabels && this.label(term.value);
    return label ? { text: label.label, language: label.language } : { text: this.shortened(term.value) ?? term.value };
  }

  /** What stands in the cell of a term. */
  node(term, withLabels) {
    const { text, language } = this.text(term, withLabels);
    const lang = language || null;
    if (term?.type === "iri") {
      const href = this.address(term.value);
      const isElsewhere = href === term.value;
      return href
        ? h("a", { href, lang, title: term.value, rel: isElsewhere ? "noopener noreferrer nofollow" : null }, text)
        : h("span", { lang, title: term.value }, text);
    }
    return h("span", { lang, class: term?.type === "literal" ? null : "blank" }, text);
  }
}
