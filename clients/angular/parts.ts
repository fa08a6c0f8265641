export { LatchkeyPrompt } from './latchkey-prompt.ts';
export type { PromptState } from './prompt.ts';
