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
const documents = () => {
  const { arrived, tabsOf } = createDocuments({
    kept: storedValue(disk, 'attached', tabDocuments()),
    tabIds: async () => open,
  });
  return {
    tabsOf,
    arrived: (tabId: number, document: string, wasPrerendered = false) => arrived(tabId, document, wasPrerendered),
  };
};
const kept = async () => (await disk.get('attached')) as { tabId: number; document: string }[];

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

  it('that the browser has loaded beforehand have the account of the one before them', async () => {
    const { arrived, tabsOf } = documents();
    await arrived(1, 'a');
    await tabsOf('ada', [1]);
    await arrived(1, 'b', true);
    expect(await tabsOf('grace', [1])).toEqual([]);
    expect(await tabsOf('ada', [1])).toEqual([1]);
  });

  it('that the browser has loaded beforehand have nobody if none was before them', async () => {
    const { arrived, tabsOf } = documents();
    await arrived(1, 'a', true);
    expect(await tabsOf('ada', [1])).toEqual([]);
  });

  it('that the browser has loaded beforehand, for nobody, belong to the first account, too', async () => {
    const { arrived, tabsOf } = documents();
    await arrived(1, 'a');
    await arrived(1, 'b', true);
    expect(await tabsOf('ada', [1])).toEqual([1]);
  });

  it('are forgotten with their tab', async () => {
    const { arrived } = documents();
    await arrived(1, 'a');
    open = [2];
    await arrived(2, 'b');
    expect((await kept()).map(({ tabId }) => tabId)).toEqual([2]);
  });

  it('are forgotten when their tab has more than browsers keep, and those of other tabs are not', async () => {
    const { arrived, tabsOf } = documents();
    await arrived(1, 'a');
    await tabsOf('ada', [1]);
    for (let n = 0; n < 510; n += 1) await arrived(2, String(n));
    expect((await kept()).slice(1).map(({ document }) => Number(document))).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 490),
    );
    expect(await tabsOf('ada', [1])).toEqual([1]);
  });

  it('are kept as long as they are shown, however many tabs there are', async () => {
    open = Array.from({ length: 60 }, (_, n) => n);
    const { arrived, tabsOf } = documents();
    for (const tabId of open) for (let n = 0; n < 25; n += 1) await arrived(tabId, String(n));
    expect(await kept()).toHaveLength(20 * open.length);
    expect(await tabsOf('ada', open)).toEqual(open);
  });

  it('have nobody if they can’t be kept, however often somebody asks', async () => {
    let isFull = true;
    const stored = storedValue(disk, 'attached', tabDocuments());
    const { arrived, tabsOf } = createDocuments({
      kept: { ...stored, set: (value) => (isFull ? Promise.reject(new Error('full')) : stored.set(value)) },
      tabIds: async () => open,
    });
    await expect(arrived(1, 'a', false)).rejects.toThrow('full');
    expect(await tabsOf('ada', [1])).toEqual([]);
    isFull = false;
    await arrived(2, 'b', false);
    isFull = true;
    for (let n = 0; n < 2; n += 1) await expect(tabsOf('ada', [2])).rejects.toThrow('full');
    isFull = false;
    expect(await tabsOf('grace', [1, 2])).toEqual([2]);
  });
});
