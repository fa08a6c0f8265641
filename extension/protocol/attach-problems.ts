import * as v from 'valibot';
import { storedProblem } from './problem.ts';

/** Where the background keeps why it has no token for requests of pages that can't ask, for the diagnostics. In memory. */
export const attachProblemsKey = 'attach-problems';

/** The latest problem, by site and API. */
export const attachProblems = v.record(v.string(), storedProblem);
