import * as fc from "fast-check";
import { generateSshKey } from "../../../../sandbox/pki/ssh-key.ts";
import { lineMask, maskStream, type Written } from "../../../../cli/ui/mask-output.ts";
import { learn, SENSITIVE } from "../../../../cli/ui/masker.ts";

const SECRET = "vq8-lines-canary-Zt5";
learn(SECRET);

/** Cuts a text at some places. */
function pieces(text: string, places: readonly number[]): readonly string[] {
  const ends = [...places.map((place) => place % text.length), text.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

function through(parts: readonly (string | Uint8Array)[], isTTY = false): string {
  let written = "";
  const stream: Written = {
    isTTY,
    write: (chunk) => {
      written += chunk.toString();
      return true;
    },
  };
  const rest = maskStream(stream);
  for (const part of parts) stream.write(part);
  rest();
  return written;
}

const cuts = fc.array(fc.nat(), { maxLength: 8 });

it("a secret that is cut anywhere does not get through", () => {
  fc.assert(
    fc.property(cuts, (places) => {
      expect(through(pieces(`one ${SECRET}\ntwo ${SECRET}`, places))).toBe(`one ${SENSITIVE}\ntwo ${SENSITIVE}`);
    }),
  );
});

it("nor does a private key, nor a character of several bytes break", () => {
  const { private: key } = generateSshKey("x");
  const lines = key.trim().split("\n").slice(1, -1);
  fc.assert(
    fc.property(cuts, (places) => {
      const bytes = Buffer.from(`schlüssel ${key}after → it\n`);
      const ends = [...places.map((place) => place % bytes.length), bytes.length].toSorted((a, b) => a - b);
      const written = through(ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)));
      for (const line of lines) expect(written).not.toContain(line);
      expect(written).toMatch(/^schlüssel /);
      expect(written).toMatch(/after → it\n$/);
    }),
  );
});

it("a private key that comes line by line, with a label before each, is masked to its end, and no further", () => {
  const { private: key } = generateSshKey("x");
  const mask = lineMask(true);
  const written = key
    .trim()
    .split("\n")
    .map((line) => mask.take(`proxmox | ${line}\n`));
  for (const line of key.trim().split("\n").slice(1, -1)) expect(written.join("")).not.toContain(line);
  expect(mask.take("proxmox | deployed in 3 s\n")).toBe("proxmox | deployed in 3 s\n");
});

it("a question on a terminal is written at once", () => {
  expect(through(["deploy oci: 1 to add? [y, n] "], true)).toBe("deploy oci: 1 to add? [y, n] ");
});
