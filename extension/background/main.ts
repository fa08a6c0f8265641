import { attachPortName } from '@latchkey/shared/page-names.ts';
import { bridgePortName } from '@latchkey/shared/page-protocol.ts';
import * as v from 'valibot';
import { showIcon } from '../platform/action.ts';
import { alarm } from '../platform/alarms.ts';
import { attaches, baked } from '../platform/baked-config.ts';
import { browser } from '../platform/browser.ts';
import { language, message } from '../platform/i18n.ts';
import { identity } from '../platform/identity.ts';
import { indexedDbValue } from '../platform/indexed-db-value.ts';
import { keysOf, profilesWithKeys } from '../platform/keys.ts';
import { onManagedStorage, readManagedStorage } from '../platform/managed-storage.ts';
import { requestRules } from '../platform/request-rules.ts';
import { sites } from '../platform/sites.ts';
import { lockStorage, sessionArea } from '../platform/storage.ts';
import { tabIds } from '../platform/tab-ids.ts';
import { windows } from '../platform/windows.ts';
import { attachProblemsKey } from '../protocol/attach-problems.ts';
import { uiPortName } from '../protocol/ui.ts';
import { seenActivity } from './activity/news.ts';
import { createAttachedTokens } from './attach/attached-tokens.ts';
import { createDocuments, tabDocuments } from './attach/documents.ts';
import { composeBackground } from './compose.ts';
import { problemBody } from './error-body.ts';
import type { Port } from './page/page-port.ts';
import { createRateLimit } from './page/rate-limit.ts';
import { readPageSender } from './page/sender.ts';
import { profileList } from './profiles/profile-list.ts';
import { chosenBroker } from './setup.ts';

/** Short enough to notice within a minute that a session ended while the background was stopped. */
const recheck = alarm('session', 0.75);

const background = composeBackground({
  baked,
  extensionId: browser.runtime.id,
  ownOrigin: new URL(browser.runtime.getURL('')).origin,
  version: browser.runtime.getManifest().version,
  language: language(),
  area: sessionArea(),
  chosenBroker: indexedDbValue('broker', chosenBroker),
  profileList: indexedDbValue('list', profileList),
  lastProvider: indexedDbValue('provider', v.string()),
  seenActivity: indexedDbValue('seen-activity', seenActivity),
  keysOf,
  profilesWithKeys,
  identity,
  sites,
  windows,
  recheck,
  readManagedStorage,
  showIcon,
  iconTitle: (standing) => message(`icon_${standing}`),
  ...(attaches ? { updated: () => void attached?.update().catch(reportError) } : {}),
  openWelcome: () => windows.openTab(browser.runtime.getURL('ui/welcome.html')),
  fetch: (...request) => fetch(...request),
  now: () => Date.now(),
  random: () => Math.random(),
  newId: () => crypto.randomUUID(),
  after(ms) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    return { elapsed: promise, cancel: () => clearTimeout(timer) };
  },
  report: (error) => reportError(error),
});

/** Of a document. It comes from the page's process. */
const maxNameLength = 64;

const { parts } = background;
const attached = attaches
  ? createAttachedTokens({
      sites: baked?.attached?.sites ?? [],
      managed: parts.managed,
      profileAt: parts.profiles.at,
      pages: windows.pages,
      senderOf: ({ sender }) => readPageSender(sender, parts.rules),
      here: parts.here,
      documents: createDocuments({ kept: indexedDbValue('attached', tabDocuments()), tabIds }),
      problemOf: problemBody,
      missing: (problems) => sessionArea().set(attachProblemsKey, problems),
      limit: createRateLimit({ count: 6, perMs: 60_000 }, () => Date.now()),
      rules: requestRules,
      now: () => Date.now(),
      report: reportError,
    })
  : undefined;

// Register all listeners before the first `await`: the browser wakes the background for an event, and drops the event
// if no listener is there.
browser.runtime.onConnect.addListener((connected) => {
  const port = connected as Port;
  if (connected.name === uiPortName) background.serveOwnPage(port);
  else if (connected.name === bridgePortName) background.servePage(port);
  else if (attached && connected.name.startsWith(attachPortName)) {
    attached.serve(port, connected.name.slice(0, maxNameLength)).catch(reportError);
    background.update();
  } else connected.disconnect();
});
windows.onClosed(background.windowClosed);
onManagedStorage(background.policyChanged);
recheck.onRing(background.update);
sites.onReachable(background.accessGiven);
sites.onUnreachable(background.accessTaken);
browser.runtime.onInstalled.addListener(({ reason }) => background.installed(reason));
browser.runtime.onStartup.addListener(() => background.browserStarted());
background.drawIcon();
if (attached) {
  // A tab that leaves the site loses its rule.
  browser.tabs.onUpdated.addListener((_tab, { status }) => {
    if (status === 'loading') attached.update().catch(reportError);
  });
  // The browser keeps rules while the extension is turned off or updated.
  attached.update().catch(reportError);
}
lockStorage().catch((error: unknown) => reportError(error));
