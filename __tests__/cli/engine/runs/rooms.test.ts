import { array, assert, boolean, integer, property, uniqueArray } from "fast-check";
import { chooseDomain } from "../../../../cli/engine/runs/rooms.ts";

const rooms = array(boolean(), { minLength: 1, maxLength: 3 });
const refusedOnes = uniqueArray(integer({ min: 1, max: 3 }));

describe("the availability domain of a host that is missing", () => {
  it("has room and has not just refused it, or is none", () => {
    assert(
      property(rooms, integer({ min: 1, max: 3 }), refusedOnes, (room, current, refused) => {
        const chosen = chooseDomain(room, current, new Set(refused));
        const good = room.flatMap((is, index) => (is && !refused.includes(index + 1) ? [index + 1] : []));
        if (chosen === null) expect(good).toEqual([]);
        else expect(good).toContain(chosen);
      }),
    );
  });

  it("is the one where it is to go as long as there is room", () => {
    expect(chooseDomain([true, true, true], 2, new Set())).toBe(2);
  });

  it("is the first that has room otherwise", () => {
    expect(chooseDomain([false, true, true], 1, new Set())).toBe(2);
    expect(chooseDomain([true, true, true], 1, new Set([1, 2]))).toBe(3);
  });
});
