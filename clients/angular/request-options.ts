import { HttpContext, HttpContextToken } from '@angular/common/http';
import type { TokenOptions } from '@latchkey/page';

/** Which token a request gets. Default: the provider's. */
export type RequestOptions = Omit<TokenOptions, 'resource' | 'signal'>;

export const OPTIONS: HttpContextToken<RequestOptions | false> = /* @__PURE__ */ new HttpContextToken<
  RequestOptions | false
>(() => ({}));

/**
 * Says for one request which token `latchkeyInterceptor` sends.
 *
 * @param options `false` for none
 * @param context to add it to. Default: a new one
 * @example
 * http.post(`${api}/orders`, order, { context: withLatchkey({ scopes: ['orders:write'], interactive: 'if_needed' }) });
 */
export const withLatchkey = (options: RequestOptions | false, context: HttpContext = new HttpContext()): HttpContext =>
  context.set(OPTIONS, options);
