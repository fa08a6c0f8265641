import { isPlatformBrowser } from '@angular/common';
import * as core from '@angular/core';
import { computed, ElementRef, inject, PLATFORM_ID, signal } from '@angular/core';
import { LATCHKEY } from '@latchkey/angular';
import { injectPrompt } from './inject-prompt.ts';
import type { PromptState } from './prompt.ts';

/**
 * Puts a ready-made prompt into its element: “install” for `not_installed`, “sign in” for `signed_out`, “connect this site” for
 * `not_connected`. Without a value, it is the prompt of the app's state, and nothing while that is `ready`.
 *
 * @throws {Error} without `provideLatchkey`
 * @example
 * <div latchkeyPrompt="signed_out" class="mine"></div>
 */
export class LatchkeyPrompt {
  readonly #named = signal<PromptState | ''>('');

  /** The prompt of this state. Default: of the state that the app is in. */
  set latchkeyPrompt(state: PromptState | '') {
    this.#named.set(state);
  }

  constructor() {
    const shared = inject(LATCHKEY);
    const element: HTMLElement = inject(ElementRef).nativeElement;
    // A server doesn't know the browser's language.
    const isBrowser = isPlatformBrowser(inject(PLATFORM_ID));
    injectPrompt(
      shared,
      computed(() => {
        const state = this.#named() || shared.snapshot().state;
        return state === 'ready' || !isBrowser ? undefined : state;
      }),
      () => undefined,
      (section) => element.append(section),
    );
  }

  // What Angular's compiler writes for a library (docs/decisions.md, D216). The compiler of an app reads it.
  static readonly ɵfac: core.ɵɵFactoryDeclaration<LatchkeyPrompt, never> = () => new LatchkeyPrompt();
  static readonly ɵdir: core.ɵɵDirectiveDeclaration<
    LatchkeyPrompt,
    '[latchkeyPrompt]',
    never,
    { latchkeyPrompt: { alias: 'latchkeyPrompt'; required: false } },
    // biome-ignore lint/complexity/noBannedTypes: Angular's compiler reads these types, and writes them so.
    {},
    never,
    never,
    true,
    never
  > = core.ɵɵngDeclareDirective({
    minVersion: '21.0.0',
    version: '21.0.0',
    ngImport: core,
    type: LatchkeyPrompt,
    selector: '[latchkeyPrompt]',
    inputs: { latchkeyPrompt: 'latchkeyPrompt' },
  } as Parameters<typeof core.ɵɵngDeclareDirective>[0]) as typeof LatchkeyPrompt.ɵdir;
}
