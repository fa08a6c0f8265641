import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Deps } from './deps.ts';
import type { BrokerContext, Env } from './env.ts';
import { OAuthError } from './errors.ts';
import { budgets } from './limits/budgets.ts';
import { bodySize } from './middleware/body-size.ts';
import { clientAddress } from './middleware/client-address.ts';
import { cors } from './middleware/cors.ts';
import { countFailedSignIns } from './middleware/count-sign-ins.ts';
import { errorAnswer, notFound } from './middleware/error-answer.ts';
import { inPerson } from './middleware/in-person.ts';
import { language } from './middleware/page-language.ts';
import { plainPath } from './middleware/plain-path.ts';
import { limitSession } from './middleware/rate-limit.ts';
import { reportFailures } from './middleware/report-failures.ts';
import { requestLog } from './middleware/request-log.ts';
import { requestMetrics } from './middleware/request-metrics.ts';
import { requestTrace } from './middleware/request-trace.ts';
import { requireProof, requireSession } from './middleware/require-session.ts';
import { revalidate } from './middleware/revalidate.ts';
import { secureHeaders } from './middleware/secure-headers.ts';
import { startEventStreams } from './middleware/server-sent-events.ts';
import { account, accountChange } from './routes/account.ts';
import { authorize, authorizeByForm } from './routes/authorize.ts';
import { authorizeDecision } from './routes/authorize-decision.ts';
import { brandingLogo, brandingStyle, providerIcon } from './routes/branding-assets.ts';
import { callback } from './routes/callback.ts';
import { deviceAuthorization } from './routes/device-authorization.ts';
import { deviceDecision } from './routes/device-decision.ts';
import { devicePage, deviceSubmit } from './routes/device-page.ts';
import { endSession } from './routes/end-session.ts';
import { backchannelLogout } from './routes/hooks-backchannel-logout.ts';
import { globalTokenRevocation } from './routes/hooks-global-token-revocation.ts';
import { oktaEventsChallenge, oktaEventsReceive } from './routes/hooks-okta-events.ts';
import { introspect } from './routes/introspect.ts';
import { jwks } from './routes/jwks.ts';
import { metadata } from './routes/metadata.ts';
import { register } from './routes/register.ts';
import { showResult } from './routes/result.ts';
import { revoke } from './routes/revoke.ts';
import { sessionActivity, sessionActivityEnd } from './routes/session-activity.ts';
import { sessionAuthorize } from './routes/session-authorize.ts';
import { consentDecide, consentRevoke } from './routes/session-consents.ts';
import { sessionCreate } from './routes/session-create.ts';
import { deviceAllow, deviceAskingOf, deviceAuthorize, deviceCode, deviceRefuse } from './routes/session-device.ts';
import { sessionEnd } from './routes/session-end.ts';
import { sessionEvents } from './routes/session-events.ts';
import { answerProbe } from './routes/session-events-probe.ts';
import { sessionRead } from './routes/session-read.ts';
import { sessionRefused } from './routes/session-refusal.ts';
import { sessionToken } from './routes/session-token.ts';
import { sessionUpstreams } from './routes/session-upstreams.ts';
import { signOut } from './routes/sign-out.ts';
import { token } from './routes/token.ts';
import { userInfo } from './routes/userinfo.ts';
import { verify, verifyMirrored } from './routes/verify.ts';
import { verifyKnown } from './routes/verify-known.ts';
import { assets } from './web/pages/assets.ts';

/** Calls of a provider may have larger bodies than all others. */
const ofHooks = bodySize(262_144);
const ofOthers = bodySize(16_384);

/** What programs in a page of any origin may call. Everything else is for the broker's own pages and for servers. */
const forPublicClients = [
  '/token',
  '/device_authorization',
  '/revoke',
  '/userinfo',
  '/jwks',
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
];

/** The broker's public HTTP surface. */
export function createApp(deps: Deps): Hono<Env> {
  const app = createRoutes(deps);
  const verifyIfKnown = verifyKnown(deps);
  const { fetch } = app;
  app.fetch = (request, env, context) =>
    verifyIfKnown(request, env as HttpBindings, async () =>
      startEventStreams(await fetch(request, env, context), env as HttpBindings),
    );
  return app;
}

function createRoutes(deps: Deps): Hono<Env> {
  const app = new Hono<Env>();
  app.onError(errorAnswer(deps));
  app.notFound(notFound);
  app.use(requestMetrics(deps));
  app.use(requestTrace(deps));
  app.use(requestLog(deps));
  app.use(secureHeaders(deps.config.issuer));
  app.use(clientAddress(deps.config));
  app.use(reportFailures(deps));
  app.use(noStore);
  for (const path of forPublicClients) app.use(path, cors);
  app.use(plainPath);
  app.use((c, next) => (c.req.path.startsWith('/hooks/') ? ofHooks : ofOthers)(c, next));
  app.use(language(deps.config));

  const proof = requireProof(deps);
  const session = requireSession(deps);
  app.get('/session/upstreams', proof, sessionUpstreams(deps));
  app.post('/session/authorize', proof, sessionAuthorize(deps));
  app.post('/session', countFailedSignIns(deps.metrics, 'session'), proof, sessionCreate(deps));
  app.post('/session/refusal', proof, sessionRefused(deps));
  app.get('/session', proof, session, sessionRead(deps));
  app.get('/session/events', answerProbe(deps));
  app.get('/session/events', proof, requireSession(deps, { isActivity: false }), sessionEvents(deps));
  app.delete('/session', proof, session, sessionEnd(deps));
  app.post('/session/token', proof, session, limitSession(deps, budgets.sessionToken), sessionToken(deps));
  const consents = limitSession(deps, budgets.sessionConsents);
  app.post('/session/consents', proof, session, consents, consentDecide(deps));
  app.delete('/session/consents', proof, session, consents, consentRevoke(deps));
  const activity = limitSession(deps, budgets.sessionActivity);
  // The extension asks by itself, too.
  const unattended = requireSession(deps, { isActivity: false });
  app.get('/session/activity', proof, unattended, activity, sessionActivity(deps));
  app.post('/session/activity/end', proof, session, activity, sessionActivityEnd(deps));

  const devices = limitSession(deps, budgets.sessionDevices);
  app.post('/session/device', proof, session, devices, deviceCode(deps));
  app.post('/session/device/asking', proof, unattended, devices, deviceAskingOf(deps));
  app.post('/session/device/decision', proof, session, devices, deviceRefuse(deps));
  app.post('/session/device/authorize', proof, session, devices, deviceAuthorize(deps));
  app.post('/session/device/allow', proof, session, devices, deviceAllow(deps));

  app.post('/device_authorization', deviceAuthorization(deps));
  app.post('/token', token(deps));
  app.post('/revoke', revoke(deps));
  app.on(['GET', 'POST'], '/userinfo', userInfo(deps));
  app.post('/register', register);
  app.get('/authorize', inPerson, authorize(deps));
  app.post('/authorize', authorizeByForm);
  app.post('/introspect', introspect(deps));

  app.get('/verify', verify(deps));
  app.all('/verify/mirror/*', verifyMirrored(deps));

  app.get('/', (c) => c.redirect('/device'));
  app.get('/device', devicePage(deps));
  app.post('/device', deviceSubmit(deps));
  app.post('/device/decision', deviceDecision(deps));
  app.get('/account', inPerson, account(deps));
  app.post('/account', accountChange(deps));
  app.get('/callback', countFailedSignIns(deps.metrics, 'page'), inPerson, callback(deps));
  app.get('/result', showResult(deps));
  app.post('/signout', signOut(deps));
  app.get('/logout', inPerson, endSession(deps));
  app.post('/logout', endSession(deps));
  app.post('/authorize/decision', authorizeDecision(deps));
  app.get('/assets/branding.css', brandingStyle(deps));
  app.get('/assets/logo', brandingLogo(deps));
  app.get('/assets/providers/:name', providerIcon(deps));
  for (const [name, { type, body }] of assets) app.get(`/assets/${name}`, asset(type, body));

  app.post('/hooks/:upstream/backchannel-logout', backchannelLogout(deps));
  app.post('/hooks/:upstream/global-token-revocation', globalTokenRevocation(deps));
  app.get('/hooks/:upstream/okta-events', oktaEventsChallenge(deps));
  app.post('/hooks/:upstream/okta-events', oktaEventsReceive(deps));

  app.get('/.well-known/oauth-authorization-server', revalidate, metadata(deps));
  app.get('/.well-known/openid-configuration', revalidate, metadata(deps));
  app.get('/jwks', revalidate, jwks(deps));

  refuseOtherMethods(app);
  return app;
}

/** No cache keeps a response unless its endpoint says so (ASVS 14.3.2). */
function noStore(c: BrokerContext, next: () => Promise<void>): Promise<void> {
  c.header('Cache-Control', 'no-store');
  return next();
}

const asset = (type: string, body: string) => (c: BrokerContext) =>
  c.body(body, 200, { 'Content-Type': type, 'Cache-Control': 'public, max-age=3600' });

/** A known path with an unknown method gets 405 with `Allow`, not 404 (RFC 9110 §15.5.6). */
function refuseOtherMethods(app: Hono<Env>): void {
  const methods = new Map<string, string[]>();
  for (const { path, method } of app.routes) {
    if (method !== 'ALL') methods.set(path, [...new Set([...(methods.get(path) ?? []), method])]);
  }
  for (const [path, allowed] of methods) {
    app.all(path, () => {
      throw new OAuthError('method_not_allowed', `this endpoint takes ${allowed.join(', ')}`, {
        headers: { Allow: allowed.join(', ') },
      });
    });
  }
}
