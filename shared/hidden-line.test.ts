import { describe, expect, it } from 'vitest';
import { InterruptedError, type Keyboard, readHiddenLine } from './hidden-line.ts';

/** A terminal: what it shows, and whether it is as it was. */
function terminal() {
  const typists = new Set<(text: string) => void>();
  const enders = new Set<() => void>();
  const state = { shown: '', modes: [] as boolean[], isReading: false };
  const keyboard: Keyboard = {
    on: (event, listener) => (event === 'data' ? typists : enders).add(listener as () => void),
    off: (event, listener) => (event === 'data' ? typists : enders).delete(listener as () => void),
    setRawMode: (on: boolean) => void state.modes.push(on),
    setEncoding: () => undefined,
    resume: () => {
      state.isReading = true;
    },
    pause: () => {
      state.isReading = false;
    },
  };
  const ask = (signal?: AbortSignal) =>
    readHiddenLine(
      keyboard,
      (text) => {
        state.shown += text;
      },
      'Secret: ',
      signal,
    );
  const isAsBefore = () => ({
    listeners: typists.size + enders.size,
    modes: state.modes,
    isReading: state.isReading,
  });
  const type = (text: string) => {
    for (const listener of typists) listener(text);
  };
  const end = () => {
    for (const listener of enders) listener();
  };
  return { ask, state, keyboard, isAsBefore, type, end };
}

const restored = { listeners: 0, modes: [true, false], isReading: false };

describe('a hidden line', () => {
  it.each<[string, string[], string]>([
    ['in one piece', ['secret\r'], 'secret'],
    ['in several', ['se', 'cret', '\n'], 'secret'],
    ['corrected with Backspace, also beyond its beginning', ['\u007fx\bsecreet\u007f\u007ft\r'], 'secret'],
    ['corrected in characters, not in halves of one', ['s😀\u007fecret\r'], 'secret'],
    ['begun again with Ctrl-U', ['wrong\u0015secret\r'], 'secret'],
    ['ended with Ctrl-D', ['secret\u0004'], 'secret'],
    ['up to its end', ['secret\rnext\r'], 'secret'],
    ['that is empty', ['\r'], ''],
  ])('is read %s, and not shown', async (_, pieces, line) => {
    const { ask, state, isAsBefore, type } = terminal();
    const asked = ask();
    for (const piece of pieces) type(piece);
    expect(await asked).toBe(line);
    expect(state.shown).toBe('Secret: \n');
    expect(isAsBefore()).toEqual(restored);
  });

  it('is hidden before it is asked for', () => {
    const { state, keyboard } = terminal();
    const hiddenAtQuestion: (boolean | undefined)[] = [];
    void readHiddenLine(keyboard, () => hiddenAtQuestion.push(state.modes.at(-1)), 'Secret: ');
    expect(hiddenAtQuestion).toEqual([true]);
  });

  it('ends with the input', async () => {
    const { ask, isAsBefore, type, end } = terminal();
    const asked = ask();
    type('secret');
    end();
    expect(await asked).toBe('secret');
    expect(isAsBefore()).toEqual(restored);
  });

  it('leaves the terminal as it was after Ctrl-C', async () => {
    const { ask, isAsBefore, type } = terminal();
    const asked = ask();
    type('sec\u0003ret\r');
    await expect(asked).rejects.toBeInstanceOf(InterruptedError);
    expect(isAsBefore()).toEqual(restored);
  });

  it('leaves the terminal as it was when it is aborted', async () => {
    const { ask, isAsBefore } = terminal();
    const controller = new AbortController();
    const asked = ask(controller.signal);
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    expect(isAsBefore()).toEqual(restored);
    await expect(ask(controller.signal)).rejects.toThrow('enough');
    expect(isAsBefore()).toEqual(restored);
  });
});
