/** SIGKILL at each step of what moves, restores and backs up a state, and then the same again: nothing may be lost. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import type { Finished } from "../cli/running.ts";
import { SmallLab } from "../cli/small-lab.ts";
import { itWithServer, server, TOFU } from "./s3-server.ts";

/**
 * Plays tofu, and at its n-th call kills whoever holds the lab's lock: before that call does anything, when it has done all,
 * or while it goes on.
 */
const TOOL = `#!/bin/sh
[ "$1" = version ] && exec "$REAL" "$@"
n=$(($(cat "$COUNT" 2>/dev/null || echo 0) + 1))
echo "$n" >"$COUNT"
[ "$n" -eq "$KILL_AT" ] || exec "$REAL" "$@"
echo "$KILL_MODE $*" >"$COUNT.killed"
pid=$(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' "$LAB_HOME/.lab/cdktf.lock")
case $KILL_MODE in
  before) kill -9 "$pid"; exit 1 ;;
  after) "$REAL" "$@"; code=$?; kill -9 "$pid"; exit $code ;;
  meanwhile) kill -9 "$pid"; sleep 0.1; exec "$REAL" "$@" ;;
esac
`;
const MODES = ["before", "after", "meanwhile"] as const;
const TIME = 900_000;

const net = (input: string) => ({
  net: {
    terraform: {
      resource: { terraform_data: { thing: { input } } },
      output: { made: { value: "${terraform_data.thing.output}" } },
    },
  },
});

let lab: SmallLab;
let saved: string;
let key: string;
beforeEach(async () => {
  lab = new SmallLab(net("a"));
  saved = `${lab.home}.saved`;
  writeFileSync(lab.path("tool"), TOOL, { mode: 0o755 });
});
afterEach(() => {
  lab.dispose();
  rmSync(saved, { recursive: true, force: true });
});

type Run = (env: Readonly<Record<string, string>>) => Promise<Finished>;

const env = () => ({ TERRAFORM_BINARY_NAME: TOFU, ...server().credentials });
const inBucket = (): void => {
  key = `lab-${randomUUID()}/net.tfstate`;
  lab.keepIn(server().backend(key));
};
const state =
  (...args: string[]): Run =>
  (more) =>
    lab.runLab(["state", ...args], { ...env(), ...more });
const deploy: Run = (more) => lab.run(["deploy", "--auto-approve"], { ...env(), ...more });

interface Listed {
  readonly at: string;
  readonly serial: number;
  readonly lineage: string;
  readonly resources: number;
  readonly backups: readonly { readonly file: string; readonly serial: number }[];
}

async function listed(): Promise<Listed> {
  const { code, stdout, stderr } = await state("list", "--json")({});
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout).stacks[0];
}

/** Runs `run` again and again, from what `begin` makes, killed at each step in turn; `check` looks at each once it is done again. */
async function sweep(begin: () => Promise<void>, run: Run, between: () => Promise<void>, check: () => Promise<void>) {
  const killed: string[] = [];
  for (const mode of MODES) {
    for (let at = 1; ; at++) {
      await begin();
      const count = lab.path("count");
      for (const file of [count, `${count}.killed`]) rmSync(file, { force: true });
      const tool = { TERRAFORM_BINARY_NAME: lab.path("tool"), REAL: TOFU, COUNT: count };
      const cut = await run({ ...tool, KILL_AT: String(at), KILL_MODE: mode });
      if (!existsSync(`${count}.killed`)) {
        expect([cut.code, cut.stderr]).toEqual([0, expect.any(String)]);
        break;
      }
      const step = `${at} ${readFileSync(`${count}.killed`, "utf8").trim()}`;
      killed.push(step);
      expect([step, cut.code]).toEqual([step, null]);
      await between();
      const again = await run({});
      expect([step, again.code, again.stderr]).toEqual([step, 0, expect.any(String)]);
      await check();
    }
  }
  return killed;
}

async function deployedLocally(): Promise<Listed> {
  lab.keepIn(null);
  expect((await deploy({})).code).toBe(0);
  cpSync(lab.path(".lab"), saved, { recursive: true });
  return listed();
}

/** The lab as it was saved, and a bucket that is empty. */
async function asSaved(): Promise<void> {
  rmSync(lab.path(".lab"), { recursive: true, force: true });
  cpSync(saved, lab.path(".lab"), { recursive: true });
}

const noChanges = async (): Promise<void> => {
  const { code, stderr } = await lab.run(["diff"], env());
  expect([code, stderr]).toEqual([0, expect.any(String)]);
};

describe("killed at each step", () => {
  itWithServer(
    "a migration to a bucket and the one back go on, with serial, lineage and content as they were",
    async () => {
      const { serial, lineage } = await deployedLocally();
      const whole = async (): Promise<void> => expect(await listed()).toMatchObject({ serial, lineage, resources: 1 });
      const there = async (): Promise<void> => {
        expect(await listed()).toMatchObject({ serial, lineage, resources: 1, at: expect.stringContaining(key) });
        await noChanges();
      };
      const begin = async (): Promise<void> => {
        await asSaved();
        inBucket();
      };
      const killed = await sweep(begin, state("migrate"), whole, there);
      expect(killed.length).toBeGreaterThanOrEqual(15);

      const back = async (): Promise<void> => {
        await begin();
        expect((await state("migrate")({})).code).toBe(0);
        lab.keepIn(null);
      };
      const home = async (): Promise<void> => {
        expect(await listed()).toMatchObject({ serial, lineage, resources: 1, at: ".lab/state/net.tfstate" });
        await noChanges();
      };
      expect((await sweep(back, state("migrate"), whole, home)).length).toBeGreaterThanOrEqual(15);
    },
    TIME,
  );

  itWithServer(
    "a restore is as before or done, and done again; its serial ends above",
    async () => {
      await deployedLocally();
      inBucket();
      expect((await state("migrate")({})).code).toBe(0);
      const { lineage } = await listed();
      lab.write(net("b"));
      expect((await deploy({})).code).toBe(0);
      const before = await listed();
      rmSync(saved, { recursive: true });
      cpSync(lab.path(".lab"), saved, { recursive: true });
      const object = await server().object(key);
      const begin = async (): Promise<void> => {
        await asSaved();
        await server().put(key, object ?? "");
      };
      const between = async (): Promise<void> => {
        const now = await listed();
        expect([now.lineage, now.resources]).toEqual([lineage, 1]);
        expect(now.serial).toBeGreaterThanOrEqual(before.serial);
      };
      const first = before.backups.at(-1)?.serial ?? 0;
      const check = async (): Promise<void> => {
        await between();
        expect((await listed()).serial).toBeGreaterThan(before.serial);
        expect(await server().object(key)).toContain('"a"');
      };
      const killed = await sweep(begin, state("restore", "net", "--yes", "--serial", String(first)), between, check);
      expect(killed.length).toBeGreaterThanOrEqual(15);
    },
    TIME,
  );

  itWithServer(
    "a deploy has kept the state of before it as a backup, and is done again",
    async () => {
      const { lineage, serial } = await deployedLocally();
      lab.write(net("b"));
      const between = async (): Promise<void> => expect((await listed()).lineage).toBe(lineage);
      const check = async (): Promise<void> => {
        const now = await listed();
        expect([now.lineage, now.resources]).toEqual([lineage, 1]);
        expect(now.serial).toBeGreaterThan(serial);
        const backup = now.backups.find((each) => each.serial === serial);
        expect(readFileSync(backup?.file ?? "", "utf8")).toBe(readFileSync(`${saved}/state/net.tfstate`, "utf8"));
        await noChanges();
      };
      expect((await sweep(asSaved, deploy, between, check)).length).toBeGreaterThanOrEqual(6);
    },
    TIME,
  );
});
