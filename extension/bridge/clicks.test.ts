import { beforeEach, describe, expect, it } from 'vitest';
import { countClicks } from './clicks.ts';

let listeners: Map<string, (event: Event) => void>;
let activation: { isActive: boolean };
let clock: number;
let click: () => number;
const happens = (type: string, more: object = {}) => {
  activation.isActive = true;
  listeners.get(type)?.({ type, isTrusted: true, pointerType: 'mouse', ...more } as unknown as Event);
};
const press = () => {
  for (const type of ['pointerdown', 'pointerup', 'click']) happens(type);
};

beforeEach(() => {
  listeners = new Map();
  activation = { isActive: false };
  clock = 0;
  const addEventListener = (type: string, listener: (event: Event) => void) => void listeners.set(type, listener);
  click = countClicks({ addEventListener } as unknown as Window, activation, () => clock);
});

describe('the number of a click', () => {
  it('is 0 without one, and once it no longer counts as activation', () => {
    expect(click()).toBe(0);
    press();
    expect(click()).toBe(1);
    activation.isActive = false;
    expect(click()).toBe(0);
  });

  it('is the same from press to release, and as long as it counts', () => {
    happens('pointerdown');
    expect(click()).toBe(1);
    happens('click');
    clock = 4_999;
    expect(click()).toBe(1);
  });

  it('is the same however long a finger stays down, and counts when that is lifted', () => {
    press();
    happens('pointerdown', { pointerType: 'touch' });
    expect(click()).toBe(1);
    clock = 4_000;
    happens('pointerup', { pointerType: 'touch' });
    const number = click();
    happens('click', { pointerType: 'touch' });
    clock = 8_000;
    expect(number).toBeGreaterThan(1);
    expect(click()).toBe(number);
  });

  it('is no other one for a finger that scrolls, or for Escape, which activate nothing', () => {
    press();
    happens('pointerdown', { pointerType: 'touch' });
    happens('keydown', { key: 'Escape' });
    expect(click()).toBe(1);
  });

  it('is another one for each click and each key, and not for a key that is held', () => {
    press();
    press();
    expect(click()).toBe(2);
    happens('keydown');
    happens('keydown', { repeat: true });
    happens('click');
    expect(click()).toBe(3);
  });

  it('is larger than any of a document that was there before', () => {
    for (let clicks = 0; clicks < 5; clicks += 1) press();
    const before = click();
    clock = 60_000;
    listeners.clear();
    const addEventListener = (type: string, listener: (event: Event) => void) => void listeners.set(type, listener);
    const next = countClicks({ addEventListener } as unknown as Window, activation, () => clock);
    press();
    expect(next()).toBeGreaterThan(before);
  });

  it('counts what assistive technology clicks without pressing', () => {
    happens('click');
    expect(click()).toBe(1);
    happens('click');
    expect(click()).toBe(2);
  });

  it('counts no event that a page has made', () => {
    press();
    for (const type of ['pointerdown', 'keydown', 'click']) happens(type, { isTrusted: false });
    expect(click()).toBe(1);
  });

  it('counts a click in a frame, of which it hears nothing but the activation', () => {
    activation.isActive = true;
    expect(click()).toBe(1);
    clock = 4_000;
    expect(click()).toBe(1);
    clock = 9_500;
    expect(click()).toBe(9_500);
  });
});
