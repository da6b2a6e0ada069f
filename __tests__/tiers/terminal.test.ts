/** A deploy as somebody sees it on a terminal: what is asked, what an answer does, and what is left on the screen. */
import { FreshClones, withProgram } from "./fresh-clone.ts";
import { TmuxTerminal } from "./tmux.ts";

jest.setTimeout(300_000);

const ASKED = /\? \[y, n, d for details\]\s*$/;
/** Back in the shell, which says how the command ended. */
const ENDED = /ended with (\d+)\n\S*[#$]$/;
const NOTHING_DONE = "not approved: nothing was changed";
/** A line of what is under way. */
const UNDER_WAY = /^\w+ +\[\d+\/\d+\] .*(so far|of up to .*|…)$/;
const DEPLOY = "npx cdktf deploy --sandbox; echo ended with $?";

const inTmux = withProgram("tmux", "-V");
const clones = new FreshClones();
let clone: string;
beforeAll(() => {
  clone = clones.clone("lab");
});
afterAll(() => clones.end());

const terminals: TmuxTerminal[] = [];
afterEach(() => {
  for (const each of terminals.splice(0)) each.end();
});

function terminal(columns: number): TmuxTerminal {
  const opened = new TmuxTerminal(clones, clone, columns);
  terminals.push(opened);
  return opened;
}

function codeOf(text: string): number {
  return Number(ENDED.exec(text)?.[1]);
}

inTmux("asks once, again at any other answer, shows details at d, and takes n for an answer", async () => {
  const screen = terminal(120);
  screen.type(DEPLOY);
  expect(await screen.until(ASKED)).toContain("deploy oci, proxmox and talos: ");
  screen.type("maybe");
  const again = await screen.until(/got "maybe", allowed y, n, d for details\n[^]*for details\]\s*$/);
  screen.type("d");
  const detailed = await screen.until(/for details\] d\n[^]*for details\]\s*$/);
  expect(detailed.length).toBeGreaterThan(again.length + 1000);
  screen.type("n");
  const ended = await screen.until(ENDED);
  expect(ended).toContain(NOTHING_DONE);
  expect(codeOf(ended)).toBe(1);
});

inTmux.each([
  ["Ctrl-D, as a no", "C-d", NOTHING_DONE, 1],
  ["Ctrl-C, as an end", "C-c", "interrupted", 130],
])("takes %s", async (_what, key, says, code) => {
  const screen = terminal(120);
  screen.type(DEPLOY);
  await screen.until(ASKED);
  screen.press(key);
  const ended = await screen.until(ENDED);
  expect(ended).toContain(says);
  expect(codeOf(ended)).toBe(code);
  expect(ended).not.toMatch(/^\s+at /m);
});

inTmux.each([60, 120])(
  "shows on %i columns what is under way, breaks no such line, and leaves none behind",
  async (columns) => {
    const screen = terminal(columns);
    screen.type(DEPLOY);
    await screen.until(ASKED);
    const seen = new Set<string>();
    screen.type("y");
    const ended = await screen.until(ENDED, (text) => {
      for (const line of text.split("\n")) if (UNDER_WAY.test(line)) seen.add(line);
    });
    expect(codeOf(ended)).toBe(0);
    expect(ended).toContain("\nNext:\n");
    expect(seen.size).toBeGreaterThan(0);
    expect([...seen].filter((line) => line.length > columns)).toEqual([]);
    expect(ended.split("\n").filter((line) => UNDER_WAY.test(line))).toEqual([]);
    screen.type(DEPLOY.replace("deploy", "destroy"));
    await screen.until(/destroy [^?]*\? \[[^\]]*\]\s*$/);
    screen.clear();
    screen.type("y");
    expect(codeOf(await screen.until(ENDED))).toBe(0);
  },
);
