import { dirname, join } from "node:path";
import { describeLayers } from "../layers.ts";

/** From the bottom: a folder may import those before it, and itself. The commands' groups are side by side. */
const LAYERS = [
  "ui",
  "clients",
  "engine/synth",
  "engine/terraform",
  "engine/state",
  "engine/checks",
  "engine/runs",
  "commands",
  ".",
];

const files = describeLayers("the command line's folders", join(__dirname, "../../cli"), LAYERS, [
  ['import { x } from "../../engine/runs/begin.ts";', "engine/state/a.ts", ["engine/runs/begin.ts"]],
  ['const { x } = await import("../look/doctor.ts");', "commands/start/a.ts", ["commands/look/doctor.ts"]],
  ['import type { X } from "../../ui/words.ts";', "engine/state/a.ts", []],
  ['import { x } from "./location.ts";', "engine/state/a.ts", []],
]);

it("the command line has few folders", () => {
  expect([...new Set(files.map(dirname))].filter((folder) => folder !== ".").length).toBeLessThanOrEqual(12);
});
