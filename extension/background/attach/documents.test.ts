import { beforeEach, describe, expect, it } from 'vitest';
import { memoryArea } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { createDocuments, tabDocuments } from './documents.ts';

let disk: ReturnType<typeof memoryArea>;
let open: number[];
beforeEach(() => {
  disk = memoryArea();
  open = [1, 2];
});
const documents = () =>
  createDocuments({ kept: storedValue(disk, 'attached', tabDocuments()), tabIds: async () => open });

describe('the documents of tabs', () => {
  it('belong to the first account that comes after them', async () => {
    const { arrived, tabsOf } = documents();
    expect(await tabsOf('ada', [1, 2])).toEqual([]);
    await arrived(1, 'a');
    await arrived(2, 'b');
    expect(await tabsOf('ada', [1])).toEqual([1]);
    expect(await tabsOf('grace', [1, 2])).toEqual([2]);
    expect(await documents().tabsOf('ada', [1, 2])).toEqual([1]);
  });

  it('keep their account when the back button shows them', async () => {
    const { arrived, tabsOf } = documents();
    await arrived(1, 'a');
    await tabsOf('ada', [1]);
    await arrived(1, 'b');
    expect(await tabsOf('grace', [1])).toEqual([1]);
    await arrived(1, 'a');
    expect(await tabsOf('grace', [1])).toEqual([]);
    expect(await tabsOf('ada', [1])).toEqual([1]);
  });

  it('are forgotten with their tab, and when there are more than browsers keep', async () => {
    const { arrived } = documents();
    await arrived(1, 'a');
    open = [2];
    for (let n = 0; n < 510; n += 1) await arrived(2, String(n));
    const kept = (await disk.get('attached')) as { tabId: number; document: string }[];
    expect(new Set(kept.map(({ tabId }) => tabId))).toEqual(new Set([2]));
    expect(kept.map(({ document }) => Number(document))).toEqual(Array.from({ length: 500 }, (_, n) => n + 10));
  });

  it('have nobody if they can’t be kept', async () => {
    const broken = createDocuments({
      kept: { get: async () => undefined, set: () => Promise.reject(new Error('full')), clear: async () => undefined },
      tabIds: async () => open,
    });
    await expect(broken.arrived(1, 'a')).rejects.toThrow('full');
    await expect(broken.tabsOf('ada', [1])).rejects.toThrow('full');
  });
});
