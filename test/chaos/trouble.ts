import { EventEmitter, once } from 'node:events';
import type { Trouble } from '../e2e/kit/unreliable.ts';
import type { Random } from './random.ts';

/** Controls the provider's reliability. */
export interface Weather {
  next(): Trouble;
  /** Resolves at the next refresh, with the time that the provider's answer will take, in milliseconds. */
  nextRefresh(signal: AbortSignal): Promise<number>;
  /** Makes the provider work normally from now on. */
  clear(): void;
}

/**
 * Mostly fast, sometimes slow, and occasionally very slow. It also hangs up before or after it processes a request, and
 * about every 12 seconds it fails briefly, in a different way each time.
 */
export function createWeather(random: Random, now: () => number): Weather {
  const refreshes = new EventEmitter();
  let isClear = false;
  let storm = { from: now() + 5_000, until: now() + 6_000, status: 503 };

  function failing(): Trouble['failing'] {
    if (now() > storm.until) {
      const from = now() + random.between(8_000, 16_000);
      storm = { from, until: from + random.between(300, 1_500), status: random.pick([429, 500, 502, 503, 504]) };
    }
    if (now() < storm.from) return undefined;
    return { status: storm.status, ...(storm.status === 429 ? { retryAfter: 1 } : {}) };
  }

  function delay(): number {
    const luck = random.next();
    if (luck < 0.9) return random.between(2, 60);
    return luck < 0.98 ? random.between(100, 500) : random.between(1_000, 4_000);
  }

  return {
    next() {
      if (isClear) return {};
      const [slowMs, slowAnswerMs] = [delay() / 2, delay() / 2];
      refreshes.emit('refresh', slowMs + slowAnswerMs);
      const fails = failing();
      if (fails) return { slowMs, failing: fails };
      const cut = random.chance(0.02) ? random.pick(['before', 'after'] as const) : undefined;
      return { slowMs, slowAnswerMs, ...(cut === undefined ? {} : { cut }) };
    },
    async nextRefresh(signal) {
      const [duration] = await once(refreshes, 'refresh', { signal });
      return Number(duration);
    },
    clear() {
      isClear = true;
    },
  };
}
