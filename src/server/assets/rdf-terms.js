// RDF terms as N-Triples and the TSV of SPARQL results write them.
//
// A term is { type: "iri" | "blank" | "literal" | "triple", value, language?, datatype? }; an unbound one is null.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const ESCAPES = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f" };

const unescaped = (text) =>
  text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gs, (_, short, long, letter) =>
    letter ? (ESCAPES[letter] ?? letter) : codePoint(Number.parseInt(short ?? long, 16)),
  );

const codePoint = (number) => (number <= 0x10ffff ? String.fromCodePoint(number) : "\ufffd");

const IRI = /<([^>]*)>/y;
const BLANK = /_:[^\s\t]+/y;
const STRING = /"((?:[^"\\]|\\.)*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*)(?:--(?:ltr|rtl))?|\^\^<([^>]*)>)?/sy;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const BOOLEAN = /true|false/y;

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The datatype of a number that is written plainly. */
function numeric(text) {
  if (/e/i.test(text)) return `${XSD}double`;
  return text.includes(".") ? `${XSD}decimal` : `${XSD}integer`;
}

/** The term that begins at a place of a text, and the place after it; nothing where none begins. */
export function readTerm(text, at = 0) {
  if (text.startsWith("<<", at)) return readTriple(text, at);
  let found = match(IRI, text, at);
  if (found) return { term: { type: "iri", value: unescaped(found[1]) }, end: at + found[0].length };
  found = match(BLANK, text, at);
  if (found) return { term: { type: "blank", value: found[0] }, end: at + found[0].length };
  found = match(STRING, text, at);
  if (found) {
    const [all, value, language, datatype] = found;
    const type = language ? `${RDF}langString` : (datatype ?? `${XSD}string`);
    return { term: { type: "literal", value: unescaped(value), language, datatype: type }, end: at + all.length };
  }
  found = match(NUMBER, text, at);
  if (found) return { term: { type: "literal", value: found[0], datatype: numeric(found[0]) }, end: at + found[0].length };
  found = match(BOOLEAN, text, at);
  if (found) return { term: { type: "literal", value: found[0], datatype: `${XSD}boolean` }, end: at + found[0].length };
  return null;
}

/** A triple term, `<<( s p o )>>`, shown as it is written. */
function readTriple(text, at) {
  let depth = 0;
  for (let end = at; end < text.length; end++) {
    const string = text[end] === '"' && match(STRING, text, end);
    if (string) end += string[0].length - 1;
    else if (text.startsWith("<<", end)) (depth++, end++);
    else if (text.startsWith(">>", end) && (depth--, end++, depth === 0)) {
      return { term: { type: "triple", value: text.slice(at, end + 1) }, end: end + 1 };
    }
  }
  return null;
}

/** The terms of a row of TSV. */
export function readRow(line) {
  return line.split("\t").map((cell) => (cell ? (readTerm(cell)?.term ?? { type: "literal", value: cell }) : null));
}

/** Subject, predicate and object of a line of N-Triples; nothing where it is empty or a comment. */
export function readStatement(line) {
  const terms = [];
  for (let at = 0; terms.length < 3; ) {
    while (line[at] === " " || line[at] === "\t") at++;
    const found = readTerm(line, at);
    if (!found) return null;
    terms.push(found.term);
    at = found.end;
  }
  return terms;
}
