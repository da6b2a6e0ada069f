/**
 * The loopback ports of a lab in the sandbox, where its config names none: those of another lab are left to it, whether its sandbox
 * runs now or not. A lab keeps its own, as they stand in its states.
 */
import { lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { isFree } from "../../clients/tunnels.ts";
import { CliError } from "../../ui/errors.ts";
import { readIfThere, writeAtomically } from "../../ui/files.ts";
import { BASE_PORT_FILE, basePortIn, hasSettled, ownBasePort } from "./base-port.ts";
import { withLock } from "./lock.ts";
import type { Project } from "./project.ts";

const FIRST = 18_000;
/** From a lab's API server to its first workers; SSH lies 9000 higher, which is why there are no more labs. */
const STEP = 250;
const LABS = 36;
/** Of the ports that a lab has, one of each kind. */
const OFFSETS = [0, 1, 101, 201, 9001];

/** Where the labs of this user write down which ports are whose. */
function claims(): string {
  return join(process.env["TMPDIR"] || tmpdir(), `ampere-lab-ports-${userInfo().uid}`);
}

/** Makes that folder. @throws CliError where it is somebody else's, who could have us write wherever they like */
function makeClaims(): string {
  const folder = claims();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid } = userInfo();
  const found = lstatSync(folder);
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid))
    throw new CliError(`${folder} is not a folder of yours: remove it, or set TMPDIR to a folder that is`);
  return folder;
}

/** Whether another lab has taken it, and is still there. */
function isAnothers(base: number, home: string): boolean {
  const other = readIfThere(join(claims(), String(base)));
  return other !== undefined && other !== home && basePortIn(join(other, ".sandbox")) === base;
}

/** Whether nobody listens on the ports of a lab. */
async function isAllFree(base: number): Promise<boolean> {
  const free = await Promise.all(OFFSETS.map((offset) => isFree(base + offset).catch(() => false)));
  return free.every(Boolean);
}

/** The first that no other lab has, and whose ports nobody listens on. */
async function firstFree(home: string): Promise<number> {
  for (let base = FIRST; base < FIRST + LABS * STEP; base += STEP) {
    if (isAnothers(base, home)) continue;
    if (await isAllFree(base)) return base;
  }
  // Whoever has it is named when it is opened.
  return FIRST;
}

/** Ports of a world that was made before labs wrote theirs down. */
function inItsWorld(data: string): number | undefined {
  try {
    const { tunnels }: { tunnels: readonly { name: string; localPort: number }[] } = JSON.parse(
      readIfThere(join(data, "world.json")) ?? "",
    );
    return tunnels.find(({ name }) => name === "kubernetes")?.localPort;
  } catch {
    return undefined;
  }
}

/** What a lab in the sandbox has, or would take now; undefined on an account, where the config alone says it. */
export async function basePortFor(project: Pick<Project, "sandbox" | "data" | "home">): Promise<number | undefined> {
  if (!project.sandbox) return undefined;
  return ownBasePort(project) ?? inItsWorld(project.data) ?? firstFree(project.home);
}

/** Whether a lab that nothing was deployed of can go on with the ports that it took: nobody else has them since, but its own sandbox. */
async function isGood(base: number | undefined, { home, data }: Project): Promise<boolean> {
  if (base === undefined) return false;
  return inItsWorld(data) === base || (!isAnothers(base, home) && isAllFree(base));
}

/** Takes ports for a lab in the sandbox that has none. One lab at a time, so that no two take the same. */
export async function takeBasePort(project: Project, signal: AbortSignal): Promise<void> {
  if (hasSettled(project) || (await isGood(ownBasePort(project), project))) return;
  const folder = makeClaims();
  mkdirSync(project.data, { recursive: true, mode: 0o700 });
  await withLock(
    join(folder, "lock"),
    "choosing ports",
    () => undefined,
    signal,
    async () => {
      const base = inItsWorld(project.data) ?? (await firstFree(project.home));
      writeAtomically(join(project.data, BASE_PORT_FILE), `${base}\n`);
      writeFileSync(join(folder, String(base)), project.home);
    },
  );
}
