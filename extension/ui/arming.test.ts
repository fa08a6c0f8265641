import { beforeEach, describe, expect, it } from 'vitest';
import { type Arming, createArming } from './arming.ts';

const place = { screenX: 10, screenY: 10, outerWidth: 440, outerHeight: 600, innerWidth: 440, innerHeight: 560 };
let view: ReturnType<typeof fakeView>;
let arming: Arming;

function fakeView() {
  const window = Object.assign(new EventTarget(), place);
  const document = Object.assign(new EventTarget(), {
    focused: true,
    visibilityState: 'visible' as DocumentVisibilityState,
    hasFocus: () => document.focused,
    documentElement: new EventTarget(),
  });
  const clock = { ms: 0 };
  return { window, document, clock, now: () => clock.ms };
}

beforeEach(() => {
  view = fakeView();
  arming = createArming(view as unknown as Parameters<typeof createArming>[0]);
});

describe('the time that a window has been before the person', () => {
  it('goes on while nothing happens to it', () => {
    view.clock.ms = 1_500;
    expect(arming.seenMs()).toBe(1_500);
  });

  it.each(['blur', 'focus', 'resize', 'pagehide', 'pageshow'])('starts anew at %s', (type) => {
    view.clock.ms = 1_500;
    view.window.dispatchEvent(new Event(type));
    view.clock.ms = 1_600;
    expect(arming.seenMs()).toBe(100);
  });

  it.each([
    ['mouse', 0],
    ['touch', 1_500],
  ])('starts anew when the pointer enters, which a finger does with each touch (%s)', (pointerType, seen) => {
    view.clock.ms = 1_500;
    view.document.documentElement.dispatchEvent(Object.assign(new Event('pointerenter'), { pointerType }));
    expect(arming.seenMs()).toBe(seen);
  });

  it('tells when an event has restarted it, until that is no longer wanted', () => {
    let told = 0;
    const forget = arming.onRestart(() => {
      told += 1;
    });
    view.window.dispatchEvent(new Event('blur'));
    expect(told).toBe(1);
    forget();
    view.window.dispatchEvent(new Event('blur'));
    expect(told).toBe(1);
  });

  it('starts anew when it is hidden and shown', () => {
    view.clock.ms = 1_500;
    view.document.dispatchEvent(new Event('visibilitychange'));
    expect(arming.seenMs()).toBe(0);
  });

  it('does not go by while another window has the focus, or it is hidden, though nothing says so', () => {
    view.clock.ms = 1_500;
    view.document.focused = false;
    expect(arming.seenMs()).toBe(0);
    view.clock.ms = 3_000;
    expect(arming.seenMs()).toBe(0);
    view.document.focused = true;
    view.document.visibilityState = 'hidden';
    view.clock.ms = 4_500;
    expect(arming.seenMs()).toBe(0);
    view.document.visibilityState = 'visible';
    view.clock.ms = 5_000;
    expect(arming.seenMs()).toBe(500);
  });

  it.each(Object.keys(place))('starts anew when it is moved or resized without an event (%s)', (key) => {
    view.clock.ms = 1_500;
    Object.assign(view.window, { [key]: 99 });
    expect(arming.seenMs()).toBe(0);
    view.clock.ms = 2_000;
    expect(arming.seenMs()).toBe(500);
  });
});
