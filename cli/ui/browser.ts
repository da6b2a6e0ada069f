/** Shows a page in the user's browser. */
import { spawn } from "node:child_process";

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Where somebody sits at a terminal; without a browser there is the address, which was printed. */
export function showInBrowser(url: string): void {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  const [command, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const browser = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  browser.on("error", () => undefined).unref();
}
