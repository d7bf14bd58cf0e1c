import { expect, test } from "vitest";
import {
  extended,
  type Written,
  written,
  writtenList,
  writtenObject,
  writtenOnce,
} from "../../../src/rehearsal/json/written.ts";

const read = ({ bytes }: Written) => JSON.parse(bytes.toString("utf8")) as unknown;

test("what is written already is part of an object as the value would be", () => {
  const inner = { 'a"b': "ü\n", list: [1, null] };
  const fields = { first: 1, inner, none: undefined, list: [inner, inner], last: null };
  const partly = { ...fields, inner: written(inner), list: writtenList([written(inner), written(inner)]) };
  expect(writtenObject(partly).bytes.toString("utf8")).toBe(JSON.stringify(fields));
});

test("nothing is in an empty list and an empty object", () => {
  expect(read(writtenList([]))).toEqual([]);
  expect(read(writtenObject({ none: undefined }))).toEqual({});
});

test("an object has more fields than it was written with", () => {
  const wide = writtenObject({ a: writtenObject({ b: 1 }), c: 2 });
  expect(read(extended(wide, { d: [3], none: undefined }))).toEqual({ a: { b: 1 }, c: 2, d: [3] });
});

test("a value is written once", () => {
  let times = 0;
  const write = writtenOnce((value: object) => {
    times += 1;
    return written(value);
  });
  const value = { a: 1 };
  expect([read(write(value)), read(write(value)), times]).toEqual([{ a: 1 }, { a: 1 }, 1]);
  expect(read(write({ a: 2 }))).toEqual({ a: 2 });
});
