import { expect, it } from 'vitest';
import { LaunchError } from './browser.ts';
import { createCommands } from './commands.ts';

it('gives each answer to its command, and passes over events', async () => {
  const sent: string[] = [];
  const commands = createCommands((message) => sent.push(message));
  const first = commands.send('A.b', { x: 1 });
  const second = commands.send('C.d');
  expect(sent.map((message) => JSON.parse(message))).toEqual([
    { id: 1, method: 'A.b', params: { x: 1 } },
    { id: 2, method: 'C.d', params: {} },
  ]);
  commands.receive('{"method":"something.happened","params":{}}');
  commands.receive('{"id":2,"result":{"second":true}}');
  commands.receive('{"id":1,"result":{"first":true}}');
  expect(await first).toEqual({ first: true });
  expect(await second).toEqual({ second: true });
});

it.each([
  [
    'the DevTools protocol',
    '{"id":1,"error":{"code":-32000,"message":"Method not available."}}',
    'Method not available.',
  ],
  ['WebDriver BiDi', '{"id":1,"type":"error","error":"invalid web extension","message":"no manifest"}', 'no manifest'],
])('rejects with the reason that %s gives', async (_, message, reason) => {
  const commands = createCommands(() => undefined);
  const refused = commands.send('A.b');
  commands.receive(message);
  await expect(refused).rejects.toThrow(new LaunchError(reason));
});

it('rejects what is open and what comes later when the browser has ended', async () => {
  const commands = createCommands(() => undefined);
  const open = commands.send('A.b');
  commands.end();
  await expect(open).rejects.toThrow(/has ended/);
  await expect(commands.send('A.b')).rejects.toThrow(/has ended/);
});
