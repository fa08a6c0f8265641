import { findChromium, NoBrowserError } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { signedInByApi } from './signed-in-by-api.ts';
import { signedInByPage } from './signed-in-by-page.ts';

/**
 * `npm run trace`: prints one sign-in by its one ID, from the page to the provider: extension, log, spans, what the provider
 * got, and audit log. Fails if one of them doesn't have the ID.
 */

const executable = await installedChromium();
if (executable === undefined) {
  console.log('skipped: page and extension (no Chromium is installed that loads extensions; see CHROMIUM_PATH)');
}
const traced = await (executable === undefined ? signedInByApi() : signedInByPage(executable));
const { id, spans } = traced;

const ofTrace = spans.filter((span) => span.traceId === id);
const known = new Set(ofTrace.map(({ spanId }) => spanId));
const roots = new Set(ofTrace.map(({ parent }) => parent).filter((parent) => !known.has(parent)));
const tree = (parent: string, depth: string): string[] =>
  ofTrace
    .filter((span) => span.parent === parent)
    .flatMap((span) => [
      `${depth}${span.name} ${span.attributes['http.response.status_code'] ?? ''}`,
      ...tree(span.spanId, `${depth}  `),
    ]);
const byHeader = (seen: typeof traced.extension): string[] =>
  seen.filter(({ traceparent }) => traceparent.includes(id)).map(({ url, traceparent }) => `${url} ${traceparent}`);

console.log(`trace ${id}`);
const parts: [title: string, lines: string[]][] = [
  ['page', traced.page],
  ['the extension sent', byHeader(traced.extension)],
  ["the broker's log", traced.log.filter((line) => line.includes(id))],
  ["the broker's spans", [...roots].flatMap((root) => tree(root, ''))],
  ['the provider got', byHeader(traced.provider)],
  [
    'audit log',
    traced.audit
      .filter(({ detail }) => detail.request_id === id)
      .map(({ type, detail }) => `${type} request_id=${detail.request_id} sign_in=${detail.sign_in}`),
  ],
];
for (const [title, lines] of parts) {
  const isSkipped = executable === undefined && (title === 'page' || title === 'the extension sent');
  if (isSkipped) continue;
  console.log(`\n${title}\n${lines.map((line) => `  ${line.trimEnd()}`).join('\n')}`);
  if (lines.length > 0) continue;
  console.log('  NOTHING HAS THE ID');
  process.exitCode = 1;
}

/** Without a download: that is for `npm run demo` to do. */
async function installedChromium(): Promise<string | undefined> {
  const installsNothing = { ...thisMachine, run: async () => false, say: () => undefined };
  try {
    return await findChromium(installsNothing);
  } catch (error) {
    if (error instanceof NoBrowserError) return undefined;
    throw error;
  }
}
