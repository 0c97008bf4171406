/* Colours and sizes, all taken from the theme's variables: a switch between light and dark shows at
   once. */
import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--text-value)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--number-value)" },
  { tag: tags.typeName, color: "var(--type)" },
  { tag: tags.special(tags.name), color: "var(--parameter)", fontWeight: "600" },
  { tag: tags.comment, color: "var(--comment)", fontStyle: "italic" },
]);

export const look = EditorView.theme({
  "&": {
    fontSize: "13.5px",
    color: "var(--st-text-color)",
    backgroundColor: "var(--st-background-color)",
    border: "1px solid var(--st-border-color)",
    borderRadius: "var(--st-base-radius)",
  },
  "&.cm-focused": { outline: "2px solid var(--st-primary-color)", outlineOffset: "-1px" },
  ".cm-scroller": {
    fontFamily: "var(--st-code-font)",
    lineHeight: "1.55",
    maxHeight: "46vh",
    overflow: "auto",
    borderRadius: "inherit",
  },
  ".cm-content, .cm-gutter": { minHeight: "11.5rem" },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--st-text-color)" },
  ".cm-cursor": { borderLeftColor: "var(--st-text-color)", borderLeftWidth: "2px" },
  ".cm-gutters": {
    color: "var(--comment)",
    backgroundColor: "var(--st-secondary-background-color)",
    borderRight: "1px solid var(--st-border-color)",
  },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 7px 0 9px" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--st-text-color)", fontWeight: "600" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection":
    { backgroundColor: "color-mix(in srgb, var(--st-primary-color) 28%, transparent)" },
  ".cm-placeholder": { color: "var(--comment)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--st-primary-color) 18%, transparent)",
  },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--st-red-color)",
    textUnderlineOffset: "3px",
    backgroundColor: "color-mix(in srgb, var(--st-red-color) 14%, transparent)",
  },
  ".cm-tooltip": {
    color: "var(--st-text-color)",
    backgroundColor: "var(--st-background-color)",
    border: "1px solid var(--st-border-color)",
    borderRadius: "6px",
    boxShadow: "0 4px 16px rgb(0 0 0 / 18%)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--st-code-font)",
    fontSize: "13px",
    maxHeight: "15rem",
    maxWidth: "min(30rem, 84vw)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    color: "var(--st-text-color)",
    backgroundColor: "color-mix(in srgb, var(--st-primary-color) 20%, var(--st-background-color))",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { color: "var(--comment)", fontStyle: "normal", marginLeft: "0.75em" },
  ".cm-tooltip.cm-completionInfo": { padding: "0.35rem 0.6rem", maxWidth: "18rem" },
  ".cm-diagnostic": { padding: "0.35rem 0.6rem" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--st-red-color)" },
});
