/* The editor: one view per place on the page, one state per tab. It tells the page its text after a
   pause, when it loses the focus, and when something is asked; it takes a text from the page only
   with a new revision, so that what is being written is never taken back. */
import {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap,
  selectedCompletion,
} from "@codemirror/autocomplete";
import {
  defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory, temporarilySetTabFocusMode,
} from "@codemirror/commands";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import {
  EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap,
  lineNumbers, placeholder,
} from "@codemirror/view";
import { completion } from "./completion.js";
import { colours, look } from "./look.js";
import { dialect } from "./words.js";

const PAUSE = 700; // milliseconds without a key until the page is told
const editors = new WeakMap();

/* Escape closes whatever is open, and lets the next Tab leave the editor. */
function letTabLeave(view) {
  temporarilySetTabFocusMode(view);
  return false;
}

/* Enter behind a word that is written out ends the line, and is no choice from the list. */
function closeWhenWritten(view) {
  const chosen = selectedCompletion(view.state);
  const { head } = view.state.selection.main;
  const before = view.state.sliceDoc(Math.max(0, head - 200), head);
  if (chosen && /[$\w]*$/.exec(before)[0].toLowerCase() === chosen.label.toLowerCase()) closeCompletion(view);
  return false;
}

/* The keys as this machine calls them. */
function nameKeys(parent) {
  const held = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl+";
  parent.querySelector(".run").textContent = `${held}Enter`;
  parent.querySelector(".format").textContent = `${held}Shift+F`.replace("⌘Shift+", "⌘⇧");
}

class Editor {
  constructor(place) {
    this.states = new Map(); // what another tab held, by its name
    this.view = new EditorView({ parent: place, root: place.getRootNode() });
  }

  /* What the page says; called again whenever it says something else. */
  hears(component) {
    const { data } = component;
    const isFirst = this.data === undefined;
    const before = this.data;
    if (!isFirst && before.tab !== data.tab) this.tells();
    this.component = component;
    this.data = data;
    if (isFirst || before.tab !== data.tab) this.opens(before);
    else if (before.revision !== data.revision) this.takes(data.text);
    if (!isFirst && data.insert.number !== before.insert.number) this.inserts(data.insert.text);
    if (isFirst || before.error?.id !== data.error?.id || before.tab !== data.tab) this.marks(data.error);
  }

  opens(before) {
    if (before) this.states.set(before.tab, { revision: before.revision, state: this.view.state });
    const kept = this.states.get(this.data.tab);
    const isSame = kept?.revision === this.data.revision;
    this.view.setState(isSame ? kept.state : this.fresh(this.data.text));
    this.told = this.view.state.doc.toString();
  }

  takes(text) {
    const doc = this.view.state.doc;
    if (doc.toString() !== text) {
      const changes = { from: 0, to: doc.length, insert: text };
      this.view.dispatch({ changes, annotations: isolateHistory.of("full") }); // undone by itself
    }
    clearTimeout(this.pause);
    this.told = text;
  }

  inserts(text) {
    const { state } = this.view;
    const { from, to } = state.selection.main;
    const joined = from > 0 && /[\w"$]/.test(state.sliceDoc(from - 1, from)) ? ` ${text}` : text;
    this.view.dispatch({ changes: { from, to, insert: joined }, selection: { anchor: from + joined.length } });
    this.view.focus();
    this.tells();
  }

  marks(error) {
    const end = this.view.state.doc.length;
    const isShown = error && error.from <= end;
    const marks = isShown
      ? [{ from: error.from, to: Math.min(Math.max(error.to, error.from), end), severity: "error", message: error.message }]
      : [];
    this.view.dispatch(setDiagnostics(this.view.state, marks));
    this.isMarked = marks.length > 0;
    if (isShown && error.isNew) this.view.dispatch({ effects: EditorView.scrollIntoView(error.from) });
  }

  /* Hands over the text if the page does not have it yet. */
  tells() {
    clearTimeout(this.pause);
    const text = this.view.state.doc.toString();
    if (text === this.told) return;
    this.told = text;
    this.component.setStateValue("text", { tab: this.data.tab, text });
  }

  asks(what) {
    clearTimeout(this.pause);
    const text = this.view.state.doc.toString();
    this.told = text;
    this.component.setTriggerValue(what, { tab: this.data.tab, text });
    return true;
  }

  changed(update) {
    if (update.docChanged) {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.tells(), PAUSE);
      if (this.isMarked) queueMicrotask(() => this.marks(null));
    }
    if (update.focusChanged && !update.view.hasFocus) this.tells();
  }

  fresh(text) {
    const { label, placeholder: hint } = this.data;
    return EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: "Mod-Enter", run: () => this.asks("run") },
            { key: "Mod-Shift-f", run: () => this.asks("format") },
            { key: "Tab", run: acceptCompletion },
            { key: "Escape", run: letTabLeave },
            { key: "Enter", run: closeWhenWritten },
          ]),
        ),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap, indentWithTab]),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of("    "),
        autocompletion({ icons: false, override: [completion(() => this.data.schema)] }),
        dialect.extension,
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": "keys", spellcheck: "false" }),
        EditorView.updateListener.of((update) => this.changed(update)),
        placeholder(hint),
        look,
      ],
    });
  }

  ends() {
    clearTimeout(this.pause);
    this.view.destroy();
  }
}

export default function (component) {
  const place = component.parentElement.querySelector(".place");
  if (!editors.has(place)) {
    nameKeys(component.parentElement);
    editors.set(place, new Editor(place));
  }
  const editor = editors.get(place);
  editor.hears(component);
  return () => {
    editors.delete(place);
    editor.ends();
  };
}
