import * as v from 'valibot';
import { ProblemError } from '../protocol/problem.ts';

/** Checks an answer of the broker that the background has passed on. */
export function ownAnswer<S extends v.GenericSchema>(schema: S, answer: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, answer);
  if (parsed.success) return parsed.output;
  throw new ProblemError({ code: 'busy', message: 'the broker’s answer is not what this version understands' });
}
