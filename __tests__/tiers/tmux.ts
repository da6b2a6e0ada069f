/** A terminal of a given size that somebody types into, played by tmux. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FreshClones } from "./fresh-clone.ts";

/** A shell in a clone. */
export class TmuxTerminal {
  readonly #socket: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(clones: FreshClones, clone: string, columns: number) {
    this.#socket = join(clones.folder, `tmux-${columns}`);
    this.#env = { ...clones.env, HISTFILE: "" };
    const size = ["-x", String(columns), "-y", "50"];
    this.#tmux("-f", "/dev/null", "new-session", "-d", ...size, "-c", clone, "bash --norc --noprofile");
    this.#tmux("set-option", "-g", "history-limit", "5000");
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync("tmux", ["-S", this.#socket, ...args], { env: this.#env, encoding: "utf8" });
  }

  /** All that is on the screen and above it; lines that the terminal had to break are one line again. */
  text(): string {
    return this.#tmux("capture-pane", "-p", "-J", "-S", "-").trimEnd();
  }

  type(line: string): void {
    this.#tmux("send-keys", "-l", line);
    this.press("Enter");
  }

  /** A key by tmux's name: `C-c`, `C-d`, `Enter`. */
  press(key: string): void {
    this.#tmux("send-keys", key);
  }

  /** Forgets what there is. */
  clear(): void {
    this.#tmux("send-keys", "-R");
    this.#tmux("clear-history");
  }

  /**
   * Resolves with the text once it has this.
   *
   * @param look sees each text on the way there
   */
  async until(wanted: RegExp, look: (text: string) => void = () => undefined): Promise<string> {
    let text = "";
    for (const end = Date.now() + 90_000; Date.now() < end; await sleep(20)) {
      text = this.text();
      look(text);
      if (wanted.test(text)) return text;
    }
    throw new Error(`the terminal never shows ${String(wanted)}:\n${text}`);
  }

  end(): void {
    this.#tmux("kill-server");
  }
}
