/** Tables of text: manifests, evaluations, indexes of data sets, logs of runs. */

import { openEvaluationCsv, readEvaluationCsv } from "../../../evaluation/mod.ts";
import { listIndexDataset } from "../../../datasets/mod.ts";
import { readManifest } from "../../../restoration/mod.ts";
import { readLog } from "../../../training/mod.ts";
import { mutateText } from "../mutate_text.ts";
import type { FuzzReader } from "../reader.ts";

const BANDS = ["bias", "mae", "rmse"];
const EVALUATION = [
  "run,set,image,method,kind,pixels,count,cover,mask,profile,truth,input,psnr,ssim,mae,rmse,sam,lpips," +
  ["B02", "B03"].flatMap((band) => BANDS.map((metric) => `${metric}_${band}`)).join(","),
  "r,images,a b,model,model,all,4096,0.25,given,standard,t,i,31.25,0.91,0.012,0.02,3.4,0.1,0.001,0.01,0.02,,,",
  'r,images,"a,""c""",mean,baseline,hidden,17,,none,standard,t,i,Infinity,,0.012,0.02,,no weights,0,0,0,0,0,0',
].join("\r\n") + "\r\n";
const MANIFEST = `# scenes
output,inputs,dates,reference,mask,auxiliary,picture
out/a.tif,a_2018-03-07.tif; b.tif,2018-03-07; 2018-03-12,b.tif,scl,sar.tif,out/a.png
"out/b, 2.tif",c.tif,,0,detector,,
`;
const INDEX = `id,split,cloudy,sar,target,mask,date,reference
a,train,a_0.tif;a_1.tif,s.tif,t.tif,m_0.tif;m_1.tif,2018-03-07;2018-03-12,1
b,test,b_0.tif;b_1.tif,s.tif,t2.tif,m_0.tif;m_1.tif,2018-05-01;2018-05-06,0
`;
const LINES =
  `{"id":"a","split":"train","cloudy_1":"a_0.tif","cloudy_2":"a_1.tif","target":"t.tif","date":["2018-03-07","2018-03-12"]}
{"id":"b","cloudy":["b_0.tif","b_1.tif"],"target":"t2.tif","reference":1,"mask":null}
`;
const LOG = `{"step":1,"loss":0.5,"norm":1.25,"length":3,"sigmas":[0.1],"losses":[0.5],"seconds":1}
{"step":50,"learningRate":0.0001,"means":{"loss":0.5,"norm":1},"bins":[{"from":0.01,"to":0.1,"count":5,"loss":0.4}]}
{"step":50,"validation":{"loss":0.4,"psnr":30,"ssim":0.9}}
{"step":51,"skipped":["Cannot read raster a.tif: it is cut off"]}
`;
const TEXTS: Readonly<Record<string, string>> = {
  "evaluation.csv": EVALUATION,
  "manifest.csv": MANIFEST,
  "index.csv": INDEX,
  "index.jsonl": LINES,
  "log.jsonl": LOG,
};

export const tables: FuzzReader = {
  name: "tables",
  share: 0.08,
  mutate(draws) {
    const name = draws.pick(Object.keys(TEXTS));
    return { files: { [name]: mutateText(TEXTS[name]!, draws) }, call: { name } };
  },
  async read(folder, { name }) {
    const path = `${folder}/${name}`;
    switch (name) {
      case "evaluation.csv": {
        await readEvaluationCsv(path);
        const file = await openEvaluationCsv(path, { run: "r", bands: ["B02", "B03"] });
        await file.close();
        return;
      }
      case "manifest.csv":
        await readManifest(path);
        return;
      case "log.jsonl":
        await readLog(path);
        return;
      default:
        await listIndexDataset({ file: path, bands: ["B04", "B08"], sar: false });
    }
  },
};
