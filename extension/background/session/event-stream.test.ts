import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { answer } from '../../../test/extension/fake-broker.ts';
import { memoryArea } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { BrokerError } from '../broker/broker-error.ts';
import { createEventStream, type EventStreamDeps } from './event-stream.ts';

/** A stream that the test writes to. */
function channel() {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(own) {
      controller = own;
    },
  });
  return {
    body,
    send: (event: string, id: string) =>
      controller.enqueue(new TextEncoder().encode(`event: ${event}\nid: ${id}\ndata: {}\n\n`)),
    end: () => controller.close(),
    cut: () => controller.error(new TypeError('network error')),
  };
}

let opened: { last: string | undefined; signal: AbortSignal }[];
let answers: (ReturnType<typeof channel> | Error)[];
let checks: boolean[];
let announced: string[];
let sleeps: number[];
let ended: number;
let wanted: boolean;
/** When the known session began. */
let known: number;
let deps: EventStreamDeps;

beforeEach(() => {
  [opened, answers, checks, sleeps, ended, wanted, announced] = [[], [], [], [], 0, true, []];
  known = answer([]).session.created_at;
  deps = {
    announced(event) {
      announced.push(event);
    },
    async open(last, signal) {
      opened.push({ last, signal });
      const answer = answers.shift();
      if (!answer) return new Promise(() => undefined);
      if (answer instanceof Error) throw answer;
      return answer.body;
    },
    session: {
      async guard(call) {
        try {
          return await call();
        } catch (error) {
          if (error instanceof BrokerError && error.error === 'invalid_session') {
            ended += 1;
            wanted = false;
          }
          throw error;
        }
      },
      check: async (voidTokens) => void checks.push(voidTokens),
      known: async () => answer([]),
      async over(createdAt) {
        if (createdAt !== known) return;
        ended += 1;
        wanted = false;
      },
    },
    isWanted: async () => wanted,
    position: storedValue(memoryArea(), 'position', v.string()),
    sleep: async (ms) => {
      sleeps.push(ms);
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    random: () => 1,
    report(error) {
      throw error;
    },
  };
});

const gone = () =>
  new BrokerError({ error: 'invalid_session' }, { status: 401, request: 'r', retryAfterMs: undefined });

describe('the session’s events', () => {
  it('are listened to while they are wanted, once, and say so', async () => {
    const stream = createEventStream(deps);
    await Promise.all([stream.update(), stream.update()]);
    expect(await stream.update()).toBe(true);
    await expect.poll(() => opened.length).toBe(1);
    wanted = false;
    expect(await stream.update()).toBe(false);
    expect(opened[0]?.signal.aborted).toBe(true);
  });

  it('lead to questions: what was lost is void after a policy event, and looked at after a consent', async () => {
    const stream = channel();
    answers = [stream];
    await createEventStream(deps).update();
    stream.send('consent', '4');
    stream.send('policy', '5');
    await expect.poll(() => checks).toEqual([false, true]);
    await expect.poll(() => deps.position.get()).toBe('5');
  });

  it('tell of a sign-in elsewhere, and of a device that asks, which change nothing here', async () => {
    const stream = channel();
    answers = [stream];
    await createEventStream(deps).update();
    stream.send('sign_in', '6');
    stream.send('device_request', '7');
    await expect.poll(() => announced).toEqual(['sign_in', 'device_request']);
    expect(checks).toEqual([]);
  });

  it('end the session at once', async () => {
    const stream = channel();
    answers = [stream];
    await createEventStream(deps).update();
    stream.send('revoked', '6');
    await expect.poll(() => ended).toBe(1);
    expect(opened).toHaveLength(1);
  });

  it('end no session that has begun since; its own stream tells whether it is over too', async () => {
    const stream = channel();
    answers = [stream, gone()];
    known += 60;
    await createEventStream(deps).update();
    stream.send('revoked', '6');
    await expect.poll(() => ended).toBe(1);
    expect(opened).toHaveLength(2);
    expect(sleeps).toEqual([]);
  });

  it('go on from the last one after trouble, which signs nobody out, less and less often', async () => {
    const stream = channel();
    const busy = new BrokerError(
      { error: 'temporarily_unavailable' },
      { status: 503, request: 'r', retryAfterMs: 7_000 },
    );
    answers = [stream, new TypeError('offline'), busy, new TypeError('offline')];
    await createEventStream(deps).update();
    stream.send('consent', '9');
    await expect.poll(() => deps.position.get()).toBe('9');
    stream.cut();
    await expect.poll(() => opened.length).toBe(5);
    expect(opened.slice(1).map(({ last }) => last)).toEqual(['9', '9', '9', '9']);
    expect(sleeps).toEqual([500, 1_000, 7_000, 4_000]);
    expect(ended).toBe(0);
  });
});
