/* The SQL that the engine speaks: its keywords and types, for colours and completion. */
import { SQLDialect } from "@codemirror/lang-sql";

const KEYWORDS =
  "all and anti any as asc asof between by case cast collate cross current describe desc distinct " +
  "else end escape except exclude exists explain false fetch filter first following from full glob " +
  "group grouping groups having ilike in inner intersect interval into is join lambda last lateral " +
  "left like limit materialized name natural not null nulls offset on or order outer over partition " +
  "percent pivot positional preceding qualify range recursive repeatable replace respect right " +
  "rollup row rows sample select semi sets similar some summarize tablesample then ties to true " +
  "try_cast unbounded union unpivot using values when where window with within without";

const TYPES =
  "bigint bit blob boolean char date decimal double enum float hugeint int integer json list map " +
  "numeric real smallint struct text time timestamp timestamptz tinyint ubigint uinteger uuid varchar";

export const dialect = SQLDialect.define({
  keywords: KEYWORDS,
  types: TYPES,
  specialVar: "$",
  operatorChars: "*+-%<>!=&|~^/:",
  caseInsensitiveIdentifiers: true,
});

export const keywords = KEYWORDS.split(" ");
export const types = TYPES.split(" ");
