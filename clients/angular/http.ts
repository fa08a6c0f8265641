export { latchkeyInterceptor } from './interceptor.ts';
export { type RequestOptions, withLatchkey } from './request-options.ts';
