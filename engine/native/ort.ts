/** The only import of onnxruntime-node; loaded only when a session is created. @module */

import * as ort from "npm:onnxruntime-node@1.30.0";

export { ort };
