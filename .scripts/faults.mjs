// npm run faults -- --seeds N              N scenarios of faults with the real server
// npm run faults -- --seed S               the one of this seed
// npm run faults -- --seeds N --fake       with a fake server in the same process, many side by side

import { run, runInFront } from "./process.mjs";
import { debugBinary, root } from "./project.mjs";
import { main } from "./report.mjs";

await main(async () => {
  await run("cargo", ["build", "--locked", "-p", "outrider-campaigns", "--bin", "faults"], { cwd: root });
  return runInFront(debugBinary("faults"), process.argv.slice(2), { cwd: root });
});
