/** Who listens on a loopback port: another lab, by its LAB_HOME, or a program, by its process. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

interface Listener {
  readonly pid: number;
  /** Its words, as it was started. */
  readonly command: readonly string[];
  /** LAB_HOME of its environment; undefined where it has none, or is somebody else's. */
  readonly home: string | undefined;
}

/** Of `/proc/net/tcp`: a socket that listens. */
const LISTENING = "0A";

/** Inodes of the sockets that listen on a port. */
function socketsOn(port: number): ReadonlySet<string> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap(
    (file) => attempt(() => readFileSync(file, "utf8").split("\n")) ?? [],
  );
  return new Set(
    lines.flatMap((line) => {
      const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
      return state === LISTENING && local.endsWith(wanted) && inode !== undefined ? [`socket:[${inode}]`] : [];
    }),
  );
}

/** Undefined where it fails: processes end while we look, and those of others are closed to us. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** The process that has one of these sockets open. */
function ownerOf(sockets: ReadonlySet<string>): number | null {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const files = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
    if (files.some((file) => sockets.has(attempt(() => readlinkSync(`/proc/${pid}/fd/${file}`)) ?? "")))
      return Number(pid);
  }
  return null;
}

function byProc(port: number): Listener | null {
  const sockets = socketsOn(port);
  const pid = sockets.size === 0 ? null : ownerOf(sockets);
  if (pid === null) return null;
  const words = (file: string): readonly string[] =>
    (attempt(() => readFileSync(`/proc/${pid}/${file}`, "utf8")) ?? "").split("\0").filter(Boolean);
  const home = words("environ").find((each) => each.startsWith("LAB_HOME="));
  return { pid, command: words("cmdline"), home: home?.slice("LAB_HOME=".length) };
}

function byLsof(port: number): Listener | null {
  const run = (program: string, ...args: readonly string[]): string =>
    attempt(() => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })) ?? "";
  const pid = /^p(\d+)$/m.exec(run("lsof", "-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fp"))?.[1];
  if (pid === undefined) return null;
  return { pid: Number(pid), command: run("ps", "-o", "args=", "-p", pid).trim().split(" "), home: undefined };
}

const DAEMON = "sandbox/daemon/main.ts";

/** In words: `the sandbox of /srv/lab, process 12`; null where nobody can be found. */
export function listenerOn(port: number): string | null {
  const found = process.platform === "linux" ? byProc(port) : byLsof(port);
  if (found === null) return null;
  const { pid, command, home } = found;
  if (command.some((word) => word.endsWith(DAEMON)))
    return `the sandbox of ${command[command.indexOf("--lab-home") + 1] ?? "another lab"}, process ${pid}`;
  const [program = "a program", ...rest] = command.map((word) => basename(word));
  const name = [program, ...rest.slice(0, 2)].join(" ");
  return home === undefined ? `process ${pid} (${name})` : `the lab in ${home}, process ${pid} (${name})`;
}

/** A port that is taken, in one line with what to do. @param what the port is for */
export function takenPort(port: number, what: string): string {
  const who = listenerOn(port) ?? "another program";
  const end = who.startsWith("the sandbox of")
    ? `end that with \`npx lab sandbox stop\` there`
    : who.startsWith("the lab in")
      ? "let that end"
      : "end that";
  return `port ${port} on 127.0.0.1, for ${what}, is taken by ${who}: ${end}, or set access.basePort in the lab's config to another range`;
}
