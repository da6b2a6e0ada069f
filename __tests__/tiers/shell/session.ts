/** A shell in which commands are run one after the other, as somebody would type them: with a lab, a HOME, and no more. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabInput } from "../../../config/index.ts";
import { ROOT } from "../../repository/markdown.ts";

export interface Ran {
  readonly command: string;
  /** Null when the shell had ended before. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Session {
  readonly home = mkdtempSync(join(tmpdir(), "ampere-documents-"));
  readonly #basePort: number;

  /** @param basePort in place of 18000, which another lab may have */
  constructor(basePort: number) {
    this.#basePort = basePort;
    symlinkSync(join(ROOT, "node_modules"), join(this.home, "node_modules"));
    const app = `'${process.execPath}' '${join(ROOT, "main.ts")}'`;
    writeFileSync(join(this.home, "cdktf.json"), JSON.stringify({ app, output: "cdktf.out" }));
    this.configure({});
    mkdirSync(join(this.home, "ran"));
  }

  /** Writes the lab's config: preset free, but for what is given. */
  configure(given: Partial<LabInput>): void {
    const access = { adminCidrs: ["198.51.100.7/32"], basePort: this.#basePort };
    const config = { preset: "free", name: "ampere-lab", oci: { region: "eu-frankfurt-1" }, access, ...given };
    writeFileSync(join(this.home, "lab.config.json"), JSON.stringify(config));
  }

  /** Runs them one after the other in one Bash. What one sets the next one has; what one prints is kept apart. */
  run(commands: readonly string[], env: Readonly<Record<string, string>> = {}): readonly Ran[] {
    const file = (index: number, what: string): string => join(this.home, "ran", `${index}.${what}`);
    const script = commands
      .map((command, index) => {
        const here = command.replaceAll(/\b18(\d{3})\b/g, (_, last: string) => `${this.#basePort + Number(last)}`);
        return `{ ${here}\n} >${file(index, "stdout")} 2>${file(index, "stderr")} </dev/null; echo $? >${file(index, "code")}`;
      })
      .join("\n");
    const base = {
      HOME: this.home,
      PATH: process.env["PATH"],
      TERM: "dumb",
      LANG: "C.UTF-8",
      LAB_HOME: this.home,
      LAB_CONFIG: join(this.home, "lab.config.json"),
      npm_config_update_notifier: "false",
    };
    spawnSync("bash", ["-c", script], { cwd: this.home, env: { ...base, ...env }, stdio: "inherit" });
    const read = (path: string): string =>
      existsSync(path) ? readFileSync(path, "utf8").replaceAll(this.home, "/home/me") : "";
    const codes = commands.map((_, index) => read(file(index, "code")).trim());
    const ran = commands.map((command, index) => ({
      command,
      code: codes[index] === "" ? null : Number(codes[index]),
      stdout: read(file(index, "stdout")),
      stderr: read(file(index, "stderr")),
    }));
    rmSync(join(this.home, "ran"), { recursive: true });
    mkdirSync(join(this.home, "ran"));
    return ran;
  }

  end(): void {
    this.run(["npx lab sandbox stop"], { LAB_SANDBOX: "1" });
    rmSync(this.home, { recursive: true, force: true });
  }
}
