import { cloudy, composite } from "../../means/mod.ts";
import { testMean } from "../contracts/mod.ts";

testMean("cloudy()", () => cloudy());
testMean("composite()", () => composite(), { grow: 4 });
testMean("composite({ grow: 0, samples: 2000 })", () => composite({ grow: 0, samples: 2000 }));
