import { describe, expect, it } from 'vitest';
import { createBoundedMap } from './bounded-map.ts';

describe('a bounded map', () => {
  it('never holds more than its capacity', () => {
    const map = createBoundedMap<number>(10);
    const keys = Array.from({ length: 1_000 }, (_, index) => `k${index}`);
    for (const [index, key] of keys.entries()) map.set(key, index);
    expect(keys.filter((key) => map.get(key) !== undefined).length).toBeLessThanOrEqual(10);
  });

  it('keeps what is used', () => {
    const map = createBoundedMap<number>(10);
    map.set('used', 1);
    for (let index = 0; index < 1_000; index += 1) {
      map.set(`k${index}`, index);
      expect(map.get('used')).toBe(1);
    }
  });

  it('forgets what is deleted, in both generations, and the value that another one replaces', () => {
    const map = createBoundedMap<number>(4);
    map.set('a', 1);
    map.set('b', 2);
    map.set('c', 3);
    map.set('a', 4);
    expect(map.get('a')).toBe(4);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
    map.delete('b');
    expect(map.get('b')).toBeUndefined();
    map.clear();
    expect(map.get('c')).toBeUndefined();
  });
});
