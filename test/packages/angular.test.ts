import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { angularDeadlines, buildAngularQuickstart } from './angular-build.ts';
import { ordersInBuiltPage } from './built-page.ts';
import { createFolder, packedIn, registryAnswers } from './folder.ts';

const canInstall = registryAnswers();
const why = canInstall ? '' : ' (skipped: npm reaches no registry)';

describe.skipIf(!canInstall)(`@latchkey/angular, installed in an empty folder${why}`, () => {
  const packed = packedIn(inject('packed'));
  const tarballs = () => ['@latchkey/page', '@latchkey/angular'].map((name) => packed.tarball(name));

  // Angular's packages need each other in one version.
  it.each(['21.0.0', '22.2.0'])(
    'renders the state loading on a server with Angular %s',
    async (version) => {
      await using folder = await createFolder(angularDeadlines);
      const angular = ['core', 'common', 'compiler', 'platform-browser', 'platform-server', 'router'];
      await folder.install(...tarballs(), ...angular.map((name) => `@angular/${name}@${version}`), 'rxjs@7');
      await folder.write('render.mjs', render);
      const html = await folder.node(['render.mjs']);
      expect(html).toContain(`${version} <html>`);
      expect(html).toContain('<p>loading  false</p>');
      expect(html).toContain('<i>wait</i>');
      expect(html).toContain('<div latchkeyprompt="signed_out"></div>');
      expect(html).not.toContain('orders');
      expect(html).toContain('fetched: unsupported, unsupported');
    },
    400_000,
  );

  it('builds the quickstart with Angular’s own build, which loads prompts and texts only when they are shown', async () => {
    await using folder = await createFolder(angularDeadlines);
    const { main, scripts } = await buildAngularQuickstart(folder, () => folder.install(...tarballs()));
    // The compiler has found the declarations, and has replaced them: nothing is compiled in the page.
    for (const entry of ['index', 'parts']) {
      const installed = await readFile(join(folder.dir, `node_modules/@latchkey/angular/dist/${entry}.js`), 'utf8');
      expect(installed.match(/core\.ɵɵngDeclareDirective\(/g) ?? [], entry).toHaveLength(1);
    }
    for (const code of scripts.values()) expect(code).not.toContain('ɵɵngDeclare');
    const chunksWith = (text: string) => [...scripts].flatMap(([name, code]) => (code.includes(text) ? [name] : []));
    for (const part of ['aria-labelledby', 'Anmelden', 'サインイン']) {
      expect(chunksWith(part), part).toHaveLength(1);
      expect(chunksWith(part), part).not.toContain(main);
    }
    expect(await ordersInBuiltPage(join(folder.dir, 'dist'))).toEqual(['2 × Gear']);
  }, 600_000);
});

/** Without Angular's build, Angular compiles when it runs. */
const render = `
import '@angular/compiler';
import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { Component, inject, PendingTasks, signal, VERSION } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { injectAccess, injectLatchkey, LatchkeyAccess, provideLatchkey } from '@latchkey/angular';
import { latchkeyInterceptor } from '@latchkey/angular/http';
import { LatchkeyPrompt } from '@latchkey/angular/parts';
import { injectToken } from '@latchkey/angular/token';
const api = 'https://api.example.com';
const App = Component({
  selector: 'app-root',
  imports: [LatchkeyAccess, LatchkeyPrompt],
  template: \`
    <p>{{ lk.state() }} {{ held.token()?.token }} {{ changes.granted() }}</p>
    <b *latchkeyAccess="{}; instead: { loading: wait }">orders</b><ng-template #wait><i>wait</i></ng-template>
    <div latchkeyPrompt="signed_out"></div>
    <p>fetched: {{ codes().join(', ') }}</p>\`,
})(class {
  lk = injectLatchkey();
  held = injectToken();
  changes = injectAccess({ scopes: ['orders:write'] });
  codes = signal([]);
  constructor() {
    const done = inject(PendingTasks).add();
    const http = inject(HttpClient).get(api + '/orders');
    const failed = (error) => this.codes.update((codes) => [...codes, error.code]);
    const one = this.lk.fetch(api + '/orders').catch(failed);
    const other = new Promise((resolve) => http.subscribe({ error: resolve })).then(failed);
    Promise.all([one, other]).finally(done);
  }
});
const document = '<html><head></head><body><app-root></app-root></body></html>';
const providers = [
  provideServerRendering(),
  provideHttpClient(withInterceptors([latchkeyInterceptor])),
  provideLatchkey({ resource: api, scopes: [] }),
];
const html = await renderApplication((context) => bootstrapApplication(App, { providers }, context), { document });
console.log(VERSION.full, html);
`;
