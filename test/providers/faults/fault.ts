import type { Stack } from '../stack.ts';

type Tree = Record<string, unknown>;

/** A running provider and broker, and the configuration that `latchkey doctor` reads. */
export interface FaultScene {
  stack: Stack;
  /** A copy of the broker's configuration, to change. */
  tree: Tree & { upstreams: Record<string, Tree> };
  /** The provider's part of it. */
  upstream: Tree;
  /** Paths at the provider. */
  paths: { discovery: string; token: string };
  /** Notes what a person saw who tried to sign in. */
  saw(words: string): void;
  /** Called when the doctor is done, in reverse order. */
  defer(close: () => unknown): void;
}

/** Something that goes wrong at a provider, on the way to it, or in what the broker knows of it. */
export interface ProviderFault {
  /** As the tables name it. */
  name: string;
  /** Makes it happen. What it returns is awaited. */
  make(scene: FaultScene): unknown;
  /** Matches a finding of the doctor, written like `✗ client: the provider rejected …`. `nothing`: it must not say a thing. */
  tells: RegExp | 'nothing';
  /** Where it does no harm, so that the doctor has to be silent: the reason, by the start of the provider's name. */
  harmless?: Readonly<Record<string, string>>;
}
