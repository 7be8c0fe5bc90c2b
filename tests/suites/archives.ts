import { importSuite } from "../suites.ts";

await importSuite(import.meta.url);
