import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Loaded with `--import`: writes each module that the process loads to the file `RECORD_MODULES`, one a line. */
const file = process.env.RECORD_MODULES ?? '';
registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(file, `${url}\n`);
    return nextLoad(url, context);
  },
});
