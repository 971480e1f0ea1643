// SPARQL's tokens for highlighting. What is right and what is wrong is the server's to say (/sparql/check).

const KEYWORDS = new Set(
  ("add all as asc ask base bind by clear construct copy create data default delete desc describe distinct drop exists " +
    "filter from graph group having in insert into limit load minus move named not offset optional order prefix reduced " +
    "select separator service silent to undef union using values version where with").split(" "),
);
const ATOMS = new Set(["true", "false"]);

/** The long quotation mark that a string was begun with, or none. */
function longString(stream, state) {
  while (!stream.eol()) {
    if (stream.match(state.quote)) {
      state.quote = "";
      break;
    }
    if (stream.next() === "\\") stream.next();
  }
  return "string";
}

function shortString(stream, quote) {
  let next;
  while ((next = stream.next()) !== undefined && next !== null) {
    if (next === "\\") stream.next();
    else if (next === quote) break;
  }
  return "string";
}

function string(stream, state) {
  if (stream.match('"""') || stream.match("'''")) {
    state.quote = stream.current();
    return longString(stream, state);
  }
  return shortString(stream, stream.next());
}

function word(stream) {
  if (stream.match(/^[\p{L}\p{N}_.·-]*:[\p{L}\p{N}\p{M}_:%·.\\-]*/u)) {
    // A dot at the end of a name ends the pattern.
    const dots = /\.*$/.exec(stream.current())[0].length;
    stream.backUp(dots);
    return "propertyName";
  }
  stream.match(/^[\p{L}\p{M}_][\p{L}\p{N}\p{M}_]*/u);
  const name = stream.current().toLowerCase();
  if (name === "a" || KEYWORDS.has(name)) return "keyword";
  if (ATOMS.has(name)) return "atom";
  return stream.match(/^\s*\(/, false) ? "variableName.function" : null;
}

export const sparql = {
  name: "sparql",
  startState: () => ({ quote: "" }),
  token(stream, state) {
    if (state.quote) return longString(stream, state);
    if (stream.eatSpace()) return null;
    const next = stream.peek();
    if (next === "#") {
      stream.skipToEnd();
      return "comment";
    }
    if (next === '"' || next === "'") return string(stream, state);
    if (stream.match(/^[?$][\p{L}\p{N}\p{M}_]+/u)) return "variableName";
    if (stream.match(/^<[^\s<>"{}|^`]*>/)) return "link";
    if (stream.match(/^@[A-Za-z]+(-[A-Za-z0-9]+)*/)) return "meta";
    if (stream.match(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/)) return "number";
    if (/[\p{L}_:]/u.test(next) || stream.match(/^[\p{L}\p{N}_.·-]*:/u, false)) return word(stream);
    stream.next();
    return /[{}()[\]]/.test(next) ? "bracket" : "operator";
  },
  languageData: {
    commentTokens: { line: "#" },
    closeBrackets: { brackets: ["(", "[", "{", '"', "'"] },
  },
};
