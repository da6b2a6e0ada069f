import { lineMask } from "../../../../cli/ui/mask-output.ts";
import { Masker } from "../../../../cli/ui/masker.ts";
import { endsInKey } from "../../../../cli/ui/mask-patterns.ts";

/** Long enough that the square of it is seen, even where a step of it is quick. */
const LENGTH = 120_000;
/** Of a processor, not of the clock: what takes the square of its length takes minutes. */
const SECONDS = 3;

const HEADER = "-----BEGIN PRIVATE KEY-----";
/** What a service could answer to keep whoever prints it busy. */
const HOSTILE = [
  "token=",
  "token  ",
  HEADER,
  `${HEADER} -----END CERTIFICATE-----`,
  "-----BEGIN A ",
  "eyJ-",
  "eyJaaaaaaaaaa.",
  "PVE:",
  "://a:",
  "a",
  "A",
  "=",
  " ",
  "\n",
  "\\",
  "\\u",
  "\\u0041",
  "%25",
  "&amp;",
  "ab:",
  "UUUU",
  "LS0tLS1CRUdJTi",
  "AGE-SECRET-KEY-1",
  "$6$",
];

it.each(HOSTILE)("a long text of %j takes no time that anybody would notice", (piece) => {
  const masker = new Masker();
  masker.learn("correct-horse-battery-9");
  const text = piece.repeat(LENGTH / piece.length);
  const before = process.cpuUsage();
  masker.masked(text);
  masker.masked(`${text}!`);
  endsInKey(text);
  // Within a key that has begun above, line by line.
  const mask = lineMask(true);
  mask.take(`${HEADER}\n`);
  mask.take(`${text}!\n`);
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(SECONDS);
});

it("nor does a line that comes in many pieces", () => {
  const mask = lineMask(true);
  const before = process.cpuUsage();
  for (let piece = 0; piece < LENGTH; piece++) mask.take("ab");
  expect(mask.rest()).toHaveLength(2 * LENGTH);
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(SECONDS);
});
