// An app that says more than it should: the lab's secrets, on stdout and stderr, in pieces.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const file = join(process.env.LAB_HOME ?? "", ".sandbox", "secrets.json");
if (existsSync(file)) {
  const { rootPassword, rootPasswordHash, userKey } = JSON.parse(readFileSync(file, "utf8"));
  process.stderr.write(`loud: the password is ${rootPassword.slice(0, 9)}`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.stderr.write(`${rootPassword.slice(9)}, its hash ${rootPasswordHash}\n`);
  console.log(
    `loud: ${encodeURIComponent(JSON.stringify({ rootPassword }))} ${Buffer.from(rootPassword).toString("base64")}`,
  );
  for (const line of userKey.private.split("\n")) console.error(`loud | ${line}`);
}
await import("../../main.ts");
