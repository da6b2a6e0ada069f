import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listenerOn, takenPort } from "../../../cli/clients/listeners.ts";
import { openSandbox } from "../../../sandbox/client.ts";

const LISTEN =
  'require("node:net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port); })';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

/** A program that listens, and its port. */
async function program(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly pid: number; readonly port: number }> {
  const child = spawn(process.execPath, ["-e", LISTEN], { env, stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  const [line] = await once(child.stdout, "data");
  return { pid: child.pid ?? 0, port: Number(String(line)) };
}

// macOS tells no environments; the rest is `lsof`.
const onLinux = process.platform === "linux" ? it : it.skip;

describe("who has a port", () => {
  onLinux("is named by its LAB_HOME where it belongs to another lab", async () => {
    const { pid, port } = await program({ LAB_HOME: "/srv/other-lab" });
    expect(listenerOn(port)).toMatch(new RegExp(`^the lab in /srv/other-lab, process ${pid} \\(node\\b`));
  });

  it("is named by its process where it is any other program, with what to do", async () => {
    const { pid, port } = await program({});
    expect(takenPort(port, "the tunnel kubernetes")).toMatch(
      new RegExp(
        `^port ${port} on 127\\.0\\.0\\.1, for the tunnel kubernetes, is taken by process ${pid} \\(node .*\\): end that, or set access\\.basePort in the lab's config to another range$`,
      ),
    );
  });

  it("is the sandbox of another lab, which that can stop", async () => {
    const home = mkdtempSync(join(tmpdir(), "ampere-listeners-"));
    const sandbox = await openSandbox({ labHome: home });
    try {
      const said = takenPort(Number(new URL(sandbox.page).port), "the tunnel kubernetes");
      expect(said).toContain(` is taken by the sandbox of ${home}, process `);
      expect(said).toContain(": end that with `npx lab sandbox stop` there, or set access.basePort");
    } finally {
      await sandbox.stop();
      rmSync(home, { recursive: true, force: true });
    }
  });

  it("is nobody where it is free", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    expect(listenerOn(typeof address === "object" ? (address?.port ?? 0) : 0)).toBeNull();
  });
});
