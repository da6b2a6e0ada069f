/** A database as etcd keeps one, small and written once: pages of bbolt (go.etcd.io/bbolt v1.5, internal/common). */

const PAGE = 4096;
const HEADER = 16;
/** Where a page says how many more belong to it. */
const OVERFLOW = 12;
const [LEAF, META, FREELIST] = [2, 4, 16];
const MAGIC = 0xed0cdaed;
const VERSION = 2;

/** Keys with their values, by bucket. */
export type Buckets = Readonly<Record<string, readonly (readonly [key: Buffer, value: Buffer])[]>>;

interface Element {
  readonly isBucket: boolean;
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Two pages of meta, one of free pages, and the root with its buckets inside. */
export function boltDatabase(buckets: Buckets): Buffer {
  const root = Object.keys(buckets)
    .toSorted()
    .map((name) => {
      const inside = (buckets[name] ?? []).map(([key, value]) => ({ isBucket: false, key, value }));
      // A bucket in its parent's page: no page of its own, no sequence.
      return { isBucket: true, key: Buffer.from(name), value: Buffer.concat([Buffer.alloc(HEADER), leaf(0, inside)]) };
    });
  const data = leaf(3, root);
  const more = Math.ceil(data.length / PAGE) - 1;
  data.writeUInt32LE(more, OVERFLOW);
  const pages = [meta(0, 4 + more), meta(1, 4 + more), header(2, FREELIST, 0), data];
  return Buffer.concat(pages.map((page) => Buffer.concat([page, Buffer.alloc(-page.length & (PAGE - 1))])));
}

function header(id: number, flags: number, count: number): Buffer {
  const bytes = Buffer.alloc(HEADER);
  bytes.writeBigUInt64LE(BigInt(id), 0);
  bytes.writeUInt16LE(flags, 8);
  bytes.writeUInt16LE(count, 10);
  return bytes;
}

function meta(id: 0 | 1, pages: number): Buffer {
  const bytes = Buffer.alloc(64);
  [MAGIC, VERSION, PAGE, 0].forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  // The root's page and sequence, the free pages, how many pages there are, and the transaction.
  [3, 0, 2, pages, id].forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), 16 + index * 8));
  bytes.writeBigUInt64LE(fnv1a(bytes.subarray(0, 56)), 56);
  return Buffer.concat([header(id, META, 0), bytes]);
}

function leaf(id: number, elements: readonly Element[]): Buffer {
  const table = Buffer.alloc(elements.length * HEADER);
  let data = table.length;
  for (const [index, { isBucket, key, value }] of elements.entries()) {
    const at = index * HEADER;
    [isBucket ? 1 : 0, data - at, key.length, value.length].forEach((each, n) => table.writeUInt32LE(each, at + n * 4));
    data += key.length + value.length;
  }
  return Buffer.concat([
    header(id, LEAF, elements.length),
    table,
    ...elements.flatMap(({ key, value }) => [key, value]),
  ]);
}

function fnv1a(bytes: Buffer): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}
