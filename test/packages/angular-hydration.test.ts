import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { root } from '../../packaging/packages.ts';
import { angularDeadlines, ngBuild } from './angular-build.ts';
import { ordersInBuiltPage } from './built-page.ts';
import { createFolder, packedIn, registryAnswers } from './folder.ts';

const canInstall = registryAnswers();
const why = canInstall ? '' : ' (skipped: npm reaches no registry)';

describe.skipIf(!canInstall)(`@latchkey/angular in a page that was rendered before${why}`, () => {
  const packed = packedIn(inject('packed'));

  it('is taken over by the browser without a complaint', async () => {
    await using folder = await createFolder(angularDeadlines);
    await cp(join(root, 'examples/angular'), folder.dir, { recursive: true });
    await folder.write('package.json', '{"private":true,"type":"module"}');
    await folder.install(
      ...['@latchkey/page', '@latchkey/angular'].map((name) => packed.tarball(name)),
      ...angular.map((name) => `@angular/${name}@22.2.0`),
      'rxjs@7',
      'typescript@6.0',
    );
    await folder.write('src/app.ts', app);
    await folder.write('src/main.ts', main);
    await folder.write('src/main.server.ts', server);
    const workspace = JSON.parse(await readFile(join(folder.dir, 'angular.json'), 'utf8'));
    // Only without optimization does Angular say what it has taken over.
    const more = { server: 'src/main.server.ts', prerender: true, ssr: false, optimization: false, outputPath: 'dist' };
    Object.assign(workspace.projects.orders.architect.build.options, more);
    await folder.write('angular.json', JSON.stringify(workspace));
    const options = JSON.parse(await readFile(join(folder.dir, 'tsconfig.json'), 'utf8'));
    await folder.write('tsconfig.json', JSON.stringify({ ...options, files: ['src/main.ts', 'src/main.server.ts'] }));
    await ngBuild(folder);
    const dist = join(folder.dir, 'dist/browser');
    const html = await readFile(join(dist, 'index.html'), 'utf8');
    expect(html).toContain('<p>loading</p>');
    expect(html).toContain('<em>wait</em>');
    const lines: string[] = [];
    expect(await ordersInBuiltPage(dist, (line) => lines.push(line))).toEqual(['orders of Ada Lovelace']);
    expect(lines).toContainEqual(expect.stringMatching(/Angular hydrated 1 component\(s\) and \d+ node\(s\), 0 /));
    expect(lines.filter((line) => /NG\d|error/i.test(line) && !line.startsWith('Failed to load resource'))).toEqual([]);
  }, 600_000);
});

/** Angular's packages need each other in one version. */
const angular = [
  ...['common', 'compiler', 'core', 'platform-browser', 'platform-server', 'router'],
  ...['build', 'cli', 'compiler-cli', 'ssr'],
];

const app = `
import { type ApplicationConfig, Component } from '@angular/core';
import { provideClientHydration } from '@angular/platform-browser';
import { injectLatchkey, LatchkeyAccess, provideLatchkey } from '@latchkey/angular';

@Component({
  selector: 'app-root',
  imports: [LatchkeyAccess],
  template: \`
    <p>{{ lk.state() }}</p>
    @if (lk.state() === 'loading') {<em>wait</em>} @else {<em>known</em>}
    <ul><li *latchkeyAccess="{}; instead: { loading: wait }">orders of {{ lk.account()?.name }}</li></ul>
    <ng-template #wait>…</ng-template>
    <footer>end</footer>
  \`,
})
export class App {
  readonly lk = injectLatchkey();
}

export const config: ApplicationConfig = {
  providers: [provideClientHydration(), provideLatchkey({ resource: 'https://api.example.com', scopes: ['orders:read'] })],
};
`;

const main = `
import { bootstrapApplication } from '@angular/platform-browser';
import { App, config } from './app';

bootstrapApplication(App, config);
`;

const server = `
import { mergeApplicationConfig } from '@angular/core';
import { type BootstrapContext, bootstrapApplication } from '@angular/platform-browser';
import { provideServerRendering } from '@angular/platform-server';
import { App, config } from './app';

export default (context: BootstrapContext) =>
  bootstrapApplication(App, mergeApplicationConfig(config, { providers: [provideServerRendering()] }), context);
`;
