/** A number from 0 up to 1 that follows from a seed and a position alone (mulberry32 by Tommy Ettinger, public domain). */
export function chance(seed: number, position: number): number {
  let value = (seed + Math.imul(position, 0x6d2b79f5)) | 0;
  value = Math.imul(value ^ (value >>> 15), value | 1);
  value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
  return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
}
