import {
  HttpErrorResponse,
  type HttpEvent,
  HttpEventType,
  type HttpHandlerFn,
  type HttpInterceptorFn,
  type HttpRequest,
  type HttpResponse,
} from '@angular/common/http';
import { inject, NgZone } from '@angular/core';
import { LATCHKEY } from '@latchkey/angular';
import { liesUnder } from '@latchkey/shared/resource-urls.ts';
import { Observable } from 'rxjs';
import { OPTIONS } from './request-options.ts';

/**
 * Sends the access token with requests of `HttpClient` to the API's own URLs: `resource` of `provideLatchkey`, and what lies
 * under it. A bound token has its DPoP proof. All other requests stay as they are, and so do those with an `Authorization` of
 * their own.
 *
 * A request waits for the connection, answers the API's challenges, and is repeated where that is worth it, as `fetch` of
 * `injectLatchkey`. It fails with a `LatchkeyError` if there is no token, and else as without this interceptor.
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
  const url = absolute(request.urlWithParams);
  if (!options || request.headers.has('authorization') || !liesUnder(url, store.defaults.resource ?? '')) {
    return next(request);
  }
  return new Observable((subscriber) => {
    const over = new AbortController();
    const { signal } = over;
    // After a native `await`, which some builds keep, the request would be sent outside of Angular's zone.
    const enter = NgZone.isInAngularZone() ? (act: () => void) => zone.run(act) : (act: () => void) => act();
    let last: Ended | undefined;
    const send: typeof fetch = (_, init) =>
      new Promise<Response>((resolve, reject) => {
        // Given up before it was sent: as `fetch` does.
        signal.throwIfAborted();
        const authorized = request.clone({ setHeaders: Object.fromEntries(new Headers(init?.headers)) });
        const settle = (ended: Ended) => {
          last = ended;
          // What `fetch` throws if the network failed.
          if (ended.status) resolve(responseOf(ended));
          else reject(new TypeError(ended.statusText, { cause: ended }));
        };
        const events = (event: HttpEvent<unknown>) =>
          event.type === HttpEventType.Response ? settle(event) : subscriber.next(event);
        enter(() => sendOn(next, authorized, signal, { events, settle, reject }));
      });
    store.fetch(url, { ...options, method: request.method, signal, fetch: send }).then(
      () => deliver(last),
      (error) => subscriber.error(error?.cause instanceof HttpErrorResponse ? error.cause : error),
    );
    const deliver = (ended: Ended | undefined) => {
      if (ended instanceof HttpErrorResponse) return subscriber.error(ended);
      if (ended) subscriber.next(ended);
      subscriber.complete();
    };
    return () => over.abort();
  });
};

/** How one attempt ended. */
type Ended = HttpResponse<unknown> | HttpErrorResponse;

interface Attempt {
  events: (event: HttpEvent<unknown>) => void;
  settle: (ended: Ended) => void;
  reject: (error: unknown) => void;
}

function sendOn(
  next: HttpHandlerFn,
  request: HttpRequest<unknown>,
  signal: AbortSignal,
  { events, settle, reject }: Attempt,
): void {
  const sent = next(request).subscribe({
    next: events,
    error: (error) => (error instanceof HttpErrorResponse ? settle(error) : reject(error)),
  });
  signal.addEventListener('abort', () => sent.unsubscribe());
}

/** What decides about challenges and another attempt reads only the status and these headers. */
function responseOf({ status, headers }: Ended): Response {
  const read = ['www-authenticate', 'dpop-nonce', 'retry-after'].flatMap((name) => {
    const value = headers.getAll(name)?.join(', ');
    return value === undefined ? [] : [[name, value]];
  });
  return new Response(null, { status, headers: Object.fromEntries(read) });
}

/** As the browser resolves it. On a server, a path belongs to no API. */
function absolute(url: string): string {
  const base = globalThis.document?.baseURI;
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}
