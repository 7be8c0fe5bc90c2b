import { builtins } from "../../builtins.ts";
import {
  average,
  clearest,
  cloudy,
  composite,
  geometricMedian,
  linear,
  median,
  medoid,
} from "../../means/mod.ts";
import { assertEquals } from "@std/assert";
import { testMean } from "../contracts/mod.ts";

testMean("cloudy()", () => cloudy());
testMean("composite()", () => composite(), { grow: 4 });
testMean("composite({ grow: 0, samples: 2000 })", () => composite({ grow: 0, samples: 2000 }));
testMean("clearest()", () => clearest(), { grow: 4 });
testMean("average()", () => average(), { grow: 4 });
testMean("median({ grow: 1 })", () => median({ grow: 1 }), { grow: 1 });
testMean("linear()", () => linear(), { grow: 4 });
testMean("medoid() of a period", () => medoid(), { reference: null });
testMean("geometricMedian() of a period", () => geometricMedian(), { reference: null });

Deno.test("the registry makes every built-in mean from its name", () => {
  const types = Object.keys(builtins.entries("mean"));
  assertEquals(types.slice(0, 2), ["cloudy", "composite"]);
  for (const type of types) {
    const made = builtins.create("mean", { type: type as "composite" });
    assertEquals(made.margin >= 0, true, type);
  }
});
