import * as core from '@angular/core';
import { computed, ElementRef, effect, inject, signal, TemplateRef, ViewContainerRef } from '@angular/core';
import { lacking, type State, type Wanted } from '../frameworks/store.ts';
import { LATCHKEY } from './context.ts';
import { injectPrompt } from './inject-prompt.ts';

/** What to show instead of the ready-made prompt, by state. `loading` shows nothing by default. */
export type Instead = Partial<Record<Exclude<State, 'ready'>, TemplateRef<unknown>>>;

/**
 * Renders its template while this site has the access that it needs. Until then, it asks the person for what is missing: to
 * install the extension, to sign in, or to connect this site.
 *
 * When another account is chosen, the template is created anew, so that nothing of the last account stays on the page. This
 * decides what is shown. What a person may do is decided by the API.
 *
 * @throws {Error} without `provideLatchkey`
 * @example
 * <app-orders *latchkeyAccess />
 * @example
 * <app-form *latchkeyAccess="{ scopes: ['orders:write'] }; instead: { loading: spinner }" />
 * <ng-template #spinner>…</ng-template>
 */
export class LatchkeyAccess {
  readonly #wanted = signal<Wanted | ''>('');
  readonly #instead = signal<Instead>({});

  /** The access that the template needs. Default: the provider's. */
  set latchkeyAccess(wanted: Wanted | '') {
    this.#wanted.set(wanted);
  }

  /** Templates instead of prompts. */
  set latchkeyAccessInstead(instead: Instead) {
    this.#instead.set(instead);
  }

  constructor() {
    const shared = inject(LATCHKEY);
    const { store, snapshot } = shared;
    const template = inject(TemplateRef);
    const container = inject(ViewContainerRef);
    const place: Comment = inject(ElementRef).nativeElement;
    const state = computed(() => lacking(snapshot(), { ...store.defaults, ...this.#wanted() }));
    const account = computed(() => snapshot().account?.sub);
    const shown = computed(() => {
      const lacks = state();
      return lacks ? this.#instead()[lacks] : template;
    });
    effect(() => {
      account();
      const what = shown();
      container.clear();
      if (what) container.createEmbeddedView(what);
    });
    injectPrompt(
      shared,
      () => (shown() ? undefined : state()),
      this.#wanted,
      (section) => place.before(section),
    );
  }

  // What Angular's compiler writes for a library (docs/decisions.md, D216). The compiler of an app reads it.
  static readonly ɵfac: core.ɵɵFactoryDeclaration<LatchkeyAccess, never> = () => new LatchkeyAccess();
  static readonly ɵdir: core.ɵɵDirectiveDeclaration<
    LatchkeyAccess,
    '[latchkeyAccess]',
    never,
    {
      latchkeyAccess: { alias: 'latchkeyAccess'; required: false };
      latchkeyAccessInstead: { alias: 'latchkeyAccessInstead'; required: false };
    },
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
    type: LatchkeyAccess,
    selector: '[latchkeyAccess]',
    inputs: { latchkeyAccess: 'latchkeyAccess', latchkeyAccessInstead: 'latchkeyAccessInstead' },
  } as Parameters<typeof core.ɵɵngDeclareDirective>[0]) as typeof LatchkeyAccess.ɵdir;
}
