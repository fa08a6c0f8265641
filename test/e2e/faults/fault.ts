import type { Scene } from './scene.ts';

/** Something that an operator, a network or a provider gets wrong, and how a test makes it happen. */
export interface Fault {
  /** As the table names it. */
  name: string;
  /** Changes the configuration and the files before the broker starts. */
  before?: (scene: Scene) => unknown;
  /** What goes wrong once the broker runs. */
  after?: (scene: Scene) => unknown;
  /** `none`: it is not started. `refused`: it can't start. `waits`: it waits for what it needs, and says so. */
  broker?: 'none' | 'refused' | 'waits';
  /** With `refused`: the command that fails. Default: `latchkey serve`. */
  command?: readonly [string, ...string[]];
  /** Whether a person signs in before the doctor looks, since the fault shows only then. */
  signInFirst?: boolean;
  /** Whether there is nothing that a doctor could see. */
  unseen?: boolean;
  /** A program without which the fault can't happen. */
  needs?: string;
}
