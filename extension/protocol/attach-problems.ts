/**
 * Where the background keeps why it has no token for requests of pages that can't ask: the latest problem by site and API,
 * for the diagnostics. In memory.
 */
export const attachProblemsKey = 'attach-problems';
