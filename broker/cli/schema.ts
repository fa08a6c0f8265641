import { parseArgs } from 'node:util';
import { configJsonSchema } from '../config/json-schema.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey schema

Print the JSON Schema of the configuration, for editors.
`;

/** `latchkey schema`: the JSON Schema of `latchkey.yaml`, for editors. */
export async function schema(argv: readonly string[]): Promise<number> {
  parseArgs({ args: [...argv], options: {} });
  process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return 0;
}
