/* What may be written next: the columns of the tables that the text names, tables, metrics,
   functions, parameters and keywords. Names come from the schema that the page hands over. */
import { snippetCompletion } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import { keywords, types } from "./words.js";

const WORD = /[$\w\u00a0-\uffff]*$/;
const PLAIN = /^[a-z_][a-z0-9_]*$/;
const SOURCE = /\b(?:from|join)\s+("(?:[^"]|"")+"|[\w$]+)(?:\s+(?:as\s+)?("(?:[^"]|"")+"|[\w$]+))?/gi;
const NEXT_SOURCE = /\b(?:from|join)\s+["\w]*$/i;
const WITH = /(?:\bwith(?:\s+recursive)?|,)\s*("(?:[^"]|"")+"|\w+)\s*(?:\([^)]*\)\s*)?as\s*(?:not\s+materialized\s*|materialized\s*)?\(/gi;
const PARAMETER = /\$\w+/g;
const QUIET = new Set(["String", "LineComment", "BlockComment", "QuotedIdentifier"]);

const unquoted = (name) => (name[0] === '"' ? name.slice(1, -1).replaceAll('""', '"') : name);
const reserved = new Set(keywords);

export function written(name) {
  const isPlain = PLAIN.test(name) && !reserved.has(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/* The tables that the text reads, by the name that it gives them. */
function sources(text, tables) {
  const found = new Map();
  for (const [, name, alias] of text.matchAll(SOURCE)) {
    const table = tables.get(unquoted(name).toLowerCase());
    if (!table) continue;
    found.set(table.name.toLowerCase(), table);
    if (alias && !reserved.has(alias.toLowerCase())) found.set(unquoted(alias).toLowerCase(), table);
  }
  return found;
}

const columnOption = (table, boost) => (column) => ({
  label: column.name,
  apply: written(column.name),
  type: "property",
  detail: column.type,
  info: column.meaning ? `${table.name}: ${column.meaning}` : undefined,
  boost,
});

const tableOption = (boost) => (table) => ({
  label: table.name,
  apply: written(table.name),
  type: "class",
  detail: table.group,
  info: table.meaning || undefined,
  boost,
});

const plainOption = (type, boost) => (label) => ({ label, type, boost });

function everyWord(text, schema, tables) {
  const read = sources(text, tables);
  const known = new Set([...text.matchAll(PARAMETER)].map(([name]) => name));
  for (const name of schema.parameters) known.add(`$${name}`);
  const columns = [...new Set(read.values())].flatMap((table) => table.columns.map(columnOption(table, 3)));
  const aliases = [...read.keys()].filter((name) => !tables.has(name)).map(plainOption("variable", 2));
  const made = [...text.matchAll(WITH)].map(([, name]) => plainOption("class", 2)(unquoted(name)));
  const functions = schema.functions.map((name) =>
    snippetCompletion(`${name}(\${})`, { label: name, type: "function", boost: -1 }),
  );
  return [
    ...columns,
    ...aliases,
    ...made,
    ...schema.tables.map(tableOption(1)),
    ...[...known].map(plainOption("variable", 0)),
    ...keywords.map(plainOption("keyword", 0)),
    ...types.map(plainOption("type", -2)),
    ...functions,
  ];
}

/* A source of completions over the schema that `current()` gives at the moment of asking. */
export function completion(current) {
  return (context) => {
    const schema = current();
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    if (QUIET.has(node.name)) return null;
    const text = context.state.doc.toString();
    const before = context.state.sliceDoc(Math.max(0, context.pos - 400), context.pos);
    const word = WORD.exec(before)[0];
    const from = context.pos - word.length;
    const tables = new Map(schema.tables.map((table) => [table.name.toLowerCase(), table]));
    const owner = /("(?:[^"]|"")+"|[\w$]+)\.$/.exec(before.slice(0, before.length - word.length));
    if (owner) {
      const name = unquoted(owner[1]).toLowerCase();
      const table = sources(text, tables).get(name) ?? tables.get(name);
      return table ? { from, options: table.columns.map(columnOption(table, 0)), validFor: /^\w*$/ } : null;
    }
    if (NEXT_SOURCE.test(before)) {
      const made = [...text.matchAll(WITH)].map(([, name]) => plainOption("class", 2)(unquoted(name)));
      return { from, options: [...made, ...schema.tables.map(tableOption(0))], validFor: /^\w*$/ };
    }
    if (!word && !context.explicit) return null;
    return { from, options: everyWord(text, schema, tables), validFor: /^[$\w]*$/ };
  };
}
