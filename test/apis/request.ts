import { Agent } from 'node:http';
import { type Answer, ask, type Question } from '../gateways/ask.ts';

const agent = new Agent({ keepAlive: false });

/** Sends one request on a connection of its own. A server may close an idle one at the moment in which it is used again. */
export const request = (port: number, question: Omit<Question, 'agent'>): Promise<Answer> =>
  ask(port, { ...question, agent });
