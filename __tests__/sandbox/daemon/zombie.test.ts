import { spawn } from "node:child_process";
import { once } from "node:events";
import { isRunning } from "../../../sandbox/daemon/start.ts";

const onLinux = process.platform === "linux" ? it : it.skip;

describe("whether a daemon runs", () => {
  onLinux("is no for a process that has ended and that nobody reaps, as PID 1 of a container does not", async () => {
    // A shell that has become another program waits for no child.
    const parent = spawn("/bin/sh", ["-c", "sleep 0.2 & echo $!; exec cat"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    try {
      const [told] = await once(parent.stdout, "data");
      const pid = Number(String(told));
      while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
      expect(process.kill(pid, 0)).toBe(true);
      expect(isRunning(process.pid)).toBe(true);
    } finally {
      parent.kill();
    }
  });
});
