import { assertEquals, assertStrictEquals } from "@std/assert";
import { joinParts, Message } from "../../core/mod.ts";

const bytesOf = (message: Message) => [...joinParts(message.parts)];

Deno.test("Message encodes the examples of the protocol buffer documentation", () => {
  assertEquals(bytesOf(new Message().int(1, 150)), [0x08, 0x96, 0x01]);
  const testing = [...new TextEncoder().encode("testing")];
  assertEquals(bytesOf(new Message().text(2, "testing")), [0x12, 0x07, ...testing]);
  const inner = new Message().int(1, 150);
  assertEquals(bytesOf(new Message().message(3, inner)), [0x1a, 0x03, 0x08, 0x96, 0x01]);
});

Deno.test("Message encodes negative integers in ten bytes", () => {
  assertEquals(bytesOf(new Message().int(1, -2)), [0x08, 0xfe, ...Array(8).fill(0xff), 0x01]);
});

Deno.test("Message encodes floats in little-endian order", () => {
  assertEquals(bytesOf(new Message().float(2, 1)), [0x15, 0, 0, 0x80, 0x3f]);
  assertEquals(bytesOf(new Message().double(1, 1)), [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
});

Deno.test("Message keeps large byte fields instead of copying them", () => {
  const large = new Uint8Array(65).fill(7);
  const message = new Message().int(1, 1).bytes(9, large).int(2, 2);
  assertStrictEquals(message.parts[1], large);
  assertEquals(bytesOf(message), [0x08, 1, 0x4a, 65, ...large, 0x10, 2]);
  assertEquals(message.length, 71);
});

Deno.test("Message takes over the fields of another message", () => {
  const both = new Message().int(1, 1).append(new Message().int(2, 2));
  assertEquals(bytesOf(both), [0x08, 1, 0x10, 2]);
});
