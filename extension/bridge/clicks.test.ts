import { beforeEach, describe, expect, it } from 'vitest';
import { countClicks } from './clicks.ts';

let listeners: Map<string, (event: Event) => void>;
let activation: { isActive: boolean };
let clock: number;
let click: () => number;
const happens = (type: string, more: object = {}) => {
  activation.isActive = true;
  listeners.get(type)?.({ isTrusted: true, ...more } as Event);
};
const press = () => {
  for (const type of ['pointerdown', 'click']) happens(type);
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

  it('is the same however long a finger stays down', () => {
    happens('pointerdown');
    activation.isActive = false;
    clock = 4_000;
    happens('pointerup');
    clock = 8_000;
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
    expect(click()).toBe(2);
  });
});
