/** The one door to onnxruntime-node; imported only where a session is made. @module */

import * as ort from "npm:onnxruntime-node@1.30.0";

export { ort };
