import { HttpErrorResponse, HttpEventType, type HttpInterceptorFn, type HttpResponse } from '@angular/common/http';
import { inject, NgZone } from '@angular/core';
import { LATCHKEY } from '@latchkey/angular';
import { liesUnder } from '@latchkey/shared/resource-urls.ts';
import { defer, Observable } from 'rxjs';
import { OPTIONS } from './request-options.ts';

/**
 * Sends the access token with requests of `HttpClient` to the API's own URLs: `resource` of `provideLatchkey`, and what lies
 * under it. A bound token has its DPoP proof. All other requests stay as they are, and so do those with an `Authorization` of
 * their own.
 *
 * A request waits for the connection, answers the API's challenges, and is repeated where that is worth it, as `fetch` of
 * `injectLatchkey`. It fails with a `LatchkeyError` if there is no token;
 * otherwise it fails exactly as it would without the interceptor.
 *
 * It uses the `provideLatchkey` of where `provideHttpClient` is. A route with an API of its own needs both.
 *
 * Name it last: an interceptor after it could change the URL, and the token would go to the new one.
 *
 * @throws {Error} without `provideLatchkey`
 * @example
 * provideHttpClient(withInterceptors([latchkeyInterceptor]));
 */
export const latchkeyInterceptor: HttpInterceptorFn = (request, next) => {
  const { store } = inject(LATCHKEY);
  const zone = inject(NgZone);
  const options = request.context.get(OPTIONS);
  // Resolved once: the page may go elsewhere while the request waits for its token.
  const resolved = request.clone({ url: absolute(request.url) });
  const url = resolved.urlWithParams;
  if (!options || request.headers.has('authorization') || !liesUnder(url, store.defaults.resource ?? '')) {
    return next(request);
  }
  return new Observable((subscriber) => {
    const over = new AbortController();
    const { signal } = over;
    // After a native `await`, which some builds keep, the request would be sent outside of Angular's zone.
    const enter = NgZone.isInAngularZone() ? (act: () => void) => zone.run(act) : (act: () => void) => act();
    const lost = new TypeError('The network failed.');
    /** Hands on how the latest attempt ended. */
    let end = () => subscriber.complete();
    const send: typeof fetch = (_, init) =>
      new Promise<Response>((resolve, reject) => {
        // Given up before it was sent: as `fetch` does.
        signal.throwIfAborted();
        const authorized = resolved.clone({ setHeaders: Object.fromEntries(new Headers(init?.headers)) });
        end = () => subscriber.complete();
        enter(() => {
          const sent = defer(() => next(authorized)).subscribe({
            next(event) {
              if (event.type !== HttpEventType.Response) return subscriber.next(event);
              end = () => {
                subscriber.next(event);
                subscriber.complete();
              };
              resolve(seen(event));
            },
            error(error) {
              end = () => subscriber.error(error);
              if (isLost(error)) reject(lost);
              else resolve(error instanceof HttpErrorResponse ? seen(error) : new Response());
            },
            complete: () => resolve(new Response()),
          });
          signal.addEventListener('abort', () => sent.unsubscribe());
        });
      });
    store.fetch(url, { ...options, method: request.method, signal, fetch: send }).then(
      () => end(),
      (error) => (error === lost ? end() : subscriber.error(error)),
    );
    return () => over.abort();
  });
};

/** Whether the network failed. A timeout is the app's own. */
const isLost = (error: unknown): boolean =>
  error instanceof HttpErrorResponse && error.status === 0 && error.error?.name !== 'TimeoutError';

/**
 * What decides about challenges and another attempt reads only the status and these headers. A plain 200 is for all that
 * needs neither: also for a status or a header that another interceptor has made up, and no response can have.
 */
function seen({ status, headers }: HttpResponse<unknown> | HttpErrorResponse): Response {
  const read = ['www-authenticate', 'dpop-nonce', 'retry-after'].flatMap((name) => {
    const value = headers.getAll(name)?.join(', ');
    return value === undefined ? [] : [[name, value]];
  });
  try {
    return new Response(null, { status, headers: Object.fromEntries(read) });
  } catch {
    return new Response();
  }
}

/** As the browser resolves it. On a server, a path belongs to no API. */
function absolute(url: string): string {
  const base = globalThis.document?.baseURI;
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}
