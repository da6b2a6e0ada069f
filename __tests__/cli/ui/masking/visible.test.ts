import * as fc from "fast-check";
import { CliError, printError } from "../../../../cli/ui/errors.ts";
import { maskStream, type Written } from "../../../../cli/ui/mask-output.ts";
import { harmless, visibleLines, visibleText } from "../../../../cli/ui/visible.ts";
import { valuesOf } from "../../../../cli/engine/runs/review-values.ts";
import { COLORS, type Terminal } from "../../../../cli/ui/terminal.ts";
import { showDiagnostics, showRaw } from "../../../../cli/engine/terraform/diagnostics.ts";
import { showFindings } from "../../../../cli/ui/findings.ts";
import { followProgress } from "../../../../cli/engine/terraform/progress.ts";
import { parseUiLine } from "../../../../cli/engine/terraform/messages.ts";

const ESC = "\u001B";
/** What a service may say to a terminal: clear it, write to its clipboard, turn a line around. */
const OBEYED = [
  `${ESC}[2J`,
  `${ESC}]52;c;cm0gLXJmIH4=\u0007`,
  "\u009B2K",
  "\u202Enoitcefni",
  "\r",
  "\u2028",
  "\b",
  "\u{E0041}",
];

function written(text: string, isTTY = false): string {
  let all = "";
  const stream: Written = { isTTY, write: (chunk) => ((all += chunk.toString()), true) };
  const rest = maskStream(stream);
  stream.write(text);
  rest();
  return all;
}

/** What somebody prints by it. */
function printed(by: (terminal: Terminal) => void): string {
  const lines: string[] = [];
  by({
    colors: COLORS,
    line: (text) => void lines.push(text),
    aside: (text) => void lines.push(text),
    status: () => undefined,
    ask: () => Promise.resolve(""),
    interactive: false,
  });
  return lines.join("\n");
}

const diagnostic = (summary: string, detail: string): string => {
  const read = parseUiLine(
    JSON.stringify({ type: "diagnostic", diagnostic: { severity: "error", summary, detail, address: "a.b" } }),
  );
  return printed((terminal) => {
    if (read?.type === "diagnostic") showDiagnostics(terminal, "oci", [read.diagnostic]);
  });
};
const finding = (found: string): string =>
  printed((terminal) => showFindings(terminal, [{ name: "open ports", status: "fail", found, advice: null }]));
const script = (output: string): string =>
  printed((terminal) => {
    const hook = { resource: { addr: "a.b", resource_type: "a" }, output };
    followProgress(terminal, "oci |").onLine(
      JSON.stringify({ type: "provision_progress", "@timestamp": "2026-11-29T00:00:00Z", hook }),
    );
  });

it.each(OBEYED)("%j in the text of a service is shown and not obeyed, wherever it is printed", (code) => {
  const shown = [
    diagnostic(`400 ${code}`, `display name ${code} is taken`),
    JSON.stringify(
      valuesOf({
        before: { tags: { [`key ${code}`]: "one" } },
        after: { tags: { [`key ${code}`]: `two ${code}` } },
        after_unknown: {},
        before_sensitive: false,
        after_sensitive: false,
        actions: ["update"],
        replace_paths: [],
        awaits: {},
      }),
    ),
    finding(`security list ${code} lets in`),
    script(`it says ${code}`),
    written(`something ${code} printed\n`),
  ];
  for (const text of shown) expect(text).not.toContain(code);
});

it("nothing invisible is left of any text, and a text that is visible is left as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(visibleText(text)).not.toMatch(/[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}]|[^\P{Cf}\u200c\u200d]/u);
    }),
  );
  for (const text of ["Größe: 5 → 6\n\tcafé 👩‍💻", "oci  no changes"]) expect(visibleText(text)).toBe(text);
});

it("a line that a tool writes beside its diagnostics begins further right than one of ours", () => {
  const lines = printed((terminal) => showRaw(terminal, "net: terraform writes:", "panic\nnet     no changes\n"));
  expect(lines.split("\n")).toEqual(["net: terraform writes:", "  panic", "  net     no changes"]);
});

it("a line that a service makes up begins further right than one of ours", () => {
  const shown = diagnostic("400\noci no changes", "Conflict\nproxmox no changes");
  expect(shown.split("\n").slice(1).join("\n")).not.toMatch(/^\S/m);
  expect(finding("security list x\nok    open ports  well")).not.toContain("\n");
  expect(script("done\noci no changes")).not.toMatch(/\n\S/);
  const said = jest.spyOn(console, "error").mockImplementation(() => undefined);
  printError(new CliError("Oracle says: no\noci no changes"));
  expect(said).toHaveBeenCalledWith("Oracle says: no\n  oci no changes");
  said.mockRestore();
});

it.each(["::error::it is broken", "  ::stop-commands::x", "text\n::set-output name=a::b", "x ##[error]broken"])(
  "%j is no command to a workflow",
  (text) => {
    const shown = written(`${text}\n`);
    expect(shown).not.toMatch(/^\s*::/m);
    expect(shown).not.toContain("##[");
  },
);

it("our own colours and our own last line on a terminal stay", () => {
  const line = `${COLORS.red("Error")} in oci: x`;
  expect(visibleLines(line)).toBe(line);
  expect(harmless(`\r${ESC}[2K${line}\n`, true)).toBe(`\r${ESC}[2K${line}\n`);
  expect(visibleLines(`${ESC}[2K${ESC}[1m`)).toBe(`\\u001b[2K${ESC}[1m`);
});

it("a JSON document stays one", () => {
  const document = JSON.stringify({ name: "a\u202Eb\u009Bc" });
  expect(JSON.parse(written(`${document}\n`))).toEqual({ name: "a\u202Eb\u009Bc" });
});
