import type { Classifier } from "./classifier.ts";
export const CLASSIFIER: Classifier = { mean: [], deviation: [], layers: [] };
