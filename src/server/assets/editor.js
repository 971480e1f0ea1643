// The editor: CodeMirror in an open shadow root, where its style sheets are constructed and none is injected.

import {
  EditorState, EditorView, HighlightStyle, StreamLanguage, autocompletion, bracketMatching, closeBrackets,
  closeBracketsKeymap, completionKeymap, defaultKeymap, drawSelection, highlightActiveLine, history, historyKeymap, indentUnit,
  keymap, lineNumbers, lintKeymap, setDiagnostics, syntaxHighlighting, tags,
} from "./vendor/codemirror.js";
import { sparql } from "./sparql-language.js";

/** Milliseconds without a key after which the text is checked. */
const PAUSE = 350;

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--code-variable)" },
  { tag: tags.propertyName, color: "var(--code-name)" },
  { tag: [tags.string, tags.link], color: "var(--code-string)" },
  { tag: [tags.number, tags.atom], color: "var(--code-number)" },
  { tag: tags.function(tags.variableName), color: "var(--code-function)" },
  { tag: [tags.meta, tags.comment], color: "var(--code-comment)" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--code-text)", backgroundColor: "var(--code-ground)", fontSize: "0.9375rem", maxHeight: "70vh" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--code-font)", lineHeight: "1.55", minHeight: "15.4rem", overflow: "auto" },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--code-text)" },
  ".cm-cursor": { borderLeftColor: "var(--code-text)" },
  ".cm-gutters": { color: "var(--code-quiet)", backgroundColor: "var(--code-ground)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--code-line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--code-selection)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--code-selection)", outline: "1px solid var(--code-quiet)" },
  ".cm-tooltip": { color: "var(--code-text)", backgroundColor: "var(--code-raised)", border: "1px solid var(--code-border)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--code-font)", maxWidth: "min(44rem, 90vw)", maxHeight: "17rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.5rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--code-chosen-text)", backgroundColor: "var(--code-chosen)" },
  ".cm-completionNote": { fontFamily: "var(--text-font)", marginLeft: "0.75rem", color: "inherit" },
  ".cm-diagnostic": { fontFamily: "var(--text-font)", padding: "0.4rem 0.6rem" },
  ".cm-lintRange-error": {
    backgroundImage: "none", textDecoration: "underline wavy var(--code-error) 1.5px", textUnderlineOffset: "3px",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none", textDecoration: "underline wavy var(--code-warning) 1.5px", textUnderlineOffset: "3px",
  },
});

/** A number of characters as the server counts them, as a place in a JavaScript string. */
function place(text, characters) {
  let at = 0;
  for (const character of text) {
    if (characters-- <= 0) break;
    at += character.length;
  }
  return at;
}

/** The stretch of a document that a problem is about: the word at its place, else the last one before it. */
function stretch(doc, { line, column }) {
  if (!line || line > doc.lines) return { from: 0, to: doc.length };
  const { from, text } = doc.line(line);
  const at = Math.min(place(text, column - 1), text.length);
  const word = /^(?:[\p{L}\p{N}\p{M}_:?$@#<>/.-]+|\S)/u.exec(text.slice(at));
  if (word) return { from: from + at, to: from + at + word[0].length };
  const before = text.slice(0, at).trimEnd().length;
  return before ? { from: from + before - 1, to: from + before } : { from, to: from + text.length };
}

/** What stands before the place, and whether something may be completed there. */
function completions(ask) {
  return async (context) => {
    const typed = context.matchBefore(/[\p{L}\p{N}\p{M}_:?$'’.-]+/u);
    if (!typed && !context.explicit) return null;
    const text = context.state.doc.toString();
    const at = [...text.slice(0, context.pos)].length;
    const found = await ask(text, at);
    if (context.aborted || !found || !found.suggestions.length) return null;
    const options = found.suggestions.map(({ text, label, language }, rank) => ({
      label: text, note: label, language, boost: -rank, type: label ? "constant" : "keyword",
    }));
    return { from: place(text, found.from), options, filter: false };
  };
}

/** What a suggestion is called, in the language of the name. */
const note = {
  position: 80,
  render({ note, language }) {
    if (!note) return null;
    const span = document.createElement("span");
    span.className = "cm-completionNote";
    if (language) span.lang = language;
    span.textContent = note;
    return span;
  },
};

/**
 * Where text replaces a selection, Chromium writes it into elements with the style of what was there, which the policy of
 * the page refuses: the selection is replaced here, or goes before a composition begins.
 */
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
    const change = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, event.data, change))) view.dispatch(change());
    return true;
  },
  compositionstart(_, view) {
    if (!view.state.selection.main.empty) view.dispatch(view.state.replaceSelection(""));
    return false;
  },
});

/**
 * Puts an editor into `host`.
 *
 * `ask.complete(text, at)` gives what `/sparql/complete` does, `ask.check(text)` what `/sparql/check` does; either may give
 * nothing. `onRun` is called on Ctrl+Enter, `onChange` with the text after a change. `message({line, column, message})` words
 * a problem.
 */
export function createEditor(host, { text, name, describedBy, phrases, ask, onRun, onChange, message }) {
  const root = host.attachShadow({ mode: "open" });
  let timer = 0;
  const diagnostic = (doc, severity) => (problem) => ({
    ...stretch(doc, problem), severity,
    message: [message(problem), problem.hint].filter(Boolean).join("\n"),
  });
  const mark = (view, { error, warnings }) => {
    const doc = view.state.doc;
    const all = [...(error ? [error].map(diagnostic(doc, "error")) : []), ...warnings.map(diagnostic(doc, "warning"))];
    view.dispatch(setDiagnostics(view.state, all.sort((a, b) => a.from - b.from)));
  };
  const check = async (view) => {
    const doc = view.state.doc;
    const told = await ask.check(doc.toString());
    if (told && doc.eq(view.state.doc)) mark(view, told);
  };
  const changed = EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    clearTimeout(timer);
    timer = setTimeout(() => check(update.view), PAUSE);
    onChange(update.state.doc.toString());
  });
  const attributes = { "aria-label": name, tabindex: "0", spellcheck: "false", autocapitalize: "off" };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), highlightActiveLine(),
        indentUnit.of("  "), EditorView.lineWrapping, StreamLanguage.define(sparql), syntaxHighlighting(colours), theme,
        autocompletion({ override: [completions(ask.complete)], addToOptions: [note], icons: false, activateOnTypingDelay: 60 }),
        EditorState.phrases.of(phrases), EditorView.contentAttributes.of(attributes), changed, replacing,
        keymap.of([
          { key: "Mod-Enter", run: () => (onRun(), true), preventDefault: true },
          ...completionKeymap, ...closeBracketsKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap,
        ]),
      ],
    }),
  });
  if (describedBy) view.contentDOM.setAttribute("aria-description", describedBy);
  check(view);
  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    focus: () => view.focus(),
  };
}
