/** What the supervisor wants to know of a worker. */
export type Question = 'readiness' | 'metrics';

/** From the supervisor to a worker. */
export interface Ask {
  id: number;
  ask: Question;
}

/** From a worker to the supervisor: it serves, or the answer to an {@link Ask}. */
export type Report = { serves: true } | { id: number; answer: unknown };

const isObject = (message: unknown): message is object => typeof message === 'object' && message !== null;

/** Other messages are Node's own, or none of ours. */
export const isAsk = (message: unknown): message is Ask => isObject(message) && 'ask' in message && 'id' in message;

export const isReport = (message: unknown): message is Report =>
  isObject(message) && ('serves' in message || ('answer' in message && 'id' in message));
