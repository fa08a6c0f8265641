import { expect, it, vi } from 'vitest';

const stored = vi.hoisted(() => new Map<string, unknown>());
// There is no `storage.session` outside a browser.
vi.mock('../platform/kept-in-session.ts', () => ({
  keptInSession: (key: string) => ({
    get: async () => stored.get(key),
    set: async (value: object) => void stored.set(key, value),
    clear: async () => void stored.delete(key),
  }),
}));
const { answerDevice, askingDevice, openDevice } = await import('./device-steps.ts');

it.each([-3_600, 3_600])(
  'a device that asks is still there when the popup opens again, though the broker’s clock is %d s off',
  async (offset) => {
    const at = Math.floor(Date.now() / 1_000) + offset;
    const asking = {
      outcome: 'asking',
      request: 'r',
      client: 'TV',
      scopes: [],
      knows: [],
      stays: 60,
      started_at: at,
      same_network: true,
      numbers: ['12', '34', '56'],
      expires_at: at + 600,
    };
    const popupIsClosed = new Error('closed');
    const client = {
      call: async (method: string) => {
        if (method === 'device.allow') throw popupIsClosed;
        return asking;
      },
    } as unknown as Parameters<typeof askingDevice>[0];
    const step = await askingDevice(client, 'ada');
    if (!step) throw new Error('nothing asks');
    await expect(answerDevice(client, step, 'allow', '12')).rejects.toBe(popupIsClosed);
    stored.set('device-outcome', { request: 'r', decided: { outcome: 'allowed' } });
    expect(await openDevice('ada')).toMatchObject({ decided: { outcome: 'allowed' } });
  },
);
