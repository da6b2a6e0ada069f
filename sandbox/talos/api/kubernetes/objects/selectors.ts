/** Label and field selectors: what of a list is wanted. */
import { badRequest } from "./errors.ts";
import { at, type Fields, itemsAt, listAt, mapAt, textAt } from "./fields.ts";

/** Whether something has such labels. */
export type Takes = (labels: Readonly<Record<string, string>>) => boolean;

/** A label selector in a query: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a>1`, `a`, `!a`, joined by commas. @throws ApiError */
export function labelSelector(text: string): Takes {
  const terms = text.match(/(?:\([^)]*\)|[^,(])+/g) ?? [];
  const all = terms.map((term) => requirement(term.trim()));
  return (labels) => all.every((takes) => takes(labels));
}

const KEY = /^(?:[\w.-]+\/)?[\w.-]+$/;

function requirement(term: string): Takes {
  const [, key = "", not, values = ""] = /^(\S+)\s+(not)?in\s*\(([^)]*)\)$/.exec(term) ?? [];
  if (KEY.test(key)) {
    const list = values.split(",").map((value) => value.trim());
    // What has no such label is in none of them.
    return (labels) =>
      not === undefined
        ? key in labels && list.includes(labels[key] ?? "")
        : !(key in labels) || !list.includes(labels[key] ?? "");
  }
  const [, name = "", operator = "", value = ""] = /^([^=!<>\s]+)\s*(==|=|!=|>|<)\s*(\S*)$/.exec(term) ?? [];
  if (KEY.test(name)) {
    if (operator === ">" || operator === "<")
      return (labels) =>
        name in labels &&
        (operator === ">" ? Number(labels[name]) > Number(value) : Number(labels[name]) < Number(value));
    return (labels) => (operator === "!=" ? labels[name] !== value : labels[name] === value);
  }
  const bare = term.replace(/^!\s*/, "");
  if (!KEY.test(bare)) throw badRequest(`unable to parse requirement: found '${term}', expected: identifier`);
  return term.startsWith("!") ? (labels) => !(bare in labels) : (labels) => bare in labels;
}

/** A `LabelSelector` of an object: `matchLabels` and `matchExpressions`. An empty one takes everything, an absent one nothing. */
export function objectSelector(selector: Fields | undefined): Takes {
  if (!selector) return () => false;
  const wanted = Object.entries(mapAt(selector, "matchLabels"));
  const expressions = itemsAt(selector, "matchExpressions").map(expression);
  return (labels) => wanted.every(([key, value]) => labels[key] === value) && expressions.every((each) => each(labels));
}

/** `key`, `operator` and `values`: also of node affinity. */
export function expression(term: Fields): Takes {
  const key = textAt(term, "key");
  const values = listAt(term, "values").map(String);
  return (labels) => {
    const found = labels[key];
    switch (textAt(term, "operator")) {
      case "In":
        return found !== undefined && values.includes(found);
      case "NotIn":
        return found === undefined || !values.includes(found);
      case "Exists":
        return found !== undefined;
      case "DoesNotExist":
        return found === undefined;
      case "Gt":
        return found !== undefined && Number(found) > Number(values[0]);
      case "Lt":
        return found !== undefined && Number(found) < Number(values[0]);
      default:
        return false;
    }
  };
}

/**
 * A field selector of a query, over the fields that a kind can be selected by.
 * @throws ApiError for any other
 */
export function fieldSelector(text: string, fields: readonly string[]): (object: Fields) => boolean {
  const terms = text.split(",").filter((term) => term !== "");
  const all = terms.map((term) => {
    const [, field = "", operator = "", value = ""] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
    if (!fields.includes(field)) throw badRequest(`field label not supported: ${field || term}`);
    return (object: Fields): boolean => {
      const found = at(object, ...field.split("."));
      const is =
        typeof found === "string" || typeof found === "number" || typeof found === "boolean" ? String(found) : "";
      // A switch that nobody has set is off.
      const shown = is === "" && (value === "true" || value === "false") ? "false" : is;
      return (shown === value) === (operator !== "!=");
    };
  });
  return (object) => all.every((takes) => takes(object));
}
