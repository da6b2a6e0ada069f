/** Archives as Talos sends them (POSIX ustar). */

const BLOCK = 512;

interface Entry {
  readonly name: string;
  /** Null for a directory. */
  readonly text: string | null;
}

/** A tar archive of these files. */
export function archive(entries: readonly Entry[], modified: Date): Buffer {
  return Buffer.concat([...entries.map((entry) => member(entry, modified)), Buffer.alloc(2 * BLOCK)]);
}

function member({ name, text }: Entry, modified: Date): Buffer {
  const content = Buffer.from(text ?? "");
  const header = Buffer.alloc(BLOCK);
  const put = (at: number, field: string): void => void header.write(field, at, "latin1");
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  put(0, name);
  put(100, octal(text === null ? 0o755 : 0o600, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(content.length, 11));
  put(136, octal(Math.floor(modified.getTime() / 1000), 11));
  put(148, " ".repeat(8)); // counts as spaces in the checksum
  put(156, text === null ? "5" : "0");
  put(257, "ustar");
  put(263, "00");
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return Buffer.concat([header, content, Buffer.alloc(-content.length & (BLOCK - 1))]);
}
