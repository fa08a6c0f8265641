import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePort } from '../../test/extension/port.ts';
import { createRouter } from './handlers/router.ts';
import { createUiPorts } from './ui-port.ts';

const own = { extensionId: 'ext', origin: 'chrome-extension://ext' };
const sender = { id: 'ext', origin: own.origin };
const handler = vi.fn(async () => ({ build: 'store' }));
const ports = createUiPorts(own, () => createRouter('ui', { 'settings.get': handler }));
const rejected = vi.fn();

beforeEach(() => {
  rejected.mockClear();
  process.once('unhandledRejection', rejected);
  return () => void process.off('unhandledRejection', rejected);
});

/** Waits long enough for an unhandled rejection to be reported. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a port of one of the extension’s own pages', () => {
  it.each([null, 5, 'text', [], {}, { id: 'a', m: 'settings.get', p: {} }])(
    'drops %j, and rejects nothing that nobody handles',
    async (message) => {
      const fake = fakePort<object>(sender);
      ports.serve(fake.port);
      fake.receive(message);
      await settled();
      expect(fake.sent).toEqual([]);
      expect(rejected).not.toHaveBeenCalled();
    },
  );

  it('answers a method that is none of ours, such as one of another version', async () => {
    const fake = fakePort<object>(sender);
    ports.serve(fake.port);
    fake.receive({ id: 1, m: 'settings.put', p: {} });
    await expect.poll(() => fake.sent).toMatchObject([{ id: 1, ok: false, e: { code: 'invalid_request' } }]);
  });

  it('that is gone before the browser says so stops nothing: the others hear of the change', async () => {
    const gone = fakePort<object>(sender);
    gone.port.postMessage = () => {
      throw new Error('Attempting to use a disconnected port object');
    };
    const other = fakePort<object>(sender);
    ports.serve(gone.port);
    ports.serve(other.port);
    ports.changed();
    expect(other.sent).toEqual([{ changed: true }]);
    gone.receive({ id: 1, m: 'settings.get', p: {} });
    await settled();
    expect(rejected).not.toHaveBeenCalled();
  });
});
