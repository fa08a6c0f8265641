import { describe, expect, it } from 'vitest';
import { DeviceError } from './device-error.ts';
import { retry } from './retry.ts';
import { retryAfterOf } from './retry-after.ts';

const noon = 'Fri, 01 Jan 2100 12:00:00 GMT';

describe('Retry-After', () => {
  it.each<[string | undefined, number | undefined]>([
    ['0', 0],
    ['120', 120],
    ['99999999999999999999999999', 86_400],
    ['Fri, 01 Jan 2100 12:00:30 GMT', 30],
    ['Fri, 01 Jan 2100 11:59:00 GMT', 0],
    ['Sat, 01 Jan 2101 12:00:00 GMT', 86_400],
    [undefined, undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['soon', undefined],
    ['2100-01-01', undefined],
    ['Fri, 99 Jan 2100 12:00:30 GMT', undefined],
  ])('%s is %s seconds', (text, seconds) => {
    expect(retryAfterOf(new Headers({ Date: noon, ...(text !== undefined && { 'Retry-After': text }) }))).toBe(seconds);
  });

  it('means nothing as a date without the date of the answer, because the clock here may be wrong', () => {
    expect(retryAfterOf(new Headers({ 'Retry-After': noon }))).toBeUndefined();
  });
});

describe('a retry', () => {
  const busy = (retryAfter?: number) => new DeviceError('unreachable', 'busy', { retryAfter });
  const portal = new DeviceError('unreachable', 'a page', { retryAfter: 5, networkPage: true });
  const trial = (took: number, ...failures: DeviceError[]) => {
    const sleeps: number[] = [];
    const pauses: number[] = [];
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
      sleeps.push(ms / 1_000);
    };
    const once = async () => {
      now += took * 1_000;
      const failure = failures.shift();
      if (failure) throw failure;
      return 'done';
    };
    const onPause = (seconds: number) => void pauses.push(seconds);
    const outcome = retry(once, { sleep, now: () => now, until: 20_000, onPause }).catch(({ message }) => message);
    return { outcome, sleeps, pauses };
  };

  it.each<[string, DeviceError[], string, number[]]>([
    ['as long as usual without it', [busy(), busy()], 'done', [1, 4]],
    ['as long as asked, if that is longer', [busy(7), busy(3)], 'done', [7, 4]],
    ['as long as usual behind a page of the network', [portal, portal], 'done', [1, 4]],
    ['not at all for more than the patience', [busy(21)], 'busy', []],
    ['no longer than the patience in all', [busy(15), busy(6)], 'busy', [15]],
    ['twice at most', [busy(), busy(), busy()], 'busy', [1, 4]],
  ])('waits %s', async (_, failures, outcome, waited) => {
    const tried = trial(0, ...failures);
    expect(await tried.outcome).toBe(outcome);
    expect([tried.sleeps, tried.pauses]).toEqual([waited, waited]);
  });

  it('counts the time that the tries take', async () => {
    const tried = trial(15, busy(), busy(), busy());
    expect(await tried.outcome).toBe('busy');
    expect(tried.sleeps).toEqual([1]);
  });
});
