import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askInLines, StoppedError } from './ask-in-lines.ts';

function terminal() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ask = askInLines(createInterface({ input, output }));
  return { input, ask, shown: () => String(output.read() ?? '') };
}

it('gives lines that were pasted at once to one question each', async () => {
  const { input, ask, shown } = terminal();
  const first = ask('Name: ');
  input.write('acme\nclient-1\nhttps://shop.example.com\n');
  expect(await first).toBe('acme');
  expect(await ask('Client: ')).toBe('client-1');
  expect(await ask('Site: ')).toBe('https://shop.example.com');
  expect(shown()).toBe('Name: Client: Site: ');
});

it('ends when the person does', async () => {
  const { input, ask } = terminal();
  input.end();
  await expect(ask('Name: ')).rejects.toThrow(StoppedError);
});
