/**
 * As much of bash as the scripts need that bpg/proxmox runs on a host: statements in a row, variables, command substitution,
 * pipes, and functions that are defined and of which only `try_sudo` is called, which runs what it is given.
 */

/** How a program ended, and what it printed. */
export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** Runs a program by its words; `input` is what stands at its standard input. */
export type Program = (words: readonly string[], input: string) => Ran;

/** Cuts text at a separator where no quotation mark, brace or parenthesis is open. */
function cut(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let [part, quote, depth] = ["", "", 0];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote === "" && char === "\\") {
      part += char + text.charAt((at += 1));
      continue;
    }
    if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if ("({".includes(char)) depth += 1;
    else if (")}".includes(char)) depth -= 1;
    if (quote === "" && depth === 0 && char === separator) {
      parts.push(part.trim());
      part = "";
    } else part += char;
  }
  return [...parts, part.trim()].filter((each) => each !== "");
}

type Variables = Map<string, string>;

/** What a word stands for: without its quotation marks, and with variables and what commands print put in. */
function expand(word: string, variables: Variables, run: (script: string) => Ran): string {
  return word.replaceAll(
    /'([^']*)'|\\(.)|\$\((.*)\)|\$\{(\w+)\}|\$(\w+)|"([^"]*)"/gs,
    (_all, plain?: string, escaped?: string, script?: string, braced?: string, name?: string, quoted?: string) => {
      if (script !== undefined) return run(script).out.replace(/\n+$/, "");
      const variable = braced ?? name;
      if (variable !== undefined) return variables.get(variable) ?? "";
      return plain ?? escaped ?? expand(quoted ?? "", variables, run);
    },
  );
}

const ASSIGNMENT = /^(?:export )?(\w+)=(.*)$/s;
const FUNCTION = /^\w+\(\)\s*\{.*\}$/s;

/** Runs a script. With `set -e` the first command that fails ends it. Its output is that of all commands. */
export function runScript(script: string, program: Program, input: string, variables: Variables = new Map()): Ran {
  const inner = (text: string): Ran => runScript(text, program, "", variables);
  let [out, code, strict] = ["", 0, false];
  for (const statement of cut(script, ";")) {
    const [, name, value] = ASSIGNMENT.exec(statement) ?? [];
    if (FUNCTION.test(statement)) continue;
    if (statement === "set -e") strict = true;
    else if (name !== undefined) {
      let failed = 0;
      variables.set(
        name,
        expand(value ?? "", variables, (text) => {
          const ran = inner(text);
          failed = ran.code;
          if (ran.code !== 0) out += ran.out;
          return ran;
        }),
      );
      code = failed;
    } else {
      const ran = pipe(statement, program, input, (word) => expand(word, variables, inner));
      [out, code] = [out + ran.out, ran.code];
    }
    if (strict && code !== 0) break;
  }
  return { code, out };
}

/** As without `pipefail`: how it ended is how its last command did. */
function pipe(statement: string, program: Program, input: string, expanded: (word: string) => string): Ran {
  return cut(statement, "|").reduce<Ran>(
    ({ out }, command) => {
      const words = cut(command, " ").map(expanded);
      return program(words[0] === "try_sudo" ? words.slice(1) : words, out);
    },
    { code: 0, out: input },
  );
}
